"""What the hub tells a boutique of its account."""

from uuid import UUID

import msgspec
import pytest

from federation import limits
from federation.conversations import checks
from federation.conversations.accounts import AccountLine, AccountLines, AccountState
from federation.documents import json
from federation.node import clock
from federation.vocabulary.ids import PartyId
from marketplace.bookkeeper import HubBookkeeper, fitting
from payouts import service as payouts
from payouts.adapters.memory import MemoryProvider
from payouts.domain.account_lines import LinePart, PartKind, StatementLine
from payouts.service.bank_payouts import run_payouts
from tests.payouts.paper_scene import TestOffice
from tests.payouts.scene import MemoryScene
from tests.payouts.worked_example import ORDER, PART_A, PART_C, A, B, C

pytestmark = pytest.mark.apps("payouts.piccolo_app")

HUB = PartyId("h1hub")


async def test_every_movement_adds_up_to_what_stands_there(committed: object) -> None:
    """Pages follow each other without a gap, their amounts come to the positions, and both can be read by the wire."""
    scene = MemoryScene(MemoryProvider(clock.now()))
    await scene.buy()
    await scene.release(PART_A, PART_C)
    await run_payouts(scene.pay, clock.now())
    await scene.refund(
        payouts.RefundRequest(
            refund_id=UUID(int=71), order_id=ORDER, shop_order_id=PART_C,
            parts=(payouts.RefundPart("ring", quantity=1),), reason="trop petit, a\u0300 sa mesure",
        )
    )  # fmt: skip
    books = HubBookkeeper(TestOffice())
    notes: set[str] = set()
    for shop_id in (A, B, C):
        lines: list[AccountLine] = []
        page = AccountLines((), more=True)
        while page.more:
            after = lines[-1].id if lines else 0
            page = checks.read(json.encode(await books.lines(HUB, PartyId(shop_id), after, 2)), AccountLines)
            lines += page.lines
        notes |= {line.note for line in lines}
        sums: dict[str, int] = {}
        for line in lines:
            sums[line.account] = sums.get(line.account, 0) + line.amount
            assert line.balance == sums[line.account]
        state = checks.read(json.encode(await books.account(HUB, PartyId(shop_id), scene.now)), AccountState)
        (position,) = state.positions
        told = msgspec.structs.asdict(position)
        assert {name: told[name] for name in sums} == sums
        assert {line.order for line in lines} <= {"G-100-1", "G-100-2", "G-100-3"}
        assert lines[0].parts, "the sale says what it is made of"
    assert "trop petit, \u00e0 sa mesure" in notes, "an accent typed apart from its letter is joined with it"
    state = await books.account(HUB, PartyId(C), scene.now)
    assert [(payout.amount, payout.count) for payout in state.payouts] == [(9988, 1)]
    assert (await books.papers(HUB, PartyId(C))).papers == ()
    assert await books.paper(HUB, PartyId(C), UUID(int=9), "pdf") is None


def test_a_page_of_very_many_parts_ends_early() -> None:
    """Movements of hundreds of pieces go on several pages; one alone always goes."""
    parts = tuple(LinePart(PartKind.PAID, 1) for _ in range(limits.ACCOUNT_PARTS_MAX // 2 + 1))
    plain = StatementLine(
        id=1, at=clock.now(), kind="sale", account="held", currency="EUR", amount_minor=1, balance_minor=1, parts=parts
    )
    assert fitting([plain, plain]) == [plain]
    assert fitting([msgspec.structs.replace(plain, parts=parts + parts)]) != []
    assert fitting([]) == []
