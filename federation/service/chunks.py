"""What comes of a snapshot over the wire: its manifest and chunks, refused unless they add up to what the shop signed.

Nothing is written here. Every refusal is a PeerMismatchError: the shop's own signature stands on the manifest, so what
does not fit it is the shop's fault or its carrier's.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import msgspec
import zstandard

from federation import batches, limits
from federation.conversations.repair_messages import HashChunk, LineChunk, Manifest
from federation.documents import json, notes
from federation.errors import PeerMismatchError
from federation.log import checkpoint
from federation.log.checkpoint import Checkpoint
from federation.log.leaves import Leaf, parse_leaf
from federation.log.nodes import Growth, Node, grow
from federation.log.records import Judgement, judged
from federation.log.tree import HASH_BYTES, Range
from federation.service import peers
from federation.service.judging import BYTES_AT_ONCE
from federation.vocabulary.ids import PartyId

HASHES_AT_ONCE = 5_000

Chunk = HashChunk | LineChunk


class JudgedLeaf(msgspec.Struct, frozen=True, gc=False):
    """A proven leaf, and its record or what keeps it from being served."""

    leaf: Leaf
    said: Judgement


async def checked(shop_id: PartyId, data: bytes, now: datetime) -> tuple[Manifest, Checkpoint]:
    """The manifest and the checkpoint it leads to, both signed by the shop; raises PeerMismatchError when not whole."""
    note = notes.parse(data, bytes_max=limits.SNAPSHOT_MANIFEST_BYTES_MAX)
    keys = await peers.keys_of(shop_id, now)
    if not any(notes.verified(note, shop_id, key) for key in keys):
        raise PeerMismatchError(f"the snapshot's manifest is not signed by {shop_id}")
    told = json.decode(note.text.encode(), Manifest, bytes_max=limits.SNAPSHOT_MANIFEST_BYTES_MAX)
    signed = checkpoint.parse(told.checkpoint.encode())
    goal = checkpoint.verify(signed, signed.checkpoint.origin, keys)
    if goal.size > limits.SNAPSHOT_LEAVES_MAX:
        raise PeerMismatchError(f"a snapshot of {goal.size} leaves is more than a reader loads at once: read the log")
    at = 0
    for part in told.hashes:
        if part.first != at:
            raise PeerMismatchError(f"the snapshot's hashes leave a hole at leaf {at}")
        at += part.count
    bounds = [key for part in told.lines for key in ((part.first, part.last) if part.count > 1 else (part.first,))]
    rising = all(before < after for before, after in pairwise(bounds))
    if at != goal.size or sum(part.count for part in told.lines) != told.keys or not rising:
        raise PeerMismatchError("the snapshot's manifest does not add up: its chunks are not those of its checkpoint")
    if not goal.origin.startswith(f"{shop_id}/"):
        raise PeerMismatchError(f"the snapshot is of {goal.origin}")
    return told, goal


def hashes_in(chunk: HashChunk, body: bytes) -> bytes:
    """The hashes of a chunk, end to end."""
    try:
        part = zstandard.ZstdDecompressor().decompress(body, max_output_size=HASH_BYTES * chunk.count)
    except zstandard.ZstdError as error:
        raise PeerMismatchError(f"a chunk of hashes is no zstd frame of its size: {error}") from error
    if len(part) != HASH_BYTES * chunk.count:
        raise PeerMismatchError(f"a chunk of {chunk.count} hashes has {len(part)} bytes")
    return part


async def fitting(chunk: LineChunk, body: bytes, hashes: Sequence[bytes]) -> list[JudgedLeaf]:
    """The chunk's leaves with what they say, each the one whose hash stands in its place; others work in between.

    They come by rising key, as the manifest says.
    """
    found, lines, weight = list[JudgedLeaf](), batches.unpack(body), 0
    if len(lines) != chunk.count:
        raise PeerMismatchError(f"a chunk of {chunk.count} leaves has {len(lines)} lines")
    for line in lines:
        leaf = parse_leaf(line)
        if leaf.seq >= len(hashes) or hashes[leaf.seq].hex() != leaf.hash:
            raise PeerMismatchError(f"leaf {leaf.seq} of the snapshot is not the one that the shop signed")
        found.append(JudgedLeaf(leaf, judged(leaf)))
        weight += len(line)
        if weight >= BYTES_AT_ONCE:
            await asyncio.sleep(0)
            weight = 0
    keys = [one.leaf.key for one in found]
    if keys[0] != chunk.first or keys[-1] != chunk.last or keys != sorted(set(keys)):
        raise PeerMismatchError("a chunk does not hold the keys that its manifest says, each once and in order")
    return found


async def grown_from(hashes: Sequence[bytes]) -> Growth:
    """The tree over these hashes with its kept nodes, letting others work in between."""
    tree, nodes = Range(), list[Node]()
    for at in range(0, len(hashes), HASHES_AT_ONCE):
        part = grow(tree, hashes[at : at + HASHES_AT_ONCE])
        tree = part.tree
        nodes += part.nodes
        await asyncio.sleep(0)
    return Growth(tree, tuple(nodes))
