"""What the operator does with boutiques: see how each stands, let it in, put it on hold."""

from datetime import datetime

from federation.service import links
from federation.vocabulary.ids import PartyId
from marketplace.accounts.setup import hub_id
from marketplace.hub import Hub
from marketplace.listings.domain.freshness import freshness_of
from marketplace.listings.store import products as product_store
from marketplace.listings.store import shops as shop_store
from marketplace.listings.views import BoutiqueRow, ListingCount, QuarantineView


async def boutiques(now: datetime) -> list[BoutiqueRow]:
    """Every boutique that is or was linked, or asks to be; those waiting for an answer first."""
    local = await hub_id()
    standing = {link.remote_id: link for link in await links.links(local)}
    rows = {row.shop_id: row for row in await shop_store.shops(visible_only=False)}
    faulty = await shop_store.quarantine_counts()
    found = []
    for shop_id in dict.fromkeys([*rows, *standing]):
        row, link = rows.get(shop_id), standing.get(PartyId(shop_id))
        heard_at = row.stock_heard_at if row else None
        found.append(
            BoutiqueRow(
                shop_id=shop_id,
                name=(link.remote_name if link else "") or (row.link_name if row else "") or shop_id,
                handle=(row.handle if row else None) or "",
                town="",
                link_state=link.state if link else "ended",
                proposed_by_shop=link is not None and link.proposed_by == "remote",
                products=row.products if row else 0,
                quarantined=faulty.get(shop_id, 0),
                freshness=freshness_of(heard_at, now),
                last_heard_at=heard_at,
            )
        )
    return sorted(found, key=lambda one: (one.link_state != "proposed", one.name.casefold()))


async def accept(hub: Hub, shop_id: str, now: datetime) -> None:
    """Let a boutique in that asked; its catalogue is shown as it arrives."""
    await links.accept_link(hub.federation, await hub_id(), PartyId(shop_id), now)


async def suspend(hub: Hub, shop_id: str, now: datetime) -> None:
    """Put a boutique on hold: nothing of it is shown or sold until it is accepted again."""
    await links.suspend_link(hub.federation, await hub_id(), PartyId(shop_id), now)


async def quarantined(shop_id: str) -> list[QuarantineView]:
    """The records of a boutique that could not be read, latest first."""
    return [
        QuarantineView(
            shop_id=shop_id,
            key=row["record_key"],
            seq=row["seq"],
            faults=[f"{fault.pointer or '/'}: {fault.message or fault.code}" for fault in row["faults"]],
            at=row["at"],
        )
        for row in await shop_store.quarantined(shop_id)
    ]


async def listing_counts() -> list[ListingCount]:
    """What each visible boutique lists here."""
    return [ListingCount(*row) for row in await product_store.counts()]
