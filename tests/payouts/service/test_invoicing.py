"""Commission invoices and credit notes: complete or not at all, numbered without a gap, equal to the ledger."""

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import msgspec
import pytest

from federation.node.database import Database, atomic, execute, fetch, fetch_value, using
from federation.vocabulary.ids import new_id
from federation.vocabulary.wording import sentence
from payouts import service
from payouts.domain.invoice import Invoice
from payouts.domain.papers import PaperKind, PaperRecord
from payouts.errors import StatementBrokenError
from payouts.invariants import breaches
from payouts.service import invoicing, papers, statement_making, statements
from payouts.store import paper_audit, rows
from payouts.store import papers as store
from tests.payouts.adding_up import check_papers
from tests.payouts.paper_scene import TestOffice
from tests.payouts.scene import CrashError, MemoryScene, provider_id
from tests.payouts.service.test_exchanging import paid_in_yen
from tests.payouts.service.test_releasing import at_once
from tests.payouts.service.test_statement_making import months_later
from tests.payouts.worked_example import ORDER, PART_A, PART_B, PART_C, A, B, C, euro
from tests.support.postgres import Urls

pytestmark = pytest.mark.apps("payouts.piccolo_app")


def writes_papers(scene: MemoryScene, office: TestOffice) -> None:
    """Let the hub of a scene have an office."""
    scene.pay = msgspec.structs.replace(scene.pay, office=office)


async def documents(shop_id: str) -> list[Invoice]:
    """The invoices and credit notes of a boutique, oldest first."""
    heads = [head for head in await statements.papers_of(shop_id) if head.kind is not PaperKind.STATEMENT]
    found = [await store.papers.get(head.id) for head in reversed(heads)]
    return [msgspec.json.decode(record.document, type=Invoice) for record in found if record is not None]


async def commission_in_books() -> tuple[int, int]:
    """What the ledger holds as commission and as the VAT on it."""
    rows = await fetch(
        "SELECT account.kind, -sum(entry.amount)::bigint AS sum FROM pay_entry AS entry "
        "JOIN pay_account AS account ON account.id = entry.account_id "
        "WHERE account.kind IN ('hub:commission', 'vat:payable') GROUP BY 1 ORDER BY 1"
    )
    sums = {row["kind"]: row["sum"] for row in rows}
    return sums["hub:commission"], sums["vat:payable"]


async def issued() -> tuple[int, int]:
    """Net and VAT of all invoices less all credit notes."""
    net = vat = 0
    for shop_id in (A, B, C):
        for each in await documents(shop_id):
            sign = 1 if each.kind == "invoice" else -1
            net, vat = net + sign * each.net_minor, vat + sign * each.vat_minor
    return net, vat


async def test_what_is_given_back_after_its_invoice_is_credited(scene: MemoryScene) -> None:
    """Before the invoice it lowers it; afterwards it stands on a credit note to it. All together it is the ledger's."""
    writes_papers(scene, TestOffice())
    payment = await scene.buy()
    await scene.release(PART_A, PART_B, PART_C)
    ring = service.RefundPart("ring", 1)
    await scene.refund(
        service.RefundRequest(refund_id=UUID(int=7), order_id=ORDER, shop_order_id=PART_C, parts=(ring,))
    )
    await papers.close_periods(scene.pay, months_later(scene))
    (first,) = await documents(C)
    assert (first.kind, first.net_minor, first.vat_minor) == ("invoice", 500, 0)
    assert [rate.treatment for rate in first.rates] == [""]
    assert [rate.exchanged for rate in first.rates] == [0]
    assert first.orders[0].order == "G-100-3"
    assert await issued() == await commission_in_books() == (2_859, 472)
    scene.now = months_later(scene)
    await scene.refund(
        service.RefundRequest(refund_id=UUID(int=8), order_id=ORDER, shop_order_id=PART_C, parts=(ring,))
    )
    await scene.hear()
    number = scene.provider.disputes.open(provider_id(payment), euro(12_333), "general", inquiry=False)
    await scene.hear()
    scene.provider.disputes.decide(number, "lost")
    await scene.hear()
    await papers.close_periods(scene.pay, months_later(scene))
    _, note = await documents(C)
    assert (note.kind, note.refers_to, note.net_minor) == ("credit_note", first.number, 500)
    assert [each.kind for each in await documents(A)] == ["invoice", "credit_note"]
    assert await issued() == await commission_in_books()
    assert await breaches(scene.now) == []
    await check_papers(months_later(scene))


