"""Setting the hub up: its party, its operator. Done once per node, by the `galleria` command."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.documents.keys import PublicKey
from federation.node import accounts, signin
from federation.service import parties
from federation.vocabulary.ids import PartyId
from marketplace.accounts import store
from marketplace.errors import HubMissingError
from marketplace.settings import HubSettings

OPERATOR = "operator"


class OpenedHub(msgspec.Struct, frozen=True, kw_only=True):
    """A hub of this node. `root_seed` is there once, when the hub was made: write it to the recovery file."""

    hub_id: PartyId
    account_id: UUID
    created: bool
    root_seed: bytes | None = None


async def open_hub(
    settings: HubSettings, name: str, operator_email: str, now: datetime, *, further_roots: Sequence[PublicKey] = ()
) -> OpenedHub:
    """Make this node's hub and its first operator, in the caller's transaction; an existing hub stays as it is.

    `further_roots` stand below the root key made here, in their order.
    """
    account_id = await accounts.ensure_account(operator_email, name)
    await accounts.grant(account_id, OPERATOR, "")
    await store.forget_invitation(account_id)
    known = await store.hub_id()
    if known is not None:
        return OpenedHub(hub_id=known, account_id=account_id, created=False)
    party = await parties.create_party(settings, "hub", name, now, further_roots=further_roots)
    await store.save_hub(party.party_id, name, now)
    return OpenedHub(hub_id=party.party_id, account_id=account_id, created=True, root_seed=party.root_seed)


async def hub_id() -> PartyId:
    """The party that is this hub. Raises HubMissingError before it was set up."""
    known = await store.hub_id()
    if known is None:
        raise HubMissingError("this node has no hub yet: run `galleria hub init` first")
    return known


async def hub_profile_url(settings: HubSettings) -> str:
    """The address boutiques propose a link to."""
    return parties.profile_url(settings, await hub_id())


async def operator_link(settings: HubSettings, account_id: UUID, now: datetime) -> str:
    """A one-time sign-in address for an operator, leading to the console."""
    return await signin.create_link(settings, account_id, now, next_path="/console")
