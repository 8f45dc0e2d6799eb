"""What is answered to whoever asks how a log grew or what is in it: the hashes, and what they lead from and to."""

from typing import Annotated

import msgspec

from federation import limits
from federation.documents.identity import Hash
from federation.log.forks import Growth, NoteText, Path

Count = Annotated[int, msgspec.Meta(ge=0, le=limits.INTEGER_MAGNITUDE_MAX)]


class GrowthAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`GET proof`: how the log of size `new` grew from size `old`; the roots are those of the answering copy."""

    epoch: Annotated[int, msgspec.Meta(ge=1, le=limits.EPOCH_MAX)]
    old: Count
    new: Count
    old_root: Hash
    new_root: Hash
    proof: Path

    @property
    def growth(self) -> Growth:
        """What this shows of a history, to be verified against what was signed."""
        return Growth(bytes.fromhex(self.old_root), [bytes.fromhex(step) for step in self.proof])


class InclusionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`GET inclusion`: that line `seq`, of hash `leaf`, is in the log at the checkpoint of `size`."""

    epoch: Annotated[int, msgspec.Meta(ge=1, le=limits.EPOCH_MAX)]
    seq: Count
    leaf: Hash
    size: Count
    checkpoint: NoteText
    proof: Path
