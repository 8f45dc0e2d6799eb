"""Making coupons, looking at one for a basket, taking a use of it for an order and giving that back.

Invariants: a use is taken under the coupon's lock in the transaction that begins the order, so that of two shoppers who
race for the last one exactly one gets it; an order that ends without being paid gives its use back in the transaction
that ends it. In the caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from federation.node.accounts import normal_email
from federation.vocabulary.money import Money
from marketplace.coupons.domain.coupons import Coupon, CouponTerms, checked, normal_code, terms_for
from marketplace.coupons.store import coupons as store
from marketplace.coupons.store.coupons import CouponRow
from marketplace.currencies.domain.exchange import Exchange
from marketplace.errors import CouponGivenError, CouponInvalidError

CouponView = CouponRow
"""A coupon with what became of it."""


async def make(coupon: Coupon) -> None:
    """Offer a coupon. Raises CouponInvalidError when it contradicts itself, CouponGivenError for a code of before."""
    if not await store.insert(checked(coupon)):
        raise CouponGivenError("There is a coupon with this code already; codes are never used again.")


async def stop(code: str, now: datetime) -> bool:
    """End a coupon; orders that are being paid keep it. False when it had ended."""
    return await store.stop(code, now)


async def listed(limit: int, offset: int = 0) -> Sequence[CouponView]:
    """The newest coupons."""
    return await store.rows(limit, offset)


async def look(code: str, goods: Money, exchange: Exchange, now: datetime) -> CouponTerms:
    """What a coupon comes to for these pieces, nothing taken. Raises CouponInvalidError, saying why it cannot be.

    The same is asked of the database whatever the code is: how long a refusal takes tells nothing.
    """
    coupon = await store.by_code(normal_code(code))
    taken = await store.uses(normal_code(code), "")
    if coupon is None:
        raise CouponInvalidError("We do not know this coupon; look at how it is written.")
    terms = terms_for(coupon, goods, exchange, now)
    _check_uses(coupon, "", taken)
    return terms


async def take(terms: CouponTerms, order_id: UUID, email: str, now: datetime) -> None:
    """An order uses a coupon from now on. Raises CouponInvalidError when it has no use left, or none for this shopper.

    The same inbox written differently (capitals) is one shopper.
    """
    coupon = await store.by_code(terms.code, lock=True)
    if coupon is None or coupon.stopped_at is not None:
        raise CouponInvalidError("This coupon has ended.")
    shopper = normal_email(email)
    _check_uses(coupon, shopper, await store.uses(coupon.code, shopper))
    await store.take(order_id, coupon.code, shopper, now)


async def give_back(order_id: UUID, now: datetime) -> None:
    """The order ended without being paid; nothing happens to one that used no coupon."""
    await store.give_back(order_id, now)


def _check_uses(coupon: Coupon, shopper: str, uses: tuple[int, int]) -> None:
    taken, own = uses
    if coupon.uses_max is not None and taken >= coupon.uses_max:
        raise CouponInvalidError(
            "This coupon has been used up. If an unpaid order of yours holds it, pay that, or give it back."
        )
    if shopper and coupon.per_shopper_max is not None and own >= coupon.per_shopper_max:
        raise CouponInvalidError("You have used this coupon as often as it can be used with one mail address.")
