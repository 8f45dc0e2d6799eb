"""What the operator does with boutiques: see how each stands, let it in or turn it away, put it on hold."""

from datetime import datetime

import msgspec

from federation.documents.profile import PREFIX
from federation.log import forks
from federation.records import ComparedHub, LinkView, ReplicaView
from federation.service import forking, links, replicas
from federation.store import compared, logs
from federation.vocabulary.errors import ConflictError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.product import ShopProfile
from federation.vocabulary.wording import sentence
from marketplace.accounts.setup import hub_id
from marketplace.errors import ListingNotFoundError
from marketplace.hub import Hub
from marketplace.listings.domain.freshness import freshness_of
from marketplace.listings.store import leaves as leaf_store
from marketplace.listings.store import products as product_store
from marketplace.listings.store import shops as shop_store
from marketplace.listings.store.leaves import ListedLeaf
from marketplace.listings.views import BoutiqueRow, ListingCount, QuarantineView


async def boutiques(now: datetime) -> list[BoutiqueRow]:
    """Every boutique that is or was linked, or asks to be; those waiting for an answer first."""
    local = await hub_id()
    rows = {row.shop_id: row for row in await shop_store.shops(visible_only=False)}
    copies: dict[str, ReplicaView] = {view.shop_id: view for view in await replicas.replica_states(local, now)}
    faulty = await shop_store.quarantine_counts()
    found = [
        _row(link, rows.get(link.remote_id), copies.get(link.remote_id), faulty.get(link.remote_id, 0), now)
        for link in await links.links(local)
    ]
    return sorted(found, key=lambda one: (one.link_state != "proposed", one.name.casefold()))


def _row(
    link: LinkView, shop: shop_store.ShopRow | None, copy: ReplicaView | None, quarantined: int, now: datetime
) -> BoutiqueRow:
    profile = msgspec.json.decode(shop.profile, type=ShopProfile) if shop and shop.profile else None
    heard_at = shop.stock_heard_at if shop else None
    return BoutiqueRow(
        shop_id=link.remote_id,
        name=profile.name if profile else link.remote_name,
        handle=profile.handle if profile else "",
        town=profile.town if profile else "",
        country=profile.country if profile else "",
        link_state=link.state,
        proposed_by_shop=link.proposed_by == "remote",
        products=shop.products if shop else 0,
        quarantined=quarantined,
        freshness=freshness_of(heard_at, now),
        last_heard_at=heard_at,
        replica_state=copy.state if copy else "",
        size=copy.size if copy else 0,
        behind=max(0, copy.shop_size - copy.size) if copy else 0,
        last_error=copy.last_error if copy else "",
        last_error_at=copy.last_error_at if copy else None,
    )


async def published_profile(shop_id: str) -> ShopProfile | None:
    """What a boutique last said of itself in a record we could read; None when there is none, or it withdrew it."""
    row = await shop_store.shop(shop_id)
    return None if row is None or row.profile is None else msgspec.json.decode(row.profile, type=ShopProfile)


async def accept(hub: Hub, shop_id: str, now: datetime) -> None:
    """Let a boutique in that asked; its catalogue is shown as it arrives."""
    await links.accept_link(hub.federation, await hub_id(), PartyId(shop_id), now)


async def decline(hub: Hub, shop_id: str, now: datetime) -> None:
    """Turn a boutique away that asked; it may ask again. Raises ConflictError for one that asks nothing (any more)."""
    local = await hub_id()
    known = next((one for one in await links.links(local) if one.remote_id == shop_id), None)
    if known is None or (known.ours, known.proposed_by) != ("proposed", "remote"):
        raise ConflictError(sentence("This boutique is not waiting for an answer any more."))
    await links.end_link(hub.federation, local, PartyId(shop_id), now)


async def suspend(hub: Hub, shop_id: str, now: datetime) -> None:
    """Put a boutique on hold: nothing of it is shown or sold until it is accepted again."""
    await links.suspend_link(hub.federation, await hub_id(), PartyId(shop_id), now)


async def compared_hubs() -> list[ComparedHub]:
    """The other hubs with which this one compares what boutiques told them, and how the last round went."""
    return await compared.hubs(await hub_id())


class ForkView(msgspec.Struct, frozen=True, kw_only=True):
    """The proof that a boutique signed two catalogues: of which sizes, since when, told by whom ("" found here)."""

    sizes: tuple[int, int]
    told_by: str
    found_at: datetime
    path: str


async def fork(shop_id: str) -> ForkView | None:
    """What proves that a boutique signed two catalogues in its present epoch, if anything does."""
    local = await hub_id()
    head = await logs.head(local, shop_id)
    found = None if head is None else await forking.standing(local, PartyId(shop_id), head.epoch)
    if found is None:
        return None
    proof = forks.decode(found.document)
    return ForkView(
        sizes=(proof.first_size, proof.second_size),
        told_by=found.told_by,
        found_at=found.found_at,
        path=f"{PREFIX}/{local}/replicas/{shop_id}/fork",
    )


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


async def listed_leaves(handle: str, after: str, limit: int) -> tuple[str, list[ListedLeaf]]:
    """The id of the visible boutique of this handle, and which leaves of its log it is shown by, beyond `after`.

    Raises ListingNotFoundError.
    """
    shop = await shop_store.shop_by_handle(handle)
    if shop is None:
        raise ListingNotFoundError("no boutique of this name shows its pieces here")
    return shop.shop_id, await leaf_store.listed_leaves(shop.shop_id, after, limit)


async def listing_counts() -> list[ListingCount]:
    """What each visible boutique lists here."""
    return [ListingCount(*row) for row in await product_store.counts()]
