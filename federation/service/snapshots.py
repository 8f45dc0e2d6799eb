"""Snapshots of a log as they are made and offered: by a shop of its own, by a hub of its countersigned copies.

A snapshot is a signed manifest and chunks named by their SHA-256: first every leaf hash in order, which makes the
signed root and so proves each line; then the newest leaf of every key, tombstones included, by key. Invariants: a
chunk never changes; a chunk of the snapshot before stays until the one after this, so nobody who is loading starves.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec
import zstandard

from federation import batches, limits
from federation.conversations.repair_messages import HashChunk, LineChunk, Manifest
from federation.documents import json, notes
from federation.documents.keys import SigningKey
from federation.documents.notes import Note
from federation.documents.times import text_of
from federation.errors import SnapshotPendingError
from federation.log.records import EPOCH_KEY
from federation.node import outbox
from federation.node.database import atomic
from federation.recon.items import ItemSet
from federation.recon.state import SnapshotMade
from federation.records import LogHead, StoredLeaf
from federation.service import parties
from federation.service.catalogue import FIRST_EPOCH
from federation.service.reading import head_of
from federation.store import repairs, snapshots
from federation.vocabulary.errors import NotFoundError, TooLargeError
from federation.vocabulary.ids import PartyId

TOPIC = "fed.snapshot"
QUEUE = "sync"
SNAPSHOT_TYPE = "application/vnd.fed.snapshot+zstd"
_HASHES_LEVEL = 1
"""Hashes do not get shorter; the frame is for the checksum and one way of reading."""
_PAGE = 2_000


class Cut(msgspec.Struct, frozen=True):
    """How much goes into one chunk at most."""

    lines_max: int = limits.SNAPSHOT_LINES_MAX
    hashes_max: int = limits.SNAPSHOT_HASHES_MAX


USUAL_CUT = Cut()


class SnapshotDue(msgspec.Struct, frozen=True):
    """The outbox's note that a snapshot is wanted of a log that a party here holds."""

    holder_id: PartyId
    party_id: PartyId


async def manifest(holder_id: PartyId, party_id: PartyId, size_min: int, now: datetime) -> bytes:
    """The manifest of the offered snapshot, of `size_min` leaves at least. Call outside a transaction.

    Raises SnapshotPendingError when one is being made only now: read the log, or ask again.
    """
    head = await head_of(holder_id, party_id)
    made = await snapshots.made(holder_id, party_id)
    if made is not None and made.epoch == head.epoch and made.size >= size_min:
        return made.manifest
    if head.size >= max(size_min, 1):
        due = SnapshotDue(holder_id, party_id)
        key = f"{TOPIC}:{holder_id}:{party_id}:{head.epoch}:{head.size}"
        async with atomic():
            await outbox.enqueue(TOPIC, f"{holder_id}:{party_id}", due, key=key, queue=QUEUE, now=now)
    raise SnapshotPendingError("no snapshot of this log is ready: read the log, or ask again in a minute")


async def chunk(holder_id: PartyId, party_id: PartyId, name: str) -> bytes:
    """A chunk by its SHA-256 in hexadecimal; raises NotFoundError for one that is not, or no longer, offered."""
    try:
        body = await snapshots.chunk(holder_id, party_id, bytes.fromhex(name))
    except ValueError:
        body = None
    if body is None:
        raise NotFoundError("no such chunk is offered (any more): read the manifest again")
    return body


async def make_wanted(now: datetime) -> int:
    """Make a snapshot of every long log that has none, or an old one; returns how many."""
    wanting = await snapshots.wanting(limits.SNAPSHOT_LEAVES_MIN, limits.SNAPSHOT_STALE_PERCENT)
    made = 0
    for head in wanting:
        made += await make(head.holder_id, head.party_id, now)
    return made


