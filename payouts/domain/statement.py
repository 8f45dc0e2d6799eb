"""A boutique's statement: what a period did to its balance at the hub, entry by entry, and that it adds up.

The balance is what the hub owes the boutique less what the boutique owes the hub. Every entry says what it changed of
it (`amount_minor`); what only moved inside it (a reserve kept, a debt netted) has a `moved_minor` and changes nothing.
Invariants, checked whenever one is made or read: the figures of an entry come to its amount, all amounts come to the
difference of closing and opening balance, and what lies where at the end comes to the closing balance.
"""

from enum import StrEnum
from typing import Literal

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from federation.vocabulary.zones import UTC_NAME, ZoneName
from payouts.domain.papers import LegalParty
from payouts.errors import StatementBrokenError

ENTRIES_MAX = 200_000
"""No statement has more entries; one that would is to be closed earlier."""


class EntryKind(StrEnum):
    """What an entry of a statement is."""

    SALE = "sale"
    SHIPPING = "shipping"
    REFERRAL = "referral"
    EXCHANGE = "exchange"
    FEE = "fee"
    REFUND = "refund"
    DISPUTE = "dispute"
    DISPUTE_RETURNED = "dispute_returned"
    DISPUTE_FEE = "dispute_fee"
    ADJUSTMENT = "adjustment"
    RESERVE_KEPT = "reserve_kept"
    RESERVE_RELEASED = "reserve_released"
    RESERVE_USED = "reserve_used"
    CLAIM_OPENED = "claim_opened"
    CLAIM_NETTED = "claim_netted"
    CLAIM_REVERSED = "claim_reversed"
    CLAIM_WRITTEN_OFF = "claim_written_off"
    TRANSFER = "transfer"
    TRANSFER_RETURNED = "transfer_returned"


DIVIDED = frozenset(
    {
        EntryKind.SALE,
        EntryKind.SHIPPING,
        EntryKind.REFERRAL,
        EntryKind.REFUND,
        EntryKind.DISPUTE,
        EntryKind.DISPUTE_RETURNED,
    }
)
"""Kinds whose amount is what the shopper paid (or got back) and what of it went to whom."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line. Of a divided kind: amount = paid + coupon + commission + its VAT + referral, each with its sign.

    `vat_inside_minor` is the VAT inside what was paid, for the boutique's own books; it is part of `paid_minor`. `txn`
    is the ledger transaction, `order` the number of the boutique's order, `at` when it was booked (RFC 3339).
    """

    at: str
    kind: EntryKind
    txn: int
    amount_minor: int
    moved_minor: int = 0
    paid_minor: int = 0
    vat_inside_minor: int = 0
    coupon_minor: int = 0
    commission_minor: int = 0
    commission_vat_minor: int = 0
    referral_minor: int = 0
    order: str = ""
    title: str = ""
    quantity: int = 0
    note: str = ""

    @property
    def figures_minor(self) -> int:
        """What its figures come to."""
        of_paid = self.paid_minor + self.coupon_minor + self.referral_minor
        return of_paid + self.commission_minor + self.commission_vat_minor


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where the balance lies at the end of the period; `owed_minor` is what the boutique owes."""

    held_minor: int = 0
    releasable_minor: int = 0
    in_transfer_minor: int = 0
    reserve_minor: int = 0
    owed_minor: int = 0

    @property
    def balance_minor(self) -> int:
        """What it comes to."""
        lying = self.held_minor + self.releasable_minor + self.in_transfer_minor + self.reserve_minor
        return lying - self.owed_minor


class BankPayout(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Money on its way from the boutique's account at the provider, or from the hub's bank, to the boutique's bank."""

    at: str
    amount_minor: int
    state: str
    arrives_at: str = ""
    way: str = "provider"
    failure: str = ""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """The document. The period ends before `period_end`; a draft has no number and is not kept.

    Its times are in UTC; its days and months are those of `time_zone` (papers issued before it was told: UTC).
    """

    kind: Literal["statement"]
    version: Literal[1]
    number: str
    draft: bool
    hub: LegalParty
    boutique: LegalParty
    language: str
    currency: str
    period_start: str
    period_end: str
    issued_at: str
    previous: str
    opening_minor: int
    closing_minor: int
    standing: Standing
    entries: tuple[Entry, ...]
    payouts: tuple[BankPayout, ...]
    time_zone: ZoneName = UTC_NAME


class KindTotal(msgspec.Struct, frozen=True, kw_only=True):
    """All entries of one kind together."""

    kind: EntryKind
    count: int
    amount_minor: int
    moved_minor: int


def check_statement(statement: Statement) -> None:
    """Raises StatementBrokenError, saying where, when a statement does not add up."""
    for place, entry in enumerate(statement.entries, start=1):
        if entry.kind in DIVIDED and entry.figures_minor != entry.amount_minor:
            raise StatementBrokenError(
                sentence(
                    "entry %(place)s (transaction %(txn)s) says %(amount)s, its figures come to %(figures)s",
                    place=place,
                    txn=entry.txn,
                    amount=Money(entry.amount_minor, statement.currency),
                    figures=Money(entry.figures_minor, statement.currency),
                )
            )
    changed = sum(entry.amount_minor for entry in statement.entries)
    if statement.opening_minor + changed != statement.closing_minor:
        raise StatementBrokenError(
            sentence(
                "the entries come to %(entries)s, the balance changed by %(balance)s",
                entries=Money(changed, statement.currency),
                balance=Money(statement.closing_minor - statement.opening_minor, statement.currency),
            )
        )
    if statement.standing.balance_minor != statement.closing_minor:
        raise StatementBrokenError(
            sentence(
                "the accounts come to %(accounts)s, the closing balance is %(closing)s",
                accounts=Money(statement.standing.balance_minor, statement.currency),
                closing=Money(statement.closing_minor, statement.currency),
            )
        )


def totals_of(entries: tuple[Entry, ...]) -> tuple[KindTotal, ...]:
    """What each kind comes to, in the order of the kinds."""
    sums: dict[EntryKind, list[int]] = {}
    for entry in entries:
        found = sums.setdefault(entry.kind, [0, 0, 0])
        found[0] += 1
        found[1] += entry.amount_minor
        found[2] += entry.moved_minor
    return tuple(
        KindTotal(kind=kind, count=sums[kind][0], amount_minor=sums[kind][1], moved_minor=sums[kind][2])
        for kind in EntryKind
        if kind in sums
    )
