"""A boutique's account as it is told to the boutique: every entry in order, each with its balance."""

from uuid import UUID

import pytest

from payouts import service
from payouts.domain.account_lines import StatementLine
from payouts.service import statements
from tests.payouts.paper_scene import TestOffice
from tests.payouts.scene import MemoryScene
from tests.payouts.worked_example import ORDER, PART_A, PART_B, A, B

pytestmark = pytest.mark.apps("payouts.piccolo_app")


async def test_every_entry_is_told_in_order_and_adds_up(scene: MemoryScene) -> None:
    """Pages follow one another without gap; on each account a balance is the one before it and the amount."""
    await scene.buy()
    await scene.release(PART_A, PART_B)
    await scene.refund(
        service.RefundRequest(
            refund_id=UUID(int=7), order_id=ORDER, shop_order_id=PART_A, parts=(service.RefundPart("scarf", 1),)
        )
    )
    office = TestOffice()
    lines: list[StatementLine] = []
    while page := await statements.account_lines(office, A, "EUR", lines[-1].id if lines else 0, 3):
        lines += page
    balances: dict[str, int] = {}
    for line in lines:
        assert line.balance_minor == balances.get(line.account, 0) + line.amount_minor
        assert (line.order, line.order_id) == ("G-100-1", str(PART_A))
        balances[line.account] = line.balance_minor
    assert [line.kind for line in lines][:3] == ["sale", "released", "released"]
    assert balances == {"held": 0, "releasable": 0, "in_transfer": 0, "owed": 0}
    referral = await statements.account_lines(office, B, "", 0, 1)
    assert [(line.kind, line.amount_minor) for line in referral] == [("sale", 9050)]
    assert await statements.papers_of(A) == []
    assert [(part.kind.value, part.amount_minor) for part in lines[0].parts] == [
        ("paid", 11_643),
        ("coupon", 357),
        ("commission", -1_200),
        ("commission_vat", -240),
        ("referral_given", -1_440),
        ("paid", 3_396),
        ("coupon", 104),
        ("commission", -350),
        ("commission_vat", -70),
        ("shipping", 690),
    ]
    assert referral[0].parts[0].kind == "referral_earned"
    for line in (lines[0], *referral):
        assert sum(part.amount_minor for part in line.parts) == line.amount_minor
    (refund,) = [line for line in lines if line.kind == "refund"]
    assert sum(part.amount_minor for part in refund.parts) == -3_080
