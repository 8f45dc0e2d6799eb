"""A statement as CSV (RFC 4180, UTF-8 with a byte order mark so that spreadsheets read accents).

The columns are stable: new ones are only ever added at the end. Times are by the clocks of the statement's zone, but
for when a payout arrives at a bank: that is a day, which the provider gives as its beginning in UTC, and by the clocks
of a zone west of that it would be the day before.
Amounts are decimal numbers with a point, in the unit of the currency; signs are the boutique's: what it gains is
positive. The first row after the head is the opening balance, the last ones are the closing balance and the payouts to
the bank, which change no balance.
"""

import csv
from io import StringIO

from federation.vocabulary.money import Money, to_decimal
from federation.vocabulary.zones import zone_of
from payouts.domain.papers import local_text
from payouts.domain.statement import Entry, Statement

COLUMNS = (
    "date",
    "kind",
    "order",
    "title",
    "quantity",
    "paid",
    "vat_inside",
    "coupon",
    "commission",
    "commission_vat",
    "referral",
    "amount",
    "moved",
    "balance",
    "currency",
    "transaction",
    "note",
)
"""`amount` is what the entry changed of the balance, `moved` what moved inside it, `balance` what it was afterwards."""

_RISKY = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would take for a formula."""


def statement_csv(statement: Statement) -> bytes:
    """All of a statement, entry by entry. Raises ZoneUnknownError where its zone is not known."""
    zone, text = zone_of(statement.time_zone), StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    balance, currency = statement.opening_minor, statement.currency
    writer.writerow(
        _row(local_text(statement.period_start, zone), "opening", balance=_number(balance, currency), currency=currency)
    )
    for entry in statement.entries:
        balance += entry.amount_minor
        writer.writerow(_entry(entry, local_text(entry.at, zone), balance, currency))
    writer.writerow(
        _row(local_text(statement.period_end, zone), "closing", balance=_number(balance, currency), currency=currency)
    )
    for payout in statement.payouts:
        writer.writerow(
            _row(
                payout.arrives_at or local_text(payout.at, zone),
                f"bank_payout_{payout.state}",
                moved=_number(payout.amount_minor, currency),
                currency=currency,
                note=_safe(payout.failure),
            )
        )
    return "\ufeff".encode() + text.getvalue().encode()


def _entry(entry: Entry, at: str, balance: int, currency: str) -> list[str]:
    def shown(minor: int) -> str:
        return _number(minor, currency) if minor else ""

    return _row(
        at,
        entry.kind.value,
        order=_safe(entry.order),
        title=_safe(entry.title),
        quantity=str(entry.quantity or ""),
        paid=shown(entry.paid_minor),
        vat_inside=shown(entry.vat_inside_minor),
        coupon=shown(entry.coupon_minor),
        commission=shown(entry.commission_minor),
        commission_vat=shown(entry.commission_vat_minor),
        referral=shown(entry.referral_minor),
        amount=_number(entry.amount_minor, currency),
        moved=shown(entry.moved_minor),
        balance=_number(balance, currency),
        currency=currency,
        transaction=str(entry.txn),
        note=_safe(entry.note),
    )


def _row(date: str, kind: str, **cells: str) -> list[str]:
    known = {**cells, "date": date, "kind": kind}
    return [known.get(column, "") for column in COLUMNS]


def _number(minor: int, currency: str) -> str:
    return str(to_decimal(Money(minor, currency)))


def _safe(text: str) -> str:
    """A person's text that no spreadsheet runs."""
    return f"'{text}" if text.startswith(_RISKY) else text
