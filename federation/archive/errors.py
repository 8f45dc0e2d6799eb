"""What is said of an archive that is not taken.

GalleriaError
└── RecordInvalidError
    └── ArchiveRefusedError     the archive is damaged, changed, or not what it says; names the member and the line
"""

from federation.vocabulary.errors import FieldError, RecordInvalidError


class ArchiveRefusedError(RecordInvalidError):
    """The archive is damaged, was changed, or is none; `member` (and `line`, from 1) name the place."""

    slug = "archive-refused"

    def __init__(self, reason: str, *, member: str = "", line: int = 0) -> None:
        place = f"{member}, line {line}" if line else member
        errors = (FieldError(f"/{member}" + (f"/{line}" if line else ""), "archive", reason),)
        super().__init__(
            f"the archive was not taken: {place}: {reason}" if place else f"the archive was not taken: {reason}",
            errors=errors,
        )
        self.member = member
        self.line = line
