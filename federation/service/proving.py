"""Documents with which anyone can check, without trusting this node, that a shop published a record.

Invariants: a document names one kept checkpoint and proves its line under that one; the operations in it are the chain
that holds here, so that a stranger needs nothing else. Making one reads some two hundred hashes, however long the log.
"""

from datetime import datetime

from federation.documents.profile import endpoint_of
from federation.log.leaves import parse_leaf
from federation.log.proofs import RecordProof, Witness
from federation.records import HostedParty, LogHead
from federation.service import parties, peers, reading
from federation.service.context import Federation
from federation.store import logs
from federation.store import parties as party_store
from federation.vocabulary.errors import NotFoundError
from federation.vocabulary.ids import PartyId


async def seq_named(head: LogHead, *, key: str = "", leaf_hash: str = "") -> int:
    """The number of the line with a hash, or of the newest line about a key; raises NotFoundError."""
    if leaf_hash:
        seq = await logs.seq_of(head, bytes.fromhex(leaf_hash))
    else:
        newest = (await logs.newest(head, [key])).get(key)
        seq = None if newest is None else newest.seq
    if seq is None:
        raise NotFoundError(f"the log of {head.party_id} has no such line in epoch {head.epoch}")
    return seq


async def checkpoint_at(head: LogHead, size: int | None) -> tuple[int, bytes]:
    """A kept checkpoint of a log, the newest unless a size is named; raises NotFoundError."""
    if size is None or size == head.size:
        return head.size, head.note
    note = await logs.checkpoint_at(head, size)
    if note is None:
        raise NotFoundError(f"no checkpoint is kept at size {size}: name one that was signed, or none for the newest")
    return size, note


async def record_proof(
    fed: Federation, holder: HostedParty, head: LogHead, place: tuple[int, int | None], now: datetime
) -> RecordProof:
    """The proof of the line `place[0]` under the checkpoint of size `place[1]` (the newest when None).

    Raises NotFoundError, or RecordInvalidError for a line beyond the checkpoint.
    """
    seq, wanted = place
    size, note = await checkpoint_at(head, wanted)
    path = await reading.inclusion(head, seq, size)
    stored = await logs.leaf(head, seq)
    if stored is None or not stored.line:
        raise NotFoundError(f"line {seq} of {head.party_id} is kept by its hash alone")
    leaf = parse_leaf(stored.line)
    return RecordProof(
        type="fed.record-proof/1",
        shop=head.party_id,
        shop_url=await _endpoint(fed, holder, head.party_id),
        epoch=head.epoch,
        key=leaf.key,
        seq=seq,
        line=leaf.line.decode(),
        leaf=leaf.hash,
        inclusion=tuple(step.hex() for step in path),
        checkpoint=note.decode(),
        operations=await operations_of(holder, head.party_id, now),
        witnesses=await _witnesses(holder, head),
    )


async def operations_of(holder: HostedParty, party_id: PartyId, now: datetime) -> tuple[str, ...]:
    """The chain of operations of a party that holds here: the holder's own, or a peer's as this node judges it."""
    if holder.id == party_id:
        return (await parties.own_operations(party_id)).operations
    resolution = await peers.resolution(party_id, now)
    if resolution is None:
        raise NotFoundError(f"{party_id} has never been met here")
    return tuple(item.decode() for item in resolution.chain)


async def _endpoint(fed: Federation, holder: HostedParty, party_id: PartyId) -> str:
    if holder.id == party_id:
        return endpoint_of(fed.settings.public_url, party_id)
    peer = await party_store.peer(party_id)
    return "" if peer is None else endpoint_of(peer.base_url, party_id)


async def _witnesses(holder: HostedParty, head: LogHead) -> tuple[Witness, ...]:
    """The hub whose copy this is; a shop's own log has no countersignature on it."""
    if holder.id == head.party_id:
        return ()
    return (Witness(party=holder.id, operations=(await parties.own_operations(holder.id)).operations),)
