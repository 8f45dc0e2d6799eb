"""Fetching an archive part by part, from wherever a run before stopped.

Invariants: bytes lie under a hidden name until there are as many as were promised and they hash to what was promised;
what does not is deleted. An archive of another hash has another file, so two never mix. No more is written than the
old node announced, nor begun when the disk has no room for it.
"""

import asyncio
import errno
import hashlib
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

from federation import limits
from federation.archive.wish import ExportState
from federation.vocabulary.errors import PeerUnreachableError
from shops.moving.arrival.old_node import OldNode
from shops.moving.service.taking_out import Told

PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0)
"""How long to wait before asking again for what did not come."""
DISK_SPARE_BYTES = 64 * 2**20

Pause = Callable[[float], Awaitable[object]]


class Fetch(msgspec.Struct, frozen=True, kw_only=True):
    """What is fetched, where to, and whom to tell; `pause` waits for so many seconds."""

    node: OldNode
    secret: str
    state: ExportState
    folder: Path
    told: Told
    pause: Pause = asyncio.sleep


def require_room(folder: Path, bytes_wanted: int) -> None:
    """Refuse what the disk has no room for. Raises OSError."""
    if shutil.disk_usage(folder).free < bytes_wanted + DISK_SPARE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


async def fetch(order: Fetch) -> Path:
    """The archive's file, whole and with the promised hash.

    Raises PeerUnreachableError when it does not come or is another one, PeerRefusedError, OSError for a full disk.
    """
    path = order.folder / f"{order.state.party}.{order.state.sha256}.zip"
    if path.exists():
        return path
    partial = path.with_name(f"{path.name}.part")
    with os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        digest = await asyncio.to_thread(_resumed, file, order.state.size_bytes)
        require_room(order.folder, order.state.size_bytes - file.tell())
        await _fill(order, file, digest)
        os.fsync(file.fileno())
    if digest.hexdigest() != order.state.sha256:
        partial.unlink()
        raise PeerUnreachableError(
            f"what {order.node.host} sent is not the archive it promised: nothing of it was kept"
        )
    partial.rename(path)
    return path


def _resumed(file: BinaryIO, size_bytes: int) -> "hashlib._Hash":
    """Hash what is there and stand at its end; of a file that is too long nothing counts."""
    digest = hashlib.sha256()
    while data := file.read(limits.EXPORT_PART_BYTES_MAX):
        digest.update(data)
    if file.tell() > size_bytes:
        file.seek(0)
        file.truncate()
        return hashlib.sha256()
    return digest


async def _fill(order: Fetch, file: BinaryIO, digest: "hashlib._Hash") -> None:
    whole = order.state.size_bytes
    while (begin := file.tell()) < whole:
        order.told("fetching", begin, whole)
        data = await _part(order, begin)
        if begin + len(data) > whole:
            raise PeerUnreachableError(f"{order.node.host} sends more than the {whole} bytes it announced")
        file.write(data)
        file.flush()
        digest.update(data)
    order.told("fetching", whole, whole)


async def _part(order: Fetch, begin: int) -> bytes:
    for pause_seconds in PAUSES_SECONDS:
        try:
            return await order.node.part(order.secret, order.state.sha256, begin)
        except PeerUnreachableError:
            await order.pause(pause_seconds)
    return await order.node.part(order.secret, order.state.sha256, begin)
