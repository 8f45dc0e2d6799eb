"""The shopper's basket, kept in their session and priced anew each time it is shown. Runs in the request's transaction.

Nothing is set aside by a basket; that begins with `checkout`. Prices seen are remembered with the lines, in the
boutiques' own currency, so that one which moved is told and a new exchange rate is not taken for one.
"""

import contextlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import msgspec

from federation.node.languages import in_language, language
from federation.vocabulary.money import zero
from federation.vocabulary.wording import message
from marketplace.coupons import service as coupons
from marketplace.coupons import vouchers
from marketplace.coupons.domain.coupons import normal_code
from marketplace.currencies import service as currencies
from marketplace.currencies.domain.exchange import Exchange
from marketplace.errors import BasketInvalidError, CouponInvalidError
from marketplace.listings import service as listings
from marketplace.listings.domain.cards import pictures, product_path
from marketplace.listings.service import ListedVariant
from marketplace.listings.views import ShopCard
from marketplace.media.domain.addresses import stand_in_of
from marketplace.orders.domain import basket as rules
from marketplace.orders.domain import order_life
from marketplace.orders.domain.basket import Basket, BasketItem
from marketplace.orders.domain.pricing import (
    PricedBasket,
    PricedLine,
    PricedPart,
    Wanted,
    price_basket,
    priced_pieces,
    with_coupon,
    with_voucher,
)
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store
from marketplace.orders.views import BasketLine, BasketPart, BasketView
from marketplace.terms import referrals

BASKET = "basket"
CHECKOUTS = "checkouts"
CHECKOUTS_MAX = 10
COUPON = "coupon"
VOUCHERS = "vouchers"
"""What a session keeps: the code written down for each boutique."""
PLAIN = "codes_plain"
"""What a session keeps of somebody who has written down several codes that cannot be used: why not is not told."""
CANNOT = message(
    "This code cannot be used for this basket. If it is written right, it has ended or was used up, or is for other "
    "pieces or a larger sum."
)
CURRENCY_DEFAULT = "EUR"

Key = tuple[str, str, str]


class SessionData(Protocol):
    """The part of a session that baskets need."""

    @property
    def data(self) -> dict[str, Any]:
        """JSON values kept for this visitor."""
        ...


def read(session: SessionData) -> Basket:
    """The basket as kept."""
    return rules.from_session(session.data.get(BASKET))


def count(session: SessionData) -> int:
    """Pieces in the basket, for the page's head."""
    return read(session).pieces


async def add(
    session: SessionData, shop_id: str, product_id: str, variant_id: str, quantity: int, *, now: datetime
) -> None:
    """Put pieces in the basket. Raises BasketInvalidError when the variant is not offered, or beyond the bounds."""
    key = (shop_id, product_id, variant_id)
    listed = (await listings.listed_variants([key], now)).get(key)
    if listed is None or not listed.offer.in_stock:
        raise BasketInvalidError("This size is no longer to be had; the piece’s page shows what is left.")
    item = BasketItem(shop_id, product_id, variant_id, quantity, listed.variant.price.amount_minor)
    _keep(session, rules.add(read(session), item))


def set_quantity(session: SessionData, key: str, quantity: int) -> None:
    """Change a line's quantity; zero removes it."""
    _keep(session, rules.set_quantity(read(session), key, quantity))


def remove(session: SessionData, key: str) -> None:
    """Take a line out."""
    _keep(session, rules.remove(read(session), key))


def clear(session: SessionData) -> None:
    """Empty the basket."""
    _keep(session, Basket((), read(session).revision + 1))


def set_coupon(session: SessionData, code: str) -> None:
    """Use a coupon for what is bought from this basket; an empty code takes it out."""
    if code:
        session.data[COUPON] = normal_code(code)
    else:
        session.data.pop(COUPON, None)


def coupon_code(session: SessionData) -> str:
    """The coupon the shopper has written down, whether it can be used or not."""
    code = session.data.get(COUPON, "")
    return code if isinstance(code, str) else ""


def set_voucher(session: SessionData, shop_id: str, code: str) -> None:
    """Use a boutique's own voucher for its pieces in the basket; an empty code takes it out."""
    bought_of = {item.shop_id for item in read(session).items}
    kept = {one: known for one, known in voucher_codes(session).items() if one in bought_of and one != shop_id}
    if code and shop_id in bought_of:
        kept[shop_id] = normal_code(code)
    session.data[VOUCHERS] = kept


