"""Links between a hosted party and a peer: proposed by one, accepted by the other, suspended or ended by either.

Invariants: each side moves only its own word (`federation.conversations.link`); the link is accepted when both words
are. A decision is written with what it causes here (`link_changes`) and reaches the peer by the outbox, signed like
every request. What the peer says is `link_words`.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from federation import limits
from federation.conversations.link import LinkEvent, LinkWord, decided, step
from federation.errors import NotLinkedError, PeerMismatchError
from federation.node.database import atomic
from federation.records import Link, LinkView
from federation.service import announcing, parties, peers
from federation.service.context import Federation
from federation.service.link_changes import (
    changed,
    fetch_first,
    peer_of,
    send_again,
    send_decision,
    send_proposal,
    with_words,
)
from federation.service.link_words import milliseconds_of
from federation.store import links as store
from federation.vocabulary.errors import ConflictError, NotFoundError
from federation.vocabulary.ids import PartyId, new_id

TROUBLE = timedelta(minutes=10)
"""How recent a failure must be for our word about the link to be said again."""
AGAIN = timedelta(minutes=2)
"""How often it is, while that lasts."""
SILENCE = timedelta(days=1)
"""How long a shop may have been silent for its hub to wonder whether it is still linked."""


async def propose_link(fed: Federation, local_id: PartyId, profile_url: str, now: datetime, message: str = "") -> UUID:
    """Ask the party at `profile_url` to be linked; our proposal is our acceptance. Call outside a transaction.

    Proposing to a party that has proposed to us accepts that. Returns the link's id. Raises PeerMismatchError,
    PeerUnreachableError or DoorRefusedError when the party cannot be had, ConflictError when already linked.
    """
    local = await parties.party(local_id)
    peer = await peers.fetch_peer(fed, profile_url, now)
    if peer.kind == local.kind:
        raise PeerMismatchError(f"{peer.name} is a {peer.kind} too: a link joins a shop and a hub")
    async with atomic():
        known = await store.link(local_id, peer.id, lock=True)
        if known is not None and known.state != "ended":
            if known.ours != "proposed":
                raise ConflictError(f"{peer.name} has been asked already: the link is {known.state}")
            await _decide(fed, known, "accept", now)
            return known.id
        number = 0 if known is None else known.ours_number
        link = Link(
            id=new_id(),
            local_id=local_id,
            remote_id=peer.id,
            ours="accepted",
            theirs="proposed",
            proposed_by="local",
            message=message,
            proposed_at=now,
            changed_at=now,
            ours_number=decided(LinkWord("proposed", number), "accept", milliseconds_of(now)).number,
            theirs_number=0 if known is None else known.theirs_number,
        )
        await changed(fed, local, peer, (known, link), None)
        await send_proposal(local, link, now)
    return link.id


async def accept_link(fed: Federation, local_id: PartyId, remote_id: PartyId, now: datetime) -> None:
    """Accept a proposal, or lift our own suspension; in the caller's transaction. Raises TransitionRefusedError."""
    await _decide(fed, await _known(local_id, remote_id), "accept", now)


async def suspend_link(fed: Federation, local_id: PartyId, remote_id: PartyId, now: datetime) -> None:
    """Let nothing but public reads pass until we accept again; in the caller's transaction."""
    await _decide(fed, await _known(local_id, remote_id), "suspend", now)


async def end_link(fed: Federation, local_id: PartyId, remote_id: PartyId, now: datetime, *, forward: str = "") -> None:
    """End a link for good (a new one may be proposed); in the caller's transaction.

    Nothing new is sold over it; orders placed before are finished. A shop may say in `forward` where it is found now.
    """
    await _decide(fed, await _known(local_id, remote_id), "end", now, forward=forward)


async def announce_address(local_id: PartyId, now: datetime) -> None:
    """Let every peer hear where a hosted party lives now, after a move; in the caller's transaction.

    It is the link's proposal once more, with the new profile address: identity and link stay what they were.
    """
    local = await parties.party(local_id)
    for view in await store.views(local_id):
        link = await store.link(local_id, view.remote_id)
        if link is not None and link.state != "ended":
            await send_proposal(local, link, now)


async def say_again(now: datetime) -> None:
    """Say our word about every link that should work and does not: either side may have come back from a backup.

    It is the proposal once more, which is our acceptance if that is still our newest word; the answer tells the peer's
    word and its newest of ours. Before it go our operations: the peer may have forgotten the key that signs it, and the
    address to ask. Opens its own transactions.
    """
    silent = (now - SILENCE, now - timedelta(seconds=limits.SOFT_SECONDS))
    for local_id, remote_id in await store.troubled_pairs(now - TROUBLE, silent):
        async with atomic():
            link = await store.link(local_id, remote_id)
            if link is not None and link.state == "accepted":
                await announcing.announce_again(local_id, remote_id, now)
                await send_again(await parties.party(local_id), link, now)


async def peer_retired(fed: Federation, local_id: PartyId, remote_id: PartyId, now: datetime) -> None:
    """End a link because the peer has retired, in the caller's transaction."""
    known = await store.link(local_id, remote_id, lock=True)
    if known is None or known.state == "ended":
        return
    link = msgspec.structs.replace(known, theirs=step(known.theirs, "end"), changed_at=now)
    await changed(fed, await parties.party(local_id), await peer_of(remote_id), (known, link), None)


async def end_all(fed: Federation, local_id: PartyId, now: datetime) -> None:
    """End every link of a hosted party that has retired, in the caller's transaction; its operations tell the peers."""
    local = await parties.party(local_id)
    for view in await store.views(local_id):
        known = await store.link(local_id, view.remote_id, lock=True)
        if known is not None and known.ours != "ended":
            link = with_words(known, decided(known.our_word, "end", milliseconds_of(now)), known.their_word, now)
            await changed(fed, local, await peer_of(view.remote_id), (known, link), None)


async def links(local_id: PartyId) -> list[LinkView]:
    """All links of a hosted party, newest proposal first."""
    return await store.views(local_id)


async def countersigned(shop_id: PartyId, hub_id: PartyId) -> str:
    """The newest checkpoint of a hosted shop that a hub has countersigned, as text; empty before the first."""
    return (await store.cosigned_note(shop_id, hub_id)).decode()


async def require_accepted(local_id: PartyId, remote_id: PartyId) -> None:
    """Raise NotLinkedError unless the two have an accepted link."""
    state = await store.state(local_id, remote_id)
    if state != "accepted":
        raise NotLinkedError(
            f"{remote_id} and {local_id} have no accepted link (it is {state or 'not proposed'}): propose one at /links"
        )


async def require_known(local_id: PartyId, remote_id: PartyId) -> None:
    """Raise NotLinkedError unless the two have an accepted link, or had one: what was ordered over it is finished."""
    if await store.state(local_id, remote_id) != "ended":
        await require_accepted(local_id, remote_id)


async def _known(local_id: PartyId, remote_id: PartyId) -> Link:
    known = await store.link(local_id, remote_id, lock=True)
    if known is None:
        raise NotFoundError(f"no link between {local_id} and {remote_id} has been proposed")
    return known


async def _decide(fed: Federation, known: Link, event: LinkEvent, now: datetime, *, forward: str = "") -> None:
    """Move our word, act on what the link then is, and let the peer hear it."""
    link = with_words(known, decided(known.our_word, event, milliseconds_of(now)), known.their_word, now)
    local = await parties.party(link.local_id)
    await changed(fed, local, await peer_of(link.remote_id), (known, link), None)
    await send_decision(link, now, forward=forward)
    await fetch_first(local, (known, link), now)
