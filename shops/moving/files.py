"""A file that bears its name only once it is whole, readable by its owner alone, and that takes nobody else's place.

Invariants: whatever goes wrong, the process's end included, what stood under the name before stays as it was; at most
a hidden `.part` beside it is left by a process that was killed, and the next run of the same name uses it up.
"""

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from federation.vocabulary.errors import ConflictError

_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""What file systems without hard links say, such as those of memory sticks."""


class HashedTarget:
    """Hashes and counts what is written to a file, from its beginning to its end: it cannot seek."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    def write(self, data: bytes) -> int:
        """Write all of it."""
        self._digest.update(data)
        self.size_bytes += len(data)
        return self._target.write(data)

    def flush(self) -> None:
        """Let the file have what is buffered."""
        self._target.flush()

    def sha256(self) -> str:
        """The SHA-256 of what was written so far, in hexadecimal."""
        return self._digest.hexdigest()


def refuse_taken(path: Path) -> None:
    """Refuse a name that a file bears already. Raises ConflictError."""
    if path.exists() or path.is_symlink():
        raise ConflictError(f"{path} is there already, and was left as it is: name another file, or say --force")


@contextmanager
def whole_file(path: Path, *, overwrite: bool) -> Iterator[BinaryIO]:
    """Write to a hidden file beside `path`, which takes the name at the end.

    Raises ConflictError when another process writes it just now, or, without `overwrite`, when the name is taken;
    OSError when the disk is full.
    """
    if not overwrite:
        refuse_taken(path)
    partial = path.with_name(f".{path.name}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        _hold(descriptor, partial, path)
        try:
            os.fchmod(descriptor, 0o600)
            os.ftruncate(descriptor, 0)
            yield target
            target.flush()
            os.fsync(descriptor)
            _name(partial, path, overwrite=overwrite)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


def _hold(descriptor: int, partial: Path, path: Path) -> None:
    """Keep other writers out; the hidden file must still be this one, not what another process has just named."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_ours = os.fstat(descriptor).st_ino == partial.stat().st_ino
    except (BlockingIOError, FileNotFoundError) as error:
        raise ConflictError(f"another process is writing {path} just now") from error
    if not is_ours:
        raise ConflictError(f"another process is writing {path} just now")


def _name(partial: Path, path: Path, *, overwrite: bool) -> None:
    """Give the whole file its name, in one step that either happens or not."""
    if overwrite:
        partial.replace(path)
        return
    try:
        os.link(partial, path)
    except FileExistsError:
        refuse_taken(path)
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        refuse_taken(path)
        partial.replace(path)
        return
    partial.unlink()
