"""Child processes that never outlive us: each in a session of its own, all of them known to the watcher.

Owns starting, signalling and reaping; knows nothing of what a child does. A child's own children (worker pools,
database backends) share its process group and are signalled with it.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import msgspec

from marketplace.cli.engine_user import EngineUser

LOG_BYTES_MAX = 16 * 1024 * 1024
"""A log past this size is put aside as `<name>.log.1` when its process starts again."""

_POLL_SECONDS = 0.02


class ChildSpec(msgspec.Struct, frozen=True, kw_only=True):
    """How a child is started: command, whole environment, log file, the signal that stops it cleanly, its user."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    stop_signal: int = signal.SIGTERM
    user: EngineUser | None = None
    directory: Path | None = None


class Child:
    """One started process; `pid` is also its process group."""

    def __init__(self, spec: ChildSpec, process: subprocess.Popen[bytes]) -> None:
        self.spec = spec
        self.pid = process.pid
        self._process = process

    def exit_code(self) -> int | None:
        """None while it runs, else its exit code (negative: the signal that ended it)."""
        return self._process.poll()

    def send(self, number: int) -> None:
        """Signal the whole process group; a group that is already gone is no error."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def send_leader(self, number: int) -> None:
        """Signal the process alone, for programs that take their own children down in order."""
        if self.exit_code() is None:
            self._process.send_signal(number)

    def wait(self, timeout_seconds: float) -> bool:
        """Whether it ended within the time."""
        deadline = time.monotonic() + timeout_seconds
        while self.exit_code() is None:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True


class Children:
    """A family of processes with one watcher; leaving the context stops whoever is left, last started first."""

    def __init__(self) -> None:
        self._running: list[Child] = []
        self._watcher: subprocess.Popen[bytes] | None = None
        self._telling = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, spec: ChildSpec) -> Child:
        """Start a process with its output appended to its log; the watcher knows it before this returns."""
        process = _spawn(spec)
        child = Child(spec, process)
        self._running.append(child)
        self._tell(f"+ {child.pid} {int(spec.stop_signal)}")
        return child

    def stop(self, child: Child, grace_seconds: float = 20.0) -> int | None:
        """Ask for a clean end, wait, kill what is left of the group; returns the exit code."""
        child.send_leader(child.spec.stop_signal)
        if not child.wait(grace_seconds):
            child.send(signal.SIGKILL)
            child.wait(grace_seconds)
        self.forget(child)
        return child.exit_code()

    def kill(self, child: Child) -> None:
        """End it and its own children at once, without a chance to tidy up: what a crash looks like."""
        child.send(signal.SIGKILL)
        child.wait(10.0)
        self.forget(child)

    def forget(self, child: Child) -> None:
        """Drop a child that has ended, and make sure nothing of its group lingers."""
        child.send(signal.SIGKILL)
        if child in self._running:
            self._running.remove(child)
            self._tell(f"- {child.pid}")

    def close(self) -> None:
        """Stop everybody and dismiss the watcher."""
        for child in reversed(self._running.copy()):
            self.stop(child)
        if self._watcher is not None and self._watcher.stdin is not None:
            self._watcher.stdin.close()
            self._watcher.wait(timeout=30)
            self._watcher = None

    def _tell(self, line: str) -> None:
        with self._telling:
            if self._watcher is None:
                self._watcher = _start_watcher()
            if self._watcher.stdin is not None:
                self._watcher.stdin.write(f"{line}\n".encode())
                self._watcher.stdin.flush()


def _start_watcher() -> subprocess.Popen[bytes]:
    script = Path(__file__).with_name("watcher.py")
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _spawn(spec: ChildSpec) -> subprocess.Popen[bytes]:
    if spec.log.exists() and spec.log.stat().st_size > LOG_BYTES_MAX:
        spec.log.replace(spec.log.with_name(f"{spec.log.name}.1"))
    spec.log.parent.mkdir(parents=True, exist_ok=True)
    with spec.log.open("ab") as log:
        return subprocess.Popen(
            spec.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(spec.environment),
            cwd=spec.directory,
            start_new_session=True,
            user=spec.user.uid if spec.user else None,
            group=spec.user.gid if spec.user else None,
            extra_groups=() if spec.user else None,
        )