def voucher_codes(session: SessionData) -> dict[str, str]:
    """The codes the shopper has written down, by boutique, whether they can be used or not."""
    found = session.data.get(VOUCHERS, {})
    return {str(one): str(code) for one, code in found.items()} if isinstance(found, dict) else {}


def tell_why(session: SessionData, *, told: bool) -> None:
    """Whether this shopper reads from now on why a code cannot be used, or only that it cannot."""
    if told:
        session.data.pop(PLAIN, None)
    else:
        session.data[PLAIN] = True


def _why(session: SessionData, sentence: str) -> str:
    return CANNOT if sentence and session.data.get(PLAIN) else sentence


async def accept_prices(session: SessionData, now: datetime) -> None:
    """The shopper has seen today's prices."""
    basket = read(session)
    listed = await listings.listed_variants(_keys(basket), now)
    prices = {rules.item_key(*key): one.variant.price.amount_minor for key, one in listed.items()}
    _keep(session, rules.with_seen(basket, prices))


def begun(session: SessionData, token: str) -> None:
    """Remember a checkout of this session, so that its lines leave the basket once it is paid."""
    tokens = [*session.data.get(CHECKOUTS, []), token]
    session.data[CHECKOUTS] = list(dict.fromkeys(tokens))[-CHECKOUTS_MAX:]


def checkouts(session: SessionData) -> list[str]:
    """The tokens of this session's checkouts that were not seen paid."""
    return list(session.data.get(CHECKOUTS, []))


async def drop_bought(session: SessionData, token: str) -> None:
    """Take out what a paid checkout of this session bought; called when its order page is shown, works once."""
    tokens = session.data.get(CHECKOUTS, [])
    order = await order_store.by_token(token) if token in tokens else None
    if order is None or order.state not in order_life.BOUGHT:
        return
    parts = {part.id: part for part in await part_store.of_order(order.id)}
    bought = frozenset(
        rules.item_key(parts[line.shop_order_id].shop_id, line.product_id, line.variant_id)
        for line in await part_store.lines(list(parts))
        if parts[line.shop_order_id].state not in {"refused", "released"}
    )
    session.data[CHECKOUTS] = [one for one in tokens if one != token]
    if order.coupon is not None and order.coupon.code == coupon_code(session):
        set_coupon(session, "")
    for part in parts.values():
        if part.voucher and voucher_codes(session).get(part.shop_id) == part.voucher:
            set_voucher(session, part.shop_id, "")
    _keep(session, rules.without(read(session), bought))


async def drop_all_bought(session: SessionData) -> None:
    """Take out what any paid checkout of this session bought: not everybody comes back to the order's page."""
    for token in checkouts(session):
        await drop_bought(session, token)


async def exchange_of(session: SessionData, now: datetime, home: str = CURRENCY_DEFAULT) -> Exchange:
    """What this shopper chose to pay in (else `home`), at the rates of the day."""
    return await currencies.exchange(currencies.known(session.data.get(currencies.CHOICE), home), now)


async def basket_view(
    session: SessionData, country: str, now: datetime, exchange: Exchange | None = None
) -> BasketView:
    """The basket priced for a parcel to `country`, in the shopper's currency."""
    basket = read(session)
    chosen = exchange or await exchange_of(session, now)
    priced, listed = await price(basket, country, now, chosen)
    written = voucher_codes(session)
    priced, unusable = await with_vouchers(priced, written, now)
    code = coupon_code(session)
    refusal = ""
    try:
        priced = await with_code(priced, code, now)
    except CouponInvalidError as error:
        refusal = error.sentence
    shops = await listings.shops_by_id([part.shop_id for part in priced.parts], now)
    return BasketView(
        parts=tuple(
            msgspec.structs.replace(
                _part(part, shops[part.shop_id], listed),
                voucher=written.get(part.shop_id, ""),
                voucher_problem=_why(session, unusable.get(part.shop_id, "")),
                voucher_off=part.voucher_off,
            )
            for part in priced.parts
            if part.shop_id in shops
        ),
        country=country,
        currency=priced.currency,
        rate_words=priced.exchange.words(*priced.listed_in, language=language()),
        chosen_currency=chosen.currency,
        count=basket.pieces,
        items_total=priced.items_total,
        shipping_total=priced.shipping_total,
        total=priced.total,
        problems=priced.problems,
        quote=priced.quote,
        revision=basket.revision,
        changed=priced.changed,
        coupon=code,
        coupon_problem=_why(session, refusal),
        off=priced.off,
        vouchers_off=priced.vouchers_off,
        sent_by=await referrals.sender(session, now),
    )


