"""A shop order as its boutique knows it, what may be done with it next, and what its money comes to. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from federation.conversations.messages import (
    EventBody,
    PaidOut,
    PayoutReturned,
    Refunded,
    Settled,
    ShippedLine,
    ShopOrder,
    Transferred,
)
from federation.conversations.order import CANCELLATION, ORDER, CancellationState, OrderState
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.money import Money
from federation.vocabulary.reasons import DeclineReason
from federation.vocabulary.wording import sentence

Action = Literal["accept", "decline", "ship", "deliver", "cancel", "refuse_cancel"]

SENT: frozenset[OrderState] = frozenset({"in_fulfilment", "completed"})
NOT_RESTOCKED: frozenset[DeclineReason] = frozenset({"sold_out", "damaged"})
"""Reasons after which the pieces do not go back on sale: they are not there, or not whole."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an order and how much of it has left or was refunded."""

    line_id: str
    product_id: str
    variant_id: str
    sku: str
    title: str
    size_label: str
    colour: str
    quantity: int
    unit_price_minor: int
    shipped: int
    refunded: int

    @property
    def to_ship(self) -> int:
        """Pieces that have not left yet; a refund before shipping takes its pieces out."""
        return max(self.quantity - self.shipped - self.refunded, 0)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something said about an order: `out` by the boutique, `in` by the hub."""

    direction: Literal["in", "out"]
    kind: str
    body: bytes
    said_at: datetime


class OrderMoney(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an order's money, in minor units of `currency`: ours until the hub settles in its.

    What the shopper's bank has taken with its fees, less what it gave again (`disputed_minor`), and what was taken back
    from the boutique's account or let off (`repaid_minor`), are known as far as somebody has looked at the account.
    """

    currency: str
    total_minor: int
    seller_minor: int
    commission_minor: int
    commission_vat_minor: int
    shipping_minor: int
    refunded_minor: int
    seller_refunded_minor: int
    transferred_minor: int
    paid_out_minor: int
    referral_minor: int = 0
    fee_minor: int = 0
    disputed_minor: int = 0
    repaid_minor: int = 0

    @property
    def goods_minor(self) -> int:
        """What the pieces cost."""
        return self.total_minor - self.shipping_minor

    @property
    def net_minor(self) -> int:
        """What the sale comes to for the boutique, as far as it is known: its share and shipping, less its fee part."""
        return self.seller_minor + self.shipping_minor - self.fee_minor

    @property
    def due_minor(self) -> int:
        """What is the boutique's of this order: what it nets, less its part of refunds and of disputes."""
        return self.net_minor - self.seller_refunded_minor - self.disputed_minor

    @property
    def owed_minor(self) -> int:
        """What the hub still has to transfer; below zero when the boutique owes the hub."""
        return self.due_minor - self.sent_minor

    @property
    def sent_minor(self) -> int:
        """What was transferred and neither taken back since nor let off."""
        return self.transferred_minor - self.repaid_minor

    @property
    def has_moved(self) -> bool:
        """Whether anything was refunded, transferred or paid out."""
        return bool(self.refunded_minor or self.transferred_minor or self.paid_out_minor)

    def money(self, amount_minor: int) -> Money:
        return Money(amount_minor, self.currency)


Standing = Literal[OrderState, "returned"]


