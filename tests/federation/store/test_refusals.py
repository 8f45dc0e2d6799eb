"""What every adapter does with records that hubs do not show."""

import pytest

from federation.conversations.messages import Quarantine
from federation.records import LogHead, Refusal, StoredLeaf
from federation.store import logs, refusals, replicas
from federation.vocabulary.errors import FieldError
from tests.federation.store.conftest import HUB, NOW, OTHER_HUB, SHOP

FAULT = (FieldError("/title", "type", "must be text"),)


@pytest.mark.usefixtures("hub_and_shops")
async def test_a_quarantined_record_stands_until_something_newer_is_said() -> None:
    """What was replaced by a newer line stands no more; the rest comes by line, beyond one."""
    await replicas.open_replica(HUB, SHOP)
    head = LogHead(HUB, SHOP, 1, 4, b"", b"", NOW)
    await logs.open_log(head)
    keys = ("product/a", "product/b", "product/a", "product/c")
    await logs.add_leaves(head, [StoredLeaf(seq, key, "put", b"x", bytes([seq]) * 32) for seq, key in enumerate(keys)])
    bad = [Quarantine(seq=seq, key=keys[seq], errors=FAULT) for seq in (0, 1, 3)]
    await replicas.add_quarantined(HUB, SHOP, 1, bad, NOW)
    assert await refusals.standing(HUB, SHOP, -1, 9) == bad[1:]
    assert await refusals.standing(HUB, SHOP, 1, 9) == bad[2:]
    assert await refusals.standing(HUB, SHOP, -1, 1) == bad[1:2]


@pytest.mark.usefixtures("shop_and_hub")
async def test_what_one_hub_says_replaces_what_it_said_before() -> None:
    """Refusals are remembered apart for each hub, by key."""

    def heard(hub_id: str, name: str, key: str) -> Refusal:
        return Refusal(hub_id, name, key, 3, FAULT, NOW)  # type: ignore[arg-type]

    await refusals.replace(SHOP, HUB, [heard(HUB, "Galleria", "product/b"), heard(HUB, "Galleria", "product/a")])
    await refusals.replace(SHOP, OTHER_HUB, [heard(OTHER_HUB, "Portico", "product/a")])
    assert [(item.hub_name, item.key) for item in await refusals.refusals(SHOP)] == [
        ("Galleria", "product/a"),
        ("Portico", "product/a"),
        ("Galleria", "product/b"),
    ]
    await refusals.replace(SHOP, HUB, [])
    assert await refusals.refusals(SHOP, "product/a") == [heard(OTHER_HUB, "Portico", "product/a")]
    assert await refusals.refusals(SHOP, "product/b") == []
