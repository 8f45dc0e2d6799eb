"""Who gets what of a sale: each order line divided into seller, commission, VAT on the commission and referral.

The parts of the commission rule are given with the line, as frozen at the sale: the rule itself is not looked at.

The seller is the residual: everything else is rounded, nothing is rounded against the seller. The hub's coupon is the
hub's own cost (the seller is paid as if it did not exist); a seller's discount lowers the base for everybody. Shipping
goes whole to its shop. Does not convert currencies and does not post anything.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain.amounts import BASIS_POINTS, allocate, rate_of
from payouts.domain.vat import included
from payouts.errors import AmountInvalidError

LINES_MAX = 1_000
"""The most lines one sale may have."""

AMOUNT_MINOR_MAX = 10**12
"""No amount of a commission rule is greater, in whatever currency the line is."""


class SaleLine(msgspec.Struct, frozen=True):
    """One order line as agreed at the sale.

    Rates are basis points: of the base for the commission and the referral, of the commission for its VAT. `referrer`
    is the party that sent the shopper and is owed the referral, at most what the shopper paid for the line. Of each
    piece the commission has `fixed_minor` beside its rate, is at least `floor_minor` and at most `cap_minor`; with
    `goods_vat_bp` its rate is taken of the base without the VAT of that rate inside it. `coupon_minor` is this line's
    part of the hub's coupon.
    """

    line_id: str
    quantity: int
    unit_price: Money
    commission_bp: int
    vat_bp: int
    seller_discount_minor: int = 0
    referral_bp: int = 0
    referrer: str = ""
    fixed_minor: int = 0
    floor_minor: int = 0
    cap_minor: int | None = None
    goods_vat_bp: int = 0
    coupon_minor: int = 0
    rule_id: str = ""
    rule_revision: int = 0
    vat_treatment: str = ""


class SaleShare(msgspec.Struct, frozen=True):
    """What one shop sells in one order, and what the shopper pays for its shipping.

    With `bears_fee` the shop bears its part of what the payment provider keeps; otherwise the hub does.
    """

    shop_id: str
    shop_order_id: UUID
    lines: tuple[SaleLine, ...]
    shipping: Money
    bears_fee: bool = False


class LineSplit(msgspec.Struct, frozen=True):
    """One line divided, in minor units of the order's currency.

    `paid` is what the shopper pays for the line, `base` that before the hub's `coupon`;
    paid = seller + commission + vat + referral - coupon. `commission_base` is what the commission's rate was taken of.
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
    commission_base: int = 0
    rule_id: str = ""
    rule_revision: int = 0
    vat_treatment: str = ""


class ShareSplit(msgspec.Struct, frozen=True):
    """One shop's share divided: its lines, and shipping (all of it the shop's)."""

    shop_id: str
    shop_order_id: UUID
    currency: str
    lines: tuple[LineSplit, ...]
    shipping: int
    bears_fee: bool = False

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
    def referral(self) -> Money:
        """What goes to the boutique that sent the shopper."""
        return Money(sum(line.referral for line in self.lines), self.currency)

    @property
    def coupon(self) -> Money:
        """What the hub pays of the goods with its own coupon."""
        return Money(sum(line.coupon for line in self.lines), self.currency)

    @property
    def seller(self) -> Money:
        """What the shop is owed for its goods; shipping comes on top."""
        return Money(sum(line.seller for line in self.lines), self.currency)


def split_preview(shares: Sequence[SaleShare], coupon_minor: int = 0) -> tuple[ShareSplit, ...]:
    """Divide a whole order; `coupon_minor` is the hub's own coupon, spread over the bases of all lines.

    Without it each line has the coupon it carries itself. Raises AmountInvalidError when the currencies differ, a rate,
    price or quantity is out of range, or deductions leave a seller less than nothing.
    """
    currency = _one_currency(shares)
    lines = [line for share in shares for line in share.lines]
    bases = [_base(line) for line in lines]
    if not 0 <= coupon_minor <= sum(bases):
        raise AmountInvalidError("a coupon cannot exceed the goods it is used on")
    coupons = allocate(coupon_minor, bases) if coupon_minor else [line.coupon_minor for line in lines]
    splits = iter([_split_line(*each) for each in zip(lines, bases, coupons, strict=True)])
    return tuple(
        ShareSplit(
            share.shop_id,
            share.shop_order_id,
            currency,
            tuple(next(splits) for _ in share.lines),
            share.shipping.amount_minor,
            share.bears_fee,
        )
        for share in shares
    )


