"""Proof that a shop signed two histories: one document that convinces a stranger, by the operations inside it alone.

Two checkpoints of one epoch, each signed by a key the shop named, and what shows that no log can have both:

- `two-roots`: the same size under two roots;
- `two-prefixes`: of different sizes, and a consistency proof that leads to the larger one's root from another root at
  the smaller one's size than was signed there (the nodes of such a proof are bound by the larger root);
- `two-leaves`: two lines with one number, each with its inclusion proof. Nodes, which have logs, need it never; who has
  nothing but two saved proofs of records (`contradictions`) has no other.

A consistency proof that merely fails shows nothing: anyone can write one. Nor does a shop that goes back to an older
checkpoint: a checkpoint has no time. It forks with the first other line it signs. Pure.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from federation import limits
from federation.documents import json
from federation.documents.identity import Hash
from federation.log import checkpoint as checkpoints
from federation.log.checkpoint import Checkpoint
from federation.log.errors import ProofRefusedError
from federation.log.leaves import leaf_hash, parse_leaf
from federation.log.signers import history_of, keys_in_epoch
from federation.log.tree import verify_consistency, verify_inclusion
from federation.vocabulary.ids import PartyId

ForkKind = Literal["two-roots", "two-prefixes", "two-leaves"]
NoteText = Annotated[str, msgspec.Meta(max_length=limits.CHECKPOINT_BYTES_MAX)]
Path = Annotated[tuple[Hash, ...], msgspec.Meta(max_length=limits.PROOF_HASHES_MAX)]


class LeafEvidence(msgspec.Struct, frozen=True):
    """One line of a log, and the audit path that shows it in its checkpoint."""

    line: Annotated[str, msgspec.Meta(max_length=limits.LINE_BYTES_MAX)]
    inclusion: Path


class ForkProof(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The document. `first` is the checkpoint of the smaller size; sizes and roots stand beside the notes to be read.

    `prefix_root` and `consistency` belong to `two-prefixes`: the root that the second history has at the first size,
    and the proof of it. `leaves` belong to `two-leaves`, in the order of the checkpoints.
    """

    type: Literal["fed.fork/1"]
    kind: ForkKind
    shop: str
    epoch: Annotated[int, msgspec.Meta(ge=1, le=limits.EPOCH_MAX)]
    first: NoteText
    first_size: int
    first_root: Hash
    second: NoteText
    second_size: int
    second_root: Hash
    operations: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=limits.OPERATIONS_MAX)]
    prefix_root: Hash | None = None
    consistency: Path = ()
    leaves: Annotated[tuple[LeafEvidence, ...], msgspec.Meta(max_length=2)] = ()


class Growth(msgspec.Struct, frozen=True):
    """What somebody shows of a history: its root at an earlier size, and the proof from there to its checkpoint."""

    prefix_root: bytes
    consistency: Sequence[bytes]


def encode(proof: ForkProof) -> bytes:
    """The document as it is kept and sent."""
    return json.encode(proof)


def decode(data: bytes) -> ForkProof:
    """Read a document; nothing is verified yet. Raises RecordInvalidError or TooLargeError."""
    return json.decode(data, ForkProof, bytes_max=limits.PROOF_BYTES_MAX)


def two_roots(notes: tuple[bytes, bytes], operations: Sequence[bytes]) -> ForkProof:
    """The proof from two notes of one size."""
    return _proof("two-roots", notes, operations)


def two_prefixes(notes: tuple[bytes, bytes], growth: Growth, operations: Sequence[bytes]) -> ForkProof:
    """The proof from two notes, the smaller size first, and how the larger history began."""
    return msgspec.structs.replace(
        _proof("two-prefixes", notes, operations),
        prefix_root=growth.prefix_root.hex(),
        consistency=tuple(step.hex() for step in growth.consistency),
    )


def two_leaves(
    notes: tuple[bytes, bytes], leaves: tuple[LeafEvidence, LeafEvidence], operations: Sequence[bytes]
) -> ForkProof:
    """The proof from two lines with one number, each in the checkpoint of its place."""
    return msgspec.structs.replace(_proof("two-leaves", notes, operations), leaves=leaves)


def verify(proof: ForkProof) -> tuple[Checkpoint, Checkpoint]:
    """The two checkpoints that no one log can have; raises ProofRefusedError when the document does not show it.

    Order: the operations make this shop; both notes are of this epoch and signed; sizes and roots are those of the
    notes; then what `kind` says.
    """
    keys = keys_in_epoch(history_of(proof.shop, proof.operations), proof.epoch)
    origin = checkpoints.origin_of(PartyId(proof.shop), proof.epoch)
    first = checkpoints.verify(checkpoints.parse(proof.first.encode()), origin, keys)
    second = checkpoints.verify(checkpoints.parse(proof.second.encode()), origin, keys)
    said = (proof.first_size, proof.first_root, proof.second_size, proof.second_root)
    if said != (first.size, first.root.hex(), second.size, second.root.hex()) or first.size > second.size:
        raise ProofRefusedError("the sizes and roots beside the notes are not those in them, smaller size first")
    shows = {"two-roots": _shows_roots, "two-prefixes": _shows_prefixes, "two-leaves": _shows_leaves}[proof.kind]
    if not shows(proof, first, second):
        raise ProofRefusedError(f"this {proof.kind} proof shows no contradiction between its two checkpoints")
    return first, second


def contradicts(shorter: Checkpoint, longer: Checkpoint, growth: Growth) -> bool:
    """Whether `growth`, said to lead to `longer`, proves that the two checkpoints are of two histories.

    False for a proof that shows nothing, and when the longer one continues the shorter one.
    """
    return growth.prefix_root != shorter.root and verify_consistency(
        shorter.size, longer.size, growth.consistency, growth.prefix_root, longer.root
    )


def _proof(kind: ForkKind, notes: tuple[bytes, bytes], operations: Sequence[bytes]) -> ForkProof:
    first, second = (checkpoints.parse(note).checkpoint for note in notes)
    shop, _, epoch = first.origin.split("/")
    return ForkProof(
        type="fed.fork/1",
        kind=kind,
        shop=shop,
        epoch=int(epoch),
        first=notes[0].decode(),
        first_size=first.size,
        first_root=first.root.hex(),
        second=notes[1].decode(),
        second_size=second.size,
        second_root=second.root.hex(),
        operations=tuple(item.decode() for item in operations),
    )


def _shows_roots(_proof: ForkProof, first: Checkpoint, second: Checkpoint) -> bool:
    return first.size == second.size and first.root != second.root


def _shows_prefixes(proof: ForkProof, first: Checkpoint, second: Checkpoint) -> bool:
    if proof.prefix_root is None or first.size >= second.size:
        return False
    steps = [bytes.fromhex(step) for step in proof.consistency]
    prefix = bytes.fromhex(proof.prefix_root)
    return contradicts(first, second, Growth(prefix, steps))


def _shows_leaves(proof: ForkProof, first: Checkpoint, second: Checkpoint) -> bool:
    if len(proof.leaves) != len((first, second)):
        return False
    lines = [evidence.line.encode() for evidence in proof.leaves]
    seqs = {parse_leaf(line).seq for line in lines}
    if len(seqs) != 1 or lines[0] == lines[1]:
        return False
    (seq,) = seqs
    return all(
        verify_inclusion(
            leaf_hash(line), seq, told.size, [bytes.fromhex(step) for step in evidence.inclusion], told.root
        )
        for line, evidence, told in zip(lines, proof.leaves, (first, second), strict=True)
    )
