"""Reading the wire forms from bytes, with the rules their types cannot express: sums, currencies, repeats, days.

Every refusal is a RecordInvalidError (or TooLargeError) with one pointer per fault. Events keep their body as
bytes; `make_event` and `event_body` go from a typed body to the wire and back.
"""

from collections import Counter
from collections.abc import Iterator
from typing import TypeVar

import msgspec

from federation import limits
from federation.conversations.messages import (
    EVENT_BODIES,
    KIND_OF_BODY,
    EventBody,
    OrderEvent,
    OrderLine,
    PaidOut,
    PayoutReturned,
    Refunded,
    ReservationRequest,
    SellerPart,
    Settled,
    ShopOrder,
    StockBatch,
    Transferred,
)
from federation.conversations.return_messages import ReturnDecided, ReturnReceived, ReturnRefunded, ReturnRequested
from federation.conversations.told_checks import Told, told_faults
from federation.documents import json
from federation.documents.times import moment_of
from federation.vocabulary.errors import FieldError, RecordInvalidError
from federation.vocabulary.money import Money, zero

_TIMES = ("at", "placed_at", "proposed_at", "arrival", "send_by", "answer_by")
"""Fields that hold a time: their type knows the form, only the calendar knows the day."""

T = TypeVar("T", bound=msgspec.Struct)


def read(data: bytes, type_: type[T], *, bytes_max: int = limits.DOCUMENT_BYTES_MAX) -> T:
    """The message of `type_` in `data`, wholly checked; raises RecordInvalidError or TooLargeError."""
    message = json.decode(data, type_, bytes_max=bytes_max)
    check(message)
    return message


def check(message: msgspec.Struct) -> None:
    """Refuse a message whose parts contradict each other; messages without such rules pass."""
    faults = tuple(told_faults(message) if isinstance(message, Told) else _faults(message))
    if faults:
        raise RecordInvalidError(f"{type(message).__name__}{faults[0].pointer}: {faults[0].message}", errors=faults)


def make_event(event_id: str, order_id: str, sequence: int, body: EventBody, at: str) -> OrderEvent:
    """The event that carries `body`; its kind follows from the body's type."""
    return OrderEvent(
        id=event_id,
        order_id=order_id,
        sequence=sequence,
        kind=KIND_OF_BODY[type(body)],
        at=at,
        body=msgspec.Raw(json.encode(body)),
    )


def event_body(event: OrderEvent) -> EventBody | None:
    """The typed body of an event, or None for a kind this version does not know (keep it, act on nothing)."""
    body_type = EVENT_BODIES.get(event.kind)
    if body_type is None:
        return None
    body = json.decode(bytes(event.body), body_type)
    check(body)
    return body


def _faults(message: msgspec.Struct) -> Iterator[FieldError]:
    yield from _time_faults(message)
    if isinstance(message, ShopOrder):
        yield from _order_faults(message)
    elif isinstance(message, ReservationRequest):
        yield from _repeats("/lines", [line.variant_id for line in message.lines])
    elif isinstance(message, StockBatch):
        yield from _repeats("/registers", [f"{item.variant_id} at {item.location}" for item in message.registers])
    elif isinstance(message, Settled):
        yield from _part_faults("/settlement", message.settlement)
    elif isinstance(message, Refunded):
        yield from _negative("/amount", message.amount)
        yield from _negative("/seller_part", message.seller_part)
        if message.amount.currency != message.seller_part.currency:
            yield FieldError("/seller_part/currency", "mixed", "the two amounts share one currency")
    elif isinstance(message, Transferred | PaidOut | PayoutReturned):
        yield from _negative("/amount", message.amount)
    elif isinstance(message, ReturnRequested | ReturnReceived | ReturnRefunded | ReturnDecided):
        yield from _repeats("/lines", [line.line_id for line in message.lines])
    elif isinstance(message, OrderEvent):
        event_body(message)


def _order_faults(order: ShopOrder) -> Iterator[FieldError]:
    yield from _repeats("/lines", [line.line_id for line in order.lines])
    yield from _negative("/shipping", order.shipping)
    yield from _part_faults("/money", order.money)
    for index, line in enumerate(order.lines):
        yield from _negative(f"/lines/{index}/unit_price", line.unit_price)
        yield from _discount_faults(f"/lines/{index}/discount", line, order)
    discounts = [line.discount for line in order.lines if line.discount is not None]
    amounts = [line.unit_price for line in order.lines] + [order.shipping, order.total, order.money.seller, *discounts]
    if any(amount.currency != order.currency for amount in amounts):
        yield FieldError("/currency", "mixed", "every amount of an order is in the order's currency")
        return
    goods = sum((line.unit_price * line.quantity for line in order.lines), zero(order.currency))
    goods -= sum(discounts, zero(order.currency))
    if goods + order.shipping != order.total:
        yield FieldError("/total", "sum", "the total is not the sum of the lines, less discounts, and shipping")
    part = order.money
    if all(amount.currency == part.seller.currency for _, amount in _amounts(part)):
        referral = part.referral or zero(order.currency)
        if part.commission + part.commission_vat + referral + part.seller != goods:
            yield FieldError(
                "/money", "sum", "commission, VAT, referral and seller's part are not the sum of the lines"
            )
        if part.shipping != order.shipping:
            yield FieldError("/money/shipping", "sum", "the seller's shipping is not the order's shipping")


def _discount_faults(pointer: str, line: OrderLine, order: ShopOrder) -> Iterator[FieldError]:
    if line.discount is None:
        return
    yield from _negative(pointer, line.discount)
    if not order.voucher:
        yield FieldError(pointer, "unnamed", "an order with a discount names the shop's voucher")
    if line.discount.amount_minor > line.unit_price.amount_minor * line.quantity:
        yield FieldError(pointer, "range", "a discount is no more than its line")


def _time_faults(message: msgspec.Struct) -> Iterator[FieldError]:
    for name in _TIMES:
        text = getattr(message, name, None)
        try:
            if text is not None:
                moment_of(text)
        except RecordInvalidError as refusal:
            yield FieldError(f"/{name}", "time", refusal.detail)


def _part_faults(at: str, part: SellerPart) -> Iterator[FieldError]:
    for name, amount in _amounts(part):
        yield from _negative(f"{at}/{name}", amount)
        if amount.currency != part.seller.currency:
            yield FieldError(f"{at}/{name}/currency", "mixed", "the parts share one currency")


def _amounts(part: SellerPart) -> list[tuple[str, Money]]:
    names = ("commission", "commission_vat", "seller", "shipping", "referral", "coupon", "provider_fee")
    return [(name, amount) for name in names if (amount := getattr(part, name)) is not None]


def _negative(at: str, amount: Money) -> Iterator[FieldError]:
    if amount.amount_minor < 0:
        yield FieldError(at, "range", "an amount here is not below zero")


def _repeats(at: str, names: list[str]) -> Iterator[FieldError]:
    for name, count in Counter(names).items():
        if count > 1:
            yield FieldError(at, "duplicate", f"{name} stands {count} times")
