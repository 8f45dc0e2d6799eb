"""Links between a hosted party and a peer: proposed by one, accepted by the other, suspended or ended by either.

Invariants: each side moves only its own word (`federation.conversations.link`); the link is accepted when both words
are. A decision is written with what it causes here (desk told, deliveries begun) and reaches the peer by the outbox,
signed like every request; the peer's own signed words about the link are kept as evidence.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from federation.conversations import checks
from federation.conversations.link import EVENT_OF_DECISION, LinkEvent, step
from federation.conversations.messages import LinkAnswer, LinkDecision, LinkProposal
from federation.documents import json
from federation.documents.profile import endpoint_of
from federation.documents.times import text_of
from federation.errors import NotLinkedError, PeerMismatchError
from federation.node import outbox
from federation.node.database import atomic
from federation.records import HostedParty, Link, LinkView, Peer
from federation.service import announcing, catalogue, orders, parties, peers, pull, stock
from federation.service.calls import JSON_TYPE, PeerCall, call
from federation.service.context import Federation
from federation.store import links as store
from federation.store import parties as party_store
from federation.store import registers, replicas
from federation.vocabulary.errors import ConflictError, NotFoundError, RecordInvalidError
from federation.vocabulary.ids import PartyId, new_id

TOPIC = "fed.link"
QUEUE = "sync"
FETCH_FIRST = timedelta(seconds=5)
"""A hub fetches a new shop's catalogue in its own time; what it has not fetched by then is pushed."""

TROUBLE = timedelta(minutes=10)
"""How recent a failure must be for our word about the link to be said again, and how often that is."""


class LinkDue(msgspec.Struct, frozen=True):
    """The outbox's note that a peer must hear a proposal or a decision; `body` is its exact JSON text."""

    local_id: PartyId
    remote_id: PartyId
    path: str
    body: str
    key: str


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
        )
        await _changed(fed, local, peer, (known, link), None)
        await _send(link, "/links", await _proposal(local, link, now), now)
    return link.id


async def _proposal(local: HostedParty, link: Link, now: datetime) -> LinkProposal:
    shop, hub = (local.id, link.remote_id) if local.kind == "shop" else (link.remote_id, local.id)
    return LinkProposal(
        id=str(link.id),
        shop=shop,
        hub=hub,
        profile_url=f"{endpoint_of((await parties.identity_of(local.id)).address, local.id)}/profile",
        message=link.message,
        proposed_at=text_of(link.proposed_at),
        papers=await parties.papers_of(local, now),
    )


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
            await _send(link, "/links", await _proposal(local, link, now), now)


async def say_again(now: datetime) -> None:
    """Say our word about every link that should work and does not: either side may have come back from a backup.

    It is the proposal once more, which is our acceptance; the answer tells the peer's word. Opens its own transactions.
    """
    for local_id, remote_id in await store.troubled_pairs(now - TROUBLE):
        async with atomic():
            link = await store.link(local_id, remote_id)
            if link is not None and link.state == "accepted":
                proposal = await _proposal(await parties.party(local_id), link, now)
                due = LinkDue(local_id, remote_id, "/links", json.encode(proposal).decode(), str(new_id()))
                subject = f"{local_id}:{remote_id}"
                await outbox.rearm(TOPIC, subject, due, key=f"{TOPIC}:again:{subject}", queue=QUEUE, now=now)


async def peer_retired(fed: Federation, local_id: PartyId, remote_id: PartyId, now: datetime) -> None:
    """End a link because the peer has retired, in the caller's transaction."""
    known = await store.link(local_id, remote_id, lock=True)
    if known is None or known.state == "ended":
        return
    link = msgspec.structs.replace(known, theirs=step(known.theirs, "end"), changed_at=now)
    await _changed(fed, await parties.party(local_id), await _peer(remote_id), (known, link), None)


async def end_all(fed: Federation, local_id: PartyId, now: datetime) -> None:
    """End every link of a hosted party that has retired, in the caller's transaction; its operations tell the peers."""
    local = await parties.party(local_id)
    for view in await store.views(local_id):
        known = await store.link(local_id, view.remote_id, lock=True)
        if known is not None and known.ours != "ended":
            link = msgspec.structs.replace(known, ours=step(known.ours, "end"), changed_at=now)
            await _changed(fed, local, await _peer(view.remote_id), (known, link), None)


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


async def take_proposal(
    fed: Federation, ends: tuple[HostedParty, PartyId], proposal: LinkProposal, proof: bytes, now: datetime
) -> Link:
    """Take a peer's proposal; it waits for somebody here to accept, unless we have asked that peer ourselves.

    `ends` are (receiver, sender). Raises RecordInvalidError when the proposal names other parties.
    """
    local, sender = ends
    shop, hub = (local.id, sender) if local.kind == "shop" else (sender, local.id)
    if (proposal.shop, proposal.hub) != (shop, hub):
        raise RecordInvalidError(f"the proposal is about {proposal.shop} and {proposal.hub}, not {shop} and {hub}")
    peer = await peers.named(await _peer(sender), proposal.papers)
    if peer.kind == local.kind:
        raise RecordInvalidError(f"a link joins a shop and a hub, not two of a kind: {local.name} is a {local.kind}")
    known = await store.link(local.id, sender, lock=True)
    if known is not None and known.id == UUID(proposal.id) and known.state == "ended":
        return known  # the old proposal once more, late: an end is for good
    if known is not None and known.state != "ended":
        link = msgspec.structs.replace(known, theirs=step(known.theirs, "accept"), changed_at=now)
    else:
        link = Link(
            id=UUID(proposal.id),
            local_id=local.id,
            remote_id=sender,
            ours="proposed",
            theirs="accepted",
            proposed_by="remote",
            message=proposal.message,
            proposed_at=now,
            changed_at=now,
        )
    await _changed(fed, local, peer, (known, link), proof)
    return link


