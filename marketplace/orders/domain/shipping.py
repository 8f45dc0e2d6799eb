"""What a boutique's parcel to a country costs, chosen from the rates it published. Pure.

The cheapest rate that serves the country wins, the quicker one on a tie; `free_from` counts the goods of that boutique
alone, VAT included. No rate means that the boutique does not ship there, which is said, never guessed.
"""

from collections.abc import Iterable

import msgspec

from federation.vocabulary.money import Money, zero
from federation.vocabulary.product import ShippingRate


class ShippingChoice(msgspec.Struct, frozen=True):
    """The price of one parcel and the working days it takes."""

    price: Money
    days_min: int
    days_max: int


def choose_rate(rates: Iterable[ShippingRate], country: str, goods: Money) -> ShippingChoice | None:
    """The best rate to `country` for `goods`, or None when no rate in the goods' currency serves it."""
    choices = [
        ShippingChoice(_price(rate, goods), rate.days_min, rate.days_max)
        for rate in rates
        if country in rate.countries and rate.price.currency == goods.currency
    ]
    return min(choices, key=lambda choice: (choice.price.amount_minor, choice.days_max), default=None)


def _price(rate: ShippingRate, goods: Money) -> Money:
    threshold = rate.free_from
    if threshold is not None and threshold.currency == goods.currency and goods >= threshold:
        return zero(goods.currency)
    return rate.price
