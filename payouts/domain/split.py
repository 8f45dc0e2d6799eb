"""Who gets what of a sale: each order line divided into seller, commission, VAT on the commission and referral.

The seller is the residual: everything else is rounded, nothing is rounded against the seller. The hub's coupon is the
hub's own cost (the seller is paid as if it did not exist); a seller's discount lowers the base for everybody. Shipping
goes whole to its shop. Does not convert currencies and does not post anything.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money
from payouts.domain.amounts import BASIS_POINTS, allocate, rate_of
from payouts.errors import AmountInvalidError

LINES_MAX = 1_000
"""The most lines one sale may have."""


class SaleLine(msgspec.Struct, frozen=True):
    """One order line as agreed at the sale.

    Rates are basis points: of the base for the commission and the referral, of the commission for its VAT. `referrer`
    is the party that sent the shopper and is owed the referral.
    """

    line_id: str
    quantity: int
    unit_price: Money
    commission_bp: int
    vat_bp: int
    seller_discount_minor: int = 0
    referral_bp: int = 0
    referrer: str = ""


class SaleShare(msgspec.Struct, frozen=True):
    """What one shop sells in one order, and what the shopper pays for its shipping."""

    shop_id: str
    shop_order_id: UUID
    lines: tuple[SaleLine, ...]
    shipping: Money


class LineSplit(msgspec.Struct, frozen=True):
    """One line divided, in minor units of the order's currency.

    `paid` is what the shopper pays for the line, `base` that before the hub's `coupon`;
    paid = seller + commission + vat + referral - coupon.
    """

    line_id: str
    quantity: int
    base: int
    coupon: int
    paid: int
    commission: int
    vat: int
    referral: int
    referrer: str
    seller: int
    commission_bp: int
    vat_bp: int


class ShareSplit(msgspec.Struct, frozen=True):
    """One shop's share divided: its lines, and shipping (all of it the shop's)."""

    shop_id: str
    shop_order_id: UUID
    currency: str
    lines: tuple[LineSplit, ...]
    shipping: int

    @property
    def paid(self) -> Money:
        """What the shopper pays for this share, shipping included."""
        return Money(sum(line.paid for line in self.lines) + self.shipping, self.currency)

    @property
    def commission(self) -> Money:
        """The hub's commission on this share, before its VAT."""
        return Money(sum(line.commission for line in self.lines), self.currency)

    @property
    def vat(self) -> Money:
        """The VAT on the hub's commission."""
        return Money(sum(line.vat for line in self.lines), self.currency)

    @property
    def seller(self) -> Money:
        """What the shop is owed for its goods; shipping comes on top."""
        return Money(sum(line.seller for line in self.lines), self.currency)


def split_preview(shares: Sequence[SaleShare], coupon_minor: int = 0) -> tuple[ShareSplit, ...]:
    """Divide a whole order; `coupon_minor` is the hub's own coupon, spread over the bases of all lines.

    Raises AmountInvalidError when the currencies differ, a rate, price or quantity is out of range, or deductions
    leave a seller less than nothing.
    """
    currency = _one_currency(shares)
    lines = [line for share in shares for line in share.lines]
    bases = [_base(line) for line in lines]
    if not 0 <= coupon_minor <= sum(bases):
        raise AmountInvalidError("a coupon cannot exceed the goods it is used on")
    coupons = allocate(coupon_minor, bases)
    splits = iter([_split_line(*each) for each in zip(lines, bases, coupons, strict=True)])
    return tuple(
        ShareSplit(
            share.shop_id,
            share.shop_order_id,
            currency,
            tuple(next(splits) for _ in share.lines),
            share.shipping.amount_minor,
        )
        for share in shares
    )


def _split_line(line: SaleLine, base: int, coupon: int) -> LineSplit:
    commission = rate_of(base, line.commission_bp)
    vat = rate_of(commission, line.vat_bp)
    referral = rate_of(base, line.referral_bp)
    paid = base - coupon
    seller = paid - commission - vat - referral + coupon
    if seller < 0:
        raise AmountInvalidError(f"the deductions from line {line.line_id} exceed its price")
    return LineSplit(
        line_id=line.line_id,
        quantity=line.quantity,
        base=base,
        coupon=coupon,
        paid=paid,
        commission=commission,
        vat=vat,
        referral=referral,
        referrer=line.referrer,
        seller=seller,
        commission_bp=line.commission_bp,
        vat_bp=line.vat_bp,
    )


def _base(line: SaleLine) -> int:
    if line.quantity < 1 or line.unit_price.amount_minor < 0:
        raise AmountInvalidError(f"line {line.line_id} needs a quantity of at least one and a price of at least zero")
    rates = (line.commission_bp, line.vat_bp, line.referral_bp)
    if any(not 0 <= rate <= BASIS_POINTS for rate in rates):
        raise AmountInvalidError(f"line {line.line_id} has a rate outside 0 to {BASIS_POINTS} basis points")
    if bool(line.referrer) != bool(line.referral_bp):
        raise AmountInvalidError(f"line {line.line_id} must name a referrer exactly when it has a referral rate")
    base = line.unit_price.amount_minor * line.quantity - line.seller_discount_minor
    if line.seller_discount_minor < 0 or base < 0:
        raise AmountInvalidError(f"the discount on line {line.line_id} is negative or exceeds its price")
    return base


def _one_currency(shares: Sequence[SaleShare]) -> str:
    currencies = {line.unit_price.currency for share in shares for line in share.lines}
    currencies |= {share.shipping.currency for share in shares}
    if len(currencies) != 1:
        raise AmountInvalidError("an order is split in one currency")
    if sum(len(share.lines) for share in shares) > LINES_MAX:
        raise AmountInvalidError(f"an order has at most {LINES_MAX} lines")
    if any(share.shipping.amount_minor < 0 for share in shares):
        raise AmountInvalidError("shipping cannot be negative")
    return currencies.pop()
