"""The hub's answer to `payouts.paper_ports.Office`: orders in words, the parties in law, and the hub's signature."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from federation.documents import papers
from federation.documents.keys import SigningKey
from federation.node import clock
from federation.service import parties
from federation.vocabulary.zones import zone_of
from marketplace.accounts.setup import hub_id
from marketplace.listings import service as listings
from marketplace.papers import store
from marketplace.settings import HubSettings
from marketplace.vat import service as vat
from marketplace.vat.domain.checks import stands
from payouts.paper_ports import LegalParty, OrderWords


class HubOffice:
    """Writes papers for one hub."""

    def __init__(self, settings: HubSettings) -> None:
        self._settings = settings

    @property
    def time_zone(self) -> str:
        """The hub's own, by its settings."""
        return self._settings.time_zone

    async def words(self, shop_order_ids: Collection[UUID]) -> dict[UUID, OrderWords]:
        """The shop orders that are known, in words as they were sold."""
        return await store.words(shop_order_ids)

    async def hub(self) -> LegalParty:
        """The hub, by its settings."""
        settings = self._settings
        return LegalParty(
            id=await hub_id(),
            name=settings.node_name,
            legal_name=settings.legal_name,
            address=settings.legal_address,
            country=settings.country,
            vat_id=settings.vat_id,
        )

    async def boutique(self, shop_id: str) -> LegalParty:
        """A boutique by its last published profile."""
        found = (await listings.shops_by_id({shop_id}, clock.now())).get(shop_id)
        if found is None:
            return LegalParty(id=shop_id, name=shop_id)
        profile = found.profile
        check = await vat.latest(shop_id)
        believed = check if check is not None and stands(check, profile.vat_id, clock.now()) else None
        return LegalParty(
            vat_id_checked="" if believed is None else f"{self._day(believed.checked_at)} {believed.source}",
            id=shop_id,
            name=profile.name,
            legal_name=profile.legal_name,
            address=profile.address,
            country=profile.country,
            vat_id=profile.vat_id,
        )

    def _day(self, moment: datetime) -> str:
        return moment.astimezone(zone_of(self.time_zone)).date().isoformat()

    async def seal(self, document: bytes, now: datetime) -> bytes:
        """The document signed with the hub's key of this day."""
        del now
        own = await parties.party(await hub_id())
        operations = (await parties.own_operations(own.id)).operations
        return papers.seal(document, own.id, SigningKey.from_seed(own.sign_seed), operations)
