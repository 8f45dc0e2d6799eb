"""Money as an integer number of minor units with its currency; the only form in which amounts are held.

Invariants: no float ever enters; two currencies never meet in one sum; a currency we do not know is
refused at the border rather than guessed. Formatting for people belongs to `federation.node.pages`.
"""

import msgspec

from federation.vocabulary.errors import RecordInvalidError

CURRENCY_EXPONENTS = {"EUR": 2, "GBP": 2, "USD": 2, "CHF": 2, "CAD": 2, "JPY": 0}
"""Digits after the decimal mark (ISO 4217 minor units) of each currency that Galleria handles."""

AMOUNT_MINOR_MAX = 2**53 - 1
"""The largest magnitude of any amount: the I-JSON integer range, so that no reader rounds it."""


WHOLE_DIGITS_MAX = 12
"""Digits before the decimal mark that are read: more than any price has, few enough to stay exact."""

_GROUP_DIGITS = 3
"""Digits in a group of thousands."""


class Money(msgspec.Struct, frozen=True, order=True, gc=False):
    """An amount of `amount_minor` minor units (cents for EUR, yen for JPY) of ISO 4217 `currency`."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in CURRENCY_EXPONENTS:
            raise RecordInvalidError(f"currency {self.currency!r} is not one of {sorted(CURRENCY_EXPONENTS)}")
        if abs(self.amount_minor) > AMOUNT_MINOR_MAX:
            raise RecordInvalidError("amount is outside the exact integer range")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + self._same_currency(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - self._same_currency(other), self.currency)

    def __mul__(self, quantity: int) -> "Money":
        return Money(self.amount_minor * quantity, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __str__(self) -> str:
        """The amount in sentences of alerts, refusals and logs; pages have words of their own."""
        return f"{to_decimal(self)} {self.currency}"

    def __bool__(self) -> bool:
        return self.amount_minor != 0

    def _same_currency(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise RecordInvalidError(f"cannot combine {self.currency} with {other.currency}")
        return other.amount_minor


def zero(currency: str) -> Money:
    """No money, in `currency`: the start of a sum."""
    return Money(0, currency)


def parse_decimal(text: str, currency: str) -> Money:
    """Read a plain decimal such as `189.00` (dot, no grouping) exactly; more digits than the currency has are refused.

    Exactly three digits after the dot are refused even when they are zeros: half of Europe writes `2.500` for two
    thousand five hundred. Raises RecordInvalidError for anything else, signs included.
    """
    exponent = CURRENCY_EXPONENTS.get(currency)
    if exponent is None:
        raise RecordInvalidError(f"currency {currency!r} is not one of {sorted(CURRENCY_EXPONENTS)}")
    whole, dot, fraction = text.strip().partition(".")
    well_formed = whole.isascii() and whole.isdigit() and (not dot or (fraction.isascii() and fraction.isdigit()))
    too_fine = len(fraction.rstrip("0")) > exponent or len(fraction) == _GROUP_DIGITS
    if not well_formed or len(whole) > WHOLE_DIGITS_MAX or too_fine:
        raise RecordInvalidError(f"{text!r} is not a price in {currency}: write it like 189.00")
    digits = fraction[:exponent].ljust(exponent, "0")
    return Money(int(whole + digits), currency)


def to_decimal(money: Money) -> str:
    """Plain decimal text of an amount, `-12.50`: for form fields and exchange files, not for people."""
    exponent = CURRENCY_EXPONENTS[money.currency]
    sign = "-" if money.amount_minor < 0 else ""
    digits = str(abs(money.amount_minor)).rjust(exponent + 1, "0")
    return f"{sign}{digits[:-exponent]}.{digits[-exponent:]}" if exponent else f"{sign}{digits}"
