"""The product as a newcomer meets it: one command, real processes, real HTTP, and nothing left behind."""

import json
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import jsonschema
import pytest

from tests.journeys.demo import GALLERIA, Demo, base_port, processes_naming

ROOT = Path(__file__).parents[2]
CHECK_SECONDS_MAX = 600

pytestmark = [pytest.mark.processes, pytest.mark.timeout(CHECK_SECONDS_MAX + 60)]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the engines' own user can pass."""
    made = Path(tempfile.mkdtemp(prefix="galleria-journey-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_the_demo_proves_itself(folder: Path) -> None:
    """`galleria demo --check` ends with exit code 0, figures of the promised form that add up, and no process left."""
    figures = folder / "figures.json"
    state = folder / "state"
    twelve = ("--boutiques", "12", "--port", str(base_port()))
    done = subprocess.run(
        (*GALLERIA, "demo", "--check", *twelve, "--json", str(figures), "--state", str(state)),
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


def test_a_shown_demo_can_be_looked_at_stopped_and_started_again(folder: Path) -> None:
    """Every link opens; SIGTERM takes all down; the next run has the same boutiques; SIGKILL leaves nothing either."""
    state = folder / "state"
    first = Demo(state, "--boutiques", "4", "--port", str(base_port()))
    shown = first.links()
    assert len(shown) == 7
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
