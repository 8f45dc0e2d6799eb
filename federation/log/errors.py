"""Refusals of a shop's log, below the shared tree.

GalleriaError
├── RecordInvalidError
│   ├── LineInvalidError        a line that is no leaf, or stands in the wrong place
│   └── ProofRefusedError       a proof, of a fork or of a record, that does not show what it claims
└── ConflictError
    ├── SizeMismatchError       the batch starts elsewhere than the reader's copy ends
    ├── EpochMismatchError      the log is in another epoch here
    ├── RootMismatchError       lines and signed root do not belong together
    └── ForkDetectedError       two signed roots for one size: proof of two histories
"""

from federation.vocabulary.errors import ConflictError, RecordInvalidError


class LineInvalidError(RecordInvalidError):
    """A line without the envelope of a leaf, or with another number than its place: the batch is not taken."""


class ProofRefusedError(RecordInvalidError):
    """A document that claims to prove something and does not; it has no effect."""

    slug = "proof-refused"


class SizeMismatchError(ConflictError):
    """The batch starts elsewhere than our copy ends; `expected` is our size, from which to push again."""

    slug = "size-mismatch"


class EpochMismatchError(ConflictError):
    """The log is in another epoch here; `expected` is that one. A later one begins by a root key's word alone."""

    slug = "epoch-mismatch"


class RootMismatchError(ConflictError):
    """The signed root is not that of our copy with these lines; compare checkpoints, then push or pull again."""

    slug = "size-mismatch"


class ForkDetectedError(ConflictError):
    """The shop signed two different roots for one size of one log: both notes together prove it to anyone."""

    slug = "fork-detected"
    retry = "never"
