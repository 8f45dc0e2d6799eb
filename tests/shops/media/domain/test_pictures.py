"""Recognising pictures by their first bytes."""

import struct

import pytest

from federation.vocabulary.errors import RecordInvalidError, TooLargeError
from shops.media.domain.pictures import PICTURE_BYTES_MAX, Picture, check_plate, inspect

PNG_END = b"\x00\x00\x00\x00IEND\xae\x42\x60\x82"
JPEG_END = b"\xff\xd9"


def png(width: int, height: int) -> bytes:
    return (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height) + b"\x08\x06\x00\x00\x00" + PNG_END
    )


def jpeg(width: int, height: int) -> bytes:
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03" + b"\x00" * 9
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 9 + frame + JPEG_END


def avif(width: int, height: int) -> bytes:
    box = b"\x00\x00\x00\x14ispe\x00\x00\x00\x00" + struct.pack(">II", width, height)
    return b"\x00\x00\x00\x1cftypavif" + b"\x00" * 16 + box


WEBP_LOSSY = b"RIFF\x00\x00\x00\x00WEBPVP8 \x00\x00\x00\x00\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", 30, 40)
WEBP_LOSSLESS = b"RIFF\x00\x00\x00\x00WEBPVP8L\x00\x00\x00\x00\x2f" + struct.pack("<I", 29 | 39 << 14)
WEBP_EXTENDED = b"RIFF\x00\x00\x00\x00WEBPVP8X" + b"\x00" * 8 + b"\x1d\x00\x00\x27\x00\x00"


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (png(30, 40), "image/png"),
        (jpeg(30, 40), "image/jpeg"),
        (WEBP_LOSSY, "image/webp"),
        (WEBP_LOSSLESS, "image/webp"),
        (WEBP_EXTENDED, "image/webp"),
        (avif(30, 40), "image/avif"),
    ],
)
def test_the_four_formats_tell_their_size(data: bytes, media_type: str) -> None:
    """Each format from outside is known by content, with its pixels."""
    assert inspect(data) == Picture(media_type, 30, 40)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00",
        png(0, 4),
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    """SVG, unknown formats, torn files and empty sizes are refused."""
    with pytest.raises(RecordInvalidError):
        inspect(data)


def test_size_is_bounded_before_decoding() -> None:
    """Too many bytes, or a header that claims too many pixels, is too large."""
    with pytest.raises(TooLargeError):
        inspect(b"\xff" * (PICTURE_BYTES_MAX + 1))
    with pytest.raises(TooLargeError):
        inspect(png(15_000, 15_000))


def test_a_plate_is_plainly_a_drawing() -> None:
    """Our plates begin with <svg and have a size; nothing else passes for one."""
    assert check_plate(b"<svg></svg>", 3, 4).media_type == "image/svg+xml"
    with pytest.raises(RecordInvalidError):
        check_plate(b"<html><svg></svg>", 3, 4)


@pytest.mark.parametrize(
    "data",
    [
        png(30, 40).removesuffix(PNG_END),
        jpeg(30, 40).removesuffix(JPEG_END),
        WEBP_LOSSY.replace(b"RIFF\x00\x00\x00\x00", b"RIFF\xff\x00\x00\x00"),
    ],
)
def test_half_a_picture_is_refused(data: bytes) -> None:
    """A file that an upload or a copy cut off is refused, since shoppers would see half a piece."""
    with pytest.raises(RecordInvalidError, match="ends too early"):
        inspect(data)


@pytest.mark.parametrize("data", [png(30, 40), jpeg(30, 40)])
def test_notes_after_the_end_do_no_harm(data: bytes) -> None:
    """What a camera writes after the picture's end does not make it half a picture."""
    assert inspect(data + b"maker's notes").width == 30
