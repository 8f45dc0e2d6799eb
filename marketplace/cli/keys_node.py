"""The node at hand for commands that hubs and shop nodes both know, by its environment, and which party is meant."""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import msgspec

from federation.node.settings import PREFIX, NodeSettings
from federation.records import HostedParty
from federation.service import parties
from federation.service.context import Federation, create_federation
from marketplace.cli.errors import CommandError
from marketplace.cli.node_context import as_node
from marketplace.desk import GalleryDesk
from marketplace.settings import HubSettings
from shops import store
from shops.desk import BoutiqueDesk
from shops.settings import ShopNodeSettings

_OF_HUBS = ("STRIPE_KEY", "PAYMENT_PROVIDER")
"""Settings that a hub alone has: every hub names where its payments go."""


class KeysNode(msgspec.Struct, frozen=True):
    """The node at hand."""

    settings: NodeSettings
    federation: Federation


@asynccontextmanager
async def keys_node(environ: Mapping[str, str] = os.environ) -> AsyncIterator[KeysNode]:
    """The node of the environment, a hub when it knows a payment provider, else a shop node; its database bound."""
    if not environ.keys().isdisjoint(f"{PREFIX}{name}{suffix}" for name in _OF_HUBS for suffix in ("", "_FILE")):
        async with as_node(HubSettings) as hub:
            yield KeysNode(hub, create_federation(hub, hub_desk=GalleryDesk(hub)))
    else:
        async with as_node(ShopNodeSettings) as shop:
            yield KeysNode(shop, create_federation(shop, shop_desk=BoutiqueDesk()))


async def party_meant(words: str) -> HostedParty:
    """The party of this node that a person means: by handle, name, id or its beginning; the only one when unnamed."""
    hosted = await parties.hosted()
    if not hosted:
        raise CommandError("this node hosts no party yet")
    handles = await _handles(hosted)
    meant = [
        party
        for party in hosted
        if not words or party.id.startswith(words) or words.casefold() in {party.name.casefold(), handles.get(party.id)}
    ]
    if len(meant) == 1:
        return meant[0]
    known = ", ".join(f"{handles.get(party.id, party.id)} ({party.name})" for party in (meant or hosted)[:10])
    asked = (
        f"{'several parties' if meant else 'no party'} of this node fit {words!r}"
        if words
        else "this node hosts several parties"
    )
    raise CommandError(f"{asked}; name one: {known}")


async def _handles(hosted: Sequence[HostedParty]) -> dict[str, str]:
    """What each boutique of this node is called in addresses; a hub has none."""
    if not any(party.kind == "shop" for party in hosted):
        return {}
    return {one.shop_id: one.handle for one in await store.boutiques()}