async def price(
    basket: Basket, country: str, now: datetime, exchange: Exchange
) -> tuple[PricedBasket, dict[Key, ListedVariant]]:
    """Price a basket at today's prices; also returns what is listed of it, by (shop, product, variant)."""
    listed = await listings.listed_variants(_keys(basket), now)
    wanted = []
    for item in basket.items:
        found = listed.get((item.shop_id, item.product_id, item.variant_id))
        wanted.append(Wanted(item, found.variant.price if found else None, found.offer if found else None))
    rates = {one.shop.shop_id: one.shop.profile.shipping for one in listed.values()}
    return price_basket(wanted, rates, country, exchange), listed


async def priced_with_coupon(
    session: SessionData, country: str, now: datetime, exchange: Exchange
) -> tuple[PricedBasket, dict[Key, ListedVariant]]:
    """The session's basket as it would be bought: a coupon or voucher that cannot be used is left out."""
    priced, listed = await price(read(session), country, now, exchange)
    priced, _ = await with_vouchers(priced, voucher_codes(session), now)
    with contextlib.suppress(CouponInvalidError):
        priced = await with_code(priced, coupon_code(session), now)
    return priced, listed


async def with_code(priced: PricedBasket, code: str, now: datetime) -> PricedBasket:
    """The basket with this coupon. Raises CouponInvalidError when it cannot be used for these pieces."""
    if not code or not priced.parts:
        return priced
    return with_coupon(priced, await coupons.look(code, priced.base, priced.exchange, now))


async def with_vouchers(
    priced: PricedBasket, written: Mapping[str, str], now: datetime
) -> tuple[PricedBasket, dict[str, str]]:
    """The basket with these vouchers (code by boutique), and why some of them cannot be used."""
    refused: dict[str, str] = {}
    for part in priced.parts:
        code = written.get(part.shop_id, "")
        if not code:
            continue
        try:
            voucher, found = await vouchers.look(part.shop_id, code, priced_pieces(part), now)
        except CouponInvalidError as error:
            refused[part.shop_id] = error.sentence
            continue
        if any(line.list_price.currency != voucher.currency for line in part.lines):
            refused[part.shop_id] = message("This voucher is in another currency than the boutique’s prices.")
            continue
        priced = with_voucher(priced, part.shop_id, voucher.code, found)
    return priced, refused


def _keys(basket: Basket) -> list[Key]:
    return [(item.shop_id, item.product_id, item.variant_id) for item in basket.items]


def _keep(session: SessionData, basket: Basket) -> None:
    session.data[BASKET] = rules.to_session(basket)


def _part(part: PricedPart, shop: ShopCard, listed: dict[Key, ListedVariant]) -> BasketPart:
    shipping = part.shipping
    return BasketPart(
        shop=shop,
        lines=tuple(_line(line, shop, listed) for line in part.lines),
        subtotal=part.subtotal,
        shipping=shipping.price if shipping else (None if part.problem else zero(part.subtotal.currency)),
        days_min=shipping.days_min if shipping else 0,
        days_max=shipping.days_max if shipping else 0,
        problem=part.problem,
    )


def _line(line: PricedLine, shop: ShopCard, listed: dict[Key, ListedVariant]) -> BasketLine:
    item = line.item
    found = listed.get((item.shop_id, item.product_id, item.variant_id))
    picture = pictures(shop.handle, found.product, found.variant.colour.name)[0] if found else None
    return BasketLine(
        key=item.key,
        product_id=item.product_id,
        variant_id=item.variant_id,
        sku=found.variant.sku if found else "",
        title=in_language(found.product.title) if found else "",
        size_label=found.variant.size.label if found else "",
        colour=found.variant.colour.name if found else "",
        image_url=(picture or stand_in_of(shop.handle)).url,
        alt=picture.alt if picture else "",
        url=product_path(shop.handle, item.product_id),
        quantity=item.quantity,
        unit_price=line.unit_price,
        list_price=line.list_price,
        total=line.total,
        price_was=line.price_was,
        problem=line.problem,
    )
