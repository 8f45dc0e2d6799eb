"""A boutique's own vouchers, told to its hubs in private: a code that stood in the public log would be anybody's.

The boutique pays for them itself: a voucher lowers the price of its pieces for everybody who has a part in it. A hub
takes a list whole and counts the uses; what a voucher takes off is worked out here alone, at the boutique's own prices,
so that both ends come to the same figures. Pure.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from federation import limits
from federation.conversations.forms import Currency, UtcTime
from federation.vocabulary.product import Code

VOUCHER_CODE_PATTERN = r"^[A-Z0-9][A-Z0-9-]{3,29}(?!\n)$"
PERCENT_BP_MAX = 9_000
WHOLE_BP = 10_000
LEAST_LEFT_MINOR = 100
"""What stays to be paid for the pieces of a voucher at the least, in minor units of the boutique's currency."""

VoucherCode = Annotated[str, msgspec.Meta(pattern=VOUCHER_CODE_PATTERN)]
Amount = Annotated[int, msgspec.Meta(ge=0, le=limits.VOUCHER_AMOUNT_MINOR_MAX)]
Revision = Annotated[int, msgspec.Meta(ge=1, le=limits.INTEGER_MAGNITUDE_MAX)]


class Voucher(msgspec.Struct, frozen=True, kw_only=True):
    """What a code takes off one boutique's pieces: `percent_bp` (basis points) of them, or `amount` of `currency`.

    The pieces it is for (`products`, all when empty) must come to `minimum`. Orders begun from `starts_at` until before
    `ends_at` can use it, `uses_max` of them at each hub. Amounts are minor units.
    """

    code: VoucherCode
    currency: Currency
    percent_bp: Annotated[int, msgspec.Meta(ge=0, le=PERCENT_BP_MAX)] = 0
    amount: Amount = 0
    minimum: Amount = 0
    starts_at: UtcTime
    ends_at: UtcTime | None = None
    uses_max: Annotated[int, msgspec.Meta(ge=1, le=limits.VOUCHER_USES_MAX)] | None = None
    products: Annotated[tuple[Code, ...], msgspec.Meta(max_length=limits.VOUCHER_PRODUCTS_MAX)] = ()

    @property
    def is_sound(self) -> bool:
        """Whether it takes off one thing, and leaves something to be paid."""
        one_kind = bool(self.percent_bp) != bool(self.amount)
        return one_kind and (not self.amount or self.minimum >= self.amount + LEAST_LEFT_MINOR)

    def covers(self, product_id: str) -> bool:
        """Whether it is for pieces of this product."""
        return not self.products or product_id in self.products


class VoucherList(msgspec.Struct, frozen=True, kw_only=True):
    """All vouchers a boutique offers at a hub, in place of those it told of before; `revision` grows with each change.

    What is not in it any more has ended; a code that comes again goes on counting.
    """

    revision: Revision
    vouchers: Annotated[tuple[Voucher, ...], msgspec.Meta(max_length=limits.VOUCHERS_MAX)] = ()


class VoucherUse(msgspec.Struct, frozen=True, kw_only=True):
    """How often a code is in use at a hub: `paid` orders, and `open` ones that are being paid."""

    code: VoucherCode
    paid: Annotated[int, msgspec.Meta(ge=0)] = 0
    open: Annotated[int, msgspec.Meta(ge=0)] = 0


class VouchersKept(msgspec.Struct, frozen=True, kw_only=True):
    """What a hub has of a boutique's vouchers: the revision (0: none was told) and the uses of the codes in it.

    Codes that have ended and were used come after those, as many as there is room for; of others nothing is said.
    """

    revision: Annotated[int, msgspec.Meta(ge=0, le=limits.INTEGER_MAGNITUDE_MAX)]
    uses: Annotated[tuple[VoucherUse, ...], msgspec.Meta(max_length=limits.VOUCHERS_MAX)] = ()


class Priced(msgspec.Struct, frozen=True):
    """Pieces of one product on one line of an order: what they cost at the boutique's own price, in minor units."""

    product_id: str
    goods: int


def covered(voucher: Voucher, lines: Sequence[Priced]) -> int:
    """What the pieces that a voucher is for come to."""
    return sum(line.goods for line in lines if voucher.covers(line.product_id))


def discounts(voucher: Voucher, lines: Sequence[Priced]) -> tuple[int, ...]:
    """What a voucher takes off each line, in minor units; all are zero below its minimum.

    A percentage is taken of each line, half a unit up. An amount is spread over the lines it is for in their order: up
    to each line that part of it which the lines so far have in all of them, rounded down.
    """
    goods = [line.goods if voucher.covers(line.product_id) else 0 for line in lines]
    whole = sum(goods)
    if whole < max(voucher.minimum, LEAST_LEFT_MINOR):
        return (0,) * len(lines)
    if voucher.percent_bp:
        return tuple((2 * each * voucher.percent_bp + WHOLE_BP) // (2 * WHOLE_BP) for each in goods)
    off = min(voucher.amount, whole - LEAST_LEFT_MINOR)
    found, so_far = [], 0
    for each in goods:
        before, so_far = so_far, so_far + each
        found.append(off * so_far // whole - off * before // whole)
    return tuple(found)
