"""Reading orders for pages, mails and the API. Refused parts are shown while the shopper decides, and never after."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from federation.node import clock
from federation.node.keyset import Leaf
from federation.node.languages import language
from federation.node.listing import Span
from federation.vocabulary.money import Money, zero
from federation.vocabulary.product import ShopProfile, Theme
from federation.vocabulary.wording import message
from marketplace.errors import OrderNotFoundError
from marketplace.listings import service as listings
from marketplace.listings.domain.cards import product_path
from marketplace.listings.views import ShopCard
from marketplace.orders import checkout
from marketplace.orders.domain import order_life, shop_order_life
from marketplace.orders.domain.values import Line, Order, Part, is_charged, part_total, rate_words, sold
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store
from marketplace.orders.store import refunds as refund_store
from marketplace.orders.views import (
    HeldLine,
    HeldPart,
    HeldView,
    LineSplitView,
    OrderLineView,
    OrderPartView,
    OrderRow,
    OrderView,
    SplitView,
    UnpaidOrder,
)


async def order_view(token: str) -> OrderView:
    """The order behind a shopper's link. Raises OrderNotFoundError."""
    return await _view(await checkout.find(token), with_split=False)


async def unpaid_orders(tokens: Sequence[str]) -> list[UnpaidOrder]:
    """Those of a shopper's own orders whose pieces are set aside and not paid for yet."""
    orders = [await order_store.by_token(token) for token in tokens]
    return [UnpaidOrder(one.token, one.number) for one in orders if one and one.state in {"held", "paying"}]


async def order_by_id(order_id: UUID) -> OrderView:
    """An order for the operator, with its split. Raises OrderNotFoundError."""
    order = await order_store.by_id(order_id)
    if order is None:
        raise OrderNotFoundError("no such order")
    return await _view(order, with_split=True)


async def order_by_token_for_operator(token: str) -> OrderView:
    """An order for the operator by its shopper's token, with its split. Raises OrderNotFoundError."""
    return await _view(await checkout.find(token), with_split=True)


ORDER_SORTS = tuple(order_store.ORDERS)
"""What the operator's list can be sorted by."""


async def order_rows(state: str, limit: int) -> Sequence[OrderRow]:
    """The newest orders of a state."""
    return (await order_page(state, "", Span(limit, order_store.NEWEST))).rows


async def order_page(state: str | None, shopper: str, span: Span) -> Leaf[OrderRow]:
    """A page of the operator's list: orders of one state or all, of some shopper or all.

    Raises PlaceInvalidError for a place that is none of this list.
    """
    found = await order_store.page(state, shopper, span)
    return Leaf(await _order_rows(found.rows), found.before, found.after)


async def _order_rows(orders: Sequence[Order]) -> list[OrderRow]:
    parts = await part_store.of_orders([order.id for order in orders])
    refunded = await refund_store.totals([order.id for order in orders])
    names = await listings.shops_by_id({part.shop_id for part in parts}, clock.now())
    by_order: dict[UUID, list[Part]] = {}
    for part in parts:
        by_order.setdefault(part.order_id, []).append(part)
    rows = []
    for order in orders:
        own = by_order.get(order.id, [])
        rows.append(
            OrderRow(
                order_id=order.id,
                number=order.number,
                state=order.state,
                placed_at=order.created_at,
                email=order.email,
                total=Money(order.total_minor, order.currency),
                refunded=Money(refunded.get(order.id, 0), order.currency),
                shops=tuple(names[part.shop_id].name if part.shop_id in names else part.shop_id for part in own),
                part_states=tuple(part.state for part in own),
            )
        )
    return rows


async def held_view(token: str, now: datetime) -> HeldView:
    """What the boutiques answered, and what would be paid. Raises OrderNotFoundError."""
    order = await checkout.find(token)
    parts = await part_store.of_order(order.id)
    lines = await part_store.lines([part.id for part in parts])
    shops = await _shops(parts, now)
    held = [part for part in parts if part.state == "held"]
    total_minor = sum(part_total(part, lines) for part in held)
    return HeldView(
        token=order.token,
        number=order.number,
        state=order.state,
        parts=tuple(_held_part(part, lines, shops[part.shop_id], order.currency) for part in parts),
        total=Money(total_minor, order.currency),
        held_until=min((part.held_until for part in held if part.held_until), default=None),
        can_continue=order.state in {"held", "paying"} and bool(held),
        refused=sum(part.state == "refused" for part in parts),
        rate_words=rate_words(order, parts, language()),
        coupon=order.coupon.code if order.coupon else "",
        off=Money(_off(lines, held), order.currency),
    )


