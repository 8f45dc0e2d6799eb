"""What linked boutiques may tell the hub: its `federation.ports.HubDesk`.

Each call runs in its caller's transaction, so that effect and acknowledgement are one.
"""

from collections.abc import Sequence
from datetime import datetime

from federation.conversations.link import LinkState
from federation.conversations.messages import OrderEvent, Quarantine, StockRegister
from federation.log.records import SHOP_KEY
from federation.ports import AcceptedRecord, ServedRecord
from federation.vocabulary.ids import PartyId
from marketplace.leaving import service as leaving
from marketplace.listings import records as listing_records
from marketplace.listings import service as listings
from marketplace.listings.store import leaves as listed_leaves
from marketplace.orders import shop_events
from marketplace.settings import HubSettings
from payouts import service as payouts


class GalleryDesk:
    """Lets records become listings, stock become offers, and boutiques' words move orders."""

    def __init__(self, settings: HubSettings) -> None:
        self._settings = settings

    async def records_accepted(
        self, hub_id: PartyId, shop_id: PartyId, records: Sequence[AcceptedRecord], now: datetime
    ) -> list[Quarantine]:
        """Project a batch; a boutique that presents itself gets an account for its money."""
        plates_dir = self._settings.plates_dir
        refused = await listing_records.take_records(hub_id, shop_id, records, now, plates_dir=plates_dir)
        if any(record.key == SHOP_KEY and record.operation == "put" for record in records):
            shop = (await listings.shops_by_id([shop_id], now)).get(shop_id)
            if shop is not None:
                profile = shop.profile
                await payouts.ensure_account(
                    shop_id, shop.name, shop.country, profile.currency, now, email=profile.email
                )
        return refused

    async def served(self, hub_id: PartyId, shop_id: PartyId) -> list[ServedRecord]:
        """What is listed of a boutique, by the leaves it is from."""
        del hub_id
        return await listed_leaves.served(shop_id)

    async def stock_changed(
        self, hub_id: PartyId, shop_id: PartyId, registers: Sequence[StockRegister], now: datetime
    ) -> None:
        """Keep the newest stock."""
        await listing_records.take_stock(hub_id, shop_id, registers, now)

    async def heartbeat(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> None:
        """Stock as told is current."""
        await listing_records.take_heartbeat(hub_id, shop_id, now)

    async def order_event(self, hub_id: PartyId, shop_id: PartyId, event: OrderEvent, now: datetime) -> None:
        """A boutique's word on its part of an order."""
        del hub_id
        await shop_events.take(shop_id, event, self._settings.public_url, now)

    async def link_changed(
        self, hub_id: PartyId, shop_id: PartyId, state: LinkState, profile_name: str, now: datetime
    ) -> None:
        """A boutique came, went or waits."""
        await listing_records.take_link(hub_id, shop_id, state, profile_name, now)
        if state == "ended":
            await leaving.left(shop_id, now)
        elif state == "accepted":
            await leaving.came_back(hub_id, shop_id, now)

    async def forwarded(self, hub_id: PartyId, shop_id: PartyId, forward: str, now: datetime) -> None:
        """A boutique that has left says where it is now."""
        del hub_id, now
        await leaving.forwarded(shop_id, forward)
