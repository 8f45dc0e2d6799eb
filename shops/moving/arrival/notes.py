"""What this node has written down of a move that is under way, so that a killed command goes on where it stood.

Invariants: the secret is on disk before the old node is asked for anything; the file is readable by the node alone and
replaced in one step; one command at a time works on one boutique.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from federation.vocabulary.errors import ConflictError
from federation.vocabulary.ids import PartyId
from shops.moving.files import whole_file
from shops.settings import ShopNodeSettings


class MoveNote(msgspec.Struct, frozen=True, kw_only=True):
    """A move under way: from which address, with which secret, since when (Unix seconds)."""

    party: PartyId
    old: str
    secret: str
    began_at: float


def folder_of(settings: ShopNodeSettings) -> Path:
    """Where arriving boutiques' notes and archives lie; made if it is not there."""
    folder = settings.state_dir / "arrivals"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


@contextmanager
def held(folder: Path, party_id: PartyId) -> Iterator[None]:
    """Keep other commands away from a boutique's move. Raises ConflictError when one is at it."""
    descriptor = os.open(folder / f"{party_id}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise ConflictError("another command is moving this boutique just now: wait until it is done") from error
    try:
        yield
    finally:
        os.close(descriptor)


def read(folder: Path, party_id: PartyId) -> MoveNote | None:
    """The note of a move that is under way; None without one, or when it cannot be read."""
    try:
        return msgspec.json.decode(_path(folder, party_id).read_bytes(), type=MoveNote)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write(folder: Path, note: MoveNote) -> None:
    """Keep a note in the place of the one before."""
    with whole_file(_path(folder, note.party), overwrite=True) as target:
        target.write(msgspec.json.encode(note))


def forget(folder: Path, party_id: PartyId) -> None:
    """The move is over: neither its note nor what was fetched is needed any more."""
    for path in folder.glob(f"{party_id}*.zip*"):
        path.unlink(missing_ok=True)
    _path(folder, party_id).unlink(missing_ok=True)


def _path(folder: Path, party_id: PartyId) -> Path:
    return folder / f"{party_id}.move"
