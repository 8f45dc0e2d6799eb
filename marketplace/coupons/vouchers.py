"""Vouchers that boutiques offer and pay for themselves: taking their lists, looking at one for a basket, its uses.

Invariants: a list is taken whole, and never in place of a newer one; a use is taken under the voucher's lock in the
transaction that begins the order, so that of two shoppers who race for the last one exactly one gets it; an order that
ends unpaid, or a part that is not fulfilled, gives its use back in the transaction that ends it. In the caller's
transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from federation import limits
from federation.conversations.vouchers import Priced, Voucher, VoucherList, VouchersKept
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.wording import sentence
from marketplace.coupons.domain.coupons import normal_code
from marketplace.coupons.domain.vouchers import usable
from marketplace.coupons.store import vouchers as store
from marketplace.errors import CouponInvalidError


class HubVouchers:
    """The hub's `federation.ports.VoucherDesk`."""

    async def take(self, hub_id: PartyId, shop_id: PartyId, told: VoucherList, now: datetime) -> VouchersKept:
        """Keep the list, if it is newer than the one before. Raises RecordInvalidError."""
        codes = [voucher.code for voucher in told.vouchers]
        if len(set(codes)) != len(codes):
            raise RecordInvalidError("a list of vouchers has each code once")
        for voucher in told.vouchers:
            if not voucher.is_sound:
                raise RecordInvalidError(
                    sentence(
                        "the voucher %(code)s takes off nothing, two things, or all of its pieces", code=voucher.code
                    )
                )
        if told.revision > await store.revision(shop_id, lock=True):
            await store.replace(shop_id, told.revision, told.vouchers, now)
        return await self.kept(hub_id, shop_id)

    async def kept(self, hub_id: PartyId, shop_id: PartyId) -> VouchersKept:
        """What is kept, and how often each code is used."""
        del hub_id
        used = await store.uses(shop_id, limits.VOUCHERS_MAX)
        return VouchersKept(revision=await store.revision(shop_id), uses=tuple(used))


async def look(shop_id: str, code: str, lines: Sequence[Priced], now: datetime) -> tuple[Voucher, tuple[int, ...]]:
    """A boutique's voucher and what it takes off these lines; nothing is taken. Raises CouponInvalidError, saying why.

    Amounts are minor units of the boutique's currency. The same is asked of the database whatever the code is: how long
    a refusal takes tells nothing.
    """
    voucher = await store.by_code(shop_id, normal_code(code))
    taken = await store.taken(shop_id, normal_code(code))
    if voucher is None:
        raise CouponInvalidError("The boutique has no such voucher; look at how it is written.")
    found = usable(voucher, lines, now)
    _check_uses(voucher, taken)
    return voucher, found


async def take(shop_id: str, code: str, order_id: UUID, now: datetime) -> None:
    """An order uses a voucher from now on. Raises CouponInvalidError when it has ended or has no use left.

    Who takes several takes them in the order of the boutiques' ids.
    """
    voucher = await store.by_code(shop_id, code, lock=True)
    if voucher is None:
        raise CouponInvalidError("This voucher has ended.")
    _check_uses(voucher, await store.taken(shop_id, voucher.code))
    await store.take(order_id, shop_id, code, now)


async def give_back(order_id: UUID, now: datetime, shop_id: str | None = None) -> None:
    """The order ended unpaid, or its part of `shop_id` is not fulfilled; nothing happens if no voucher was used."""
    await store.give_back(order_id, shop_id, now)


def _check_uses(voucher: Voucher, taken: int) -> None:
    if voucher.uses_max is not None and taken >= voucher.uses_max:
        raise CouponInvalidError("This voucher has been used up.")
