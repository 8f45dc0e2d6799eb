"""Orders by a voucher that has ended since its code was taken."""

from datetime import timedelta

import msgspec
import pytest

from federation.conversations.messages import ShopOrder
from federation.conversations.vouchers import Voucher
from federation.errors import OrderDeclinedError
from federation.node import clock
from federation.node.database import atomic, execute
from federation.vocabulary.ids import PartyId, new_id
from shops.orders import store as orders
from shops.service import edit_profile
from shops.vouchers import store
from shops.vouchers.domain.vouchers import OfferedVoucher
from tests.shops.house import APPS, DESK, HUB, OTHER_HUB, confirmed, euros, order_of, placed, profile, request, stocked

pytestmark = pytest.mark.apps(*APPS)


async def test_a_code_was_taken_when_the_pieces_were_held_first(shop_id: PartyId) -> None:
    """Held anew after its end, the order is taken; not by a hold of other pieces, of another hub, or of nobody.

    A boutique that accepts orders at once is left to look at it.
    """
    now, dress = clock.now(), await stocked(shop_id, 5)
    terms = Voucher(code="AUTUMN", currency="EUR", percent_bp=1_000, starts_at="2020-01-01T00:00:00Z")
    made = OfferedVoucher(id=new_id(), terms=terms, words="", made_at=now)
    first, other, foreign = request((dress, 1)), request((dress, 2)), request((dress, 1))
    async with atomic():
        await edit_profile(shop_id, profile(order_acceptance="automatic"), now)
        assert await store.insert(shop_id, made)
        for hub_id, asked in ((HUB, first), (HUB, other), (OTHER_HUB, foreign)):
            assert (await DESK.hold(shop_id, hub_id, asked, now)).state == "held"
            await DESK.release(shop_id, hub_id, asked.id, now)
        await execute("UPDATE shop_reservation SET held_at = held_at - interval '6 hours'")
        assert await store.stop(shop_id, made.id, now - timedelta(hours=5))
        await store.note_heard(shop_id, HUB, [], now - timedelta(hours=5))
        await store.note_heard(shop_id, HUB, [], now)
    order = with_voucher(await order_of(shop_id, await confirmed(shop_id, (dress, 1)), discount=euros(1_890)))
    for named in (None, other.id, foreign.id, str(new_id())):
        with pytest.raises(OrderDeclinedError, match="was not offered"):
            await placed(shop_id, msgspec.structs.replace(order, first_reservation_id=named))
    await placed(shop_id, msgspec.structs.replace(order, first_reservation_id=first.id))
    (row,) = await orders.order_rows(shop_id)
    assert row.state == "placed"


def with_voucher(order: ShopOrder) -> ShopOrder:
    """The order with its discount taken off its sums."""
    goods = order.total - order.shipping - euros(1_890)
    money = msgspec.structs.replace(order.money, seller=goods - order.money.commission)
    return msgspec.structs.replace(order, voucher="AUTUMN", total=goods + order.shipping, money=money)
