"""Closing periods: a statement for each boutique and currency of each month that has ended, and its invoices.

The job of the regular jobs does it, a person can ask for it as well; either may stop anywhere and be begun again: each
boutique's closing is one transaction, and what is closed stays as it is. PDFs are made afterwards from what was issued.
A boutique whose statement does not add up, or whose paper cannot be drawn, holds up no other: an alert says what is
wrong, until it is right.
"""

import asyncio
from datetime import datetime

import msgspec
import structlog

from federation.node.database import atomic
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.wording import sentence
from federation.vocabulary.zones import zone_of
from payouts.domain import alert_words, papers
from payouts.domain.invoice import Invoice
from payouts.domain.papers import PaperForm, PaperKind, PaperRecord, Period
from payouts.domain.statement import Statement
from payouts.errors import PaperRefusedError
from payouts.paper_ports import Office
from payouts.papers.invoice_pdf import invoice_pdf
from payouts.papers.statement_pdf import statement_pdf
from payouts.service import invoicing, statement_making
from payouts.service.context import Payments
from payouts.store import account_lines as lines_store
from payouts.store import desk, rows
from payouts.store import invoices as invoice_store
from payouts.store import papers as store
from payouts.store import statements as statement_store

BROKEN = "statement-broken"
"""The alert of a boutique whose period cannot be closed; its reference is the shop and the currency."""
UNDRAWN = "paper-undrawn"
"""The alert of a paper whose PDF cannot be made; its reference is the paper's id."""
REASON_LENGTH_MAX = 300
PDF_BATCH = 50

_log = structlog.get_logger(__name__)


async def close_periods(pay: Payments, now: datetime) -> int:
    """Close every month that has ended and issue its invoices; returns how many papers were issued.

    Outside a transaction; repeatable. Without an office (a hub that writes no papers) nothing happens.
    """
    office, done = pay.office, 0
    if office is None:
        return 0
    until = _month_start(office, now)
    for shop_id, currency in await store.shops_to_close(until):
        done += await _guarded(office, shop_id, currency, until, now)
    done += await _issue_all(office, pay.settings.settlement_currency, until, now)
    await make_pdfs(now)
    return done


async def close_shop(pay: Payments, shop_id: str, now: datetime, *, running: bool = False) -> int:
    """Close what has ended of one boutique; with `running` also what the running month has so far, this second too.

    Outside a transaction. Raises StatementBrokenError when a statement does not add up, PaperRefusedError without an
    office.
    """
    if pay.office is None:
        raise PaperRefusedError("this hub writes no papers")
    now = papers.end_of_second(now) if running else now
    until, done = now if running else _month_start(pay.office, now), 0
    for currency in await lines_store.currencies_of(shop_id):
        done += await _close_until(pay.office, shop_id, currency, until, now)
    currency = pay.settings.settlement_currency
    await _take_apart(currency)
    async with atomic():
        done += len(await _issue(pay.office, shop_id, currency, until, now))
    await make_pdfs(now)
    return done


async def make_pdfs(now: datetime) -> int:
    """Make the PDFs that are missing, from the documents as they were issued; returns how many.

    Outside a transaction: each takes seconds when it is long, and is drawn beside the loop that others wait for.
    What cannot be drawn holds up no other paper: an alert names it, and it is tried again after all others.
    """
    done = 0
    for paper_id in await store.without_pdf(PDF_BATCH, UNDRAWN):
        record = await store.papers.get(paper_id)
        if record is not None:
            done += await _make_pdf(record, now)
    return done


async def _make_pdf(record: PaperRecord, now: datetime) -> bool:
    try:
        drawn = await asyncio.to_thread(pdf_of, record)
    except Exception as error:  # noqa: BLE001 - an edge: whatever one boutique's texts do to the library
        reason = f"{type(error).__name__}: {error}"[:REASON_LENGTH_MAX]
        words = sentence("%(number)s could not be drawn as PDF: “%(reason)s”", number=record.number, reason=reason)
        await rows.raise_alert(UNDRAWN, str(record.id), words, now)
        _log.error("pdf_not_made", paper=record.number, reason=reason)
        return False
    await store.add_form(record.id, PaperForm.PDF, drawn)
    await desk.clear_alert_of(UNDRAWN, str(record.id), now)
    return True


def pdf_of(record: PaperRecord) -> bytes:
    """A paper as PDF: the same document always gives the same bytes."""
    if record.kind is PaperKind.STATEMENT:
        return statement_pdf(msgspec.json.decode(record.document, type=Statement))
    return invoice_pdf(msgspec.json.decode(record.document, type=Invoice))


def _month_start(office: Office, now: datetime) -> datetime:
    return papers.month_of(now, zone_of(office.time_zone)).start


async def _guarded(office: Office, shop_id: str, currency: str, until: datetime, now: datetime) -> int:
    """One boutique's trouble does not stop the others."""
    reference = f"{shop_id}:{currency}"
    try:
        done = await _close_until(office, shop_id, currency, until, now)
    except GalleriaError as error:
        await rows.raise_alert(BROKEN, reference, alert_words.of_shop(shop_id, error.sentence), now)
        _log.error("statement_not_made", shop=shop_id, currency=currency, reason=error.detail)
        return 0
    await desk.clear_alert_of(BROKEN, reference, now)
    return done


async def _close_until(office: Office, shop_id: str, currency: str, until: datetime, now: datetime) -> int:
    """Close period after period, each in a transaction of its own.

    One that is still running is cut at `until` if something happened in it; when `until` is the start of a month
    nothing is cut.
    """
    done = 0
    while True:
        async with atomic():
            await statement_store.lock(shop_id, currency)
            found = await statement_making.open_period(office, shop_id, currency, now)
            if found is None or found.period.start >= until:
                return done
            is_cut = found.period.end > until
            if is_cut and (found.first is None or found.first >= until):
                return done
            period = Period(found.period.start, until) if is_cut else found.period
            await statement_making.close(office, shop_id, currency, period, now)
        done += 1


async def _issue_all(office: Office, currency: str, until: datetime, now: datetime) -> int:
    done = 0
    await _take_apart(currency)
    for shop_id in await invoice_store.shops_with_open_items(currency, until):
        try:
            async with atomic():
                done += len(await _issue(office, shop_id, currency, until, now))
        except GalleriaError as error:
            await rows.raise_alert(BROKEN, shop_id, alert_words.of_shop(shop_id, error.sentence), now)
            _log.error("invoice_not_made", shop=shop_id, reason=error.detail)
        else:
            await desk.clear_alert_of(BROKEN, shop_id, now)
    return done


async def _take_apart(currency: str) -> None:
    async with atomic():
        await invoice_store.take_apart(currency)


async def _issue(office: Office, shop_id: str, currency: str, until: datetime, now: datetime) -> list[PaperRecord]:
    """The papers of each period that has something open, the oldest first. In the caller's transaction."""
    await statement_store.lock(shop_id, currency)
    issued: list[PaperRecord] = []
    zone, done_until = zone_of(office.time_zone), None
    while first := await invoice_store.first_open(shop_id, currency, done_until, until):
        period = papers.next_period(await store.invoiced_until(shop_id, currency), 0, first, zone)
        if period is None or period.start >= until:
            break
        period = Period(period.start, min(period.end, until))
        issued += await invoicing.issue(office, shop_id, currency, period, now)
        done_until = period.end
    return issued
