"""From ledger transactions to the entries of a statement: each transaction taken apart by our own rows.

A transaction says what it changed of a shop's accounts; the rows say of what: of which pieces, for which order, with
which commission. Both must come to the same, or nothing is made (StatementBrokenError): a statement is never guessed.
Nothing is read from present settings; rates and parts are those frozen at the sale.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain.giveback import Components
from payouts.domain.ledger import AccountKind
from payouts.domain.papers import LineWords, OrderWords
from payouts.domain.statement import Entry, EntryKind
from payouts.domain.vat import included
from payouts.errors import StatementBrokenError

SHIPPING = "shipping"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A ledger transaction as far as it touches one shop's accounts in one currency: what it did to each (debit +)."""

    txn: int
    posting: str
    reference: str
    idem: str
    at: datetime
    moved: Mapping[AccountKind, int]

    @property
    def change(self) -> int:
        """What it changed of the shop's balance."""
        return -sum(self.moved.values())


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """So much of one sold line, in the statement's currency, as it was sold or as it goes back."""

    shop_order_id: UUID
    shop_id: str
    referrer: str
    line_id: str
    quantity: int
    parts: Components


class About(msgspec.Struct, frozen=True):
    """Which shop order a transaction is about, if any, and what a person said of it."""

    shop_order_id: UUID | None
    note: str = ""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that our rows know of the events of one statement.

    `sold` is by order, in the currency it was sold in; `exchanged` by order, what came into the statement's currency by
    an exchange, and `before_exchange` what of it had been refunded before; `given_back` is by refund, `disputed` by
    dispute and round.
    """

    shop_id: str
    currency: str
    sold: Mapping[str, Sequence[Piece]]
    exchanged: Mapping[str, Sequence[Piece]]
    given_back: Mapping[str, Sequence[Piece]]
    before_exchange: Mapping[str, Sequence[Piece]]
    disputed: Mapping[tuple[str, int], Sequence[Piece]]
    about: Mapping[int, About]
    words: Mapping[UUID, OrderWords]


SINGLE = {
    "fee_shared": EntryKind.FEE,
    "dispute_fee": EntryKind.DISPUTE_FEE,
    "adjustment": EntryKind.ADJUSTMENT,
    "transfer_sent": EntryKind.TRANSFER,
    "transfer_returned": EntryKind.TRANSFER_RETURNED,
    "claim_reversed": EntryKind.CLAIM_REVERSED,
    "claim_written_off": EntryKind.CLAIM_WRITTEN_OFF,
}
"""Postings that are one entry with the whole change."""

INSIDE = {
    "reserve_released": EntryKind.RESERVE_RELEASED,
    "reserve_used": EntryKind.RESERVE_USED,
    "claim_netted": EntryKind.CLAIM_NETTED,
}
"""Postings that move money inside the balance and are told."""

UNTOLD = frozenset({"transfer_intent", "transfer_failed"})
"""Postings that move money inside the balance and are not told: their outcome is."""


def entries_of(event: Event, facts: Facts) -> list[Entry]:
    """The entries of one transaction. Raises StatementBrokenError when the rows do not come to what it changed."""
    entries = [*_entries(event, facts), *_opened(event, facts)]
    told = sum(entry.amount_minor for entry in entries)
    if told != event.change:
        raise StatementBrokenError(
            sentence(
                "transaction %(txn)s (%(posting)s %(reference)s) changed the balance by %(change)s, "
                "our rows of it come to %(told)s",
                txn=event.txn,
                posting=event.posting,
                reference=event.reference,
                change=Money(event.change, facts.currency),
                told=Money(told, facts.currency),
            )
        )
    return entries


def _entries(event: Event, facts: Facts) -> Iterator[Entry]:
    if event.posting == "capture":
        yield from _sold(event, facts, facts.sold.get(event.reference, ()))
    elif event.posting == "fx_settle":
        yield from _exchanged(event, facts)
    elif event.posting == "refund_due":
        yield from _back(event, facts, facts.given_back.get(event.reference, ()), EntryKind.REFUND)
    elif event.posting in {"dispute_borne", "dispute_returned"}:
        yield from _disputed(event, facts)
    elif event.posting in SINGLE:
        yield _plain(event, facts, SINGLE[event.posting], amount=event.change)
    elif event.posting in INSIDE:
        moved = sum(amount for amount in event.moved.values() if amount > 0)
        yield _plain(event, facts, INSIDE[event.posting], moved=moved)
    elif event.posting == "release":
        kept = -event.moved.get(AccountKind.RESERVE, 0)
        if kept:
            yield _plain(event, facts, EntryKind.RESERVE_KEPT, moved=kept)
    elif event.posting not in UNTOLD:
        raise StatementBrokenError(
            sentence(
                "no statement can tell what the posting “%(posting)s” is (%(idem)s)",
                posting=event.posting,
                idem=event.idem,
            )
        )


def _opened(event: Event, facts: Facts) -> Iterator[Entry]:
    """The debt that a transaction made of what the shop no longer has with us."""
    owed = event.moved.get(AccountKind.CLAIM, 0)
    if owed > 0:
        yield _plain(event, facts, EntryKind.CLAIM_OPENED, moved=owed)


def _sold(event: Event, facts: Facts, pieces: Sequence[Piece]) -> Iterator[Entry]:
    for piece in pieces:
        kind = EntryKind.SHIPPING if piece.line_id == SHIPPING else EntryKind.SALE
        yield from _of_piece(event, facts, piece, kind, sign=1)


def _exchanged(event: Event, facts: Facts) -> Iterator[Entry]:
    """Into the statement's currency: the sale; out of it: one entry for all of it."""
    arrived = facts.exchanged.get(event.reference, ())
    if not arrived:
        yield _plain(event, facts, EntryKind.EXCHANGE, amount=event.change)
        return
    yield from _sold(event, facts, arrived)
    yield from _back(event, facts, facts.before_exchange.get(event.reference, ()), EntryKind.REFUND)


