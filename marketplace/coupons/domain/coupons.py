"""What a coupon takes off, and when it can be used. Pure.

Invariants: a coupon is spread over pieces, never over parcels; at least LEAST_TO_PAY_MINOR of the pieces stays to be
paid, as nobody can be charged nothing; an order keeps the coupon as it was when it was begun.
"""

import unicodedata
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from federation.vocabulary.money import CURRENCY_EXPONENTS, Money
from federation.vocabulary.wording import sentence
from marketplace.currencies.domain.exchange import Exchange
from marketplace.errors import CouponInvalidError
from payouts.domain.amounts import rate_of

LEAST_TO_PAY_MINOR = 100
"""What a shopper pays for the pieces of an order at the least, in minor units of its currency."""

PERCENT_BP_MAX = 9_000
AMOUNT_MINOR_MAX = 10_000_000
USES_MAX = 1_000_000

Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9][A-Z0-9-]{2,29}(?!\n)$")]


class Coupon(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon of the hub: `amount_minor` of `currency`, or `percent_bp` of the pieces (then the amount is zero).

    The pieces must come to `minimum_minor` of `currency`. It can be used from `starts_at` until before `ends_at`,
    `uses_max` times in all and `per_shopper_max` times with one mail address; None means without end. `stopped_at` is
    when the operator ended it.
    """

    code: Code
    words: Annotated[str, msgspec.Meta(max_length=120)] = ""
    kind: Literal["amount", "percent"]
    amount_minor: Annotated[int, msgspec.Meta(ge=0, le=AMOUNT_MINOR_MAX)] = 0
    percent_bp: Annotated[int, msgspec.Meta(ge=0, le=PERCENT_BP_MAX)] = 0
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}(?!\n)$")]
    minimum_minor: Annotated[int, msgspec.Meta(ge=0, le=AMOUNT_MINOR_MAX)] = 0
    starts_at: datetime
    ends_at: datetime | None = None
    uses_max: Annotated[int, msgspec.Meta(ge=1, le=USES_MAX)] | None = None
    per_shopper_max: Annotated[int, msgspec.Meta(ge=1, le=1_000)] | None = None
    made_by: str = ""
    made_at: datetime
    stopped_at: datetime | None = None


class CouponTerms(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon as an order keeps it; `shown_minor` is its amount in the order's currency (zero for a percentage).

    Its minimum is kept like its amount: in the coupon's currency and, as `minimum_shown_minor`, in the order's. Orders
    that were begun before minimums were kept have none.
    """

    code: str
    percent_bp: int
    amount_minor: int
    currency: str
    shown_minor: int
    minimum_minor: int = 0
    minimum_shown_minor: int = 0

    def off_minor(self, goods_minor: int) -> int:
        """What it takes off pieces that cost `goods_minor` in the order's currency."""
        wanted = rate_of(goods_minor, self.percent_bp) if self.percent_bp else self.shown_minor
        return max(0, min(wanted, goods_minor - LEAST_TO_PAY_MINOR))

    def off_left_minor(self, left_minor: int, agreed_minor: int) -> int:
        """What it takes off what is `left_minor` of pieces that were agreed at `agreed_minor`, in the order's currency.

        Below the minimum that is the part of the agreed sum which falls on what is left, rounded down.
        """
        if left_minor >= self.minimum_shown_minor or not agreed_minor:
            return self.off_minor(left_minor)
        share_minor = self.off_minor(agreed_minor) * left_minor // agreed_minor
        return max(0, min(share_minor, left_minor - LEAST_TO_PAY_MINOR))


def normal_code(text: str) -> str:
    """A code as people type it, in the form it was made: no blanks, capital letters."""
    plain = unicodedata.normalize("NFKC", text)[:80]
    return "".join(plain.split()).upper()[:30]


def checked(coupon: Coupon) -> Coupon:
    """The coupon, if it can be offered. Raises CouponInvalidError."""
    try:
        msgspec.convert(msgspec.to_builtins(coupon), Coupon)
    except msgspec.ValidationError as error:
        raise CouponInvalidError(sentence("This coupon cannot be made: %(fault)s", fault=str(error))) from error
    if coupon.currency not in CURRENCY_EXPONENTS:
        raise CouponInvalidError("We do not know this currency.")
    if bool(coupon.amount_minor) == bool(coupon.percent_bp) or (coupon.kind == "percent") != bool(coupon.percent_bp):
        raise CouponInvalidError("A coupon takes off either an amount or a percentage.")
    if coupon.kind == "amount" and coupon.minimum_minor < coupon.amount_minor + LEAST_TO_PAY_MINOR:
        raise CouponInvalidError("The pieces must come to more than the coupon takes off: raise the minimum.")
    if coupon.ends_at is not None and coupon.ends_at <= coupon.starts_at:
        raise CouponInvalidError("A coupon must end after it begins.")
    return coupon


def terms_for(coupon: Coupon, goods: Money, exchange: Exchange, now: datetime) -> CouponTerms:
    """The coupon for pieces that cost `goods`. Raises CouponInvalidError, saying why it cannot be used for them."""
    if coupon.stopped_at is not None or (coupon.ends_at is not None and now >= coupon.ends_at):
        raise CouponInvalidError("This coupon has ended.")
    if now < coupon.starts_at:
        raise CouponInvalidError("This coupon cannot be used yet.")
    if not exchange.reaches(coupon.currency):
        raise CouponInvalidError(sentence("This coupon is for orders in %(currency)s.", currency=coupon.currency))
    minimum = exchange.shown(Money(coupon.minimum_minor, coupon.currency))
    if goods.amount_minor < max(minimum.amount_minor, LEAST_TO_PAY_MINOR):
        words = sentence("This coupon is for pieces that come to %(minimum)s or more.", minimum=minimum)
        raise CouponInvalidError(words)
    return CouponTerms(
        code=coupon.code,
        percent_bp=coupon.percent_bp,
        amount_minor=coupon.amount_minor,
        currency=coupon.currency,
        shown_minor=exchange.shown(Money(coupon.amount_minor, coupon.currency)).amount_minor,
        minimum_minor=coupon.minimum_minor,
        minimum_shown_minor=minimum.amount_minor,
    )


def reshown(terms: CouponTerms, exchange: Exchange) -> CouponTerms:
    """The coupon of an order at other exchange rates; as it was when they do not reach its currency."""
    if not exchange.reaches(terms.currency):
        return terms
    shown = exchange.shown(Money(terms.amount_minor, terms.currency))
    minimum = exchange.shown(Money(terms.minimum_minor, terms.currency))
    return msgspec.structs.replace(terms, shown_minor=shown.amount_minor, minimum_shown_minor=minimum.amount_minor)
