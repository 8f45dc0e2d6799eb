"""What orders ask of boutiques elsewhere. Behind it stand the federation, and in tests boutiques kept in memory.

Every call may be repeated with the same ids and means the same; PeerUnreachableError says that nobody knows the
outcome, PeerRefusedError that the boutique (or the link with it) definitely refused, for now or for good.
"""

from datetime import datetime
from typing import Protocol

from federation.conversations.messages import ReservationAnswer, ReservationRequest, ShopOrder


class Boutiques(Protocol):
    """The boutiques as a hub reaches them. Called outside any transaction."""

    async def hold(self, hub_id: str, shop_id: str, request: ReservationRequest, now: datetime) -> ReservationAnswer:
        """Set pieces aside, all lines or none; `rejected` is an answer."""
        ...

    async def confirm(self, hub_id: str, shop_id: str, reservation_id: str, now: datetime) -> ReservationAnswer:
        """Turn a hold into a sale; refused with `reservation-expired` when it has run out."""
        ...

    async def release(self, hub_id: str, shop_id: str, reservation_id: str, now: datetime) -> ReservationAnswer:
        """Give a hold back."""
        ...

    async def place_order(self, hub_id: str, shop_id: str, order: ShopOrder, now: datetime) -> None:
        """Hand over the signed order of confirmed pieces; refused with `order-declined`."""
        ...
