"""What kind of file bytes are, told by the bytes themselves and never by what anybody calls them. Pure.

Only the outside of a file is looked at. That says what a reader will take it for, not that it is harmless: whoever
opens a file of somebody else's does so apart from everything else.
"""

from typing import Literal

FileType = Literal["application/pdf", "image/png", "image/jpeg"]

FILE_ENDINGS: dict[FileType, str] = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
_PDF_END_WITHIN = 1_024
"""A PDF's end mark lies within its last so many bytes (ISO 32000, implementation note 18)."""


def type_of(content: bytes) -> FileType | None:
    """Whether bytes are a whole PDF, PNG or JPEG file, by its first and last marks; None for anything else."""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-_PDF_END_WITHIN:]:
        return "application/pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content.endswith(b"IEND\xaeB`\x82"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff") and content.rstrip(b"\0").endswith(b"\xff\xd9"):
        return "image/jpeg"
    return None
