"""Letting every linked peer hear what a hosted party's root keys have signed, and keeping what hubs say to that.

Invariants: announcing is part of the transaction that recorded the operation; a peer is told the whole chain, signed
by root keys, so it needs neither our address nor a key of ours that it knows already. A hub answers with its
countersignature on every operation, its own first sight inside; only what verifies is kept.
"""

from datetime import datetime

import msgspec

from federation.conversations import checks
from federation.documents import heads, identity, json, rivals
from federation.documents.errors import BadSignatureError
from federation.documents.heads import OperationsHead
from federation.documents.identity import OperationsDocument, OperationSight, SightsDocument
from federation.documents.keys import PublicKey
from federation.errors import PeerMismatchError
from federation.node import outbox
from federation.node.database import atomic
from federation.records import Countersigned
from federation.service import peers
from federation.service.calls import JSON_TYPE, PeerCall, call
from federation.service.context import Federation
from federation.store import links as link_store
from federation.store import parties as store
from federation.vocabulary.ids import PartyId, new_id

TOPIC = "fed.operations"
QUEUE = "sync"
PATH = "/operations"


class OperationsDue(msgspec.Struct, frozen=True):
    """The outbox's note that a peer may not have heard of a hosted party's newest operations."""

    local_id: PartyId
    remote_id: PartyId


async def announce_operations(local_id: PartyId, now: datetime) -> None:
    """Let every peer with a link that has not ended hear a party's operations; in the caller's transaction."""
    for view in await link_store.views(local_id):
        if view.state != "ended":
            await announce_to(local_id, view.remote_id, now)


async def announce_to(local_id: PartyId, remote_id: PartyId, now: datetime) -> None:
    """Let one peer hear a party's operations; in the caller's transaction."""
    due = OperationsDue(local_id, remote_id)
    await outbox.enqueue(TOPIC, _subject(due), due, key=f"{TOPIC}:{new_id()}", queue=QUEUE, now=now)


async def announce_again(local_id: PartyId, remote_id: PartyId, now: datetime) -> None:
    """Let a peer that refuses us hear our operations once more, as one message however often; as `announce_to`."""
    due = OperationsDue(local_id, remote_id)
    await outbox.rearm(TOPIC, _subject(due), due, key=f"{TOPIC}:again:{local_id}:{remote_id}", queue=QUEUE, now=now)


def _subject(due: OperationsDue) -> str:
    """A turn of its own: whatever else is to be told waits for the peer to know the key that signs it."""
    return f"identity/{due.local_id}:{due.remote_id}"


async def tell_daily(now: datetime) -> None:
    """Let every peer hear our operations once a day: one that came back from a backup may have forgotten the newest.

    It may then look for us where we lived before, and be unable to ask. Opens its own transactions.
    """
    for kind in ("shop", "hub"):
        for local_id, remote_id in await link_store.accepted_pairs(kind):
            key = f"{TOPIC}:{now:%Y-%m-%d}:{local_id}:{remote_id}"
            due = OperationsDue(local_id, remote_id)
            async with atomic():
                await outbox.enqueue(TOPIC, _subject(due), due, key=key, queue=QUEUE, now=now)


async def deliver_operations(fed: Federation, due: OperationsDue, now: datetime) -> None:
    """Tell a peer, and keep what it countersigned when it is a hub; not one that has ended the link. Raises PeerError.

    One that was there for a while, and whom nobody can connect to, would never come for it.
    """
    link = await link_store.link(due.local_id, due.remote_id)
    if link is not None and link.theirs == "ended":
        return
    chain = rivals.resolve(await store.seen_operations(due.local_id), int(now.timestamp())).chain
    exchange = PeerCall(
        local_id=due.local_id,
        remote_id=due.remote_id,
        method="POST",
        path=PATH,
        body=json.encode(OperationsDocument(tuple(note.decode() for note in chain))),
        content_type=JSON_TYPE,
        idempotency_key=str(new_id()),
    )
    answer = await call(fed, exchange, now)
    told = checks.read(answer.body, SightsDocument)
    places = {identity.read_operation(data).hash: number for number, data in enumerate(chain, start=1)}
    keys = await peers.keys_of(due.remote_id, now)
    kept = [
        _verified(due, sight, keys, now)
        for sight in told.operations
        if sight.countersigned and places.get(sight.hash) == sight.number
    ]
    await store.save_countersigned(kept)


def _verified(due: OperationsDue, sight: OperationSight, keys: tuple[PublicKey, ...], now: datetime) -> Countersigned:
    note = sight.countersigned.encode()
    try:
        found = heads.verify(note, OperationsHead(due.local_id, sight.number, sight.hash), due.remote_id, keys)
    except BadSignatureError as error:
        raise PeerMismatchError(f"{due.remote_id} countersigned our operations wrongly: {error.detail}") from error
    return Countersigned(
        local_id=due.local_id,
        hub_id=due.remote_id,
        hash=sight.hash,
        number=sight.number,
        note=note,
        first_seen_at=datetime.fromtimestamp(found.timestamp, now.tzinfo),
        heard_at=now,
    )
