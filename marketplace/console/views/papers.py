"""Papers as the console shows them: their words, and a statement's entries as rows. Pure but for the language."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import msgspec
from babel.dates import format_date

from federation.node.languages import language
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from federation.vocabulary.zones import zone_or_utc
from payouts.domain.invoice import Detail, Invoice
from payouts.domain.papers import PaperHead, PaperKind
from payouts.domain.statement import Entry, EntryKind, Statement, totals_of

KINDS: Mapping[PaperKind, str] = {
    PaperKind.STATEMENT: message("Statement"),
    PaperKind.INVOICE: message("Commission invoice"),
    PaperKind.CREDIT_NOTE: message("Credit note"),
}

ENTRIES: Mapping[EntryKind, str] = {
    EntryKind.SALE: message("Sale"),
    EntryKind.SHIPPING: message("Shipping"),
    EntryKind.REFERRAL: message("For a shopper it sent"),
    EntryKind.EXCHANGE: message("Exchanged"),
    EntryKind.FEE: message("Part of the provider’s fee"),
    EntryKind.REFUND: message("Refund"),
    EntryKind.DISPUTE: message("Taken by a dispute"),
    EntryKind.DISPUTE_RETURNED: message("Dispute won"),
    EntryKind.DISPUTE_FEE: message("Fee of a lost dispute"),
    EntryKind.ADJUSTMENT: message("Correction"),
    EntryKind.RESERVE_KEPT: message("Reserve kept back"),
    EntryKind.RESERVE_RELEASED: message("Reserve let go"),
    EntryKind.RESERVE_USED: message("Reserve used for a debt"),
    EntryKind.CLAIM_OPENED: message("Debt opened"),
    EntryKind.CLAIM_NETTED: message("Debt netted"),
    EntryKind.CLAIM_REVERSED: message("Debt taken back from its account"),
    EntryKind.CLAIM_WRITTEN_OFF: message("Debt written off"),
    EntryKind.TRANSFER: message("Transfer"),
    EntryKind.TRANSFER_RETURNED: message("Transfer returned"),
}

TREATMENTS: Mapping[str, str] = {
    "domestic": message("the hub’s VAT"),
    "no-vat-id": message("the hub’s VAT, for want of a valid VAT id"),
    "reverse-charge": message("reverse charge"),
    "outside-scope": message("outside the scope of VAT"),
}

MISSING: Mapping[Detail, str] = {
    "hub-name": message("the hub’s legal name"),
    "hub-address": message("the hub’s address"),
    "hub-vat-id": message("the hub’s VAT id"),
    "boutique-name": message("its legal name"),
    "boutique-address": message("its address"),
    "boutique-vat-id": message("its VAT id"),
}
"""What an invoice may wait for; a boutique says its own in its profile."""

ROWS_MAX = 200
"""A page shows so many entries, the newest; the files have all."""

_SILENT_TITLES = frozenset({"", "shipping", "referral"})


class EntryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One entry: its figures are of the statement's currency; a figure of zero says nothing."""

    at: datetime
    kind: str
    title: str
    order: str
    note: str
    paid: Money
    coupon: Money
    commission: Money
    referral: Money
    moved: Money
    amount: Money
    balance: Money


class TotalRow(msgspec.Struct, frozen=True):
    """All entries of a kind."""

    kind: str
    count: int
    amount: Money


class StatementPage(msgspec.Struct, frozen=True, kw_only=True):
    """A statement to look at: sums, where the balance lies, and its newest entries."""

    opening: Money
    closing: Money
    totals: tuple[TotalRow, ...]
    standing: tuple[tuple[str, Money], ...]
    rows: tuple[EntryRow, ...]
    count: int


def statement_page(statement: Statement) -> StatementPage:
    """What a page shows of a statement."""

    def money(minor: int) -> Money:
        return Money(minor, statement.currency)

    balance, rows = statement.opening_minor, []
    for entry in statement.entries:
        balance += entry.amount_minor
        rows.append((entry, balance))
    lies = statement.standing
    standing = (
        (message("Held"), lies.held_minor),
        (message("Releasable"), lies.releasable_minor),
        (message("Being sent"), lies.in_transfer_minor),
        (message("Reserve"), lies.reserve_minor),
        (message("Owed by the boutique"), -lies.owed_minor),
    )
    return StatementPage(
        opening=money(statement.opening_minor),
        closing=money(statement.closing_minor),
        totals=tuple(
            TotalRow(ENTRIES[one.kind], one.count, money(one.amount_minor))
            for one in totals_of(statement.entries)
            if one.amount_minor
        ),
        standing=tuple((word, money(minor)) for word, minor in standing if minor),
        rows=tuple(_row(entry, after, statement) for entry, after in reversed(rows[-ROWS_MAX:])),
        count=len(rows),
    )


def _row(entry: Entry, balance: int, statement: Statement) -> EntryRow:
    currency = statement.currency
    quantity = f"{entry.quantity} × " if entry.quantity > 1 else ""
    return EntryRow(
        at=moment_in(statement, entry.at),
        kind=ENTRIES[entry.kind],
        title="" if entry.title in _SILENT_TITLES else f"{quantity}{entry.title}",
        order=entry.order,
        note=entry.note,
        paid=Money(entry.paid_minor, currency),
        coupon=Money(entry.coupon_minor, currency),
        commission=Money(entry.commission_minor + entry.commission_vat_minor, currency),
        referral=Money(entry.referral_minor, currency),
        moved=Money(entry.moved_minor, currency),
        amount=Money(entry.amount_minor, currency),
        balance=Money(balance, currency),
    )


class PaperDays(msgspec.Struct, frozen=True):
    """The days of a paper, by the clocks of the zone it counts in: of its period the first and the last, of issue."""

    first: datetime
    last: datetime
    issued: datetime


def days_of(head: PaperHead) -> PaperDays:
    """The days a paper names."""
    zone = zone_or_utc(head.time_zone)
    ends = (head.period_start, head.period_end - timedelta(seconds=1), head.issued_at)
    return PaperDays(*(moment.astimezone(zone) for moment in ends))


def moment_in(document: Statement | Invoice, time: str) -> datetime:
    """A document's time by the clocks of its zone."""
    return datetime.fromisoformat(time).astimezone(zone_or_utc(document.time_zone))


def months_back(now: datetime, first: datetime | None, count: int) -> Mapping[str, str]:
    """The months since `first` in words, by what an address names them, `2026-11`; newest first, at most so many.

    Both times are by the clocks of the months' zone.
    """
    place = now.year * 12 + now.month - 1
    since = place - (first.year * 12 + first.month - 1) if first else -1
    months = [((place - back) // 12, (place - back) % 12 + 1) for back in range(min(count, since + 1))]
    words = {month: format_date(date(*month, 1), "LLLL y", locale=language()) for month in months}
    return {f"{year}-{month:02d}": words[year, month] for year, month in months}
