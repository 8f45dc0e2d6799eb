"""Postings and entries of the ledger for people: what each kind is called, and both sides of each amount. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

import msgspec

from federation.node.spreadsheets import Cell
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from marketplace.console.views.books import account_words, entries_address
from marketplace.console.words import say
from payouts.service.reads import AccountEntry

KINDS: Mapping[str, str] = {
    "capture": message("sale"),
    "fx_settle": message("exchanged into the hub’s currency"),
    "funds": message("money available, fee taken"),
    "fee_shared": message("the provider’s fee shared"),
    "release": message("share released"),
    "reserve_released": message("reserve let go"),
    "reserve_used": message("debt taken from the reserve"),
    "transfer_intent": message("transfer asked for"),
    "transfer_sent": message("transfer made"),
    "transfer_failed": message("transfer refused"),
    "transfer_returned": message("transfer sent back by the bank"),
    "refund_due": message("refund decided"),
    "refund_paid": message("refund paid"),
    "refund_returned": message("refund sent back"),
    "refund_by_hand": message("refund settled by hand"),
    "refund_part_owed": message("part of a refund owed again"),
    "refund_paid_twice": message("refund paid a second time"),
    "claim_reversed": message("transfer taken back"),
    "claim_netted": message("debt set off"),
    "claim_written_off": message("debt written off"),
    "dispute_funds": message("money moved by a bank’s dispute"),
    "dispute_borne": message("disputed money borne"),
    "dispute_lost": message("dispute lost"),
    "refund_void": message("refund paid by the lost dispute"),
    "refund_owed_again": message("refund owed again, the dispute was won"),
    "dispute_returned": message("disputed money back"),
    "dispute_fee": message("fee of a dispute charged on"),
    "adjustment": message("correction by hand"),
    "balance_move": message("movement at the provider"),
    "suspense": message("not understood"),
    "suspense_assigned": message("assigned by a person"),
}


def kind_words(kind: str) -> str:
    """What a posting is called."""
    return say(KINDS[kind]) if kind in KINDS else kind.replace("_", " ")


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One leg: its account in words and by its address, and the amount on its side."""

    account: str
    url: str
    debit: Money | None
    credit: Money | None


class PostingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One posting with its legs."""

    number: int
    at: datetime
    words: str
    sides: tuple[Side, ...]


class EntryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of an account: what it is about leads to `url` where that is a page."""

    entry: AccountEntry
    words: str
    about: str
    url: str
    debit: Money | None
    credit: Money | None
    after: Money | None


def posting_rows(entries: Iterable[AccountEntry], names: Mapping[str, str]) -> list[PostingRow]:
    """Legs in the order of their numbers as postings."""
    rows = []
    for number, each in groupby(entries, key=lambda entry: entry.txn_id):
        legs = list(each)
        sides = tuple(_side(leg, names) for leg in sorted(legs, key=lambda leg: leg.amount < 0))
        rows.append(PostingRow(number=number, at=legs[0].effective_at, words=kind_words(legs[0].kind), sides=sides))
    return rows


def _side(leg: AccountEntry, names: Mapping[str, str]) -> Side:
    debit, credit = _sides(leg)
    return Side(
        account=account_words(leg.code, names),
        url=entries_address(leg.code, leg.currency),
        debit=debit,
        credit=credit,
    )


def _sides(leg: AccountEntry) -> tuple[Money | None, Money | None]:
    amount = Money(abs(leg.amount), leg.currency)
    return (amount, None) if leg.amount > 0 else (None, amount)


def entry_rows(
    entries: Sequence[AccountEntry], orders: Mapping[str, UUID], numbers: Mapping[UUID, str]
) -> list[EntryRow]:
    """Entries of an account; `orders` are the orders that references belong to, `numbers` what people call them."""
    return [_entry_row(entry, orders.get(entry.reference), numbers) for entry in entries]


def _entry_row(entry: AccountEntry, order_id: UUID | None, numbers: Mapping[UUID, str]) -> EntryRow:
    debit, credit = _sides(entry)
    about, url = entry.reference, ""
    if order_id is not None:
        about, url = numbers.get(order_id, str(order_id)), f"/console/money/orders/{order_id}"
    elif entry.kind == "adjustment":
        about, url = say("Corrections"), "/console/money/corrections"
    elif entry.kind in {"balance_move", "suspense_assigned"}:
        url = "/console/money/reconciliation"
    return EntryRow(
        entry=entry,
        words=kind_words(entry.kind),
        about=about,
        url=url,
        debit=debit,
        credit=credit,
        after=_after(entry),
    )


def _after(entry: AccountEntry) -> Money | None:
    """What the boutique was owed after it, or owed itself; None for the hub's own accounts."""
    if entry.balance_after is None:
        return None
    owed_by_it = entry.code.startswith("recv:")
    return Money(entry.balance_after if owed_by_it else -entry.balance_after, entry.currency)


ENTRY_COLUMNS = (
    message("When"), message("What"), message("About what"), message("Transaction"), message("Currency"),
    message("Debit"), message("Credit"), message("Balance after"),
)  # fmt: skip


def entry_cells(row: EntryRow) -> tuple[Cell, ...]:
    """An entry in those columns."""
    entry = row.entry
    return (
        entry.effective_at, row.words, row.about, entry.txn_id, entry.currency, row.debit, row.credit, row.after,
    )  # fmt: skip
