"""A product page: the colour chosen, its pictures, its sizes with what is left, the price delivered. Pure."""

from collections.abc import Iterable
from urllib.parse import urlencode

import msgspec

from federation.node.languages import in_language
from federation.node.pages import country_in_words
from federation.vocabulary.countries import EUROPEAN_UNION
from federation.vocabulary.money import Money
from federation.vocabulary.product import CATEGORIES, Product, Variant
from marketplace.currencies.domain.exchange import Exchange
from marketplace.listings.domain.cards import product_path
from marketplace.listings.views import Offer, ProductView
from marketplace.media.domain.addresses import Picture, picture_of
from marketplace.orders.domain.shipping import ShippingChoice, choose_rate
from marketplace.storefront.sizes import elsewhere, yours
from marketplace.storefront.words import say

FEW = 2
PICTURES_MAX = 6


class ColourChoice(msgspec.Struct, frozen=True):
    """One colour of a piece to switch to."""

    name: str
    family: str
    url: str
    active: bool
    sold_out: bool


class SizeChoice(msgspec.Struct, frozen=True):
    """One size of the chosen colour: the boutique's `label`, the shopper's own counting, every other; `left` in words.

    `yours` is empty when the boutique counts as the shopper does, or when nothing is certain.
    """

    variant_id: str
    label: str
    yours: str
    elsewhere: dict[str, str]
    left: str
    can_buy: bool
    price: Money


class PiecePage(msgspec.Struct, frozen=True, kw_only=True):
    """What the page of one piece shows beside the boutique's own words."""

    title: str
    category: str
    category_words: str
    colour: str
    family: str
    colours: tuple[ColourChoice, ...]
    pictures: tuple[Picture, ...]
    sizes: tuple[SizeChoice, ...]
    one_size: bool
    can_buy: bool
    price: Money
    price_to: Money | None
    compare_at: Money | None
    country: str
    delivery: ShippingChoice | None
    delivered: Money | None
    duties_open: bool
    stock_words: str
    paragraphs: tuple[str, ...]
    care: str
    returns: str


def piece_page(view: ProductView, colour: str, country: str, exchange: Exchange | None = None) -> PiecePage:
    """The page of `view` in `colour` (a colour's name or family; else the first that can be bought).

    Prices are the boutique's own; what a parcel costs and the price delivered are in the shopper's currency.
    """
    product = view.product
    chosen = _chosen(product, view.offers, colour)
    variants = [one for one in product.variants if one.colour.name == chosen.colour.name]
    sizes = _sizes(product, variants, view.offers, country)
    buyable = [size for size in sizes if size.can_buy]
    prices = sorted({one.price for one in variants})
    paid_in = exchange or Exchange(prices[0].currency)
    first = paid_in.shown(prices[0])
    delivery = choose_rate(view.shop.profile.shipping, country, first, paid_in)
    return PiecePage(
        title=in_language(product.title),
        category=product.category,
        category_words=say(CATEGORIES.get(product.category, (product.category, ""))[0]),
        colour=chosen.colour.name,
        family=chosen.colour.family,
        colours=_colours(view, chosen),
        pictures=_pictures(view.shop.handle, product, chosen.colour.name),
        sizes=sizes,
        one_size=len(sizes) == 1,
        can_buy=bool(buyable),
        price=prices[0],
        price_to=prices[-1] if len(prices) > 1 else None,
        compare_at=chosen.compare_at,
        country=country_in_words(country),
        delivery=delivery,
        delivered=first + delivery.price if delivery else None,
        duties_open=country not in EUROPEAN_UNION,
        stock_words=_stock_words(view.shop.freshness, any_left=bool(buyable)),
        paragraphs=tuple(part for part in in_language(product.description).split("\n\n") if part),
        care=in_language(product.care),
        returns=in_language(view.shop.profile.returns),
    )


def _chosen(product: Product, offers: dict[str, Offer], colour: str) -> Variant:
    wanted = [one for one in product.variants if colour in {one.colour.name, one.colour.family}]
    among = wanted or list(product.variants)
    return next((one for one in among if _can_buy(offers.get(one.id))), among[0])


def _can_buy(offer: Offer | None) -> bool:
    """Old word on stock bars nobody: the boutique is asked before anything is charged."""
    return offer is not None and (offer.in_stock or offer.freshness == "stale")


def _sizes(
    product: Product, variants: Iterable[Variant], offers: dict[str, Offer], country: str
) -> tuple[SizeChoice, ...]:
    sizes: list[SizeChoice] = []
    for variant in variants:
        offer = offers.get(variant.id)
        can_buy = _can_buy(offer)
        sizes.append(
            SizeChoice(
                variant_id=variant.id,
                label=variant.size.label,
                yours=yours(variant.size, product.gender, product.category, country),
                elsewhere=elsewhere(variant.size, product.gender, product.category),
                left=_left(offer, can_buy=can_buy),
                can_buy=can_buy,
                price=variant.price,
            )
        )
    return tuple(sizes)


def _left(offer: Offer | None, *, can_buy: bool) -> str:
    if not can_buy or offer is None:
        return say("sold out")
    if offer.freshness == "fresh" and offer.available is not None and offer.available <= FEW:
        return say("last one") if offer.available == 1 else say("%(num)s left", num=offer.available)
    return ""


def _stock_words(freshness: str, *, any_left: bool) -> str:
    if freshness == "stale":
        return say("We have not heard from the boutique for a while: we ask it before you pay.")
    if not any_left:
        return say("Every size of this colour is sold.")
    if freshness == "soft":
        return say("In stock when the boutique last told us, a minute ago.")
    return say("In stock: the boutique told us just now.")


def _colours(view: ProductView, chosen: Variant) -> tuple[ColourChoice, ...]:
    found: dict[str, ColourChoice] = {}
    path = product_path(view.shop.handle, view.product.id)
    for variant in view.product.variants:
        name = variant.colour.name
        if name not in found:
            sold_out = not any(
                _can_buy(view.offers.get(one.id)) for one in view.product.variants if one.colour.name == name
            )
            url = f"{path}?{urlencode({'colour': name})}"
            found[name] = ColourChoice(name, variant.colour.family, url, name == chosen.colour.name, sold_out)
    return tuple(found.values())


def _pictures(handle: str, product: Product, colour: str) -> tuple[Picture, ...]:
    """The pictures whose words name the colour; all of them when none does."""
    named = tuple(one for one in product.media if colour.casefold() in one.alt.casefold())
    return tuple(picture_of(handle, media) for media in (named or product.media)[:PICTURES_MAX])