def _asked(line: SaleLine, base: int) -> int:
    """What the rule asks of a line, before VAT: its rate and fixed part, within its floor and cap."""
    by_rate = rate_of(_commission_base(line, base), line.commission_bp)
    wanted = max(by_rate + line.fixed_minor * line.quantity, line.floor_minor * line.quantity)
    if line.cap_minor is not None:
        return min(wanted, line.cap_minor * line.quantity)
    return wanted


def _commission_base(line: SaleLine, base: int) -> int:
    return base - included(base, line.goods_vat_bp)


def _bounded(line: SaleLine, base: int) -> int:
    """The commission, lowered to what is there when amounts of the rule would take more than the price."""
    commission = _asked(line, base)
    if not (line.fixed_minor or line.floor_minor):
        return commission
    left = base - rate_of(base, line.referral_bp)
    most = left * BASIS_POINTS // (BASIS_POINTS + line.vat_bp)
    while most > 0 and most + rate_of(most, line.vat_bp) > left:
        most -= 1
    return min(commission, max(most, 0))


def _split_line(line: SaleLine, base: int, coupon: int) -> LineSplit:
    if not 0 <= coupon <= base:
        raise AmountInvalidError("a coupon cannot exceed the goods it is used on")
    commission = _bounded(line, base)
    vat = rate_of(commission, line.vat_bp)
    paid = base - coupon
    referral = min(rate_of(base, line.referral_bp), paid)
    seller = paid - commission - vat - referral + coupon
    if seller < 0:
        raise AmountInvalidError(sentence("the deductions from line %(line)s exceed its price", line=line.line_id))
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
        commission_base=_commission_base(line, base),
        rule_id=line.rule_id,
        rule_revision=line.rule_revision,
        vat_treatment=line.vat_treatment,
    )


def _base(line: SaleLine) -> int:
    if line.quantity < 1 or line.unit_price.amount_minor < 0:
        raise AmountInvalidError(
            sentence("line %(line)s needs a quantity of at least one and a price of at least zero", line=line.line_id)
        )
    rates = (line.commission_bp, line.vat_bp, line.referral_bp, line.goods_vat_bp)
    if any(not 0 <= rate <= BASIS_POINTS for rate in rates):
        raise AmountInvalidError(
            sentence(
                "line %(line)s has a rate outside 0 to %(most)s basis points", line=line.line_id, most=BASIS_POINTS
            )
        )
    amounts = (line.fixed_minor, line.floor_minor, line.cap_minor or 0)
    if any(not 0 <= amount <= AMOUNT_MINOR_MAX for amount in amounts):
        raise AmountInvalidError(sentence("line %(line)s has a commission amount out of range", line=line.line_id))
    if bool(line.referrer) != bool(line.referral_bp):
        raise AmountInvalidError(
            sentence("line %(line)s must name a referrer exactly when it has a referral rate", line=line.line_id)
        )
    base = line.unit_price.amount_minor * line.quantity - line.seller_discount_minor
    if line.seller_discount_minor < 0 or base < 0:
        raise AmountInvalidError(
            sentence("the discount on line %(line)s is negative or exceeds its price", line=line.line_id)
        )
    return base


def _one_currency(shares: Sequence[SaleShare]) -> str:
    currencies = {line.unit_price.currency for share in shares for line in share.lines}
    currencies |= {share.shipping.currency for share in shares}
    if len(currencies) != 1:
        raise AmountInvalidError("an order is split in one currency")
    if sum(len(share.lines) for share in shares) > LINES_MAX:
        raise AmountInvalidError(sentence("an order has at most %(num)s lines", num=LINES_MAX))
    if any(share.shipping.amount_minor < 0 for share in shares):
        raise AmountInvalidError("shipping cannot be negative")
    return currencies.pop()


def promotions(splits: Sequence[ShareSplit]) -> tuple[int, ...]:
    """What of each share the hub sends out of its own balance, as all shares come to more than the shopper paid.

    A coupon that is dearer than the hub's own part of the sale leaves the payment too small for everybody's: the rest
    is spread over the shares by what the coupon pays of them. All are zero for any other sale.
    """
    owed = sum(split.seller.amount_minor + split.referral.amount_minor + split.shipping for split in splits)
    missing = owed - sum(split.paid.amount_minor for split in splits)
    paid_by_hub = [min(split.coupon.amount_minor, split.seller.amount_minor) for split in splits]
    return allocate(min(max(missing, 0), sum(paid_by_hub)), paid_by_hub)
