"""Proof that a shop published a record: its line, the line's place, the signed checkpoint, and whose key that is.

A document is judged by what is inside it: the shop's operations hash to the shop's id, one of its keys signed the
checkpoint, the audit path leads from the line to the checkpoint's root, and a hub that keeps a copy has countersigned.
It does not show that the line is the newest about its key, only that it was published: that is asked of the log. Pure.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Literal

import msgspec

from federation import limits
from federation.documents import json
from federation.documents.cosignatures import Cosignature
from federation.documents.identity import Hash, IdentityState
from federation.log import checkpoint as checkpoints
from federation.log.checkpoint import SignedCheckpoint
from federation.log.errors import ProofRefusedError
from federation.log.forks import NoteText, Path
from federation.log.leaves import Leaf, leaf_hash, parse_leaf
from federation.log.signers import history_of, keys_in_epoch
from federation.log.tree import verify_inclusion
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import PartyId

Operations = Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=limits.OPERATIONS_MAX)]

HUB_EPOCH = 1
"""A hub has no log of its own, so its identity stays in its first epoch."""

StepName = Literal["shop", "checkpoint", "leaf", "inclusion", "hub"]


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """A hub that countersigned the checkpoint, and the operations by which its key is known."""

    party: str
    operations: Operations


class RecordProof(msgspec.Struct, frozen=True, kw_only=True):
    """The document: `line` is leaf `seq` of the shop's log, `inclusion` shows it under `checkpoint`.

    `shop_url` is where the shop says its own endpoints are, to ask whether it shows others the same history.
    """

    type: Literal["fed.record-proof/1"]
    shop: str
    shop_url: Annotated[str, msgspec.Meta(max_length=400)]
    epoch: Annotated[int, msgspec.Meta(ge=1, le=limits.EPOCH_MAX)]
    key: Annotated[str, msgspec.Meta(max_length=limits.KEY_BYTES_MAX)]
    seq: Annotated[int, msgspec.Meta(ge=0)]
    line: Annotated[str, msgspec.Meta(max_length=limits.LINE_BYTES_MAX)]
    leaf: Hash
    inclusion: Path
    checkpoint: NoteText
    operations: Operations
    witnesses: Annotated[tuple[Witness, ...], msgspec.Meta(max_length=limits.CHECKPOINT_SIGNATURES_MAX)] = ()


class Step(msgspec.Struct, frozen=True):
    """One check and how it ended: `reason` says why it failed, empty when it did not."""

    name: StepName
    reason: str = ""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What a document shows: every step in order, and the parts that later checks need. None where a step failed."""

    steps: tuple[Step, ...]
    leaf: Leaf | None
    signed: SignedCheckpoint | None
    cosignatures: tuple[Cosignature, ...]

    @property
    def holds(self) -> bool:
        """Whether every step succeeded."""
        return not any(step.reason for step in self.steps)


def decode(data: bytes) -> RecordProof:
    """Read a document; nothing is verified yet. Raises RecordInvalidError or TooLargeError."""
    return json.decode(data, RecordProof, bytes_max=limits.PROOF_BYTES_MAX)


def judge(proof: RecordProof) -> Judged:
    """Check a document by what is in it; a failed step is an answer, never an exception."""
    judge_one = _Judge(proof)
    steps = tuple(judge_one.steps())
    return Judged(
        steps=steps,
        leaf=judge_one.leaf,
        signed=judge_one.signed,
        cosignatures=tuple(judge_one.cosignatures),
    )


def cosignatures_of(signed: SignedCheckpoint, hub: str, states: Sequence[IdentityState]) -> list[Cosignature]:
    """The countersignatures of a hub on a checkpoint, by keys that were the hub's at their time.

    Raises BadSignatureError for one that is wrong.
    """
    found = [
        cosignature
        for key in keys_in_epoch(states, HUB_EPOCH, 0)
        if (cosignature := checkpoints.cosignature(signed, PartyId(hub), key)) is not None
        and key in keys_in_epoch(states, HUB_EPOCH, cosignature.timestamp)
    ]
    return sorted(found, key=lambda item: item.timestamp)


class _Judge:
    """One document being judged, step after step."""

    def __init__(self, proof: RecordProof) -> None:
        self.proof = proof
        self.leaf: Leaf | None = None
        self.signed: SignedCheckpoint | None = None
        self.cosignatures: list[Cosignature] = []
        self._states: tuple[IdentityState, ...] = ()

    def steps(self) -> Iterator[Step]:
        checks: tuple[tuple[StepName, Callable[[], None]], ...] = (
            ("shop", self._shop),
            ("hub", self._hub),
            ("checkpoint", self._checkpoint),
            ("leaf", self._leaf),
            ("inclusion", self._inclusion),
        )
        for name, check in checks:
            try:
                check()
            except GalleriaError as error:
                yield Step(name, error.detail)
            else:
                yield Step(name)

    def _shop(self) -> None:
        self._states = history_of(self.proof.shop, self.proof.operations)

    def _hub(self) -> None:
        """Every named hub has countersigned this very checkpoint."""
        signed = checkpoints.parse(self.proof.checkpoint.encode())
        for witness in self.proof.witnesses:
            found = cosignatures_of(signed, witness.party, history_of(witness.party, witness.operations))
            if not found:
                raise ProofRefusedError(f"{witness.party} has not countersigned this checkpoint")
            self.cosignatures += found

    def _checkpoint(self) -> None:
        signed = checkpoints.parse(self.proof.checkpoint.encode())
        moment = min((item.timestamp for item in self.cosignatures), default=None)
        keys = keys_in_epoch(self._states, self.proof.epoch, moment)
        checkpoints.verify(signed, checkpoints.origin_of(PartyId(self.proof.shop), self.proof.epoch), keys)
        self.signed = signed

    def _leaf(self) -> None:
        leaf = parse_leaf(self.proof.line.encode())
        if (leaf.seq, leaf.key, leaf.hash) != (self.proof.seq, self.proof.key, self.proof.leaf):
            raise ProofRefusedError("number, key or hash beside the line are not the line's own")
        self.leaf = leaf

    def _inclusion(self) -> None:
        if self.signed is None or self.leaf is None:
            raise ProofRefusedError("without a line and a signed checkpoint there is nothing to join")
        told, steps = self.signed.checkpoint, [bytes.fromhex(step) for step in self.proof.inclusion]
        if not verify_inclusion(leaf_hash(self.leaf.line), self.leaf.seq, told.size, steps, told.root):
            raise ProofRefusedError("the hashes do not lead from the line to the signed root")
