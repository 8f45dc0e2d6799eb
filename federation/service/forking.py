"""Proofs that a shop signed two histories: making them, believing those of others, keeping and passing them on.

Invariants: nothing is kept that `log.forks` has not verified by the operations this node itself holds to be the
shop's; the first proof about an epoch freezes the hub's replica in the transaction that keeps it, and is told to the
shop and to every hub compared with. A proof about an epoch that is over changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus

import msgspec
import structlog

from federation.documents import json
from federation.log import checkpoint, forks
from federation.log.answers import GrowthAnswer
from federation.log.errors import EpochMismatchError, ForkDetectedError
from federation.log.forks import ForkProof, Growth
from federation.node import outbox
from federation.node.database import atomic
from federation.records import ForkFound, HostedParty, LogHead
from federation.service import parties, peers, reading
from federation.service.calls import JSON_TYPE, PeerCall, call
from federation.service.context import Federation
from federation.store import compared, logs, replicas
from federation.store import forks as store
from federation.vocabulary.errors import GalleriaError, NotFoundError, PeerRefusedError, PeerUnreachableError
from federation.vocabulary.ids import PartyId, new_id

_log = structlog.get_logger(__name__)

TOPIC = "fed.fork"
QUEUE = "sync"
ANSWER_BYTES_MAX = 64 * 1024


class ForkDue(msgspec.Struct, frozen=True):
    """The outbox's note that a proof must be told: to a hub's `endpoint`, or to the shop itself when that is empty."""

    holder_id: PartyId
    shop_id: PartyId
    epoch: int
    endpoint: str = ""


class ForkReceipt(msgspec.Struct, frozen=True):
    """The answer to a proof: `news` when it was the first about its epoch here."""

    shop: str
    epoch: int
    news: bool


async def prove(head: LogHead, note: bytes, now: datetime) -> ForkProof | None:
    """The proof that a verified checkpoint `note` contradicts a kept log that reaches as far; None if it does not."""
    told = checkpoint.parse(note).checkpoint
    operations = await operations_of(head.holder_id, head.party_id, now)
    if told.size > head.size or (root := await reading.root_at(head, told.size)) == told.root:
        return None
    if told.size == head.size:
        return forks.two_roots((head.note, note), operations)
    growth = Growth(root, await reading.growth(head, told.size, head.size))
    return forks.two_prefixes((note, head.note), growth, operations)


async def prove_longer(head: LogHead, note: bytes, growth: Growth, now: datetime) -> ForkProof | None:
    """The proof that a longer history, shown by `growth` from our size on, does not begin with ours; None without."""
    ours, told = checkpoint.parse(head.note).checkpoint, checkpoint.parse(note).checkpoint
    if not forks.contradicts(ours, told, growth):
        return None
    return forks.two_prefixes((head.note, note), growth, await operations_of(head.holder_id, head.party_id, now))


async def keep(holder_id: PartyId, proof: ForkProof, told_by: str, now: datetime) -> bool:
    """Keep a verified proof in the caller's transaction, freeze the replica, pass it on; False for one kept before."""
    shop_id = PartyId(proof.shop)
    found = ForkFound(shop_id, proof.epoch, forks.encode(proof), told_by, now)
    if not await store.add_fork(holder_id, found):
        return False
    _log.warning("fork_proven", holder=holder_id, shop=shop_id, epoch=proof.epoch, kind=proof.kind, told_by=told_by)
    if holder_id == shop_id:
        return True
    await replicas.freeze(holder_id, shop_id, sentence(proof), now)
    told_to = [hub.endpoint for hub in await compared.hubs(holder_id) if hub.endpoint != told_by]
    for endpoint in ("", *told_to):
        due = ForkDue(holder_id, shop_id, proof.epoch, endpoint)
        key = f"{TOPIC}:{holder_id}:{shop_id}:{proof.epoch}:{endpoint or shop_id}"
        await outbox.enqueue(TOPIC, f"{TOPIC}:{endpoint or shop_id}", due, key=key, queue=QUEUE, now=now)
    return True


def sentence(proof: ForkProof) -> str:
    """What a proof says, for the operator."""
    if proof.first_size == proof.second_size:
        return f"{proof.shop} has two signed roots at size {proof.first_size} of epoch {proof.epoch}"
    return (
        f"{proof.shop} has signed two histories of epoch {proof.epoch}: {proof.second_size} lines that do not begin "
        f"with the {proof.first_size} it signed elsewhere"
    )


