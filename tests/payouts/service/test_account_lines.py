"""A boutique's account as it is told to the boutique: every entry in order, each with its balance."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import pytest

from payouts import service
from payouts.domain.account_lines import StatementLine
from payouts.paper_ports import LegalParty, LineWords, OrderWords
from payouts.service import statements
from tests.payouts.scene import MemoryScene
from tests.payouts.worked_example import ORDER, PART_A, PART_B, PART_C, A, B

pytestmark = pytest.mark.apps("payouts.piccolo_app")


class PlainOffice:
    """Knows the worked example's orders by heart; signs nothing."""

    async def words(self, shop_order_ids: Collection[UUID]) -> dict[UUID, OrderWords]:
        known = {PART_A: "100-1", PART_B: "100-2", PART_C: "100-3"}
        titles = {name: LineWords(name.capitalize(), 2000) for name in ("dress", "scarf", "shoes", "ring")}
        return {part: OrderWords(known[part], titles) for part in shop_order_ids if part in known}

    async def hub(self) -> LegalParty:
        return LegalParty(id="h1", name="Hub", legal_name="Hub SAS", address="Lyon", country="FR", vat_id="FR1")

    async def boutique(self, shop_id: str) -> LegalParty:
        return LegalParty(id=shop_id, name=shop_id, legal_name=shop_id, address="Nice", country="FR", vat_id="FR2")

    async def seal(self, document: bytes, now: datetime) -> bytes:
        del now
        return document


async def test_every_entry_is_told_in_order_and_adds_up(scene: MemoryScene) -> None:
    """Pages follow one another without gap; on each account a balance is the one before it and the amount."""
    await scene.buy()
    await scene.release(PART_A, PART_B)
    await scene.refund(
        service.RefundRequest(
            refund_id=UUID(int=7), order_id=ORDER, shop_order_id=PART_A, parts=(service.RefundPart("scarf", 1),)
        )
    )
    office = PlainOffice()
    lines: list[StatementLine] = []
    while page := await statements.account_lines(office, A, "EUR", lines[-1].id if lines else 0, 3):
        lines += page
    balances: dict[str, int] = {}
    for line in lines:
        assert line.balance_minor == balances.get(line.account, 0) + line.amount_minor
        assert (line.order, line.order_id) == ("100-1", str(PART_A))
        balances[line.account] = line.balance_minor
    assert [line.kind for line in lines][:3] == ["sale", "released", "released"]
    assert balances == {"held": 0, "releasable": 0, "in_transfer": 0, "owed": 0}
    referral = await statements.account_lines(office, B, "", 0, 1)
    assert [(line.kind, line.amount_minor) for line in referral] == [("sale", 9050)]
    assert await statements.papers_of(A) == []