async def take_decision(
    fed: Federation, ends: tuple[HostedParty, PartyId], decision: LinkDecision, proof: bytes, now: datetime
) -> Link:
    """Take a peer's decision about our link; `ends` are (receiver, sender). Raises TransitionRefusedError."""
    local, sender = ends
    known = await store.link(local.id, sender, lock=True)
    if known is None:
        raise NotFoundError(f"no link between {local.id} and {sender} has been proposed")
    theirs = step(known.theirs, EVENT_OF_DECISION[decision.state])
    link = msgspec.structs.replace(known, theirs=theirs, changed_at=now)
    await _changed(fed, local, await _peer(sender), (known, link), proof)
    await _fetch_first(local, (known, link), now)
    if decision.state == "ended" and decision.forward and local.kind == "hub" and fed.hub_desk is not None:
        await fed.hub_desk.forwarded(local.id, sender, decision.forward, now)
    return link


async def deliver_link(fed: Federation, due: LinkDue, now: datetime) -> None:
    """Let the peer hear a proposal or decision. Raises PeerRefusedError or PeerUnreachableError."""
    exchange = PeerCall(
        local_id=due.local_id,
        remote_id=due.remote_id,
        method="POST",
        path=due.path,
        body=due.body.encode(),
        content_type=JSON_TYPE,
        idempotency_key=due.key,
    )
    answer = await call(fed, exchange, now)
    await _heard(fed, due, checks.read(answer.body, LinkAnswer), now)


async def _heard(fed: Federation, due: LinkDue, said: LinkAnswer, now: datetime) -> None:
    """Take the peer's word from its answer where we lack it: it accepted us on a node that is lost, or in a backup."""
    async with atomic():
        known = await store.link(due.local_id, due.remote_id, lock=True)
        if known is None or known.theirs != "proposed" or said.ours != "accepted":
            return
        link = msgspec.structs.replace(known, theirs=step(known.theirs, "accept"), changed_at=now)
        local = await parties.party(due.local_id)
        await _changed(fed, local, await _peer(due.remote_id), (known, link), None)


async def _known(local_id: PartyId, remote_id: PartyId) -> Link:
    known = await store.link(local_id, remote_id, lock=True)
    if known is None:
        raise NotFoundError(f"no link between {local_id} and {remote_id} has been proposed")
    return known


async def _peer(peer_id: PartyId) -> Peer:
    peer = await party_store.peer(peer_id)
    if peer is None:
        raise NotFoundError(f"{peer_id} is not known to this node")
    return peer


async def _decide(fed: Federation, known: Link, event: LinkEvent, now: datetime, *, forward: str = "") -> None:
    """Move our word, act on what the link then is, and let the peer hear it."""
    link = msgspec.structs.replace(known, ours=step(known.ours, event), changed_at=now)
    local = await parties.party(link.local_id)
    await _changed(fed, local, await _peer(link.remote_id), (known, link), None)
    if link.ours != "proposed":
        decision = LinkDecision(state=link.ours, at=text_of(now), forward=forward)
        await _send(link, "/links/decision", decision, now)
    await _fetch_first(local, (known, link), now)


async def _changed(
    fed: Federation, local: HostedParty, peer: Peer, change: tuple[Link | None, Link], proof: bytes | None
) -> None:
    """Save a link and, when its state is a new one, begin what an accepted link brings and tell the desk."""
    before, link = change
    await store.save_link(link, proof)
    if before is not None and before.state == link.state:
        return
    if link.state == "accepted":
        await _begin(local, peer.id, link.changed_at)
    if local.kind == "shop" and fed.shop_desk is not None:
        await fed.shop_desk.link_changed(local.id, peer.id, link.state, link.changed_at)
    if local.kind == "hub" and fed.hub_desk is not None:
        await fed.hub_desk.link_changed(local.id, peer.id, link.state, peer.name, link.changed_at)


async def _fetch_first(local: HostedParty, change: tuple[Link, Link], now: datetime) -> None:
    """Let a hub fetch the catalogue of a shop with which it has just been linked, after the shop has heard of that."""
    before, link = change
    if local.kind == "hub" and link.state == "accepted" != before.state:
        await pull.announce(local.id, link.remote_id, now)


async def _begin(local: HostedParty, remote_id: PartyId, now: datetime) -> None:
    """Begin to deliver, or to follow; what waited while the link was suspended goes out."""
    if local.kind == "shop":
        await store.open_delivery(local.id, remote_id)
        await catalogue.announce(local.id, remote_id, now, after=FETCH_FIRST)
        await stock.announce_whole(local.id, remote_id, now)
    else:
        await replicas.open_replica(local.id, remote_id)
        await registers.open_table(local.id, remote_id)
    await orders.announce_waiting(local.id, remote_id, now)
    await announcing.announce_to(local.id, remote_id, now)


async def _send(link: Link, path: str, message: msgspec.Struct, now: datetime) -> None:
    key = str(new_id())
    due = LinkDue(link.local_id, link.remote_id, path, json.encode(message).decode(), key)
    await outbox.enqueue(TOPIC, f"{link.local_id}:{link.remote_id}", due, key=f"{TOPIC}:{key}", queue=QUEUE, now=now)
