"""The product as a newcomer meets it: one command, real processes, real HTTP, and nothing left behind."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
GALLERIA = (sys.executable, "-P", "-m", "marketplace.cli.main")
CHECK_SECONDS_MAX = 600
START_SECONDS_MAX = 240

pytestmark = [pytest.mark.processes, pytest.mark.timeout(CHECK_SECONDS_MAX + 60)]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the engines' own user can pass."""
    made = Path(tempfile.mkdtemp(prefix="galleria-journey-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def processes_naming(text: str) -> list[str]:
    """Command lines of living processes that contain `text`, zombies left out."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line and int(path.parent.name) != os.getpid():
            found.append(line)
    return found


def free_port() -> int:
    """A base port with room for all nodes after it."""
    for base in range(21_000, 60_000, 20):
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in range(base, base + 10):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return base
    raise AssertionError("no ten free ports in a row")


def test_the_demo_proves_itself(folder: Path) -> None:
    """`galleria demo --check` ends with exit code 0, figures of the promised form that add up, and no process left."""
    figures = folder / "figures.json"
    state = folder / "state"
    done = subprocess.run(
        (*GALLERIA, "demo", "--check", "--json", str(figures), "--state", str(state), "--port", str(free_port())),
        check=False,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=CHECK_SECONDS_MAX,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    report = json.loads(figures.read_text())
    jsonschema.validate(report, json.loads((ROOT / "docs" / "demo-check.schema.json").read_text()))
    assert report["passed"]
    assert report["shops"] == 12
    assert report["race"] == {"stock": 3, "tried": 40, "sold": 3}
    assert set(report["trial_balance"].values()) == {0}
    assert processes_naming(str(state)) == []


class Demo:
    """A shown demo: started, read until its links are there, ended by a signal of the test's choice."""

    def __init__(self, state: Path, *options: str) -> None:
        self.state = state
        self.output = state.with_suffix(".out")
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                (*GALLERIA, "demo", "--state", str(state), *options),
                cwd=state.parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def links(self) -> dict[str, str]:
        """What is shown, once everything is ready."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while "Ctrl-C stops everything" not in self.output.read_text():
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.2)
        return dict(re.findall(r"^  (.+?)  +(http://\S+)$", self.output.read_text(), re.MULTILINE))

    def end(self, number: int) -> int:
        """Send the signal and wait; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=60)


def test_a_shown_demo_can_be_looked_at_stopped_and_started_again(folder: Path) -> None:
    """Every link opens; SIGTERM takes all down; the next run has the same boutiques; SIGKILL leaves nothing either."""
    state = folder / "state"
    first = Demo(state, "--port", str(free_port()))
    shown = first.links()
    assert len(shown) == 14
    with httpx.Client(trust_env=False) as browser:
        assert all(browser.get(address).status_code == 200 for address in shown.values())
        home = browser.get(shown["storefront"]).text
    assert first.end(signal.SIGTERM) == 0
    assert processes_naming(str(state)) == []

    again = Demo(state)
    assert again.links().keys() == shown.keys()
    with httpx.Client(trust_env=False) as browser:
        assert set(re.findall(r"/b/[a-z0-9-]+", browser.get(shown["storefront"]).text)) & set(
            re.findall(r"/b/[a-z0-9-]+", home)
        )
    again.end(signal.SIGKILL)
    deadline = time.monotonic() + 40
    while left := processes_naming(str(state)):
        assert time.monotonic() < deadline, left
        time.sleep(0.2)