async def test_nothing_is_invoiced_without_what_the_law_wants(scene: MemoryScene) -> None:
    """It waits, and an alert says for what; statements are made all the same; then the invoice follows."""
    office = TestOffice()
    writes_papers(scene, office)
    office.forget(vat_id="", address=" ")
    await scene.buy()
    later = months_later(scene)
    assert await papers.close_periods(scene.pay, later) == 3
    (alert, *_) = [one for one in await service.alerts() if one.kind == invoicing.WAITS and one.reference == A]
    assert alert.message == "the commission invoice of Shop-A waits for the hub's address, the hub's VAT id"
    office.forget(vat_id="FR40303265045", address="1 rue de la Paix")
    assert await papers.close_periods(scene.pay, later) == 3
    assert [one for one in await service.alerts() if one.kind == invoicing.WAITS] == []


async def test_a_sale_in_another_currency_is_invoiced_as_what_it_came_to(scene: MemoryScene) -> None:
    """The invoice is in the hub's currency and says that its amounts were exchanged, which rounds them once more."""
    writes_papers(scene, TestOffice())
    await paid_in_yen(scene)
    await papers.close_periods(scene.pay, months_later(scene))
    (invoice,) = await documents(A)
    assert invoice.currency == "EUR"
    assert [(rate.lines, rate.exchanged) for rate in invoice.rates] == [(2, 2)]
    assert await issued() == await commission_in_books()


async def test_what_was_said_of_an_invoice_is_over_once_it_is_issued(scene: MemoryScene) -> None:
    """A person was called because it did not add up; the run that issues it takes that back."""
    writes_papers(scene, TestOffice())
    await scene.buy()
    await rows.raise_alert(papers.BROKEN, A, sentence("VAT of 1 is not 2000 basis points of 1"), scene.now)
    await papers.close_periods(scene.pay, months_later(scene))
    assert len(await documents(A)) == 1
    assert [one for one in await service.alerts() if one.kind == papers.BROKEN] == []


async def numbered(kind: PaperKind) -> list[int]:
    """The places given in a series."""
    rows = await fetch("SELECT series_place FROM pay_paper WHERE kind = $1 ORDER BY 1", kind.value)
    return [row["series_place"] for row in rows]


async def test_numbers_have_no_gap_whoever_issues_and_whatever_dies(scene: MemoryScene) -> None:
    """Three close at once while a fourth dies after taking its numbers: each paper once, numbers 1 to n."""
    writes_papers(scene, TestOffice())
    await scene.buy()
    later = months_later(scene)

    async def dies() -> None:
        async with atomic():
            await store.next_number(PaperKind.STATEMENT, later.year)
            await store.next_number(PaperKind.INVOICE, later.year)
            raise CrashError

    async def closes() -> int:
        return await papers.close_periods(scene.pay, later)

    done = await at_once(closes, dies, closes, closes)
    assert isinstance(done[1], CrashError)
    assert sum(each for each in done if isinstance(each, int)) == 6
    assert await numbered(PaperKind.STATEMENT) == await numbered(PaperKind.INVOICE) == [1, 2, 3]
    await check_papers(later)


async def test_a_statement_that_does_not_add_up_is_not_made(scene: MemoryScene) -> None:
    """Somebody changed a row by hand: no paper of this boutique, an alert that says where; the others have theirs."""
    writes_papers(scene, TestOffice())
    await scene.buy()
    later = months_later(scene)
    await execute("UPDATE pay_line SET seller = seller - 1, commission = commission + 1 WHERE line_id = 'scarf'")
    with pytest.raises(StatementBrokenError, match="our rows of it come to"):
        await draft_of(A, later)
    await papers.close_periods(scene.pay, later)
    assert await statements.papers_of(A) == []
    assert [head.kind for head in await statements.papers_of(B)] == [PaperKind.STATEMENT]
    kinds = {alert.kind for alert in await service.alerts()}
    assert papers.BROKEN in kinds
    assert "commissions-are-the-ledger" in {breach.rule for breach in await breaches(later)}
    assert await fetch_value("SELECT last FROM pay_paper_series WHERE name LIKE 'statement:%'") == 2