def _back(event: Event, facts: Facts, pieces: Sequence[Piece], kind: EntryKind) -> Iterator[Entry]:
    for piece in pieces:
        yield from _of_piece(event, facts, piece, kind, sign=-1)


def _disputed(event: Event, facts: Facts) -> Iterator[Entry]:
    """A dispute's pieces; what of a debt had been given up is not given again when the money comes back."""
    dispute_id, _, number = event.idem.partition(":")[2].rpartition(":")
    pieces = facts.disputed.get((dispute_id, int(number)), ())
    if event.posting == "dispute_borne":
        yield from _back(event, facts, pieces, EntryKind.DISPUTE)
        return
    entries = [
        entry for piece in pieces for entry in _of_piece(event, facts, piece, EntryKind.DISPUTE_RETURNED, sign=1)
    ]
    yield from entries
    forgiven = event.change - sum(entry.amount_minor for entry in entries)
    if forgiven < 0:
        yield _plain(event, facts, EntryKind.CLAIM_WRITTEN_OFF, amount=forgiven)


def _of_piece(event: Event, facts: Facts, piece: Piece, kind: EntryKind, *, sign: int) -> Iterator[Entry]:
    """What a piece means to this shop: as its seller, as the one who sent the shopper, or as both."""
    parts, order = piece.parts, facts.words.get(piece.shop_order_id)
    words = LineWords("") if order is None else order.lines.get(piece.line_id, LineWords(""))
    number = "" if order is None else order.number
    at, note = _moment(event.at), facts.about.get(event.txn, About(None)).note
    if piece.shop_id == facts.shop_id:
        yield Entry(
            at=at,
            kind=kind,
            txn=event.txn,
            amount_minor=sign * parts.seller,
            paid_minor=sign * parts.paid,
            vat_inside_minor=sign * included(parts.paid, words.goods_vat_bp),
            coupon_minor=sign * parts.coupon,
            commission_minor=-sign * parts.commission,
            commission_vat_minor=-sign * parts.vat,
            referral_minor=-sign * parts.referral,
            order=number,
            title=words.title or piece.line_id,
            quantity=piece.quantity,
            note=note,
        )
    if piece.referrer == facts.shop_id and parts.referral:
        yield Entry(
            at=at,
            kind=EntryKind.REFERRAL if kind is EntryKind.SALE else kind,
            txn=event.txn,
            amount_minor=sign * parts.referral,
            referral_minor=sign * parts.referral,
            order=number,
            title=EntryKind.REFERRAL.value,
            note=note if piece.shop_id == facts.shop_id else "",
        )


def _plain(event: Event, facts: Facts, kind: EntryKind, *, amount: int = 0, moved: int = 0) -> Entry:
    about = facts.about.get(event.txn, About(None))
    order = None if about.shop_order_id is None else facts.words.get(about.shop_order_id)
    return Entry(
        at=_moment(event.at),
        kind=kind,
        txn=event.txn,
        amount_minor=amount,
        moved_minor=moved,
        order="" if order is None else order.number,
        note=about.note,
    )


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
