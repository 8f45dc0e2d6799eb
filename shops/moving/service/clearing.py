"""Deleting what a boutique that lives elsewhere has left behind at this node.

Its books are its own and went with it; a node that only kept them for it has no ground to keep them longer (GDPR
article 28(3)(g)). Invariants: nothing is deleted of a boutique that is not known, by its root key, to live elsewhere;
who it was, its operations and where it went stay, so that whoever asks here is still told.
"""

from pathlib import Path

import msgspec

from federation.node import accounts
from federation.node.database import atomic
from federation.records import HostedParty
from federation.store import forgetting
from federation.store import parties as party_store
from federation.vocabulary.errors import ConflictError, NotFoundError
from federation.vocabulary.ids import PartyId
from shops.media import store as media
from shops.moving import store
from shops.moving.service import asking
from shops.settings import ShopNodeSettings


class Cleared(msgspec.Struct, frozen=True, kw_only=True):
    """What was deleted of a boutique, and where it lives."""

    shop_id: PartyId
    name: str
    moved_to: str
    products: int
    orders: int
    pictures: int


async def moved(shop_id: PartyId) -> HostedParty:
    """A boutique that lived here and is known to live elsewhere. Raises NotFoundError or ConflictError."""
    party = await party_store.party(shop_id)
    if party is None:
        raise NotFoundError(f"no boutique {shop_id} has lived here")
    if party.left_at is None:
        raise ConflictError(f"{party.name} lives here: only what one has left behind is deleted")
    if not party.moved_to:
        raise ConflictError(
            f"{party.name} has stopped here and no other node has said that it lives there: what is here may be all "
            "there is of it"
        )
    return party


async def clear(settings: ShopNodeSettings, shop_id: PartyId) -> Cleared:
    """Delete what is left of a boutique that moved; again deletes nothing more. Call outside a transaction."""
    party = await moved(shop_id)
    async with atomic():
        counts = await store.counts(shop_id)
        pictures = await forget_rows(shop_id)
    drop_files(settings.media_dir, pictures)
    asking.path_of(settings, shop_id).unlink(missing_ok=True)
    return Cleared(
        shop_id=shop_id,
        name=party.name,
        moved_to=party.moved_to,
        products=counts.products,
        orders=counts.orders,
        pictures=len(pictures),
    )


async def forget_rows(shop_id: PartyId) -> list[str]:
    """Delete a boutique's rows in the caller's transaction; returns the pictures that no other boutique keeps."""
    pictures = await store.pictures_of_nobody_else(shop_id)
    await forgetting.forget_departed(shop_id)
    await store.forget(shop_id)
    await accounts.revoke_all(shop_id)
    return pictures


def drop_files(media_dir: Path, pictures: list[str]) -> None:
    """Delete the files of pictures."""
    for sha256 in pictures:
        media.path_of(media_dir, sha256).unlink(missing_ok=True)
