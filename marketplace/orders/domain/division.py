"""How the hub divides a sale: which terms a boutique's line carries, and the shares that payouts splits. Pure.

What is divided is what the shopper pays, in the shopper's currency; the boutique's signed order shows the same division
of its own list prices. The terms are frozen on the line at checkout; a later change of the hub's rules touches no
order. Amounts that a rule names are of the boutique's currency: a line in another one has them in the proportion of its
two prices.
"""

from collections.abc import Sequence

import msgspec

from federation.vocabulary.money import Money
from marketplace.orders.domain.values import Line, Part
from payouts.domain.amounts import allocate, portion
from payouts.domain.split import SaleLine, SaleShare, ShareSplit, split_preview


def shares_of(parts: Sequence[Part], lines: Sequence[Line], currency: str) -> tuple[SaleShare, ...]:
    """What each boutique sells, as payouts takes it."""
    return tuple(
        SaleShare(
            shop_id=part.shop_id,
            shop_order_id=part.id,
            lines=tuple(_sale_line(line, currency) for line in lines if line.shop_order_id == part.id),
            shipping=Money(part.shipping_minor, currency),
            bears_fee=part.bears_fee,
        )
        for part in parts
    )


def _sale_line(line: Line, currency: str) -> SaleLine:
    return SaleLine(
        str(line.id),
        line.quantity,
        Money(line.unit_minor, currency),
        line.commission_bp,
        line.vat_bp,
        referral_bp=line.referral_bp,
        referrer=line.referrer,
        fixed_minor=_shown(line, line.fixed_minor),
        floor_minor=_shown(line, line.floor_minor),
        cap_minor=None if line.cap_minor is None else _shown(line, line.cap_minor),
        goods_vat_bp=line.goods_vat_bp,
        seller_discount_minor=line.voucher_minor,
        coupon_minor=line.coupon_minor,
        rule_id=line.rule_id,
        rule_revision=line.rule_revision,
        vat_treatment=line.vat_treatment,
    )


def _shown(line: Line, list_minor: int) -> int:
    """An amount of the boutique's currency in the line's, as the line's two prices stand to each other."""
    return portion(list_minor, line.unit_minor, line.list_unit_minor)


def at_list_prices(part: Part, lines: Sequence[Line]) -> ShareSplit:
    """How a part would divide at the boutique's own prices: what its signed order says before the money is settled."""
    listed = [
        msgspec.structs.replace(
            line,
            unit_minor=line.list_unit_minor,
            voucher_minor=line.list_voucher_minor,
            coupon_minor=min(
                portion(line.coupon_minor, line.list_unit_minor, line.unit_minor),
                line.list_unit_minor * line.quantity - line.list_voucher_minor,
            ),
        )
        for line in lines
    ]
    own = msgspec.structs.replace(part, shipping_minor=part.list_shipping_minor)
    return split_preview(shares_of([own], listed, part.list_currency))[0]


def divided(parts: Sequence[Part], lines: Sequence[Line], currency: str) -> list[Line]:
    """The lines with their split frozen on them, by the terms they carry."""
    splits = {
        split.line_id: split for share in split_preview(shares_of(parts, lines, currency)) for split in share.lines
    }
    return [
        msgspec.structs.replace(
            line,
            commission_minor=splits[str(line.id)].commission,
            commission_vat_minor=splits[str(line.id)].vat,
            seller_minor=splits[str(line.id)].seller,
            referral_minor=splits[str(line.id)].referral,
            commission_base_minor=splits[str(line.id)].commission_base,
        )
        for line in lines
    ]


def goods_total(lines: Sequence[Line]) -> int:
    """What the pieces of these lines cost after boutiques' vouchers and before any coupon, in minor units."""
    return sum(line.base_minor for line in lines)


def with_coupon(lines: Sequence[Line], coupon_minor: int) -> list[Line]:
    """The lines with the hub's coupon spread over what they cost; their splits are to be worked out after it."""
    coupons = allocate(coupon_minor, [line.base_minor for line in lines])
    return [msgspec.structs.replace(line, coupon_minor=coupon) for line, coupon in zip(lines, coupons, strict=True)]
