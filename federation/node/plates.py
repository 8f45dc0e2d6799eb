"""Our own vector plates: one flat folder of `<sha256>.svg` that all nodes of a machine may share, read by hash alone.

Invariants: what is served under a hash has that hash, checked when this process first meets it; a hash that is not
64 lower-case hexadecimal digits names no file; an SVG is served so that nothing in it may act.
"""

import hashlib
import os
import re
from functools import lru_cache
from pathlib import Path

import msgspec

PLATE_TYPE = "image/svg+xml"
PLATE_BYTES_MAX = 64 * 1024
PICTURE_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
"""For pictures served under their hash: for ever the same bytes, shown anywhere, powerless."""

_HASH = re.compile(r"[0-9a-f]{64}")
_SIZE = re.compile(rb'<svg [^>]*viewBox="0 0 (\d{1,5}) (\d{1,5})"')


class Plate(msgspec.Struct, frozen=True):
    """One plate of the folder: its size in pixels, and how large its file is."""

    width: int
    height: int
    size_bytes: int


def plate(folder: Path | None, sha256: str) -> Plate | None:
    """The plate with this hash; None when there is no folder or no such plate in it."""
    try:
        return None if folder is None or _HASH.fullmatch(sha256) is None else _met(folder, sha256)
    except (FileNotFoundError, ValueError):
        return None


def read_plate(folder: Path | None, sha256: str) -> bytes | None:
    """The bytes of the plate with this hash, or None."""
    if folder is None or plate(folder, sha256) is None:
        return None
    try:
        return _path(folder, sha256).read_bytes()
    except FileNotFoundError:
        return None


def write_plate(folder: Path, svg: bytes) -> str:
    """Put a plate into the folder, whole or not at all; returns its hash."""
    sha256 = hashlib.sha256(svg).hexdigest()
    path = _path(folder, sha256)
    if not path.exists():
        partial = path.with_suffix(f".{os.getpid()}.part")
        partial.write_bytes(svg)
        partial.replace(path)
    return sha256


@lru_cache(maxsize=20_000)
def _met(folder: Path, sha256: str) -> Plate:
    """Raises FileNotFoundError, or ValueError for a file that is not what its name says: neither is remembered."""
    data = _path(folder, sha256).read_bytes()
    size = _SIZE.match(data)
    if size is None or len(data) > PLATE_BYTES_MAX or hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(f"{sha256}.svg is no plate")
    return Plate(int(size[1]), int(size[2]), len(data))


def _path(folder: Path, sha256: str) -> Path:
    return folder / f"{sha256}.svg"
