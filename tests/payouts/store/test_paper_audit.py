"""Commissions that no paper would ever hold: found by the rules of papers, whatever posted them."""

from datetime import timedelta
from uuid import UUID

import pytest

from federation.node.database import atomic
from payouts import service
from payouts.domain.ledger import Account, AccountKind, posting
from payouts.store import invoices, ledger, paper_audit
from tests.payouts.scene import MemoryScene
from tests.payouts.worked_example import ORDER, PART_C

pytestmark = pytest.mark.apps("payouts.piccolo_app")


async def test_commission_that_nobody_takes_apart_is_found(scene: MemoryScene) -> None:
    """A posting of a kind that invoices do not know is named; a correction of the hub's own account is no service."""
    await scene.buy()
    async with atomic():
        for kind in ("bonus", "adjustment"):
            legs = [(Account(AccountKind.COMMISSION, "", "EUR"), 100), (Account(AccountKind.PROMO, "", "EUR"), -100)]
            await ledger.post(posting(kind, "x", f"{kind}:x", legs), scene.now)
    ring = service.RefundPart("ring", 1)
    await scene.refund(
        service.RefundRequest(refund_id=UUID(int=7), order_id=ORDER, shop_order_id=PART_C, parts=(ring,))
    )
    later = scene.now + timedelta(hours=2)
    assert await paper_audit.broken_paper_rules(later) == [], "nothing was taken apart yet"
    async with atomic():
        await invoices.take_apart("EUR")
    (found,) = await paper_audit.broken_paper_rules(later)
    assert found.rule == "commissions-have-their-lines"
    assert found.message.startswith("a bonus moves commission")
