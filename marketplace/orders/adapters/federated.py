"""Boutiques reached over the federation, by signed requests."""

from datetime import datetime

from federation.conversations.messages import ReservationAnswer, ReservationRequest, ShopOrder
from federation.service import orders, reservations
from federation.service.context import Federation
from federation.vocabulary.ids import PartyId


class FederatedBoutiques:
    """`marketplace.orders.ports.Boutiques` over FED/1."""

    def __init__(self, federation: Federation) -> None:
        self._federation = federation

    async def hold(self, hub_id: str, shop_id: str, request: ReservationRequest, now: datetime) -> ReservationAnswer:
        """Ask for a hold; waits two seconds at most."""
        return await reservations.hold_remote(self._federation, PartyId(hub_id), PartyId(shop_id), request, now)

    async def confirm(self, hub_id: str, shop_id: str, reservation_id: str, now: datetime) -> ReservationAnswer:
        """Confirm a hold."""
        return await reservations.confirm_remote(
            self._federation, PartyId(hub_id), PartyId(shop_id), reservation_id, now
        )

    async def release(self, hub_id: str, shop_id: str, reservation_id: str, now: datetime) -> ReservationAnswer:
        """Release a hold."""
        return await reservations.release_remote(
            self._federation, PartyId(hub_id), PartyId(shop_id), reservation_id, now
        )

    async def place_order(self, hub_id: str, shop_id: str, order: ShopOrder, now: datetime) -> None:
        """Place an order."""
        await orders.place_order_remote(self._federation, PartyId(hub_id), PartyId(shop_id), order, now)
