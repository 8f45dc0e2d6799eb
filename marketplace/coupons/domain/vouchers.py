"""A boutique's own voucher in a basket and on an order: when it can be used, and what it takes off each line. Pure.

The boutique pays for it (a hub's coupon is the hub's cost): what it takes off is out of the price of which everybody's
part is reckoned. It is worked out at the boutique's own prices, by the rule that boutique and hub share, and shown in
the order's currency as the line's two prices stand to each other.
"""

from collections.abc import Sequence
from datetime import datetime

from federation.conversations.vouchers import Priced, Voucher, covered, discounts
from federation.documents.times import moment_of
from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from marketplace.errors import CouponInvalidError
from payouts.domain.amounts import portion


def usable(voucher: Voucher, lines: Sequence[Priced], now: datetime) -> tuple[int, ...]:
    """What a voucher takes off each line, in the boutique's minor units. Raises CouponInvalidError, saying why not."""
    if voucher.ends_at is not None and now >= moment_of(voucher.ends_at):
        raise CouponInvalidError("This voucher has ended.")
    if now < moment_of(voucher.starts_at):
        raise CouponInvalidError("This voucher cannot be used yet.")
    come_to = covered(voucher, lines)
    if not come_to:
        raise CouponInvalidError("This voucher is for other pieces of the boutique.")
    found = discounts(voucher, lines)
    if not any(found):
        least = Money(voucher.minimum, voucher.currency)
        raise CouponInvalidError(
            sentence("This voucher is for pieces that come to %(minimum)s or more.", minimum=least)
        )
    return found


def shown_discount(list_discount_minor: int, unit_minor: int, list_unit_minor: int) -> int:
    """A discount at the boutique's price in the order's currency; nothing of a piece that costs nothing."""
    if not list_discount_minor or not list_unit_minor:
        return 0
    return portion(list_discount_minor, unit_minor, list_unit_minor)
