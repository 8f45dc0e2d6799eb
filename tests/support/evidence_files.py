"""Small files as boutiques hand them in."""


def pdf(padding: int = 0) -> bytes:
    """A PDF that holds nothing, longer by so many bytes."""
    return b"%PDF-1.7\n" + b" " * padding + b"\n%%EOF\n"


def png() -> bytes:
    """The outside of a PNG."""
    return b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0IEND\xaeB`\x82"


def jpeg() -> bytes:
    """The outside of a JPEG."""
    return b"\xff\xd8\xff\xe0" + b"\0" * 8 + b"\xff\xd9"