async def take(receiver: HostedParty, document: bytes, told_by: str, now: datetime) -> ForkReceipt:
    """Judge a proof that somebody sends, in the caller's transaction; verified by what this node knows of the shop.

    Raises NotFoundError for a shop that is not ours or not followed, EpochMismatchError for another epoch than the
    present one, ProofRefusedError for one that proves nothing.
    """
    told = forks.decode(document)
    shop_id = PartyId(told.shop)
    if receiver.id != shop_id and await replicas.replica(receiver.id, shop_id, lock=True) is None:
        raise NotFoundError(f"{receiver.id} does not follow {shop_id[:60]}")
    head = await logs.head(receiver.id, shop_id)
    if head is None or head.epoch != told.epoch:
        raise EpochMismatchError(
            f"{shop_id} is here in epoch {head.epoch if head else 1}: a proof about another one changes nothing",
            expected=head.epoch if head else 1,
        )
    if await store.fork(receiver.id, shop_id, told.epoch) is not None:
        return ForkReceipt(shop_id, told.epoch, news=False)
    operations = await operations_of(receiver.id, shop_id, now)
    proof = msgspec.structs.replace(told, operations=tuple(item.decode() for item in operations))
    forks.verify(proof)
    return ForkReceipt(shop_id, told.epoch, news=await keep(receiver.id, proof, told_by, now))


async def accuse(fed: Federation, ends: tuple[PartyId, PartyId], note: bytes, now: datetime) -> None:
    """Ask a shop whose lines do not lead to what it signed how its history grew; `ends` are (hub, shop).

    Its own answer may prove that it began otherwise than our copy: then it is frozen and ForkDetectedError raised.
    Anything else changes nothing.
    """
    hub_id, shop_id = ends
    head = await logs.head(hub_id, shop_id)
    told = checkpoint.parse(note).checkpoint
    if head is None or not head.note or told.size <= head.size:
        return
    query = f"epoch={head.epoch}&old={head.size}&new={told.size}"
    exchange = PeerCall(local_id=hub_id, remote_id=shop_id, method="GET", path="/proof", query=query)
    growth = json.decode((await call(fed, exchange, now)).body, GrowthAnswer).growth
    proof = await prove_longer(head, note, growth, now)
    if proof is not None and await keep_apart(hub_id, proof, now):
        raise ForkDetectedError(sentence(proof))


async def standing(holder_id: PartyId, shop_id: PartyId, epoch: int) -> ForkFound | None:
    """The proof about a shop's epoch, if there is one."""
    return await store.fork(holder_id, shop_id, epoch)


async def kept(holder_id: PartyId, shop_id: PartyId, epoch: int) -> ForkFound:
    """The proof about an epoch of a shop; raises NotFoundError."""
    found = await store.fork(holder_id, shop_id, epoch)
    if found is None:
        raise NotFoundError(f"nothing says that {shop_id} signed two histories of epoch {epoch}")
    return found


async def deliver(fed: Federation, due: ForkDue, now: datetime) -> None:
    """Pass a proof on. A refusal is final: who does not follow the shop has no use for it."""
    found = await kept(due.holder_id, due.shop_id, due.epoch)
    if due.endpoint:
        answer = await fed.door.request(
            "POST",
            f"{due.endpoint}/forks",
            headers={"Content-Type": JSON_TYPE, "Accept": JSON_TYPE},
            body=found.document,
            max_bytes=ANSWER_BYTES_MAX,
        )
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise PeerUnreachableError(f"{due.endpoint} answered {answer.status} to a proof of two histories")
        return
    exchange = PeerCall(
        local_id=due.holder_id,
        remote_id=due.shop_id,
        method="POST",
        path="/forks",
        body=found.document,
        content_type=JSON_TYPE,
        idempotency_key=str(new_id()),
    )
    try:
        await call(fed, exchange, now)
    except PeerRefusedError as error:
        _log.info("fork_not_taken", shop=due.shop_id, slug=error.peer_slug)


async def keep_apart(holder_id: PartyId, proof: ForkProof | None, now: datetime) -> bool:
    """Keep a proof in a transaction of its own, after the one that came upon it was given up.

    False, and nothing is kept, when there is none or it convinces nobody: then what we hold is damaged, and no fork.
    """
    if proof is None:
        return False
    try:
        forks.verify(proof)
    except GalleriaError as error:
        _log.warning("fork_not_proven", holder=holder_id, shop=proof.shop, epoch=proof.epoch, detail=error.detail)
        return False
    async with atomic():
        await keep(holder_id, proof, "", now)
    return True


async def operations_of(holder_id: PartyId, shop_id: PartyId, now: datetime) -> Sequence[bytes]:
    """The shop's chain of operations as this node judges it."""
    if holder_id == shop_id:
        return [text.encode() for text in (await parties.own_operations(shop_id)).operations]
    resolution = await peers.resolution(shop_id, now)
    return () if resolution is None else resolution.chain
