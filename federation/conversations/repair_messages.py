"""Forms of repair on the wire: which leaves are asked for, and what a snapshot consists of."""

from typing import Annotated, Literal

import msgspec

from federation import limits

Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, msgspec.Meta(ge=0, le=limits.INTEGER_MAGNITUDE_MAX)]
Name = Annotated[str, msgspec.Meta(max_length=limits.KEY_BYTES_MAX)]


class LeavesRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Leaves wanted by their hashes or their places, to be proven in the tree of `size` leaves."""

    epoch: Annotated[int, msgspec.Meta(ge=1, le=limits.EPOCH_MAX)]
    size: Annotated[int, msgspec.Meta(ge=1, le=limits.INTEGER_MAGNITUDE_MAX)]
    hashes: Annotated[tuple[Digest, ...], msgspec.Meta(max_length=limits.RECON_LEAVES_MAX)] = ()
    places: Annotated[tuple[Count, ...], msgspec.Meta(max_length=limits.RECON_LEAVES_MAX)] = ()


class HashChunk(msgspec.Struct, frozen=True, kw_only=True):
    """The hashes of `count` leaves from leaf `first` on, 32 bytes each, in one zstd frame of this SHA-256."""

    sha256: Digest
    first: Count
    count: Annotated[int, msgspec.Meta(ge=1, le=limits.SNAPSHOT_HASHES_MAX)]


class LineChunk(msgspec.Struct, frozen=True, kw_only=True):
    """`count` leaves, newline-ended and by rising key from `first` to `last`, in one zstd frame of this SHA-256."""

    sha256: Digest
    count: Annotated[int, msgspec.Meta(ge=1, le=limits.SNAPSHOT_LINES_MAX)]
    first: Name
    last: Name


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a snapshot consists of: all leaf hashes in order, and the newest leaf of every key, tombstones included.

    `fingerprint` is the Negentropy fingerprint of those newest leaves, so that two readers can compare.
    """

    type: Literal["snapshot"]
    checkpoint: Annotated[str, msgspec.Meta(max_length=limits.CHECKPOINT_BYTES_MAX)]
    made_at: Annotated[str, msgspec.Meta(max_length=30)]
    keys: Count
    fingerprint: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    hashes: Annotated[tuple[HashChunk, ...], msgspec.Meta(min_length=1, max_length=limits.SNAPSHOT_CHUNKS_MAX)]
    lines: Annotated[tuple[LineChunk, ...], msgspec.Meta(max_length=limits.SNAPSHOT_CHUNKS_MAX)]