def _off(lines: Sequence[Line], parts: Sequence[Part]) -> int:
    shown = {part.id for part in parts}
    return sum(line.coupon_minor for line in lines if line.shop_order_id in shown)


def _held_part(part: Part, lines: Sequence[Line], shop: ShopCard, currency: str) -> HeldPart:
    own = [line for line in lines if line.shop_order_id == part.id]
    refused = part.state == "refused"
    return HeldPart(
        shop=shop,
        state=part.state,
        reason=part.reason,
        lines=tuple(
            HeldLine(
                title=line.title,
                size_label=line.size_label,
                colour=line.colour,
                quantity=line.quantity,
                total=Money(line.goods_minor, currency),
                available=part.available.get(line.variant_id) if refused else None,
            )
            for line in own
        ),
        shipping=Money(part.shipping_minor, currency),
        total=Money(part_total(part, own), currency),
        available=dict(part.available),
        voucher=part.voucher,
        voucher_off=_given(own, currency),
    )


def _given(lines: Sequence[Line], currency: str) -> Money:
    """What boutiques' own vouchers took off these lines."""
    return Money(sum(line.voucher_minor for line in lines), currency)


async def _view(order: Order, *, with_split: bool) -> OrderView:
    now = clock.now()
    parts = sold(await part_store.of_order(order.id)) if order.state != "cancelled" else []
    lines = await part_store.lines([part.id for part in parts])
    shops = await _shops(parts, now)
    currency = order.currency
    views = tuple(_part(order, part, lines, shops[part.shop_id], with_split=with_split) for part in parts)
    parts = [part for part in parts if not _is_let_go(order, part)]
    lines = [line for line in lines if line.shop_order_id in {part.id for part in parts}]
    goods = sum(line.goods_minor for line in lines)
    off = sum(line.coupon_minor for line in lines)
    shipping = sum(part.shipping_minor for part in parts)
    return OrderView(
        order_id=order.id,
        token=order.token,
        number=order.number,
        state=order.state,
        state_words=_words(order, parts),
        placed_at=order.paid_at or order.created_at,
        email=order.email,
        address=order.address,
        note=order.note,
        parts=views,
        items_total=Money(goods, currency),
        shipping_total=Money(shipping, currency),
        total=Money(sum(line.total_minor for line in lines) + shipping, currency),
        paid=Money(order.paid_minor, currency),
        refunded=sum((view.refunded for view in views), zero(currency)),
        redirect_url=order.redirect_url if order.state == "paying" else "",
        held_until=order.due_at if order.state == "authorized" else None,
        rate_words=rate_words(order, parts, language()),
        coupon=order.coupon.code if order.coupon else "",
        off=Money(off, currency),
        vouchers_off=_given(lines, currency),
    )


def _words(order: Order, parts: Sequence[Part]) -> str:
    if order.state == "paid" and parts:
        states = {part.state for part in parts}
        if states <= shop_order_life.MONEY_BACK:
            return message("Given back")
        if states <= {"delivered", *shop_order_life.MONEY_BACK}:
            return message("Complete")
        if states <= {"shipped", "delivered", *shop_order_life.MONEY_BACK}:
            return message("On its way")
    return order_life.WORDS[order.state]


def _is_let_go(order: Order, part: Part) -> bool:
    """Whether a part ended without anything having been taken for it, in an order whose money was held first."""
    bought = order.state in order_life.BOUGHT
    return bought and part.state in shop_order_life.MONEY_BACK and not is_charged(order, part)


