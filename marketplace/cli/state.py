"""The state folder: where everything that must survive a restart lies, and who may hold it.

`$XDG_STATE_HOME/galleria` for a person, `/var/lib/galleria` for root, or what `--state` names. One supervisor holds it
at a time. Inside: `nodes/<name>/` (keys, index, media), `logs/`, `pids/`, and the engines' own `postgres/` and
`broker/` (elsewhere when root named a folder that the engines' user cannot reach, see `engine_user`).
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from marketplace.cli.errors import CommandError

_ROOT_STATE = Path("/var/lib/galleria")


class StateFolder(msgspec.Struct, frozen=True):
    """The parts of one state folder; `prepare` makes them."""

    path: Path

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def pids(self) -> Path:
        return self.path / "pids"

    def node(self, name: str) -> Path:
        """What one node keeps outside its database; closed to everybody else."""
        folder = self.path / "nodes" / name
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        return folder

    def prepare(self) -> None:
        """Make the folders. Others may pass through (the engines' own user must) but look into none of them."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o711)
            for folder in (self.logs, self.pids, self.path / "nodes"):
                folder.mkdir(exist_ok=True)
                folder.chmod(0o700)
        except OSError as error:
            raise CommandError(
                f"the state folder {self.path} cannot be used ({error.strerror}): name another with --state."
            ) from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other supervisors out for as long as this one runs; the lock falls with the process."""
        self.prepare()
        with (self.path / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CommandError(
                    f"another galleria is running on {self.path}: stop it first, or name another folder with --state."
                ) from error
            yield


def default_state(environ: Mapping[str, str]) -> Path:
    """Where state lies when nobody says otherwise."""
    if os.geteuid() == 0:
        return _ROOT_STATE
    base = environ.get("XDG_STATE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".local" / "state") / "galleria"
