"""What a basket costs, boutique by boutique, for one destination: goods, shipping, total, and why a line cannot be had.

Pure. Invariants: total = goods + shipping of the parts that can be bought; a line with a problem counts nowhere; all
amounts of one basket are in the shopper's currency, each unit price converted and rounded once, then multiplied.
`quote` digests everything the shopper would agree to pay, so that a price, rate or destination that changed between
showing and paying is noticed.
"""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from federation.conversations.vouchers import Priced
from federation.vocabulary.money import Money, zero
from federation.vocabulary.product import ShippingRate
from federation.vocabulary.wording import message, sentence
from marketplace.coupons.domain.coupons import CouponTerms
from marketplace.coupons.domain.vouchers import shown_discount
from marketplace.currencies.domain.exchange import Exchange
from marketplace.listings.views import Offer
from marketplace.orders.domain.basket import BasketItem
from marketplace.orders.domain.shipping import ShippingChoice, choose_rate


class Wanted(msgspec.Struct, frozen=True):
    """A basket line with what the hub knows of it today: `price` (the boutique's own) is None when it is gone."""

    item: BasketItem
    price: Money | None
    offer: Offer | None


class PricedLine(msgspec.Struct, frozen=True):
    """A line with its price and total, or with the problem that keeps it out; `list_price` is the boutique's own.

    The boutique's voucher takes `voucher_minor` off it, `list_voucher_minor` at its own price; neither is off `total`.
    """

    item: BasketItem
    list_price: Money
    unit_price: Money
    total: Money
    price_was: Money | None
    problem: str
    voucher_minor: int = 0
    list_voucher_minor: int = 0


class PricedPart(msgspec.Struct, frozen=True):
    """One boutique's lines, its goods and its parcel; `shipping` is None when it does not ship there.

    Its own `voucher` (a code, empty without one) is off neither `subtotal` nor what frees the parcel.
    """

    shop_id: str
    lines: tuple[PricedLine, ...]
    subtotal: Money
    shipping: ShippingChoice | None
    problem: str
    voucher: str = ""

    @property
    def voucher_off(self) -> Money:
        """What the boutique's voucher takes off its pieces."""
        return Money(sum(line.voucher_minor for line in self.lines), self.subtotal.currency)


class PricedBasket(msgspec.Struct, frozen=True):
    """The whole basket; `problems` is empty exactly when it can be checked out.

    `exchange` is what it was priced by: with the currency of a boutique when the shopper's own cannot be reached.
    `listed_in` are the boutiques' currencies in it. `coupon` takes `off` the pieces, after boutiques' own
    vouchers (`vouchers_off`); total = goods - vouchers - off + shipping.
    """

    parts: tuple[PricedPart, ...]
    exchange: Exchange
    listed_in: tuple[str, ...]
    items_total: Money
    shipping_total: Money
    total: Money
    problems: tuple[str, ...]
    quote: str
    changed: bool
    coupon: CouponTerms | None = None

    @property
    def off(self) -> Money:
        """What the hub's coupon takes off the pieces."""
        off_minor = self.coupon.off_minor(self.base.amount_minor) if self.coupon else 0
        return Money(off_minor, self.currency)

    @property
    def vouchers_off(self) -> Money:
        """What the boutiques' own vouchers take off."""
        return sum((part.voucher_off for part in self.parts), zero(self.currency))

    @property
    def base(self) -> Money:
        """What the pieces cost once each boutique has given what it gives."""
        return self.items_total - self.vouchers_off

    @property
    def currency(self) -> str:
        """What the shopper would be charged in."""
        return self.exchange.currency


def price_basket(
    wanted: Sequence[Wanted], rates: Mapping[str, Sequence[ShippingRate]], country: str, chosen: Exchange
) -> PricedBasket:
    """Price `wanted` with each shop's published `rates` for a parcel to each shop's buyer in `country`.

    Without exchange rates the basket's currency is that of its first piece; pieces in another one get a problem.
    """
    listed_in = tuple(dict.fromkeys(one.price.currency for one in wanted if one.price is not None))
    exchange = chosen if not listed_in or chosen.reaches(listed_in[0]) else Exchange(listed_in[0])
    currency = exchange.currency
    by_shop: dict[str, list[PricedLine]] = {}
    for one in wanted:
        by_shop.setdefault(one.item.shop_id, []).append(_priced(one, exchange))
    parts = tuple(
        _part(shop_id, lines, rates.get(shop_id, ()), country, exchange) for shop_id, lines in by_shop.items()
    )
    items_total = sum((part.subtotal for part in parts), zero(currency))
    shipping_total = sum((part.shipping.price for part in parts if part.shipping), zero(currency))
    problems = [line.problem for part in parts for line in part.lines if line.problem]
    problems += [part.problem for part in parts if part.problem]
    return PricedBasket(
        parts=parts,
        exchange=exchange,
        listed_in=listed_in,
        items_total=items_total,
        shipping_total=shipping_total,
        total=items_total + shipping_total,
        problems=tuple(problems),
        quote=_quote(parts, country),
        changed=any(line.price_was is not None for part in parts for line in part.lines),
    )