async def make(holder_id: PartyId, party_id: PartyId, now: datetime, *, cut: Cut = USUAL_CUT) -> bool:
    """Make a snapshot of a log as it is now and offer it. Call outside a transaction: it takes one for each chunk.

    False, and nothing is offered, when the holder's own rows are not whole, or too many for one manifest, or when the
    first line of a later epoch would not be among them.
    """
    head = await head_of(holder_id, party_id)
    hashes = [item for seq, item in await repairs.kept_hashes(head) if seq < head.size]
    if not head.size or len(hashes) != head.size:
        return False
    newest = await repairs.newest_places(head, head.size)
    if head.epoch != FIRST_EPOCH and dict(newest).get(EPOCH_KEY) != 0:
        return False
    places = [seq for _, seq in newest]
    of_hashes = await _hash_chunks(head, hashes, cut, now)
    of_lines = await _line_chunks(head, places, cut, now)
    whole = ItemSet((seq, hashes[seq]) for seq in places).whole()
    if len(of_hashes) + len(of_lines) > limits.SNAPSHOT_CHUNKS_MAX:
        return False
    said = Manifest(
        type="snapshot",
        checkpoint=head.note.decode(),
        made_at=text_of(now),
        keys=len(places),
        fingerprint=whole.hex(),
        hashes=tuple(of_hashes),
        lines=tuple(of_lines),
    )
    await _offer(head, said, now)
    return True


async def _offer(head: LogHead, said: Manifest, now: datetime) -> None:
    holder = await parties.party(head.holder_id)
    text = json.encode(said).decode() + "\n"
    note = Note(text, (notes.sign(text, holder.id, SigningKey.from_seed(holder.sign_seed)),)).encode()
    if len(note) > limits.SNAPSHOT_MANIFEST_BYTES_MAX:
        raise TooLargeError(f"the manifest of {head.party_id} has {len(note)} bytes")
    async with atomic():
        before = await snapshots.made(head.holder_id, head.party_id)
        await snapshots.offer(head.holder_id, head.party_id, SnapshotMade(head.epoch, head.size, note, now))
        if before is not None:
            await snapshots.drop_chunks(head.holder_id, head.party_id, before.made_at)


async def _hash_chunks(head: LogHead, hashes: Sequence[bytes], cut: Cut, now: datetime) -> list[HashChunk]:
    made = []
    for first in range(0, len(hashes), cut.hashes_max):
        part = hashes[first : first + cut.hashes_max]
        body = zstandard.ZstdCompressor(level=_HASHES_LEVEL).compress(b"".join(part))
        made.append(HashChunk(sha256=await _keep(head, body, now), first=first, count=len(part)))
    return made


async def _line_chunks(head: LogHead, places: Sequence[int], cut: Cut, now: datetime) -> list[LineChunk]:
    """Chunks of the leaves at `places`, in that order, each as full as it may be."""
    made: list[LineChunk] = []
    waiting: list[StoredLeaf] = []
    for at in range(0, len(places), _PAGE):
        page = places[at : at + _PAGE]
        found = {leaf.seq: leaf for leaf in await repairs.leaves_of(head, head.size, page, [])}
        waiting += [found[seq] for seq in page]
        is_last = at + _PAGE >= len(places)
        while waiting and (is_last or len(waiting) >= cut.lines_max):
            count = _full(waiting, cut.lines_max)
            taken, waiting = waiting[:count], waiting[count:]
            sha256 = await _keep(head, batches.pack([leaf.line for leaf in taken]), now)
            made.append(LineChunk(sha256=sha256, count=count, first=taken[0].key, last=taken[-1].key))
    return made


def _full(waiting: Sequence[StoredLeaf], lines_max: int) -> int:
    """How many of the first lines make a chunk."""
    weight = 0
    for count, leaf in enumerate(waiting[:lines_max]):
        weight += len(leaf.line) + 1
        if weight > batches.GROUP_BYTES_MAX and count:
            return count
    return min(len(waiting), lines_max)


async def _keep(head: LogHead, body: bytes, now: datetime) -> str:
    digest = hashlib.sha256(body)
    async with atomic():
        await snapshots.put_chunk(head, digest.digest(), body, now)
    return digest.hexdigest()
