"""`galleria test`: every check there is, in order of cost, with one summary; nothing is left out in silence."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from xml.etree import ElementTree as ET

import click
import msgspec
from rich.console import Console

from marketplace.cli.errors import CommandError
from marketplace.cli.progress import Progress, table

ROOT = Path(__file__).resolve().parents[3]
_DEBIAN_PACKAGES = {"chromium": "chromium"}
"""Programs the browser suite needs, and the Debian package of each."""

_QUICK = "not processes and not browser and not simulation"
_NO_PLUGINS = ("-p", "no:cacheprovider", "-p", "no:playwright", "-p", "no:schemathesis")


class Suite(msgspec.Struct, frozen=True):
    """One pytest run: its marker expression, whether `--quick` includes it, and in how many processes it runs."""

    name: str
    markers: str
    quick: bool = False
    processes: int = 1


SUITES = (
    Suite("processes", "processes and not browser"),
    Suite("browser", "browser", processes=2),
    Suite("simulation", "simulation", processes=2),
    Suite("pure and services", _QUICK, quick=True, processes=2),
)


class Outcome(msgspec.Struct, frozen=True):
    """What one step came to. Lint steps count as one check each."""

    name: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    note: str = ""

    @property
    def good(self) -> bool:
        """Nothing failed and nothing was left out."""
        return self.failed == 0 and self.skipped == 0


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--quick", is_flag=True, help="Only lint, types, import rules, pure and service tests.")
@click.argument("pytest_arguments", nargs=-1, type=click.UNPROCESSED)
def test(*, quick: bool, pytest_arguments: tuple[str, ...]) -> None:
    """Run every check: lint, types, import rules, then the suites. Further arguments go to pytest as they are."""
    progress = Progress(Console(highlight=False))
    started = monotonic()
    _need_git()
    if not quick:
        _need_programs(progress)
    suites = [suite for suite in SUITES if suite.quick or not quick]
    if pytest_arguments:
        outcomes = [_run_suite(Suite("chosen", ""), pytest_arguments, progress)]
    else:
        outcomes = _lint(progress) + [_run_suite(suite, (), progress) for suite in suites]
    _summarise(outcomes, progress, started, left_out=[suite.name for suite in SUITES if suite not in suites])
    if not all(outcome.good for outcome in outcomes):
        raise SystemExit(1)


def _need_git() -> None:
    if not (ROOT / "tests").is_dir():
        raise CommandError(f"the tests are not in {ROOT}: run ./galleria test from a checkout of the source")
    if shutil.which("git") is None:
        raise CommandError("git is missing: the tidiness test asks it which files are tracked")


def _need_programs(progress: Progress) -> None:
    """Install missing Debian packages when we are root; otherwise say which line does it, before anything runs."""
    missing = sorted({package for program, package in _DEBIAN_PACKAGES.items() if shutil.which(program) is None})
    if not missing:
        return
    line = f"apt-get install --yes --no-install-recommends {' '.join(missing)}"
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        raise CommandError(f"the browser suite needs {', '.join(missing)}. As root, run:\n  {line}")
    with progress.phase(line):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update", "--quiet"], line.split()[1:]):
            subprocess.run([apt, *arguments], check=False, env=environment, stdin=subprocess.DEVNULL)
    if any(shutil.which(program) is None for program in _DEBIAN_PACKAGES):
        raise CommandError(f"apt-get could not install {', '.join(missing)}; its own words stand above. Run: {line}")


def _lint(progress: Progress) -> list[Outcome]:
    tools = Path(sys.executable).parent
    steps = {
        "ruff check": [str(tools / "ruff"), "check", "--quiet", "."],
        "ruff format": [str(tools / "ruff"), "format", "--check", "--quiet", "."],
        "mypy": [str(tools / "mypy"), "--no-error-summary", "."],
        "import rules": [str(tools / "lint-imports"), "--no-cache"],
    }
    return [_lint_step(name, command, progress) for name, command in steps.items()]


def _lint_step(name: str, command: Sequence[str], progress: Progress) -> Outcome:
    started = monotonic()
    with progress.phase(name):
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        click.echo(done.stdout + done.stderr)
    failed = int(done.returncode != 0)
    return Outcome(name, 1 - failed, failed, 0, monotonic() - started)


def _run_suite(suite: Suite, arguments: Sequence[str], progress: Progress) -> Outcome:
    """One pytest run with its own words on our output; counts come from its JUnit report."""
    progress.say(f"pytest: {suite.name}")
    report = ROOT / ".pytest_cache" / f"{re.sub(r'[^a-z]+', '-', suite.name)}.xml"
    report.parent.mkdir(exist_ok=True)
    report.unlink(missing_ok=True)
    plugins = () if "browser" in suite.markers.split() or not suite.markers else _NO_PLUGINS
    markers = ("-m", suite.markers) if suite.markers else ()
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--durations=12",
        "--durations-min=2",
        *plugins,
        *(("-n", str(suite.processes), "--dist", "loadfile") if suite.processes > 1 else ()),
        *markers,
        f"--junit-xml={report}",
        *arguments,
    ]
    started = monotonic()
    done = subprocess.run(command, cwd=ROOT, check=False, stdin=subprocess.DEVNULL)
    return _counted(suite.name, report, done.returncode, monotonic() - started)


def _counted(name: str, report: Path, exit_code: int, seconds: float) -> Outcome:
    """A run without a report, or one that ended badly without a failed test, counts as a failure of its own."""
    tests = failed = skipped = 0
    if report.exists():
        for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314 - pytest just wrote it
            tests += int(suite.get("tests", "0"))
            failed += int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
            skipped += int(suite.get("skipped", "0"))
    note = "" if tests else "no tests ran"
    if exit_code != 0 and not failed:
        failed, note = 1, note or f"pytest ended with exit code {exit_code}"
    return Outcome(name, max(tests - failed - skipped, 0), failed, skipped, seconds, note)


def _summarise(outcomes: Sequence[Outcome], progress: Progress, started: float, left_out: Sequence[str]) -> None:
    rows = [
        (each.name, str(each.passed), str(each.failed), str(each.skipped), f"{each.seconds:.1f}", each.note)
        for each in outcomes
    ]
    progress.console.print(table("galleria test", ("step", "passed", "failed", "skipped", "seconds", ""), rows))
    if left_out:
        progress.say(f"left out because of --quick: {', '.join(left_out)}")
    skipped = sum(each.skipped for each in outcomes)
    if skipped:
        progress.say(f"{skipped} tests were skipped; a skipped test counts as a failure here")
    words = ", ".join(
        f"{sum(getattr(each, kind) for each in outcomes)} {kind}" for kind in ("passed", "failed", "skipped")
    )
    progress.say(f"{words} in {monotonic() - started:.0f} s")