def priced_pieces(part: PricedPart) -> list[Priced]:
    """A part's lines at the boutique's own prices, as vouchers are reckoned; what cannot be bought counts nothing."""
    return [
        Priced(line.item.product_id, 0 if line.problem else line.list_price.amount_minor * line.item.quantity)
        for line in part.lines
    ]


def with_voucher(priced: PricedBasket, shop_id: str, code: str, discounts: Sequence[int]) -> PricedBasket:
    """The basket with a boutique's voucher that takes `discounts` off its lines, at the boutique's own prices."""
    parts = tuple(_vouched(part, code, discounts) if part.shop_id == shop_id else part for part in priced.parts)
    basket = msgspec.structs.replace(priced, parts=parts)
    off = basket.vouchers_off - priced.vouchers_off
    digest = hashlib.sha256(f"{priced.quote}-{shop_id}-{code}-{off.amount_minor}".encode())
    return msgspec.structs.replace(basket, total=priced.total - off, quote=digest.hexdigest()[:32])


def _vouched(part: PricedPart, code: str, discounts: Sequence[int]) -> PricedPart:
    lines = tuple(
        msgspec.structs.replace(
            line,
            list_voucher_minor=off,
            voucher_minor=shown_discount(off, line.unit_price.amount_minor, line.list_price.amount_minor),
        )
        for line, off in zip(part.lines, discounts, strict=True)
    )
    return msgspec.structs.replace(part, lines=lines, voucher=code)


def with_coupon(priced: PricedBasket, coupon: CouponTerms) -> PricedBasket:
    """The basket with a coupon, which the shopper agrees to as to every price."""
    basket = msgspec.structs.replace(priced, coupon=coupon)
    digest = hashlib.sha256(f"{priced.quote}-{coupon.code}-{basket.off.amount_minor}".encode())
    return msgspec.structs.replace(basket, total=priced.total - basket.off, quote=digest.hexdigest()[:32])


def _priced(one: Wanted, exchange: Exchange) -> PricedLine:
    item = one.item
    problem = _problem(one, exchange)
    price = one.price if one.price is not None else Money(item.seen_minor, exchange.currency)
    moved = one.price is not None and item.seen_minor not in {0, price.amount_minor}
    price_was = exchange.shown(Money(item.seen_minor, price.currency)) if moved else None
    unit_price = exchange.shown(price)
    total = zero(exchange.currency) if problem else unit_price * item.quantity
    return PricedLine(item, price, unit_price, total, price_was, problem)


def _problem(one: Wanted, exchange: Exchange) -> str:
    if one.price is None:
        return message("This piece is no longer offered; please remove it.")
    if not exchange.reaches(one.price.currency):
        currency = one.price.currency
        return sentence(
            "This piece is priced in %(currency)s; please buy it in an order of its own.", currency=currency
        )
    offer = one.offer
    if offer is None or not offer.in_stock:
        return message(
            "Sold, or set aside for somebody who is paying just now; remove it, or look again in ten minutes."
        )
    if offer.available is not None and offer.available < one.item.quantity:
        return sentence("Only %(num)s left; please lower the quantity.", num=offer.available)
    return ""


def _part(
    shop_id: str, lines: list[PricedLine], rates: Sequence[ShippingRate], country: str, exchange: Exchange
) -> PricedPart:
    subtotal = sum((line.total for line in lines), zero(exchange.currency))
    if not subtotal:
        return PricedPart(shop_id, tuple(lines), subtotal, None, "")
    shipping = choose_rate(rates, country, subtotal, exchange)
    problem = (
        ""
        if shipping
        else sentence("This boutique does not ship to %(country)s; please remove its pieces.", country=country)
    )
    return PricedPart(shop_id, tuple(lines), subtotal, shipping, problem)


def _quote(parts: Sequence[PricedPart], country: str) -> str:
    digest = hashlib.sha256(country.encode())
    for part in parts:
        shipping = part.shipping.price.amount_minor if part.shipping else -1
        digest.update(f"|{part.shop_id}+{shipping}".encode())
        for line in part.lines:
            price = line.unit_price
            digest.update(f";{line.item.key}*{line.item.quantity}@{price.amount_minor}{price.currency}".encode())
            digest.update(b"!" if line.problem else b"")
    return digest.hexdigest()[:32]
