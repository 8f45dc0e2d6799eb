"""A log out of an archive, checked anew as if it came from a stranger: lines, checkpoints and countersignatures.

Nothing is believed because it lies in the archive: leaves are hashed, the tree is grown, and each checkpoint must be
of that tree and signed by a key that the party's operations name. Pure; what is taken is the caller's to keep.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from federation.archive.errors import ArchiveRefusedError
from federation.archive.form import LogEnd
from federation.documents import notes
from federation.documents.identity import Operation
from federation.documents.keys import PublicKey, decode_base64url
from federation.log import checkpoint, nodes
from federation.log.checkpoint import SignedCheckpoint
from federation.log.leaves import Leaf, parse_leaf
from federation.log.nodes import Node
from federation.log.tree import Range
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import PartyId


class KeptCheckpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `log/<epoch>/checkpoints.jsonl`: the note of one signed size, as text."""

    size: int
    note: str


class KeptOperation(msgspec.Struct, frozen=True):
    """A line of `identity/operations.jsonl`: a signed operation as text, and the Unix second of its first sight."""

    operation: str
    first_seen: int


class Grown(msgspec.Struct, frozen=True):
    """The lines between two checkpoints, the tree, the nodes it gained, and the note they lead to."""

    tree: Range
    leaves: tuple[Leaf, ...]
    nodes: tuple[Node, ...]
    kept: KeptCheckpoint


def lines_name(epoch: int) -> str:
    """The member with an epoch's lines."""
    return f"log/{epoch}/lines.jsonl"


def checkpoints_name(epoch: int) -> str:
    """The member with an epoch's checkpoints."""
    return f"log/{epoch}/checkpoints.jsonl"


def keys_ever(operations: Sequence[bytes]) -> tuple[PublicKey, ...]:
    """Every sign key that a verified chain of operations ever named: the signers of its whole history."""
    found: dict[str, PublicKey] = {}
    for data in operations:
        operation = msgspec.json.decode(notes.parse(data).text, type=Operation)
        for entry in operation.sign_keys:
            key = PublicKey(decode_base64url(entry.x))
            found[key.keyid] = key
    return tuple(found.values())


def grow(
    party_id: PartyId,
    end: LogEnd,
    lines: Iterable[tuple[int, bytes]],
    kept: Sequence[KeptCheckpoint],
    keys: Sequence[PublicKey],
) -> Iterator[Grown]:
    """Read a log from its first line, checkpoint by checkpoint. Raises ArchiveRefusedError naming member and line."""
    name, origin = lines_name(end.epoch), checkpoint.origin_of(party_id, end.epoch)
    tree, waiting = Range(), list(_ordered(kept, end))
    batch: list[Leaf] = []
    yield from _at_start(waiting, origin, keys)
    for number, line in lines:
        leaf = _leaf(line, tree.size + len(batch), name, number)
        batch.append(leaf)
        if waiting and waiting[0].size == leaf.seq + 1:
            growth = nodes.grow(tree, [bytes.fromhex(item.hash) for item in batch])
            tree = growth.tree
            _check(waiting[0], tree, origin, keys)
            yield Grown(tree, tuple(batch), growth.nodes, waiting.pop(0))
            batch = []
    if batch or waiting or tree.size != end.size or tree.root().hex() != end.root:
        raise ArchiveRefusedError(f"the log does not end where the manifest says, at {end.size} lines", member=name)


def _ordered(kept: Sequence[KeptCheckpoint], end: LogEnd) -> Sequence[KeptCheckpoint]:
    sizes = [item.size for item in kept]
    if sizes != sorted(set(sizes)) or not sizes or sizes[-1] != end.size:
        raise ArchiveRefusedError("the sizes do not rise to the log's end", member=checkpoints_name(end.epoch))
    return kept


def _at_start(waiting: list[KeptCheckpoint], origin: str, keys: Sequence[PublicKey]) -> Iterator[Grown]:
    if waiting[0].size == 0:
        _check(waiting[0], Range(), origin, keys)
        yield Grown(Range(), (), (), waiting.pop(0))


def _leaf(line: bytes, place: int, name: str, number: int) -> Leaf:
    try:
        leaf = parse_leaf(line)
    except GalleriaError as error:
        raise ArchiveRefusedError(error.detail, member=name, line=number) from error
    if leaf.seq != place:
        raise ArchiveRefusedError(f"the line calls itself {leaf.seq} and stands at {place}", member=name, line=number)
    return leaf


def _check(kept: KeptCheckpoint, tree: Range, origin: str, keys: Sequence[PublicKey]) -> None:
    name = checkpoints_name(int(origin.rpartition("/")[2]))
    try:
        found = checkpoint.verify(checkpoint.parse(kept.note.encode()), origin, keys)
    except GalleriaError as error:
        raise ArchiveRefusedError(f"the checkpoint of size {kept.size}: {error.detail}", member=name) from error
    if (found.size, found.root) != (tree.size, tree.root()):
        raise ArchiveRefusedError(f"the checkpoint of size {kept.size} is not of these lines", member=name)


def check_cosigned(
    note: bytes, hub_id: PartyId, keys: Iterable[PublicKey], roots: Mapping[tuple[str, int], bytes]
) -> None:
    """Refuse a countersigned checkpoint that is not the hub's, or is of another history. Raises GalleriaError.

    `roots` gives the root of the archive's own log for each (origin, size) at which it was signed.
    """
    signed: SignedCheckpoint = checkpoint.parse(note)
    found = signed.checkpoint
    if roots.get((found.origin, found.size)) != found.root:
        raise ArchiveRefusedError(f"{hub_id} countersigned another history at size {found.size}")
    for key in keys:
        with contextlib.suppress(GalleriaError):
            if checkpoint.cosignature(signed, hub_id, key) is not None:
                return
    raise ArchiveRefusedError(f"the countersignature at size {found.size} is not one of {hub_id}")
