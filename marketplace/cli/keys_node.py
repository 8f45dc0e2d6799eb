"""The node on which `galleria keys` works, whichever kind the environment describes, and which party is meant."""

import os
from collections.abc import AsyncIterator, Mapping
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
from shops.desk import BoutiqueDesk
from shops.settings import ShopNodeSettings


class KeysNode(msgspec.Struct, frozen=True):
    """The node at hand."""

    settings: NodeSettings
    federation: Federation


@asynccontextmanager
async def keys_node(environ: Mapping[str, str] = os.environ) -> AsyncIterator[KeysNode]:
    """The node of the environment, a hub when it knows a payment provider, else a shop node; its database bound."""
    if {f"{PREFIX}SANDBOX_URL", f"{PREFIX}SANDBOX_URL_FILE"} & environ.keys():
        async with as_node(HubSettings) as hub:
            yield KeysNode(hub, create_federation(hub, hub_desk=GalleryDesk(hub)))
    else:
        async with as_node(ShopNodeSettings) as shop:
            yield KeysNode(shop, create_federation(shop, shop_desk=BoutiqueDesk()))


async def party_meant(words: str) -> HostedParty:
    """The party of this node that a person means: by id, the beginning of one, or name; the only one when unnamed."""
    hosted = await parties.hosted()
    meant = [
        party
        for party in hosted
        if not words or party.id.startswith(words) or party.name.casefold() == words.casefold()
    ]
    if len(meant) == 1:
        return meant[0]
    known = ", ".join(f"{party.name} ({party.id})" for party in (meant or hosted)[:10])
    if not hosted:
        raise CommandError("this node hosts no party yet")
    raise CommandError(f"{'several parties' if meant else 'no party'} of this node fit {words!r}; name one: {known}")
