"""Pricing an unpaid order anew when the exchange rates it was promised have run out. Opens its own transaction.

Invariants: what a payment asks for was priced at rates whose promise still held when it was opened; a new total is
written down before it is shown, and charged only once the shopper has seen it and pressed on.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.node.database import atomic
from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from marketplace.coupons.domain.coupons import CouponTerms, reshown
from marketplace.coupons.domain.vouchers import shown_discount
from marketplace.currencies import service as currencies
from marketplace.currencies.domain.exchange import Exchange
from marketplace.errors import BasketChangedError, OrderStateError
from marketplace.orders.domain.division import divided, goods_total, with_coupon
from marketplace.orders.domain.values import Line, Order, Part, part_total
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store


async def renew_quote(order_id: UUID, now: datetime) -> None:
    """Give an order whose promise is over today's rates.

    Raises BasketChangedError when it costs something else now, OrderStateError when there are no rates of these days.
    """
    async with atomic():
        order = await order_store.lock(order_id)
        if order is None or order.state != "held" or order.quote is None or not order.quote.expired(now):
            return
        before, after = await _reprice(order, await currencies.exchange(order.currency, now), now)
    if after != before:
        raise BasketChangedError(
            sentence(
                "The exchange rate we promised you held for half an hour. At today’s the total is %(after)s instead of "
                "%(before)s: look at it, then go on. Nothing has been charged.",
                after=after,
                before=before,
            )
        )


async def _reprice(order: Order, exchange: Exchange, now: datetime) -> tuple[Money, Money]:
    parts = await part_store.of_order(order.id)
    if not exchange.reaches(*(part.list_currency for part in parts)):
        raise OrderStateError(
            sentence(
                "There is no exchange rate of the last days, so we cannot say what this order costs in %(currency)s. "
                "Try again later, or give everything back and pay in the boutique’s own currency.",
                currency=order.currency,
            )
        )
    lines = await part_store.lines([part.id for part in parts])
    currency_of = {part.id: part.list_currency for part in parts}
    new_parts = [
        msgspec.structs.replace(part, shipping_minor=_shown(exchange, part.list_shipping_minor, part.list_currency))
        for part in parts
    ]
    priced = [
        _repriced(line, _shown(exchange, line.list_unit_minor, currency_of[line.shop_order_id])) for line in lines
    ]
    coupon = None if order.coupon is None else reshown(order.coupon, exchange)
    new_lines = divided(new_parts, priced if coupon is None else _spread(coupon, new_parts, priced), order.currency)
    for part in new_parts:
        await part_store.change(part.id, now, shipping_minor=part.shipping_minor)
    await part_store.reprice(new_lines)
    before, after = _held_total(parts, lines), _held_total(new_parts, new_lines)
    quote = order_store.quote_text(exchange.quote(now))
    await order_store.change(order.id, now, quote=quote, total_minor=after, coupon=order_store.coupon_text(coupon))
    return Money(before, order.currency), Money(after, order.currency)


def _repriced(line: Line, unit_minor: int) -> Line:
    """The line at another unit price, its voucher with it."""
    voucher_minor = shown_discount(line.list_voucher_minor, unit_minor, line.list_unit_minor)
    return msgspec.structs.replace(line, unit_minor=unit_minor, voucher_minor=voucher_minor)


def _spread(coupon: CouponTerms, parts: Sequence[Part], lines: Sequence[Line]) -> list[Line]:
    """The lines with the coupon spread over those that are held."""
    held = {part.id for part in parts if part.state == "held"}
    on = [line for line in lines if line.shop_order_id in held]
    rest = [msgspec.structs.replace(line, coupon_minor=0) for line in lines if line.shop_order_id not in held]
    return [*with_coupon(on, coupon.off_left_minor(goods_total(on), goods_total(lines))), *rest]


def _shown(exchange: Exchange, amount_minor: int, currency: str) -> int:
    return exchange.shown(Money(amount_minor, currency)).amount_minor


def _held_total(parts: Sequence[Part], lines: Sequence[Line]) -> int:
    return sum(part_total(part, lines) for part in parts if part.state == "held")
