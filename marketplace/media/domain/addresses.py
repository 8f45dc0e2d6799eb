"""Where the hub shows a picture: always under its hash at the hub itself, never at the boutique's own address. Pure."""

import msgspec

from federation.vocabulary.product import Media

WIDTHS = (320, 640, 1280)
"""Pixels across of the copies made; a picture that is narrower is never enlarged."""

PLAIN_WIDTH = 640
"""What a browser that reads no `srcset` gets."""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture as templates show it: `url` for `src`, `srcset`, the shape (its own pixels), words for the blind."""

    url: str
    srcset: str
    width: int
    height: int
    alt: str


def picture_of(handle: str, media: Media) -> Picture:
    """How a picture of the boutique called `handle` is shown; until it has been fetched, its stand-in is served."""
    return Picture(
        url=_address(handle, media.sha256, PLAIN_WIDTH),
        srcset=", ".join(f"{_address(handle, media.sha256, width)} {width}w" for width in WIDTHS),
        width=media.width,
        height=media.height,
        alt=media.alt,
    )


def _address(handle: str, sha256: str, width: int) -> str:
    return f"/media/{sha256}/{width}.webp?of={handle}"
