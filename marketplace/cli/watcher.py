"""The supervisor's survivor: takes the supervisor's children down when the supervisor is gone, however it went.

Run as a script of its own with a pipe on standard input; the supervisor writes one line for each change:
`+ <process group> <signal number>` when a child was started, `- <process group>` when it is gone. The end of the
pipe means that the supervisor is dead or done: every group still listed gets its signal, and SIGKILL after
`GRACE_SECONDS`. Needs nothing but the standard library and runs in a session of its own, so no Ctrl-C reaches it.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_SECONDS = 20.0
_POLL_SECONDS = 0.05


def follow(lines: Iterable[str]) -> dict[int, int]:
    """The process groups still running after the last line, each with the number of the signal that stops it."""
    groups: dict[int, int] = {}
    for line in lines:
        match line.split():
            case ["+", group, number]:
                groups[int(group)] = int(number)
            case ["-", group]:
                groups.pop(int(group), None)
            case _:
                continue
    return groups


def take_down(groups: dict[int, int], grace_seconds: float = GRACE_SECONDS) -> None:
    """Signal every group, wait until all are gone or the grace is over, then kill what is left."""
    for group, number in groups.items():
        _signal_group(group, number)
    deadline = time.monotonic() + grace_seconds
    remaining = list(groups)
    while remaining and time.monotonic() < deadline:
        remaining = [group for group in remaining if _signal_group(group, 0)]
        time.sleep(_POLL_SECONDS)
    for group in remaining:
        _signal_group(group, signal.SIGKILL)


def _signal_group(group: int, number: int) -> bool:
    """Whether the group still had a process to signal."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    take_down(follow(sys.stdin))
