"""Opening a boutique on this node and changing how it presents itself."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from federation.documents.keys import PublicKey
from federation.log.records import SHOP_KEY, SHOP_TYPE
from federation.node import accounts
from federation.node.settings import NodeSettings
from federation.service.catalogue import Change, append
from federation.service.parties import create_party, party
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.product import ShopProfile
from shops import store
from shops.catalog.domain.record import profile_body
from shops.store import BoutiqueView


class OpenedShop(msgspec.Struct, frozen=True):
    """A boutique just opened; `root_seed` is shown this once and belongs into a file outside the database."""

    shop_id: PartyId
    root_seed: bytes


async def open_shop(
    settings: NodeSettings,
    profile: ShopProfile,
    owner_email: str,
    now: datetime,
    *,
    recovery_file: str = "",
    outbound: bool = False,
    further_roots: Sequence[PublicKey] = (),
) -> OpenedShop:
    """Create the boutique's party, its rows, its owner's account, and publish its profile. Caller's transaction.

    `recovery_file` is where the caller will write the root key: the portal warns until it has been moved away.
    `further_roots` stand below the root key made here, in their order.
    An `outbound` boutique lives where nobody can connect to: it fetches from its hubs what they ask of it.
    Raises RecordInvalidError for a profile that breaks a rule.
    """
    body = profile_body(profile)
    made = await create_party(settings, "shop", profile.name, now, outbound=outbound, further_roots=further_roots)
    await store.insert_boutique(made.party_id, profile, recovery_file, now)
    owner = await accounts.ensure_account(owner_email, profile.name)
    await accounts.grant(owner, "owner", made.party_id)
    await append(made.party_id, [Change("put", SHOP_KEY, SHOP_TYPE, body)], now)
    return OpenedShop(made.party_id, made.root_seed)


async def located(boutique: BoutiqueView) -> BoutiqueView:
    """The boutique with where it lives now, when it has left this node and that is known."""
    if not boutique.departed:
        return boutique
    return msgspec.structs.replace(boutique, moved_to=(await party(boutique.shop_id)).moved_to)


async def note_recovery_file(shop_id: PartyId, path: str) -> None:
    """Remember where the root key was written."""
    await store.update_recovery_file(shop_id, path)


async def edit_profile(shop_id: PartyId, profile: ShopProfile, now: datetime) -> None:
    """Write and publish the boutique's profile. Its handle and currency stay as they were when it was opened.

    Raises RecordInvalidError when the profile breaks a rule or changes either of them.
    """
    await store.lock(shop_id)
    before = (await store.boutique(shop_id)).profile
    if (profile.handle, profile.currency) != (before.handle, before.currency):
        raise RecordInvalidError("a boutique keeps its address and its currency: open another one to change them")
    body = profile_body(profile)
    await store.update_profile(shop_id, profile)
    await append(shop_id, [Change("put", SHOP_KEY, SHOP_TYPE, body)], now)


def root_key_is_here(recovery_file: str) -> bool:
    """Whether the root key still lies on this machine, where whoever takes the machine takes the boutique."""
    return bool(recovery_file) and Path(recovery_file).exists()
