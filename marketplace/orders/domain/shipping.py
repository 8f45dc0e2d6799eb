"""What a boutique's parcel to a country costs, chosen from the rates it published. Pure.

The cheapest rate that serves the country wins, the quicker one on a tie; `free_from` counts the goods of that boutique
alone, VAT included. Price and threshold are converted once each, and compared as they are shown. No rate means that
the boutique does not ship there, which is said, never guessed.
"""

from collections.abc import Iterable

import msgspec

from federation.vocabulary.money import Money, zero
from federation.vocabulary.product import ShippingRate
from marketplace.currencies.domain.exchange import Exchange


class ShippingChoice(msgspec.Struct, frozen=True):
    """The price of one parcel, also as the boutique published it, and the working days it takes."""

    price: Money
    days_min: int
    days_max: int
    list_price: Money


def choose_rate(
    rates: Iterable[ShippingRate], country: str, goods: Money, exchange: Exchange | None = None
) -> ShippingChoice | None:
    """The best rate to `country` for `goods`, or None when no rate that reaches the goods' currency serves it."""
    known = exchange or Exchange(goods.currency)
    choices = [
        _choice(rate, goods, known)
        for rate in rates
        if country in rate.countries and known.shown(rate.price).currency == goods.currency
    ]
    return min(choices, key=lambda choice: (choice.price.amount_minor, choice.days_max), default=None)


def _choice(rate: ShippingRate, goods: Money, exchange: Exchange) -> ShippingChoice:
    threshold = None if rate.free_from is None else exchange.shown(rate.free_from)
    if threshold is not None and threshold.currency == goods.currency and goods >= threshold:
        return ShippingChoice(zero(goods.currency), rate.days_min, rate.days_max, zero(rate.price.currency))
    return ShippingChoice(exchange.shown(rate.price), rate.days_min, rate.days_max, rate.price)
