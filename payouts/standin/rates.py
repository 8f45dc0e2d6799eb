"""What the stand-in makes of other currencies: rates of its own, a little worse than the day's. Pure.

A real provider settles at its own rate, which is never the one a hub promised a shopper; these differ by design.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from federation.vocabulary.money import CURRENCY_EXPONENTS, Money

PER_EURO: dict[str, Decimal] = {
    "EUR": Decimal(1),
    "GBP": Decimal("0.8784"),
    "USD": Decimal("1.1672"),
    "CHF": Decimal("0.9358"),
    "CAD": Decimal("1.6214"),
    "JPY": Decimal("177.71"),
}
"""Units for one euro, until they are moved by a lever."""


def converted(money: Money, currency: str, per_euro: Mapping[str, Decimal]) -> Money:
    """`money` in `currency` at these rates, rounded once, half to even."""
    if money.currency == currency:
        return money
    exponents = CURRENCY_EXPONENTS[currency] - CURRENCY_EXPONENTS[money.currency]
    cross = Fraction(per_euro[currency]) / Fraction(per_euro[money.currency])
    return Money(round(money.amount_minor * cross * Fraction(10) ** exponents), currency)


def rate_text(source: str, currency: str, per_euro: Mapping[str, Decimal]) -> str:
    """The rate as a statement prints it: units of `currency` for one of `source`, to six places; empty for the same."""
    return "" if source == currency else f"{per_euro[currency] / per_euro[source]:.6f}"
