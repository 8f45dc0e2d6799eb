"""How a part's money divides at the sale, what each party has given back or lost since, and what it keeps. Pure."""

from collections.abc import Iterable, Sequence

import msgspec

from federation.vocabulary.money import Money, zero
from marketplace.orders.refunds import SHIPPING_PART
from marketplace.orders.views import OrderPartView
from payouts.domain.dispute_records import DisputeLineRecord
from payouts.domain.giveback import Components
from payouts.service.refund_views import RefundedPart, RefundView, part_of


class Share(msgspec.Struct, frozen=True):
    """One party's share: at the sale, given back since, `taken` by a bank that disputes it, what is left."""

    words: str
    sold: Money
    back: Money
    taken: Money

    @property
    def left(self) -> Money:
        """What the party keeps."""
        return self.sold - self.back - self.taken


class Division(msgspec.Struct, frozen=True):
    """The shares of one part; `together` is what the shopper paid for it, and is their sum."""

    shares: tuple[Share, ...]
    together: Share


def division(
    part: OrderPartView, refunds: Iterable[RefundView], disputed: Iterable[DisputeLineRecord] = ()
) -> Division | None:
    """How `part` divides, or None while it has no split; refunds and what banks took may be of the whole order."""
    if part.split is None:
        return None
    split = part.split
    given = given_back(
        [one for refund in refunds if refund.shop_order_id == part.shop_order_id for one in refund.parts]
    )
    nothing = zero(split.paid.currency)
    taken = given_back(
        [_taken(line, split.paid.currency) for line in disputed if line.shop_order_id == part.shop_order_id]
    )

    def gone(name: str) -> tuple[Money, Money]:
        return getattr(given, name) or nothing, getattr(taken, name) or nothing

    shares: tuple[Share, ...] = (
        Share("Boutique, for the pieces", split.seller, *gone("seller")),
        Share("Boutique, for shipping", split.shipping, *gone("shipping")),
        Share("Hub, commission", split.commission, *gone("commission")),
        Share("VAT on the commission", split.commission_vat, *gone("vat")),
    )
    if split.referral:
        shares += (Share("Boutique that sent the shopper", split.referral, *gone("referral")),)
    if split.coupon:
        shares += (Share("Hub, its coupon", -split.coupon, *(-amount for amount in gone("coupon"))),)
    sold, back, lost = (
        sum((getattr(share, column) for share in shares), nothing) for column in ("sold", "back", "taken")
    )
    return Division(shares, Share("Paid by the shopper", sold, back, lost))


def _taken(line: DisputeLineRecord, currency: str) -> RefundedPart:
    given = Components(line.paid, line.seller, line.commission, line.vat, line.referral, line.coupon)
    return part_of(line.line_id, 0, given, currency)


class GivenBack(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back to the shopper and who bears it; None where it comes to nothing."""

    amount: Money | None
    seller: Money | None
    shipping: Money | None
    commission: Money | None
    vat: Money | None
    referral: Money | None
    coupon: Money | None


def given_back(parts: Sequence[RefundedPart]) -> GivenBack:
    """The sums of some refunded lines; shipping is the boutique's, but shown apart."""
    goods = [part for part in parts if part.line_id != SHIPPING_PART]
    return GivenBack(
        amount=_sum(part.amount for part in parts),
        seller=_sum(part.seller_part for part in goods),
        shipping=_sum(part.seller_part for part in parts if part.line_id == SHIPPING_PART),
        commission=_sum(part.commission for part in parts),
        vat=_sum(part.vat for part in parts),
        referral=_sum(part.referral for part in parts),
        coupon=_sum(part.coupon for part in parts),
    )


def _sum(amounts: Iterable[Money]) -> Money | None:
    found = list(amounts)
    return sum(found[1:], found[0]) if found else None


class RefundRow(msgspec.Struct, frozen=True):
    """One line of a refund with the words for it."""

    words: str
    part: RefundedPart


def refund_rows(part: OrderPartView, refunded: Iterable[RefundedPart]) -> list[RefundRow]:
    """The lines of a refund of `part` as people read them: `2 × Linen dress, 42, ecru`."""
    lines = {line.line_id: line for line in part.lines}
    rows = []
    for one in refunded:
        line = lines.get(one.line_id)
        if one.line_id == SHIPPING_PART:
            words = "Shipping"
        elif line is None:
            words = one.line_id
        else:
            words = f"{one.quantity} × " + ", ".join(filter(None, (line.title, line.size_label, line.colour)))
        rows.append(RefundRow(words, one))
    return rows