def _part(order: Order, part: Part, lines: Sequence[Line], shop: ShopCard, *, with_split: bool) -> OrderPartView:
    currency = order.currency
    words = shop_order_life.WORDS_UNCHARGED if _is_let_go(order, part) else shop_order_life.WORDS
    own = [line for line in lines if line.shop_order_id == part.id]
    refunded = part.shipping_refunded_minor + sum(line.refunded_minor for line in own)
    return OrderPartView(
        shop_order_id=part.id,
        number=part.number,
        shop=shop,
        state=part.state,
        state_words=words[part.state],
        reason=part.reason,
        carrier=part.carrier,
        tracking=part.tracking,
        lines=tuple(_line(line, part, shop, currency) for line in own),
        shipping=Money(part.shipping_minor, currency),
        shipping_refunded=Money(part.shipping_refunded_minor, currency),
        total=Money(part_total(part, own), currency),
        refunded=Money(refunded, currency),
        cancellation=part.cancellation,
        split=_split(part, own, currency) if with_split else None,
        is_charged=is_charged(order, part),
        voucher=part.voucher,
        voucher_off=_given(own, currency),
    )


def _split(part: Part, own: Sequence[Line], currency: str) -> SplitView:
    return SplitView(
        paid=Money(sum(line.total_minor for line in own), currency),
        commission=Money(sum(line.commission_minor for line in own), currency),
        commission_vat=Money(sum(line.commission_vat_minor for line in own), currency),
        seller=Money(sum(line.seller_minor for line in own), currency),
        shipping=Money(part.shipping_minor, currency),
        referral=Money(sum(line.referral_minor for line in own), currency),
        coupon=Money(sum(line.coupon_minor for line in own), currency),
        lines=tuple(_line_split(line, part, currency) for line in own),
    )


def _line_split(line: Line, part: Part, currency: str) -> LineSplitView:
    own = part.list_currency
    return LineSplitView(
        line_id=str(line.id),
        rule_id=line.rule_id,
        rule_revision=line.rule_revision,
        commission_bp=line.commission_bp,
        fixed=Money(line.fixed_minor, own),
        floor=Money(line.floor_minor, own),
        cap=None if line.cap_minor is None else Money(line.cap_minor, own),
        commission_base=Money(line.commission_base_minor, currency),
        goods_vat_bp=line.goods_vat_bp,
        vat_bp=line.vat_bp,
        vat_treatment=line.vat_treatment,
        commission=Money(line.commission_minor, currency),
        commission_vat=Money(line.commission_vat_minor, currency),
        referral=Money(line.referral_minor, currency),
        referral_bp=line.referral_bp,
        referrer=line.referrer,
        coupon=Money(line.coupon_minor, currency),
        seller=Money(line.seller_minor, currency),
        discount=Money(line.list_discount_minor, own),
        voucher=Money(line.voucher_minor, currency),
    )


def _line(line: Line, part: Part, shop: ShopCard, currency: str) -> OrderLineView:
    return OrderLineView(
        line_id=str(line.id),
        product_id=line.product_id,
        variant_id=line.variant_id,
        sku=line.sku,
        title=line.title,
        size_label=line.size_label,
        colour=line.colour,
        quantity=line.quantity,
        unit_price=Money(line.unit_minor, currency),
        list_price=Money(line.list_unit_minor, part.list_currency),
        total=Money(line.goods_minor, currency),
        refunded_quantity=line.refunded_quantity,
        refunded=Money(line.refunded_minor, currency),
        url=product_path(shop.handle, line.product_id),
    )


async def _shops(parts: Sequence[Part], now: datetime) -> dict[str, ShopCard]:
    """The boutiques of these parts; one that withdrew its profile since is shown by its number alone."""
    known = await listings.shops_by_id({part.shop_id for part in parts}, now)
    return {part.shop_id: known.get(part.shop_id) or _gone(part.shop_id) for part in parts}


def _gone(shop_id: str) -> ShopCard:
    theme = Theme(ground="#FBFAF7", ink="#161513", accent="#6B1F2A", pairing=1, monogram="·")
    name = message("A boutique that has left")
    profile = ShopProfile(handle="gone", name=name, town="—", country="IT", currency="EUR", theme=theme, shipping=())
    return ShopCard(
        shop_id=shop_id,
        handle="gone",
        name=name,
        town="—",
        country="IT",
        theme=theme,
        tagline={},
        profile=profile,
        state="ended",
    )
