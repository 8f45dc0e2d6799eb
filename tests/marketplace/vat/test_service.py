"""Asking a register about a boutique, keeping its answer, and what the commission's VAT makes of it."""

from pathlib import Path

import msgspec
import pytest

from federation.node import clock
from federation.node.database import Database, execute
from federation.vocabulary.errors import ConflictError, RecordInvalidError
from marketplace.papers.office import HubOffice
from marketplace.terms import service as terms
from marketplace.terms.domain.terms import vat_treatment
from marketplace.vat import service
from marketplace.vat.domain.checks import VatAnswer
from tests.marketplace.listings.builders import profile, shop_id_of
from tests.marketplace.orders.world import World

pytestmark = pytest.mark.apps("federation.piccolo_app", "payouts.piccolo_app", "marketplace.piccolo_app")

GERMAN = "DE 136 695 976"


class Register:
    """Knows every id or none."""

    def __init__(self, *, valid: bool) -> None:
        self.valid = valid
        self.asked: list[tuple[str, str]] = []

    async def ask(self, vat_id: str, asking: str) -> VatAnswer:
        self.asked.append((vat_id, asking))
        return VatAnswer(valid=self.valid, name="Boutique a", consultation="W1", source="VIES")


async def test_reverse_charge_waits_for_the_register_where_the_hub_says_so(committed: Database, tmp_path: Path) -> None:
    """Without an answer the hub charges its own VAT; with one the boutique accounts for it, and papers say the day."""
    world, now = World(tmp_path), clock.now()
    await world.open("a")
    shop_id = shop_id_of("a")
    await world.present("a", country="DE", vat_id=GERMAN)
    told = {"vat_register": "vies", "reverse_charge": "checked", "vat_id": "IT00743110157"}
    hub = msgspec.structs.replace(world.hub.settings, **told)
    german = profile("shop-a", country="DE", vat_id=GERMAN)

    async def treatment() -> str:
        return vat_treatment(shop_id, german, await terms.hub_terms(hub, [shop_id], clock.now()))

    by_digits = await terms.hub_terms(world.hub.settings, [shop_id], now)
    assert vat_treatment(shop_id, german, by_digits) == "reverse-charge"
    assert await treatment() == "no-vat-id"
    with pytest.raises(ConflictError, match="asks no register"):
        await service.ask(None, hub, shop_id, "op@example.com", now)
    await service.ask(Register(valid=False), hub, shop_id, "op@example.com", now)
    assert await treatment() == "no-vat-id"
    register = Register(valid=True)
    check = await service.ask(register, hub, shop_id, "op@example.com", clock.now())
    assert register.asked == [("DE136695976", "IT00743110157")]
    assert await service.latest(shop_id) == check
    assert await treatment() == "reverse-charge"
    assert (await HubOffice(hub).boutique(shop_id)).vat_id_checked == f"{check.checked_at:%Y-%m-%d} VIES"
    with pytest.raises(Exception, match="never changed"):
        await execute("DELETE FROM hub_vat_check")
    await world.present("a", country="DE", vat_id="DE136695977")
    with pytest.raises(RecordInvalidError, match="none of its country"):
        await service.ask(register, hub, shop_id, "op@example.com", now)
