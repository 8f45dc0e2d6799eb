"""What each party gives back when part of a line is refunded.

Cumulative difference: after `done` of `paid` has been refunded, component j has given back half-up(j * done / paid),
and one refund's part is the difference between after and before; the seller takes the rest. However a line's refunds
are cut, a full refund returns every component to the cent.
"""

import msgspec

from federation.vocabulary.wording import sentence
from payouts.domain.amounts import portion
from payouts.errors import RefundRefusedError


class Components(msgspec.Struct, frozen=True):
    """The parts of an amount a shopper paid: paid = seller + commission + vat + referral - coupon (minor units).

    All in one currency: the shopper's, or the hub's once the money is settled.
    """

    paid: int
    seller: int
    commission: int = 0
    vat: int = 0
    referral: int = 0
    coupon: int = 0

    def __sub__(self, other: "Components") -> "Components":
        return Components(
            self.paid - other.paid,
            self.seller - other.seller,
            self.commission - other.commission,
            self.vat - other.vat,
            self.referral - other.referral,
            self.coupon - other.coupon,
        )


def given_back(whole: Components, done: int) -> Components:
    """The components returned once `done` of what was paid has been refunded."""
    if not 0 <= done <= whole.paid:
        raise RefundRefusedError(
            sentence(
                "no more than %(most)s minor units can be refunded here, %(done)s were asked for",
                most=whole.paid,
                done=done,
            )
        )
    if whole.paid == 0:
        return Components(0, 0)
    commission, vat, referral, coupon = (
        portion(part, done, whole.paid) for part in (whole.commission, whole.vat, whole.referral, whole.coupon)
    )
    return Components(done, done - commission - vat - referral + coupon, commission, vat, referral, coupon)


def refund_components(whole: Components, before: int, amount: int) -> Components:
    """The components of refunding `amount` more after `before` was refunded already.

    Raises RefundRefusedError when it is not positive or exceeds what is left.
    """
    if amount <= 0:
        raise RefundRefusedError("a refund must be of at least one minor unit")
    return given_back(whole, before + amount) - given_back(whole, before)


class Refundable(msgspec.Struct, frozen=True):
    """A line as a refund sees it: what was sold, and how much of it went back already."""

    paid: int
    quantity: int
    refunded_minor: int
    refunded_quantity: int


def amount_of_quantity(line: Refundable, quantity: int) -> int:
    """The minor units that `quantity` more returned pieces are worth, never more than is left of the line.

    Cumulative as well, so that three pieces for 10.00 return 3.33, 3.34 and 3.33. Raises RefundRefusedError when the
    line has not that many pieces left.
    """
    after = line.refunded_quantity + quantity
    if quantity < 1 or after > line.quantity:
        left = line.quantity - line.refunded_quantity
        raise RefundRefusedError(
            sentence(
                "%(quantity)s pieces cannot be refunded, %(left)s are left of the line", quantity=quantity, left=left
            )
        )
    left_minor = line.paid - line.refunded_minor
    if after == line.quantity:
        return left_minor
    worth = portion(line.paid, after, line.quantity) - portion(line.paid, line.refunded_quantity, line.quantity)
    return min(worth, left_minor)
