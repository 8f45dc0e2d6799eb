"""What is said of an archive that is not taken.

GalleriaError
├── NotAllowedError
│   └── ExportRefusedError      the archive is not this one's to have: a ticket, wish or secret that does not fit
└── RecordInvalidError
    └── ArchiveRefusedError     the archive is damaged, changed, or not what it says; names the member and the line
"""

from federation.vocabulary.errors import FieldError, NotAllowedError, RecordInvalidError


class ExportRefusedError(NotAllowedError):
    """The ticket, wish or secret gives nobody this archive: it is used, out of date, or somebody else's."""

    slug = "export-refused"


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
