"""A shop's account as a list of movements: one line for each entry of the ledger on one of its accounts, in order.

Amounts are seen from the shop: what it has is positive. On the account `owed` a positive amount is a debt that grew. So
the newest balances of its accounts, less that of `owed`, are what the hub owes it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from federation.vocabulary.movements import Account, MovementKind
from payouts.domain.ledger import AccountKind
from payouts.domain.statement import Entry
from payouts.domain.statement_entries import SHIPPING

PLACES: dict[AccountKind, Account] = {
    AccountKind.HELD: "held",
    AccountKind.RELEASABLE: "releasable",
    AccountKind.IN_TRANSFER: "in_transfer",
    AccountKind.RESERVE: "reserve",
    AccountKind.CLAIM: "owed",
}
"""How each kind of a shop's account is called to the shop."""

KINDS: dict[str, MovementKind] = {
    "capture": "sale",
    "fx_settle": "exchange",
    "refund_due": "refund",
    "fee_shared": "fee",
    "release": "released",
    "reserve_released": "reserve_released",
    "reserve_used": "reserve_used",
    "transfer_intent": "transfer_started",
    "transfer_sent": "transfer",
    "transfer_failed": "transfer_failed",
    "transfer_returned": "transfer_returned",
    "claim_netted": "claim_netted",
    "claim_reversed": "claim_reversed",
    "claim_written_off": "claim_written_off",
    "dispute_borne": "dispute",
    "dispute_returned": "dispute_returned",
    "dispute_fee": "dispute_fee",
    "adjustment": "adjustment",
}
"""What a posting of each kind is to the shop whose accounts it touches."""


class PartKind(StrEnum):
    """One component of a movement: what the shopper paid, what of it went to whom."""

    PAID = "paid"
    SHIPPING = "shipping"
    COUPON = "coupon"
    COMMISSION = "commission"
    COMMISSION_VAT = "commission_vat"
    REFERRAL_GIVEN = "referral_given"
    REFERRAL_EARNED = "referral_earned"


class LinePart(msgspec.Struct, frozen=True):
    """A component of a movement, of the piece called `title` if it is of one; negative where the shop gets less."""

    kind: PartKind
    amount_minor: int
    title: str = ""


class StatementLine(msgspec.Struct, frozen=True, kw_only=True):
    """One entry on one of a shop's accounts; `id` rises, `balance_minor` is that account's after it.

    `order` is the shop order's number and `order_id` its id, both empty for what is of no order. `parts` stand on the
    first line of a sale, a refund or a dispute and add up to what the whole event changed over all of its accounts.
    """

    id: int
    at: datetime
    kind: MovementKind
    account: Account
    currency: str
    amount_minor: int
    balance_minor: int
    order_id: str = ""
    order: str = ""
    title: str = ""
    note: str = ""
    parts: tuple[LinePart, ...] = ()


class AccountEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as the ledger holds it, debit positive, with the shop order it is about if any, and a person's words.

    `is_first` says that no earlier entry of its transaction is on an account of the shop.
    """

    id: int
    txn: int
    at: datetime
    posting: str
    account: AccountKind
    currency: str
    amount: int
    balance_after: int
    shop_order_id: UUID | None
    is_seller: bool
    is_first: bool
    note: str


DIVIDED = frozenset({"capture", "fx_settle", "refund_due", "dispute_borne", "dispute_returned"})
"""Postings whose lines say what the shopper paid and what of it went to whom."""


def parts_of(entries: Sequence[Entry]) -> tuple[LinePart, ...]:
    """The components of a transaction, from its entries on a statement."""
    return tuple(part for entry in entries for part in _parts(entry))


def _parts(entry: Entry) -> Iterator[LinePart]:
    paid = PartKind.SHIPPING if entry.title == SHIPPING else PartKind.PAID
    title = entry.title if paid is PartKind.PAID and entry.paid_minor else ""
    referral = PartKind.REFERRAL_GIVEN if entry.paid_minor else PartKind.REFERRAL_EARNED
    for kind, minor in (
        (paid, entry.paid_minor),
        (PartKind.COUPON, entry.coupon_minor),
        (PartKind.COMMISSION, entry.commission_minor),
        (PartKind.COMMISSION_VAT, entry.commission_vat_minor),
        (referral, entry.referral_minor),
    ):
        if minor:
            yield LinePart(kind, minor, title)


def kind_of(entry: AccountEntry) -> MovementKind:
    """What an entry is to its shop."""
    if entry.posting == "release" and entry.account is AccountKind.RESERVE:
        return "reserve_kept"
    if entry.posting == "capture" and not entry.is_seller:
        return "referral"
    return KINDS.get(entry.posting, "other")


def line_of(entry: AccountEntry, number: str, parts: tuple[LinePart, ...] = ()) -> StatementLine:
    """An entry as its shop sees it; `number` is that of its order, empty when it is of none."""
    sign = 1 if entry.account is AccountKind.CLAIM else -1
    return StatementLine(
        id=entry.id,
        at=entry.at,
        kind=kind_of(entry),
        account=PLACES[entry.account],
        currency=entry.currency,
        amount_minor=sign * entry.amount,
        balance_minor=sign * entry.balance_after,
        order_id=str(entry.shop_order_id) if number and entry.shop_order_id else "",
        order=number,
        note=entry.note,
        parts=parts,
    )
