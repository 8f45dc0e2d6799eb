"""Reconciling a log with a peer: answering as whoever holds it, and asking until the difference is known.

Stateless on the answering side: each message is answered from the set at the size it names, and a set at one size of
a log never changes. Leaves are handed out with one proof for all of them. Invariant: the asking side believes nothing
it is told but what `repair` then verifies against a signed root.
"""

from datetime import datetime

import msgspec

from federation import batches, limits
from federation.conversations.repair_messages import LeavesRequest
from federation.documents import json
from federation.errors import PeerMismatchError
from federation.log.leaves import Leaf, parse_leaf
from federation.log.tree import HASH_BYTES
from federation.recon import session
from federation.recon.items import ItemSet
from federation.recon.proof import prove, root_from
from federation.recon.session import Asking
from federation.records import LogHead, StoredLeaf
from federation.service import reading
from federation.service.calls import JSON_TYPE, PeerCall, call
from federation.service.context import Federation
from federation.store import repairs
from federation.vocabulary.errors import NotFoundError, RecordInvalidError
from federation.vocabulary.ids import PartyId, new_id

RECON_TYPE = "application/vnd.fed.recon"
LEAVES_TYPE = "application/vnd.fed.leaves+zstd"
_LEAVES_BYTES_MAX = 3 * 2**18
"""Lines in one answer; what was asked beyond them is asked again."""


class Found(msgspec.Struct):
    """What a reconciliation came to: ids one side has alone, and its cost."""

    have: set[bytes]
    need: set[bytes]
    rounds: int = 0
    bytes_exchanged: int = 0
    finished: bool = True


class Scope(msgspec.Struct, frozen=True):
    """Which set of which log is compared: the newest leaf of each key, or every leaf (`history`), at one size."""

    head: LogHead
    size: int
    history: bool = False


async def answer_catalog(fed: Federation, scope: Scope, message: bytes) -> bytes:
    """The answer to a message about a log as we hold it."""
    if not 0 <= scope.size <= scope.head.size:
        raise RecordInvalidError(f"the log has {scope.head.size} leaves: nothing can be compared at {scope.size}")
    head = scope.head
    key = (head.holder_id, head.party_id, head.epoch, scope.size, scope.history)
    items = fed.item_sets.get(key)
    if items is None:
        items = ItemSet(await repairs.items(head, scope.size, history=scope.history))
        fed.item_sets.put(key, items)
    return session.answer(items, message)


async def leaves(head: LogHead, request: LeavesRequest) -> bytes:
    """The leaves asked for, as many as one answer carries, after one proof of them at the size asked about.

    Leaves that are not here are left out. Raises RecordInvalidError for a size beyond the log.
    """
    if not 0 < request.size <= head.size:
        raise RecordInvalidError(f"the log has {head.size} leaves: none can be proven at {request.size}")
    hashes = [_hash(item) for item in request.hashes]
    found = await repairs.leaves_of(head, request.size, request.places, hashes)
    chosen, weight = list[StoredLeaf](), 0
    for leaf in found[: limits.RECON_LEAVES_MAX]:
        weight += len(leaf.line)
        if weight > _LEAVES_BYTES_MAX and chosen:
            break
        chosen.append(leaf)
    proof: list[bytes] = []
    if chosen:
        every = [told for seq, told in await repairs.kept_hashes(head) if seq < request.size]
        if len(every) != request.size:
            raise NotFoundError("this copy lacks leaves itself and proves none just now")
        proof = prove(every, [leaf.seq for leaf in chosen])
    return batches.pack([json.encode([item.hex() for item in proof]), *(leaf.line for leaf in chosen)])


async def ask_catalog(fed: Federation, ends: tuple[PartyId, PartyId], scope: Scope, now: datetime) -> Found:
    """Compare our rows with a peer's, one session; `ends` are (we, the peer): the shop itself, or a hub with a copy."""
    owner, head = scope.head.party_id, scope.head
    ours = ItemSet(await repairs.items(head, scope.size, history=scope.history))
    exchange = PeerCall(
        local_id=ends[0],
        remote_id=ends[1],
        method="POST",
        path="/recon/catalog" if owner == ends[1] else f"/replicas/{owner}/recon/catalog",
        query=f"epoch={head.epoch}&size={scope.size}&of={'history' if scope.history else 'newest'}",
    )
    return await session_with(fed, exchange, ours, now)


async def session_with(fed: Federation, exchange: PeerCall, ours: ItemSet, now: datetime) -> Found:
    """One session of questions by `exchange`, each answer verified as an answer; the rounds are bounded."""
    asking = Asking(ours)
    message: bytes | None = asking.opening()
    while message is not None and asking.rounds < limits.RECON_ROUNDS_MAX:
        step = msgspec.structs.replace(exchange, body=message, content_type=RECON_TYPE, idempotency_key=str(new_id()))
        message = asking.hear((await call(fed, step, now)).body)
    return Found(asking.have, asking.need, asking.rounds, asking.bytes_exchanged, finished=message is None)


async def ask_leaves(
    fed: Federation, exchange: PeerCall, request: LeavesRequest, root: bytes, now: datetime
) -> tuple[list[Leaf], int]:
    """Fetch leaves, each proven under `root` at the size asked about; returns them and what they weighed.

    Raises PeerMismatchError when the proof does not lead to the root.
    """
    step = msgspec.structs.replace(
        exchange, body=json.encode(request), content_type=JSON_TYPE, idempotency_key=str(new_id())
    )
    body = (await call(fed, step, now)).body
    first, *lines = batches.unpack(body)
    proof = [_hash(item) for item in json.decode(first, list[str], bytes_max=limits.DOCUMENT_BYTES_MAX)]
    if len(lines) > limits.RECON_LEAVES_MAX:
        raise PeerMismatchError(f"{exchange.remote_id} sent {len(lines)} leaves, more than were asked for")
    found = [parse_leaf(line) for line in lines]
    if found and root_from(request.size, {leaf.seq: bytes.fromhex(leaf.hash) for leaf in found}, proof) != root:
        raise PeerMismatchError(f"{exchange.remote_id} sent leaves that the signed root does not cover")
    return found, len(body)


async def scope_of(holder_id: PartyId, party_id: PartyId, epoch: int, size: int, *, history: bool) -> Scope:
    """A set that a peer names; raises NotFoundError for a log that is not held here."""
    return Scope(await reading.head_of(holder_id, party_id, epoch), size, history)


def _hash(text: str) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError as error:
        raise RecordInvalidError(f"{text[:70]!r} is not a hash in hexadecimal") from error
    if len(value) != HASH_BYTES:
        raise RecordInvalidError(f"{text[:70]!r} is not a hash of 32 bytes")
    return value
