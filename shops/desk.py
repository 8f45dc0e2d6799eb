"""The shop's side of the federation: what a linked hub may ask of a boutique hosted here.

Translates calls of `federation.ports.ShopDesk` to the use cases of this package; decides nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from federation.conversations.link import LinkState
from federation.conversations.messages import (
    OrderEvent,
    ReservationAnswer,
    ReservationRequest,
    ShopOrder,
    StockBatch,
    StockRegister,
)
from federation.vocabulary.ids import PartyId
from shops import store as boutiques
from shops.inventory.service import holds, restating
from shops.inventory.service.announcing import announce
from shops.inventory.store import registers
from shops.money import renewing
from shops.moving.store import mark_departed
from shops.orders.service import receiving
from shops.vouchers import service as vouchers


class BoutiqueDesk:
    """The `ShopDesk` of this node."""

    async def hold(
        self, shop_id: PartyId, hub_id: PartyId, request: ReservationRequest, now: datetime
    ) -> ReservationAnswer:
        return await holds.hold(shop_id, hub_id, request, now)

    async def confirm(self, shop_id: PartyId, hub_id: PartyId, reservation_id: str, now: datetime) -> ReservationAnswer:
        return await holds.confirm(shop_id, hub_id, reservation_id, now)

    async def release(self, shop_id: PartyId, hub_id: PartyId, reservation_id: str, now: datetime) -> ReservationAnswer:
        return await holds.release(shop_id, hub_id, reservation_id, now)

    async def place_order(self, shop_id: PartyId, hub_id: PartyId, order: ShopOrder, now: datetime) -> None:
        await receiving.place(shop_id, hub_id, order, now)

    async def order_event(self, shop_id: PartyId, hub_id: PartyId, event: OrderEvent, now: datetime) -> None:
        await receiving.take_event(shop_id, hub_id, event, now)

    async def link_changed(self, shop_id: PartyId, hub_id: PartyId, state: LinkState, now: datetime) -> None:
        """A hub that has just been linked hears of the whole stock and of vouchers, and is asked of its books."""
        if state != "accepted":
            return
        if await boutiques.vseq(shop_id):
            await announce(shop_id, now)
        await vouchers.linked(shop_id, hub_id, now)
        await renewing.want(shop_id, hub_id, now)

    async def party_left(self, shop_id: PartyId, now: datetime) -> None:
        del now
        await mark_departed(shop_id, departed=True)

    async def stock_news(self, shop_id: PartyId, vseq: int, limit: int) -> StockBatch:
        return await registers.table_after(shop_id, vseq, limit)

    async def restate_stock(self, shop_id: PartyId, theirs: Sequence[StockRegister], above: int, now: datetime) -> None:
        await restating.restate(shop_id, theirs, above, now)
