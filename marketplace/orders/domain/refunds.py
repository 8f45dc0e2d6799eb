"""How much of a shop order can still be given back, and what a request for it covers. Pure; the money is `payouts`'.

Invariants: no piece and no shipping is given back twice; a refund is whole pieces (or the parcel), never a free sum.
"""

from typing import Annotated
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money, zero
from federation.vocabulary.wording import sentence
from marketplace.errors import RefundInvalidError
from payouts.domain.amounts import portion


class RefundLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many pieces of one line, at `percent` of their price."""

    line_id: Annotated[str, msgspec.Meta(max_length=64)]
    quantity: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    percent: Annotated[int, msgspec.Meta(ge=1, le=100)] = 100


class RefundRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to give back of one shop order; `refund_id` is made when the form is shown, so that a resend is harmless."""

    refund_id: UUID
    shop_order_id: UUID
    lines: Annotated[tuple[RefundLine, ...], msgspec.Meta(max_length=200)] = ()
    shipping: bool = False
    reason: Annotated[str, msgspec.Meta(max_length=300)] = ""


class Refundable(msgspec.Struct, frozen=True):
    """What is left to give back of one line: `remaining` pieces at `unit_price`, `left` of its money in all.

    Of a line that a coupon made cheaper, `paid_minor` says what its `sold` pieces cost together.
    """

    line_id: str
    title: str
    remaining: int
    unit_price: Money
    left: Money
    sold: int = 0
    paid_minor: int = 0

    def worth_minor(self, quantity: int) -> int:
        """What so many more pieces cost, counted on from those given back, as `payouts` counts."""
        if not self.sold:
            return self.unit_price.amount_minor * quantity
        return counted_on(self.paid_minor, self.sold, self.sold - self.remaining, quantity)


def counted_on(paid_minor: int, sold: int, before: int, quantity: int) -> int:
    """What so many pieces cost of `sold` that cost `paid_minor` together, after those `before`: to the cent in all."""
    return portion(paid_minor, before + quantity, sold) - portion(paid_minor, before, sold)


class RefundPlan(msgspec.Struct, frozen=True):
    """A request found to be possible: pieces per line, the parcel or not, and what comes back in all."""

    lines: tuple[RefundLine, ...]
    shipping: bool
    amount: Money


def plan_refund(request: RefundRequest, lines: tuple[Refundable, ...], shipping_left: Money) -> RefundPlan:
    """Check `request` against what is left. Raises RefundInvalidError naming the line and what remains of it."""
    left = {line.line_id: line for line in lines}
    asked: dict[str, int] = {}
    amount = zero(shipping_left.currency)
    for line in request.lines:
        known = left.get(line.line_id)
        if known is None:
            raise RefundInvalidError("this piece does not belong to this boutique's part of the order")
        asked[line.line_id] = asked.get(line.line_id, 0) + line.quantity
        if asked[line.line_id] > known.remaining:
            raise RefundInvalidError(
                sentence(
                    "%(title)s: %(left)s can be refunded, not %(asked)s",
                    title=known.title,
                    left=known.remaining,
                    asked=asked[line.line_id],
                )
            )
        amount += worth(line, known)
    if request.shipping:
        if not shipping_left:
            raise RefundInvalidError("the shipping of this part was free or is already refunded")
        amount += shipping_left
    if not amount:
        raise RefundInvalidError("choose at least one piece, or the shipping, to refund")
    return RefundPlan(_merged(request.lines), request.shipping, amount)


def _merged(lines: tuple[RefundLine, ...]) -> tuple[RefundLine, ...]:
    """Each line once: payouts wants it so."""
    merged: dict[str, RefundLine] = {}
    for line in lines:
        before = merged.get(line.line_id)
        quantity = line.quantity + (before.quantity if before else 0)
        merged[line.line_id] = RefundLine(line.line_id, quantity, line.percent)
    return tuple(merged.values())


def worth(line: RefundLine, known: Refundable) -> Money:
    """What these pieces give back: their share of the price, half a unit up, never more than is left of the line."""
    whole = known.worth_minor(line.quantity)
    share = Money((whole * line.percent * 2 + 100) // 200, known.unit_price.currency)
    return min(share, known.left, key=lambda amount: amount.amount_minor)


def possible(lines: tuple[RefundLine, ...], known: tuple[Refundable, ...]) -> tuple[RefundLine, ...]:
    """As much of `lines` as is left: a boutique may give back what the operator has given back meanwhile."""
    left = {one.line_id: one for one in known}
    kept = []
    for line in lines:
        one = left.get(line.line_id)
        quantity = 0 if one is None else min(line.quantity, one.remaining)
        if one is not None and quantity and worth(RefundLine(line.line_id, quantity, line.percent), one):
            kept.append(RefundLine(line.line_id, quantity, line.percent))
    return tuple(kept)


def taken(lines: tuple[RefundLine, ...], known: tuple[Refundable, ...], shipping: Money) -> Money:
    """What `lines` and the parcel come to."""
    left = {one.line_id: one for one in known}
    return sum((worth(line, left[line.line_id]) for line in lines), shipping)


def whole_refund(lines: tuple[Refundable, ...], shipping_left: Money) -> RefundPlan:
    """Everything that is still left of a part; its amount is zero when nothing is."""
    kept = tuple(RefundLine(line.line_id, line.remaining) for line in lines if line.remaining and line.left)
    amount = sum((line.left for line in lines), shipping_left)
    return RefundPlan(kept, bool(shipping_left), amount)