async def issued_paper(document: bytes, place: int, now: datetime) -> PaperRecord:
    """A statement of a quiet boutique as it was issued, by its bytes."""
    record = PaperRecord(
        id=new_id(),
        kind=PaperKind.STATEMENT,
        shop_id="shop-q",
        currency="EUR",
        series_year=2020,
        series_place=place,
        number=f"ST-2020-{place:05d}",
        period_start=now + timedelta(days=place),
        period_end=now + timedelta(days=place + 1),
        issued_at=now,
        opening_minor=0,
        total_minor=0,
        document=document,
        sha256=sha256(document).digest(),
    )
    await store.papers.add(record)
    return record


async def test_a_paper_that_cannot_be_drawn_holds_up_no_other(scene: MemoryScene) -> None:
    """More of them than are made at once, all older: each is named by an alert, and the next round makes the others."""
    writes_papers(scene, TestOffice())
    bad = [await issued_paper(b"{}", place, scene.now) for place in range(1, papers.PDF_BATCH + 1)]
    await scene.buy()
    later = months_later(scene)
    await papers.close_periods(scene.pay, later)
    await papers.close_periods(scene.pay, later)
    undrawn = [alert for alert in await service.alerts() if alert.kind == papers.UNDRAWN]
    assert {alert.reference for alert in undrawn} == {str(one.id) for one in bad}
    assert "ST-2020-00001" in {alert.message.split()[0] for alert in undrawn}
    assert set(await store.without_pdf(200, papers.UNDRAWN)) == {one.id for one in bad}


async def draft_of(shop_id: str, now: datetime) -> None:
    """Make a draft."""
    async with atomic():
        await statement_making.draft(TestOffice(), shop_id, "EUR", now)


BREAKS = (
    ("paper-is-its-bytes", "UPDATE pay_paper SET document = document || '\\x20'"),
    ("form-is-its-bytes", "UPDATE pay_paper_form SET content = content || '\\x20', size_bytes = size_bytes + 1"),
    ("statement-follows", "UPDATE pay_paper SET opening_minor = 1 WHERE kind = 'statement'"),
    ("statement-is-its-accounts", "UPDATE pay_paper_cut SET balance_minor = balance_minor - 1"),
    ("statement-is-its-entries", "UPDATE pay_paper SET opening_minor = 1 WHERE kind = 'statement'"),
    ("commissions-are-the-ledger", "UPDATE pay_commission_item SET net_minor = net_minor + 1"),
    ("commissions-have-their-lines", "UPDATE pay_commission_item SET txn_id = (SELECT max(id) FROM pay_txn)"),
    ("invoice-is-its-lines", "UPDATE pay_paper SET total_minor = total_minor + 1 WHERE kind = 'invoice'"),
    ("numbers-have-no-gap", "UPDATE pay_paper_series SET last = last + 1"),
)


async def test_each_rule_of_papers_finds_what_breaks_it(scene: MemoryScene, database_urls: Urls) -> None:
    """Changed by hand with every guard off, each is found; undone, all is well."""
    writes_papers(scene, TestOffice())
    await scene.buy()
    later = months_later(scene)
    await papers.close_periods(scene.pay, later)
    assert {rule for rule, _ in BREAKS} == set(paper_audit.PAPER_RULES)
    database = await Database().start(database_urls.owner)
    with using(database):
        for rule, change in BREAKS:
            with pytest.raises(CrashError):
                async with atomic():
                    await execute(f"ALTER TABLE {change.split()[1]} DISABLE TRIGGER USER")
                    await execute(change)
                    assert rule in {breach.rule for breach in await paper_audit.broken_paper_rules(later)}
                    raise CrashError
        assert await paper_audit.broken_paper_rules(later) == []
    await database.stop()
