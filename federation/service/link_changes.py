"""What every change of a link brings with it: it is saved, what the link now allows begins, the desk learns of it.

Invariant: a change, what it causes here and the message that tells it are one transaction, the caller's.
"""

from datetime import datetime, timedelta

import msgspec

from federation.conversations.link import LinkWord
from federation.conversations.messages import LinkDecision, LinkProposal
from federation.documents import json
from federation.documents.profile import endpoint_of
from federation.documents.times import text_of
from federation.node import outbox
from federation.records import HostedParty, Link, Peer
from federation.service import announcing, catalogue, orders, parties, pull, stock
from federation.service.context import Federation
from federation.store import links as store
from federation.store import parties as party_store
from federation.store import registers, replicas
from federation.vocabulary.errors import NotFoundError
from federation.vocabulary.ids import PartyId, new_id

TOPIC = "fed.link"
QUEUE = "sync"
FETCH_FIRST = timedelta(seconds=5)
"""A hub fetches a new shop's catalogue in its own time; what it has not fetched by then is pushed."""


class LinkDue(msgspec.Struct, frozen=True):
    """The outbox's note that a peer must hear a proposal or a decision; `body` is its exact JSON text."""

    local_id: PartyId
    remote_id: PartyId
    path: str
    body: str
    key: str


async def proposal_of(local: HostedParty, link: Link, now: datetime) -> LinkProposal:
    """Our proposal, or our acceptance said once more, with the words of both as they stand."""
    shop, hub = (local.id, link.remote_id) if local.kind == "shop" else (link.remote_id, local.id)
    return LinkProposal(
        id=str(link.id),
        shop=shop,
        hub=hub,
        profile_url=f"{endpoint_of((await parties.identity_of(local.id)).address, local.id)}/profile",
        message=link.message,
        proposed_at=text_of(link.proposed_at),
        papers=await parties.papers_of(local, now),
        number=link.ours_number,
        known=link.their_word,
    )


async def send_proposal(local: HostedParty, link: Link, now: datetime) -> None:
    """Let the peer hear our proposal."""
    await _send(link, "/links", await proposal_of(local, link, now), now)


async def send_decision(link: Link, now: datetime, *, forward: str = "") -> None:
    """Let the peer hear our word, unless we have none yet."""
    if link.ours == "proposed":
        return
    decision = LinkDecision(
        state=link.ours, at=text_of(now), forward=forward, number=link.ours_number, known=link.their_word
    )
    await _send(link, "/links/decision", decision, now)


async def _send(link: Link, path: str, message: msgspec.Struct, now: datetime) -> None:
    key = str(new_id())
    due = LinkDue(link.local_id, link.remote_id, path, json.encode(message).decode(), key)
    await outbox.enqueue(TOPIC, f"{link.local_id}:{link.remote_id}", due, key=f"{TOPIC}:{key}", queue=QUEUE, now=now)


async def send_again(local: HostedParty, link: Link, now: datetime) -> None:
    """Let the peer hear our acceptance once more, as one message however often it is due."""
    proposal = await proposal_of(local, link, now)
    subject = f"{link.local_id}:{link.remote_id}"
    due = LinkDue(link.local_id, link.remote_id, "/links", json.encode(proposal).decode(), str(new_id()))
    await outbox.rearm(TOPIC, subject, due, key=f"{TOPIC}:again:{subject}", queue=QUEUE, now=now)


def with_words(link: Link, ours: LinkWord, theirs: LinkWord, now: datetime) -> Link:
    """A link after both words; unchanged when neither moved."""
    if (ours, theirs) == (link.our_word, link.their_word):
        return link
    return msgspec.structs.replace(
        link,
        ours=ours.state,
        ours_number=ours.number,
        theirs=theirs.state,
        theirs_number=theirs.number,
        changed_at=now,
    )


async def peer_of(peer_id: PartyId) -> Peer:
    """The peer of that id; raises NotFoundError."""
    peer = await party_store.peer(peer_id)
    if peer is None:
        raise NotFoundError(f"{peer_id} is not known to this node")
    return peer


async def changed(
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


async def fetch_first(local: HostedParty, change: tuple[Link, Link], now: datetime) -> None:
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
