"""Parties that have left this node, and how it stops acting for them.

Invariants: from the moment of leaving, this node answers and says nothing for the party but who it is, so that two
nodes never act for one party; what it still holds is left as it was. Leaving can be taken back only as long as no
other node is known to have gone on.
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime

from federation.documents import rivals
from federation.documents.identity import SeenOperation
from federation.documents.keys import SigningKey
from federation.documents.profile import endpoint_of
from federation.errors import PartyMovedError, PartyMovingError, PartyRetiredError
from federation.node.claims import GiveUpError
from federation.records import HostedParty
from federation.service import peers
from federation.service.context import Federation
from federation.store import parties as store
from federation.vocabulary.errors import ConflictError, GalleriaError, NotFoundError
from federation.vocabulary.ids import PartyId

RETRY_SECONDS = 20
"""When to ask a party again that is on its way: a move takes a few minutes at most."""


def require_here(party: HostedParty, *, leaving: bool = False) -> None:
    """Refuse to act for a party that has left. Raises PartyMovedError, PartyMovingError or PartyRetiredError.

    With `leaving`, for what this node itself would send: GiveUpError, since the party's new node sends it.
    """
    if party.retired_at is not None and leaving:
        raise GiveUpError(f"{party.name} has retired: it says nothing more")
    if party.retired_at is not None:
        raise PartyRetiredError(f"{party.name} has retired: it takes nothing more")
    if party.left_at is None:
        return
    if leaving:
        raise GiveUpError(f"{party.name} has left this node: its new one says what is still to be said")
    if party.moved_to:
        raise PartyMovedError(f"{party.name} lives at {party.moved_to} now: ask there", expected=party.moved_to)
    raise PartyMovingError(
        f"{party.name} is moving to another node: ask again in a moment", retry_after_seconds=RETRY_SECONDS
    )


async def leave(party_id: PartyId, now: datetime) -> None:
    """Stop acting for a party, in the caller's transaction; again changes nothing. Raises NotFoundError."""
    party = await _party(party_id)
    if party.left_at is None:
        await store.set_departure(party_id, now, "")


async def gone_to(party_id: PartyId, address: str, now: datetime) -> None:
    """Note where a party lives now, in the caller's transaction; it has left from then on at the latest."""
    party = await _party(party_id)
    await store.set_departure(party_id, party.left_at or now, address)


async def stay(party_id: PartyId) -> None:
    """Act for a party again that was leaving, in the caller's transaction.

    Raises ConflictError once it lives elsewhere.
    """
    party = await _party(party_id)
    if party.moved_to:
        raise ConflictError(f"{party.name} lives at {party.moved_to} now: two nodes must not act for one party")
    await store.set_departure(party_id, None, "")


async def follow(fed: Federation, peer_id: PartyId, address: str, now: datetime) -> None:
    """Look for a known peer at the address to which it is said to have moved; its own operations decide."""
    with contextlib.suppress(GalleriaError):
        await peers.fetch_peer(fed, f"{endpoint_of(address, peer_id)}/profile", now)


async def _party(party_id: PartyId) -> HostedParty:
    party = await store.party(party_id)
    if party is None:
        raise NotFoundError(f"no party {party_id} is hosted here")
    return party


async def take_departure(fed: Federation, party: HostedParty, told: Sequence[bytes], now: datetime) -> str:
    """Believe that a party hosted here lives elsewhere now, because a root key of it has said so.

    `told` is its whole chain as its new node has it. Only news counts: an address that is not the one known here, or
    the end of the key that this node signs with. In the caller's transaction. Returns the new address; raises
    OperationRefusedError for a chain that is not this party's, ConflictError when it says nothing of the kind.
    """
    seconds = int(now.timestamp())
    known = await store.seen_operations(party.id, lock=True)
    before = {item.data for item in known}
    news = tuple(SeenOperation(data, seconds) for data in told if data not in before)
    resolution = rivals.resolve((*known, *news), seconds)
    address, keyid = resolution.state.address, SigningKey.from_seed(party.sign_seed).public.keyid
    is_elsewhere = address != rivals.resolve(known, seconds).state.address
    is_elsewhere |= party.left_at is not None or resolution.state.sign_key(keyid, seconds) is None
    if resolution.state.party_id != party.id or not is_elsewhere or address in {"", fed.settings.public_url}:
        raise ConflictError(f"these operations do not say that {party.name} lives anywhere but here")
    for item in news:
        if item.data in resolution.chain:
            await store.add_operation(party.id, item)
    await gone_to(party.id, address, now)
    if party.kind == "shop" and fed.shop_desk is not None:
        await fed.shop_desk.party_left(party.id, now)
    return address
