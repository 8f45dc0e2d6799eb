"""Checks that know no clock but their own: they run beside the others, on what those leave of the machine.

One after another, in a session of its own each and at the lowest priority; when the command ends early, so do they.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

from marketplace.cli.children import Child, Children, ChildSpec

T = TypeVar("T")

_NICENESS = 19
_LOOK_SECONDS = 0.1


class EndedEarlyError(Exception):
    """The command is ending, so what ran beside it was stopped."""


class Beside:
    """Runs commands patiently, each with its words in a file of `folder` until it is over."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._folder = folder
        self._ended = threading.Event()
        self._thread = ThreadPoolExecutor(1)
        self._children = Children()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._children.close()

    def submit(self, work: Callable[[], T]) -> "Future[T]":
        """Do `work`, which calls `run`, after what was submitted before it."""
        return self._thread.submit(work)

    def run(self, name: str, command: Sequence[str]) -> tuple[int, str]:
        """A command's exit code and all it said. Raises EndedEarlyError when the whole ends before it does."""
        log = self._folder / f"{name}.log"
        log.unlink(missing_ok=True)
        nice = ("/usr/bin/env", "nice", "-n", str(_NICENESS))
        child = self._children.start(
            ChildSpec(name=name, command=(*nice, *command), environment=os.environ, log=log, directory=self._root)
        )
        _put_last(child)
        while (exit_code := child.exit_code()) is None:
            if self._ended.is_set():
                self._children.kill(child)
                raise EndedEarlyError(name)
            time.sleep(_LOOK_SECONDS)
        self._children.forget(child)
        return exit_code, log.read_text(errors="replace")


def _put_last(child: Child) -> None:
    """Where the kernel shares processors out by session, niceness counts inside one only: put the session last."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{child.pid}/autogroup").write_text(str(_NICENESS))
