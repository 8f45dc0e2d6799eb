"""Making a boutique's statement: the draft of the running period at any time, and the frozen one when it is closed.

A statement is read from one look at the shop's accounts, taken apart by our rows and checked; if it does not add up it
is not made, and an alert says where. Closing is one transaction under a lock of its own: what was closed is never
closed again, and what is posted meanwhile stands on the next statement.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec

from federation.vocabulary.ids import new_id
from federation.vocabulary.wording import sentence
from federation.vocabulary.zones import zone_of
from payouts.domain import papers
from payouts.domain.ledger import AccountKind
from payouts.domain.papers import PaperForm, PaperKind, PaperRecord, Period
from payouts.domain.statement import ENTRIES_MAX, Entry, Standing, Statement, check_statement
from payouts.domain.statement_csv import statement_csv
from payouts.domain.statement_entries import Event, Facts, entries_of
from payouts.errors import StatementBrokenError
from payouts.paper_ports import Office
from payouts.store import papers as paper_store
from payouts.store import statements as store
from payouts.store.statements import Cut, LastStatement


class OpenPeriod(msgspec.Struct, frozen=True):
    """A period without a statement, and when the first thing happened that none tells; None: nothing did."""

    period: Period
    first: datetime | None


class _Span(msgspec.Struct, frozen=True):
    """A period, the statement before it, and the number the one of it gets (empty: a draft)."""

    period: Period
    last: LastStatement | None
    number: str = ""


class _Made(msgspec.Struct, frozen=True):
    statement: Statement
    cuts: Sequence[Cut]


async def draft(office: Office, shop_id: str, currency: str, now: datetime) -> Statement:
    """The running period as it stands: all that is on no statement yet. In a transaction, for one look at all of it.

    It begins where the last one ended, also for a reader whose clock is behind that of who closed it.
    """
    last = await store.last_statement(shop_id, currency)
    now = now if last is None else max(now, last.period_end)
    cuts = await store.cuts_at(shop_id, currency, now)
    first = await store.first_uncovered(cuts, last)
    month = papers.month_of(now, zone_of(office.time_zone))
    start = min(month.start, now if first is None else first) if last is None else last.period_end
    made = await _make(office, (shop_id, currency), _Span(Period(min(start, now), now), last), now)
    return made.statement


async def open_period(office: Office, shop_id: str, currency: str, now: datetime) -> OpenPeriod | None:
    """The oldest period without a statement in which there is something to tell; it may not have ended yet."""
    last = await store.last_statement(shop_id, currency)
    cuts = await store.cuts_at(shop_id, currency, now)
    first = await store.first_uncovered(cuts, last)
    end, balance = (None, 0) if last is None else (last.period_end, last.total_minor)
    period = papers.next_period(end, balance, first, zone_of(office.time_zone))
    return None if period is None else OpenPeriod(period, first)


async def close(office: Office, shop_id: str, currency: str, period: Period, now: datetime) -> PaperRecord:
    """Make the statement of a period for good. In the caller's transaction, which holds `store.lock`."""
    last = await store.last_statement(shop_id, currency)
    issued = now.astimezone(zone_of(office.time_zone))
    number = await paper_store.next_number(PaperKind.STATEMENT, issued.year)
    made = await _make(office, (shop_id, currency), _Span(period, last, number.text), now)
    document = papers.canonical(made.statement)
    record = PaperRecord(
        id=new_id(),
        kind=PaperKind.STATEMENT,
        shop_id=shop_id,
        currency=currency,
        series_year=number.year,
        series_place=number.place,
        number=number.text,
        period_start=period.start,
        period_end=period.end,
        issued_at=now,
        opening_minor=made.statement.opening_minor,
        total_minor=made.statement.closing_minor,
        time_zone=office.time_zone,
        document=document,
        sha256=sha256(document).digest(),
    )
    await paper_store.papers.add(record)
    await paper_store.add_cuts(record.id, made.cuts)
    await paper_store.add_form(record.id, PaperForm.JSON, await office.seal(document, now))
    await paper_store.add_form(record.id, PaperForm.CSV, statement_csv(made.statement))
    return record


async def _make(office: Office, shop: tuple[str, str], span: _Span, now: datetime) -> _Made:
    shop_id, currency = shop
    period, last = span.period, span.last
    cuts = await store.cuts_at(shop_id, currency, period.end)
    events = await store.events(cuts, last, period.end)
    facts = await facts_of(office, events, shop_id, currency)
    entries = tuple(entry for event in events for entry in entries_of(event, facts))
    if len(entries) > ENTRIES_MAX:
        raise StatementBrokenError(
            sentence("a statement of %(num)s entries is too long: close the period earlier", num=len(entries))
        )
    boutique = await office.boutique(shop_id)
    statement = Statement(
        kind="statement",
        version=1,
        number=span.number,
        draft=not span.number,
        hub=await office.hub(),
        boutique=boutique,
        language=papers.language_of(boutique.country),
        currency=currency,
        period_start=papers.time_text(period.start),
        period_end=papers.time_text(period.end),
        issued_at=papers.time_text(now),
        previous="" if last is None else last.number,
        opening_minor=0 if last is None else last.total_minor,
        closing_minor=-sum(cut.balance_minor for cut in cuts),
        standing=_standing(cuts),
        entries=_in_order(entries),
        payouts=tuple(await store.payouts(shop_id, currency, period.start, period.end)),
        time_zone=office.time_zone,
    )
    check_statement(statement)
    return _Made(statement, cuts)


def _in_order(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """By the time they were booked, those of one moment as the ledger has them."""
    return tuple(sorted(entries, key=lambda entry: entry.at))


def _standing(cuts: Collection[Cut]) -> Standing:
    owed = {cut.kind: -cut.balance_minor for cut in cuts}
    return Standing(
        held_minor=owed.get(AccountKind.HELD, 0),
        releasable_minor=owed.get(AccountKind.RELEASABLE, 0),
        in_transfer_minor=owed.get(AccountKind.IN_TRANSFER, 0),
        reserve_minor=owed.get(AccountKind.RESERVE, 0),
        owed_minor=-owed.get(AccountKind.CLAIM, 0),
    )


async def facts_of(office: Office, events: Sequence[Event], shop_id: str, currency: str) -> Facts:
    """What our rows know of these events, in a few reads however many they are."""

    def references(*postings: str) -> set[str]:
        return {event.reference for event in events if event.posting in postings}

    captured, settled = references("capture"), references("fx_settle")
    sold = await store.sold(captured, shop_id, currency)
    exchanged = await store.exchanged(settled, shop_id, currency)
    given_back = await store.given_back(references("refund_due"), shop_id, currency)
    before = await store.before_exchange(set(exchanged), shop_id, currency)
    disputed = await store.disputed(references("dispute_borne", "dispute_returned"), shop_id)
    told = [event.txn for event in events if event.posting not in {"capture", "fx_settle", "transfer_intent"}]
    about = await store.about(told, shop_id)
    ids: set[UUID] = {found.shop_order_id for found in about.values() if found.shop_order_id is not None}
    for pieces in (*sold.values(), *exchanged.values(), *given_back.values(), *before.values(), *disputed.values()):
        ids.update(piece.shop_order_id for piece in pieces)
    return Facts(
        shop_id=shop_id,
        currency=currency,
        sold=sold,
        exchanged=exchanged,
        given_back=given_back,
        before_exchange=before,
        disputed=disputed,
        about=about,
        words=await office.words(ids),
    )
