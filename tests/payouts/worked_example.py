"""The order of the worked example: three shops, a referral, a seller's discount and the hub's coupon, in cents of euro.

A and B are French (20 % VAT on the commission), C is German (reverse charge). Commission 10 %; B is owed 12 % of A's
dress; B gives 10 % on the shoes; the hub gives a coupon of 10.00.
"""

from uuid import UUID

import msgspec

from federation.vocabulary.money import Money
from payouts.domain.split import SaleLine, SaleShare

COUPON_MINOR = 1000
TOTAL = Money(34759, "EUR")
A, B, C = "shop-a", "shop-b", "shop-c"
ORDER = UUID(int=100)
PART_A, PART_B, PART_C = UUID(int=1), UUID(int=2), UUID(int=3)


def euro(amount_minor: int) -> Money:
    """Cents of euro."""
    return Money(amount_minor, "EUR")


def in_yen(shares: tuple[SaleShare, ...]) -> tuple[SaleShare, ...]:
    """The same figures as yen: the shopper pays in another currency than the hub's."""
    return tuple(
        msgspec.structs.replace(
            share,
            shipping=Money(share.shipping.amount_minor, "JPY"),
            lines=tuple(
                msgspec.structs.replace(line, unit_price=Money(line.unit_price.amount_minor, "JPY"))
                for line in share.lines
            ),
        )
        for share in shares
    )


SHARES = (
    SaleShare(
        A,
        PART_A,
        (
            SaleLine("dress", 1, euro(12000), 1000, 2000, referral_bp=1200, referrer=B),
            SaleLine("scarf", 1, euro(3500), 1000, 2000),
        ),
        euro(690),
    ),
    SaleShare(B, PART_B, (SaleLine("shoes", 1, euro(8990), 1000, 2000, seller_discount_minor=899),), euro(490)),
    SaleShare(C, PART_C, (SaleLine("ring", 2, euro(4999), 1000, 0),), euro(990)),
)
