"""What a picture file says of itself: its type by its first bytes and its size in pixels. Pure; decodes no pixels.

Invariants: only JPEG, PNG, WebP and AVIF are recognised, by content and never by name; every read is bounded by
the data's length; a file whose size cannot be read is refused.
"""

import struct

import msgspec

from federation.vocabulary.errors import RecordInvalidError, TooLargeError

PICTURE_BYTES_MAX = 10 * 2**20
PIXELS_MAX = 40_000_000
SIDE_MAX = 20_000
PLATE_BYTES_MAX = 64 * 1024
PLATE_TYPE = "image/svg+xml"
PICTURE_TAIL_BYTES = 256 * 1024
"""Within so many last bytes the end of a picture is looked for: cameras write notes of their own after it."""
_JPEG_MARK = 0xFF
_WEBP_LOSSLESS_MARK = 0x2F
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""SOFn markers (ITU-T T.81 table B.1), without those that define tables."""


class Picture(msgspec.Struct, frozen=True):
    """The media type and size of a picture."""

    media_type: str
    width: int
    height: int


def inspect(data: bytes) -> Picture:
    """Recognise a picture from outside; raises TooLargeError or RecordInvalidError with what to do instead."""
    if len(data) > PICTURE_BYTES_MAX:
        raise TooLargeError(f"a picture has at most {PICTURE_BYTES_MAX // 2**20} MB: make it smaller")
    try:
        picture = _recognise(data)
    except (struct.error, IndexError) as error:
        raise RecordInvalidError("the picture file ends too early: export it again") from error
    if picture is None:
        raise RecordInvalidError("this is not a JPEG, PNG, WebP or AVIF picture: export it as one of these")
    if _is_cut_off(data, picture.media_type):
        raise RecordInvalidError("the picture file ends too early: export it again")
    if not (1 <= picture.width <= SIDE_MAX and 1 <= picture.height <= SIDE_MAX):
        raise RecordInvalidError(f"a picture is between 1 and {SIDE_MAX} pixels on each side")
    if picture.width * picture.height > PIXELS_MAX:
        raise TooLargeError(f"a picture has at most {PIXELS_MAX // 1_000_000} megapixels: make it smaller")
    return picture


def _is_cut_off(data: bytes, media_type: str) -> bool:
    """Whether the end that the format writes last is missing; what stands after an end does no harm."""
    match media_type:
        case "image/png":
            return b"IEND" not in data[-PICTURE_TAIL_BYTES:]
        case "image/jpeg":
            return b"\xff\xd9" not in data[-PICTURE_TAIL_BYTES:]
        case "image/webp":
            return len(data) < int.from_bytes(data[4:8], "little") + 8
        case _:
            return False


def _recognise(data: bytes) -> Picture | None:
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        return Picture("image/png", *struct.unpack(">II", data[16:24]))
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp(data)
    if data[4:8] == b"ftyp" and data[8:12] in {b"avif", b"avis"}:
        return _avif(data)
    return None


def _jpeg(data: bytes) -> Picture | None:
    at = 2
    while at + 9 <= len(data):
        if data[at] != _JPEG_MARK:
            return None
        marker = data[at + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return Picture("image/jpeg", width, height)
        at += 1 if marker == _JPEG_MARK else 2 + max(struct.unpack(">H", data[at + 2 : at + 4])[0], 2)
    return None


def _webp(data: bytes) -> Picture | None:
    kind = data[12:16]
    if kind == b"VP8X":
        return Picture("image/webp", 1 + _little24(data[24:27]), 1 + _little24(data[27:30]))
    if kind == b"VP8L" and data[20] == _WEBP_LOSSLESS_MARK:
        bits = struct.unpack("<I", data[21:25])[0]
        return Picture("image/webp", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", data[26:30])
        return Picture("image/webp", width & 0x3FFF, height & 0x3FFF)
    return None


def _little24(data: bytes) -> int:
    return data[0] | data[1] << 8 | data[2] << 16


def _avif(data: bytes) -> Picture | None:
    """The largest `ispe` box (ISO/IEC 23008-12 section 6.5.3): its width and height follow four bytes of flags."""
    sizes = []
    at = data.find(b"ispe", 0, 64 * 1024)
    while at != -1 and at + 16 <= len(data):
        sizes.append(struct.unpack(">II", data[at + 8 : at + 16]))
        at = data.find(b"ispe", at + 4, 64 * 1024)
    if not sizes:
        return None
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    return Picture("image/avif", width, height)


def check_plate(svg: bytes, width: int, height: int) -> Picture:
    """Accept one of our own vector plates; raises RecordInvalidError for anything that is not plainly one."""
    if not svg.startswith(b"<svg") or len(svg) > PLATE_BYTES_MAX:
        raise RecordInvalidError(f"a plate is an <svg> of at most {PLATE_BYTES_MAX // 1024} kB")
    if not (1 <= width <= SIDE_MAX and 1 <= height <= SIDE_MAX):
        raise RecordInvalidError("a plate needs its width and height in pixels")
    return Picture(PLATE_TYPE, width, height)