def standing_of(state: OrderState, *, pieces: int, taken_back: int) -> Standing:
    """Where an order stands for people: one whose pieces all came back is no longer on its way, nor delivered."""
    return "returned" if state in SENT and 0 < pieces <= taken_back else state


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """A shop order whole; `row` is its number inside this node, for addresses of pages.

    `promised_at` is when its pieces were held first, if an article was changed or its voucher ended between that and
    the hold in force; `taken_back` pieces came back in returns and were taken back.
    """

    row: int
    hub_id: PartyId
    order_id: UUID
    reservation_id: UUID
    number: str
    state: OrderState
    cancellation: CancellationState
    reason: str
    document: ShopOrder
    placed_at: datetime
    changed_at: datetime
    promised_at: datetime | None
    money: OrderMoney
    lines: tuple[Line, ...]
    events: tuple[Event, ...]
    taken_back: int

    @property
    def standing(self) -> Standing:
        """Where it stands, in the words of people."""
        return standing_of(self.state, pieces=sum(line.quantity for line in self.lines), taken_back=self.taken_back)

    @property
    def is_exchanged(self) -> bool:
        """Whether the hub owes another currency than the boutique's prices are in."""
        return self.money.currency != self.document.currency

    @property
    def discount(self) -> Money:
        """What the boutique's own voucher took off, at its own prices."""
        given = [line.discount.amount_minor for line in self.document.lines if line.discount is not None]
        return Money(sum(given), self.document.currency)

    def listed(self, amount_minor: int) -> Money:
        """An amount at the boutique's own prices."""
        return Money(amount_minor, self.document.currency)


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the orders page."""

    row: int
    hub_id: PartyId
    number: str
    state: OrderState
    cancellation: CancellationState
    placed_at: datetime
    pieces: int
    taken_back: int
    country: str
    buyer: str
    money: OrderMoney

    @property
    def standing(self) -> Standing:
        """Where it stands, in the words of people."""
        return standing_of(self.state, pieces=self.pieces, taken_back=self.taken_back)


def currency_of(body: EventBody) -> str | None:
    """The currency of an event's amounts, which its own checks have found to be one; None when it has none."""
    if isinstance(body, Settled):
        return body.settlement.seller.currency
    return body.amount.currency if isinstance(body, Refunded | Transferred | PaidOut | PayoutReturned) else None


def is_told_again(refund: Refunded, events: Iterable[Event]) -> bool:
    """Whether the hub told of this line of this refund before, in the same currency; `events` has it as heard now."""
    heard = (
        msgspec.json.decode(event.body, type=Refunded)
        for event in events
        if event.direction == "in" and event.kind == "refunded"
    )
    return sum(_same_refund(refund, each) for each in heard) > 1


def _same_refund(one: Refunded, other: Refunded) -> bool:
    """Whether both tell of the same line."""
    same = one.refund_id == other.refund_id and one.line_id == other.line_id
    return same and one.amount.currency == other.amount.currency


def actions(state: OrderState, cancellation: CancellationState, *, pieces_left: int) -> tuple[Action, ...]:
    """What the boutique may do next, the expected thing first."""
    possible: list[Action] = []
    if cancellation == "requested" and ORDER.allows(state, "cancelled"):
        possible += ["cancel", "refuse_cancel"]
    if ORDER.allows(state, "accepted"):
        possible.append("accept")
    if ORDER.allows(state, "shipped") and pieces_left:
        possible.append("ship")
    if ORDER.allows(state, "delivered") and not pieces_left:
        possible.append("deliver")
    if ORDER.allows(state, "declined"):
        possible.append("decline")
    if state == "accepted" and cancellation != "requested" and CANCELLATION.allows(cancellation, "cancelled"):
        possible.append("cancel")
    return tuple(possible)


def parcel(lines: Iterable[Line], quantities: dict[str, int]) -> tuple[ShippedLine, ...]:
    """The lines of a parcel; no `quantities` means everything left. Raises RecordInvalidError for what cannot be."""
    parcel_lines = []
    for line in lines:
        quantity = quantities.get(line.line_id, 0) if quantities else line.to_ship
        if not 0 <= quantity <= line.to_ship:
            raise RecordInvalidError(
                sentence(
                    "%(title)s: %(left)s left to ship, not %(quantity)s",
                    title=line.title, left=line.to_ship, quantity=quantity,
                )
            )  # fmt: skip
        if quantity:
            parcel_lines.append(ShippedLine(line.line_id, quantity))
    if not parcel_lines:
        raise RecordInvalidError("nothing is left to ship in this parcel: choose at least one piece")
    return tuple(parcel_lines)


def total(rows: Iterable[OrderMoney]) -> dict[str, OrderMoney]:
    """The sum of orders' money for each currency."""
    sums: dict[str, OrderMoney] = {}
    for row in rows:
        before = sums.get(row.currency)
        sums[row.currency] = row if before is None else _add(before, row)
    return sums


def _add(left: OrderMoney, right: OrderMoney) -> OrderMoney:
    figures = [name for name in OrderMoney.__struct_fields__ if name != "currency"]
    return OrderMoney(currency=left.currency, **{name: getattr(left, name) + getattr(right, name) for name in figures})
