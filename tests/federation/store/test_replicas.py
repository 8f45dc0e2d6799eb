"""What every adapter does with replicas, quarantined records, fork proofs and the hubs to compare with."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from federation.conversations.messages import Quarantine
from federation.conversations.stock import Tally
from federation.records import ComparedHub, ForkFound, Link, LogHead
from federation.store import compared, forks, links, logs, registers, replicas
from federation.vocabulary.errors import FieldError
from tests.federation.store.conftest import HUB, NOW, OTHER_SHOP, SHOP

pytestmark = pytest.mark.usefixtures("hub_and_shops")
LATER = NOW + timedelta(minutes=5)
NEVER = (NOW, NOW)


async def test_a_replica_begins_desynced_and_follows() -> None:
    """Pushes and pulls move its state; the largest size ever told stays; success clears the last error."""
    await replicas.open_replica(HUB, SHOP)
    await replicas.open_replica(HUB, SHOP)
    begun = await replicas.replica(HUB, SHOP)
    assert begun is not None
    assert (begun.state, begun.shop_size, begun.last_pull_at) == ("desynced", 0, None)
    await replicas.record_error(HUB, SHOP, "x" * 900, NOW)
    failed = await replicas.replica(HUB, SHOP)
    assert failed is not None
    assert (len(failed.last_error), failed.last_error_at, failed.last_pull_at) == (500, NOW, NOW)
    await replicas.record_pushed(HUB, SHOP, "catching_up", 9, NOW)
    await replicas.record_pulled(HUB, SHOP, "live", 7, LATER, found=3)
    known = await replicas.replica(HUB, SHOP, lock=True)
    assert known is not None
    assert (known.state, known.shop_size, known.found_by_pull, known.last_error) == ("live", 9, 3, "")
    assert (known.last_push_at, known.last_pull_at) == (NOW, LATER)
    assert await replicas.replica(HUB, OTHER_SHOP) is None


async def test_the_last_word_of_a_forgotten_copy_is_kept() -> None:
    """What was remembered is read with the replica until it is no longer needed."""
    await replicas.open_replica(HUB, SHOP)
    for note in (b"note", b""):
        await replicas.keep_note(HUB, SHOP, note)
        known = await replicas.replica(HUB, SHOP)
        assert known is not None
        assert known.kept_note == note


async def test_a_copy_that_cannot_be_followed_is_trouble() -> None:
    """Its link is named while the failure is recent."""
    await replicas.open_replica(HUB, SHOP)
    await links.save_link(Link(UUID(int=1), HUB, SHOP, "accepted", "accepted", "remote", "please", NOW, NOW), None)
    assert await links.troubled_pairs(NOW, NEVER) == []
    await replicas.record_error(HUB, SHOP, "no answer", NOW)
    assert await links.troubled_pairs(NOW, NEVER) == [(HUB, SHOP)]
    assert await links.troubled_pairs(LATER, NEVER) == []


async def test_a_shop_not_heard_of_for_a_while_is_trouble() -> None:
    """Its stock was last in step between two moments, the link is accepted and nothing has failed."""
    await replicas.open_replica(HUB, SHOP)
    await links.save_link(Link(UUID(int=1), HUB, SHOP, "accepted", "accepted", "remote", "please", NOW, NOW), None)
    await registers.open_table(HUB, SHOP)
    assert await links.troubled_pairs(NOW, (NOW, LATER)) == []
    await registers.save_tally(HUB, SHOP, Tally(), NOW, NOW)
    assert await links.troubled_pairs(LATER, (NOW, LATER)) == [(HUB, SHOP)]
    assert await links.troubled_pairs(LATER, (LATER, LATER)) == []


async def test_a_replica_freezes_and_begins_anew() -> None:
    """After a fork it says why; a new epoch begins without the old one's size."""
    await replicas.open_replica(HUB, SHOP)
    await replicas.record_pushed(HUB, SHOP, "live", 9, NOW)
    await replicas.set_state(HUB, SHOP, "repairing")
    await replicas.freeze(HUB, SHOP, "two histories", NOW)
    frozen = await replicas.replica(HUB, SHOP)
    await replicas.begin_epoch(HUB, SHOP, "desynced")
    anew = await replicas.replica(HUB, SHOP)
    assert frozen is not None
    assert anew is not None
    assert (frozen.state, frozen.last_error, frozen.last_error_at) == ("frozen", "two histories", NOW)
    assert anew.state == "desynced"


async def test_the_console_sees_every_linked_shop() -> None:
    """Also one that is not followed yet; quarantined records are counted once each."""
    for number, shop_id in ((1, SHOP), (2, OTHER_SHOP)):
        link = Link(UUID(int=number), HUB, shop_id, "accepted", "accepted", "remote", "", NOW, NOW)
        await links.save_link(link, None)
    await replicas.open_replica(HUB, SHOP)
    await logs.open_log(LogHead(HUB, SHOP, 1, 5, b"", b"", NOW))
    bad = Quarantine(seq=3, key="product/a", errors=(FieldError("/title", "type", "must be text"),))
    await replicas.add_quarantined(HUB, SHOP, 1, [bad], NOW)
    await replicas.add_quarantined(HUB, SHOP, 1, [bad], NOW)
    followed, other = await replicas.views(HUB)
    assert (followed["name"], followed["state"], followed["size"], followed["quarantined"]) == (
        "Aurora",
        "desynced",
        5,
        1,
    )
    assert (other["shop_id"], other["size"], other["quarantined"]) == (OTHER_SHOP, 0, 0)


async def test_the_first_proof_of_a_fork_is_kept() -> None:
    """One proof stands for each epoch; later ones change nothing."""
    first = ForkFound(SHOP, 1, b"proof", "", NOW)
    assert await forks.add_fork(HUB, first)
    assert not await forks.add_fork(HUB, msgspec.structs.replace(first, document=b"another"))
    assert await forks.add_fork(HUB, msgspec.structs.replace(first, epoch=2, found_at=LATER))
    assert await forks.fork(HUB, SHOP, 1) == first
    assert await forks.fork(HUB, OTHER_SHOP, 1) is None
    assert [found.epoch for found in await forks.forks(HUB, SHOP)] == [2, 1]


async def test_hubs_to_compare_with_take_turns() -> None:
    """A hub is noted once, and asked again when its turn has come."""
    await compared.note_hubs(HUB, ["https://a.example", "https://b.example"], SHOP, NOW)
    await compared.note_hubs(HUB, ["https://a.example"], "", LATER)
    assert [hub.endpoint for hub in await compared.hubs(HUB)] == ["https://a.example", "https://b.example"]
    (first, *_) = await compared.due_hubs(HUB, LATER, 9)
    done = ComparedHub(HUB, first.endpoint, SHOP, LATER + timedelta(hours=1), LATER, 2, 1, "one differs")
    await compared.record_round(done)
    assert done in await compared.hubs(HUB)
    assert done.endpoint not in [hub.endpoint for hub in await compared.due_hubs(HUB, LATER, 9)]
    assert len(await compared.due_hubs(HUB, LATER, 9)) == 1
