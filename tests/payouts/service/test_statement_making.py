"""Statements of the worked example: entry by entry, frozen, chained, and never wrong."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from federation.documents import papers as sealed
from federation.node.database import atomic, execute
from payouts import service
from payouts.domain.papers import PaperForm, PaperKind, month_of
from payouts.domain.statement import EntryKind, Statement, totals_of
from payouts.service import papers, statement_making, statements
from payouts.store import papers as paper_store
from tests.payouts.paper_scene import HUB, TestOffice
from tests.payouts.scene import MemoryScene
from tests.payouts.worked_example import ORDER, PART_A, PART_B, PART_C, A, B, C

pytestmark = pytest.mark.apps("payouts.piccolo_app")


def months_later(scene: MemoryScene, months: int = 1) -> datetime:
    """A morning early in a month to come."""
    moment = scene.now
    for _ in range(months):
        moment = month_of(moment).end
    return moment + timedelta(hours=32)


async def told(scene: MemoryScene, shop_id: str, office: TestOffice) -> Statement:
    async with atomic():
        return await statement_making.draft(office, shop_id, "EUR", months_later(scene))


async def test_the_worked_example_entry_by_entry(scene: MemoryScene) -> None:
    """Sold, sent, refunded and clawed back: what each boutique reads is what the ledger did, and adds up."""
    office = TestOffice()
    await scene.buy()
    await scene.release(PART_A, PART_B, PART_C)
    await scene.refund(
        service.RefundRequest(
            refund_id=UUID(int=7), order_id=ORDER, shop_order_id=PART_C, parts=(service.RefundPart("ring", 1),)
        )
    )
    a, b, c = [await told(scene, shop, office) for shop in (A, B, C)]
    dress = a.entries[0]
    assert (dress.paid_minor, dress.coupon_minor, dress.commission_minor) == (11_643, 357, -1_200)
    assert (dress.commission_vat_minor, dress.referral_minor, dress.amount_minor) == (-240, -1_440, 9_120)
    assert (dress.vat_inside_minor, dress.title, dress.order) == (1_941, "Abito lungo, 42", "G-100-1")
    assert [(one.kind.value, one.amount_minor) for one in totals_of(b.entries)] == [
        ("sale", 7_120),
        ("shipping", 490),
        ("referral", 1_440),
        ("transfer", -9_050),
    ]
    by_kind = {one.kind: (one.amount_minor, one.moved_minor) for one in totals_of(c.entries)}
    assert by_kind[EntryKind.REFUND] == (-4_499, 0)
    assert by_kind[EntryKind.CLAIM_OPENED] == (0, 4_499)
    assert by_kind[EntryKind.CLAIM_REVERSED] == (4_499, 0)
    assert [one.closing_minor for one in (a, b, c)] == [0, 0, 0]
    assert a.draft


async def test_closing_freezes_numbers_and_signs(scene: MemoryScene) -> None:
    """Each ended month of each boutique is closed once, in every form; the file is the hub's word; nothing changes."""
    office = TestOffice()
    scene.pay = msgspec.structs.replace(scene.pay, office=office)
    await scene.buy()
    await scene.release(PART_A, PART_B, PART_C)
    assert await papers.close_periods(scene.pay, scene.now) == 0
    later = months_later(scene)
    assert await papers.close_periods(scene.pay, later) == 6
    assert await papers.close_periods(scene.pay, later) == 0
    invoice, statement = sorted(await statements.papers_of(A), key=lambda head: head.kind)
    assert (statement.number, statement.total_minor) == (f"ST-{later.year}-00001", 0)
    assert (invoice.number, invoice.total_minor) == (f"FC-{later.year}-00001", 1_200 + 350 + 240 + 70)
    assert {form.form for form in statement.forms} == {PaperForm.CSV, PaperForm.JSON, PaperForm.PDF}
    file = await statements.paper(A, statement.id, PaperForm.JSON)
    assert file is not None
    assert await statements.paper(B, statement.id, PaperForm.JSON) is None
    face = sealed.check(sealed.read_paper(file.content), HUB)
    assert (face.number, face.boutique.id, face.kind) == (statement.number, A, "statement")
    for table in ("pay_paper", "pay_paper_form", "pay_paper_cut"):
        with pytest.raises(Exception, match="permission denied"):
            await execute(f"DELETE FROM {table}")  # noqa: S608 - a word of ours


async def test_what_is_late_or_follows_stands_on_the_next_one(scene: MemoryScene) -> None:
    """A statement begins where the last one ended; what was booked into an ended period afterwards is not lost."""
    office = TestOffice()
    scene.pay = msgspec.structs.replace(scene.pay, office=office)
    await scene.buy()
    await papers.close_periods(scene.pay, months_later(scene))
    await scene.release(PART_A)
    await papers.close_periods(scene.pay, months_later(scene, 2))
    first, *_, last = [head for head in reversed(await statements.papers_of(A)) if head.kind is PaperKind.STATEMENT]
    assert (first.total_minor, last.total_minor) == (12_890, 0)
    record = await paper_store.papers.get(last.id)
    assert record is not None
    document = msgspec.json.decode(record.document, type=Statement)
    assert (document.opening_minor, document.closing_minor) == (12_890, 0)
    assert sum(entry.amount_minor for entry in document.entries) == -12_890
