"""Moving a sale from the currency the shopper paid in to the one the hub settles in. Pure.

The provider says what the whole payment came to; every line gets its part of that by largest remainder, then every
share of the line its part of the line's, so that each sum is exact and nobody's share is rounded against another's.
What a refund takes back follows the same lines: a line refunded whole gives back exactly what it was settled at.
"""

from collections.abc import Sequence

from payouts.domain.amounts import allocate, portion
from payouts.domain.giveback import Components

NOTHING = Components(0, 0)
"""No amount at all: the start of a sum."""


def settle_lines(lines: Sequence[Components], gross: int) -> tuple[Components, ...]:
    """The lines of one payment in settlement currency, where the payment came to `gross` (minor units)."""
    paid = allocate(gross, [line.paid for line in lines])
    return tuple(_settle_line(line, part) for line, part in zip(lines, paid, strict=True))


def _settle_line(line: Components, paid: int) -> Components:
    coupon = portion(line.coupon, paid, line.paid) if line.paid else 0
    shares = (line.seller, line.commission, line.vat, line.referral)
    seller, commission, vat, referral = allocate(paid + coupon, shares)
    return Components(paid, seller, commission, vat, referral, coupon)


def settled_back(whole: Components, done: int, paid: int) -> Components:
    """What is given back of a line settled as `whole` once `done` of the `paid` in the shopper's currency went back.

    Cumulative, as `giveback.given_back`. The seller gives no more back than its share and never less than nothing;
    what rounding leaves over is the hub's.
    """
    if not paid:
        return NOTHING
    back, commission, vat, referral, coupon = (
        portion(part, done, paid) for part in (whole.paid, whole.commission, whole.vat, whole.referral, whole.coupon)
    )
    rest = back - commission - vat - referral + coupon
    seller = min(max(rest, 0), whole.seller)
    return Components(back, seller, commission + rest - seller, vat, referral, coupon)


def added(parts: Sequence[Components]) -> Components:
    """The sum of some components."""
    return Components(*(sum(figures) for figures in zip(*(_figures(part) for part in parts), strict=True)))


def _figures(part: Components) -> tuple[int, ...]:
    return part.paid, part.seller, part.commission, part.vat, part.referral, part.coupon
