"""Where the hub shows a picture: always under its hash at the hub itself, never at the boutique's own address. Pure."""

import msgspec

from federation.vocabulary.product import Media

WIDTHS = (320, 640, 1280)
"""Pixels across of the copies made; a picture that is narrower is never enlarged."""

PLAIN_WIDTH = 640
"""What a browser that reads no `srcset` gets."""

STAND_IN_WIDTH, STAND_IN_HEIGHT = 600, 800


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


def stand_in_of(handle: str) -> Picture:
    """What is shown of a piece without any picture: a plate in the boutique's colours, which says nothing in words."""
    url = f"/media/stand-in/{handle}"
    return Picture(url=url, srcset=f"{url} {STAND_IN_WIDTH}w", width=STAND_IN_WIDTH, height=STAND_IN_HEIGHT, alt="")


def _address(handle: str, sha256: str, width: int) -> str:
    return f"/media/{sha256}/{width}.webp?of={handle}"
