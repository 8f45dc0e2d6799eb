"""`galleria test`: every check there is, in order of cost, with one summary; nothing is left out in silence."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from time import monotonic
from xml.etree import ElementTree as ET

import click
import msgspec
from rich.console import Console

from marketplace.cli.beside import Beside
from marketplace.cli.errors import CommandError
from marketplace.cli.progress import Progress, table

ROOT = Path(__file__).resolve().parents[3]
REPORTS = ROOT / ".pytest_cache"
_DEBIAN_PACKAGES = {"chromium": "chromium"}
"""Programs the browser suite needs, and the Debian package of each."""

_QUICK = "not processes and not browser and not simulation"
_NO_PLUGINS = ("-p", "no:cacheprovider", "-p", "no:playwright", "-p", "no:schemathesis")


class Suite(msgspec.Struct, frozen=True):
    """One pytest run: its marker expression, whether `--quick` includes it, and in how many processes it runs.

    A `patient` one knows no clock but its own, so it runs beside the others.
    """

    name: str
    markers: str
    quick: bool = False
    processes: int = 1
    patient: bool = False


SUITES = (
    Suite("simulation", "simulation", processes=2, patient=True),
    Suite("processes", "processes and not browser", processes=2),
    Suite("browser", "browser", processes=2),
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
        outcomes = _run_all(suites, progress)
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


def _run_all(suites: Sequence[Suite], progress: Progress) -> list[Outcome]:
    """Lint and the patient suites beside the others, which run one after another."""
    REPORTS.mkdir(exist_ok=True)
    patient = [suite for suite in suites if suite.patient]
    with Beside(ROOT, REPORTS) as beside:
        lint = beside.submit(lambda: _lint(beside, progress))
        aside = [beside.submit(partial(_run_beside, beside, suite, progress)) for suite in patient]
        others = [_run_suite(suite, (), progress) for suite in suites if not suite.patient]
        return lint.result() + [each.result() for each in aside] + others


def _lint(beside: Beside, progress: Progress) -> list[Outcome]:
    tools = Path(sys.executable).parent
    steps = {
        "ruff check": [str(tools / "ruff"), "check", "--quiet", "."],
        "ruff format": [str(tools / "ruff"), "format", "--check", "--quiet", "."],
        "mypy": [str(tools / "mypy"), "--no-error-summary", "."],
        "import rules": [str(tools / "lint-imports"), "--no-cache"],
    }
    return [_lint_step(beside, name, command, progress) for name, command in steps.items()]


def _lint_step(beside: Beside, name: str, command: Sequence[str], progress: Progress) -> Outcome:
    started = monotonic()
    exit_code, output = beside.run(_slug(name), command)
    failed = int(exit_code != 0)
    progress.say(f"{name}: {'failed' if failed else 'passed'}")
    if failed:
        click.echo(output)
    return Outcome(name, 1 - failed, failed, 0, monotonic() - started)


def _run_beside(beside: Beside, suite: Suite, progress: Progress) -> Outcome:
    """A pytest run whose words are shown when it is over, so that they do not mix with another's."""
    started = monotonic()
    command, report = _pytest(suite, ())
    exit_code, output = beside.run(_slug(suite.name), command)
    progress.say(f"pytest: {suite.name}, beside the others")
    click.echo(output)
    return _counted(suite.name, report, exit_code, monotonic() - started)


def _run_suite(suite: Suite, arguments: Sequence[str], progress: Progress) -> Outcome:
    """One pytest run with its own words on our output; counts come from its JUnit report."""
    progress.say(f"pytest: {suite.name}")
    command, report = _pytest(suite, arguments)
    started = monotonic()
    done = subprocess.run(command, cwd=ROOT, check=False, stdin=subprocess.DEVNULL)
    return _counted(suite.name, report, done.returncode, monotonic() - started)


def _pytest(suite: Suite, arguments: Sequence[str]) -> tuple[list[str], Path]:
    """The command of a run, and where its report will lie; an older one is gone."""
    REPORTS.mkdir(exist_ok=True)
    report = REPORTS / f"{_slug(suite.name)}.xml"
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
    return command, report


def _slug(name: str) -> str:
    return re.sub(r"[^a-z]+", "-", name)


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
