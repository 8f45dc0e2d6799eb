"""Child processes: started, stopped, and taken down with whoever started them."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from marketplace.cli.children import Children, ChildSpec
from marketplace.cli.watcher import follow

pytestmark = pytest.mark.processes

PARENT = """
import os, sys, time
from pathlib import Path
from marketplace.cli.children import Children, ChildSpec

children = Children()
child = children.start(
    ChildSpec(name="child", command=("/bin/sh", "-c", "sleep 600 & sleep 600"), environment={}, log=Path(sys.argv[1]))
)
print(child.pid, flush=True)
time.sleep(600)
"""


def spec(log: Path, script: str, stop_signal: int = signal.SIGTERM) -> ChildSpec:
    command = ("/bin/sh", "-c", script)
    return ChildSpec(name="child", command=command, environment=dict(os.environ), log=log, stop_signal=stop_signal)


def group_is_gone(group: int) -> bool:
    """Whether no living process of the group is left; zombies nobody reaps do not count (proc_pid_stat(5))."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, member_of = stat.read_text().rpartition(")")[2].split()[:3]
            if int(member_of) == group and state != "Z":
                return False
    return True


def test_a_killed_parent_takes_its_children_down(tmp_path: Path) -> None:
    """When the parent dies by SIGKILL, its child and grandchild end within seconds."""
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        group = int(parent.stdout.readline())
        assert not group_is_gone(group)
        parent.kill()
    deadline = time.monotonic() + 15
    while not group_is_gone(group):
        assert time.monotonic() < deadline, "the child outlived its killed parent"
        time.sleep(0.05)


def test_stop_lets_a_child_end_by_itself(tmp_path: Path) -> None:
    """A child gets its own stop signal and may tidy up; its output is in its log."""
    with Children() as children:
        script = "trap 'echo tidied; exit 3' USR1; echo up; while :; do sleep 0.05; done"
        child = children.start(spec(tmp_path / "log", script, stop_signal=signal.SIGUSR1))
        while "up" not in (tmp_path / "log").read_text():
            time.sleep(0.01)
        assert children.stop(child) == 3
    assert (tmp_path / "log").read_text() == "up\ntidied\n"


def test_a_deaf_child_is_killed_after_its_grace(tmp_path: Path) -> None:
    """A child that ignores its stop signal does not keep us waiting longer than its grace."""
    with Children() as children:
        child = children.start(spec(tmp_path / "log", "trap '' TERM; echo up; while :; do sleep 0.05; done"))
        while "up" not in (tmp_path / "log").read_text():
            time.sleep(0.01)
        started = time.monotonic()
        assert children.stop(child, grace_seconds=0.3) == -signal.SIGKILL
        assert time.monotonic() - started < 5


def test_a_log_that_grew_too_long_is_put_aside(tmp_path: Path) -> None:
    """A restart begins a fresh log once the old one passed its bound, and keeps the old one beside it."""
    log = tmp_path / "log"
    with log.open("wb") as file:
        file.truncate(17 * 1024 * 1024)
    with Children() as children:
        child = children.start(spec(log, "echo fresh"))
        assert child.wait(5)
    assert log.read_text() == "fresh\n"
    assert (tmp_path / "log.1").stat().st_size == 17 * 1024 * 1024


def test_the_watcher_knows_only_who_still_runs() -> None:
    """A group that was reported gone is never signalled: its number may belong to somebody else by now."""
    assert follow(["+ 10 15", "+ 11 2", "- 10", "nonsense", "- 99"]) == {11: 2}
