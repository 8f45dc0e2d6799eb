"""A demo as the journeys start it: the command as anybody runs it, its printed links, and what it leaves running."""

import contextlib
import os
import re
import secrets
import subprocess
import sys
import time
from pathlib import Path

from marketplace.demo.layout import free_base_port

GALLERIA = (sys.executable, "-P", "-m", "marketplace.cli.main")
START_SECONDS_MAX = 240


def processes_naming(text: str) -> list[str]:
    """Command lines of living processes that contain `text`, zombies left out."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if text in line and int(path.parent.name) != os.getpid():
                found.append(line)
    return found


def base_port() -> int:
    """A free base port somewhere, so that demos of suites that run side by side do not take one another's."""
    return free_base_port(10_000 + 20 * secrets.randbelow(1_000))


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
