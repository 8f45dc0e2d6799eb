"""`galleria test` counts what ran and treats a skipped test, and a run without tests, as a failure."""

from pathlib import Path

import pytest

from marketplace.cli.commands.test import Outcome, _counted

REPORT = '<testsuites><testsuite tests="{tests}" failures="{failures}" errors="0" skipped="{skipped}"/></testsuites>'


def counted(folder: Path, exit_code: int, tests: int, failures: int = 0, skipped: int = 0) -> Outcome:
    report = folder / "report.xml"
    report.write_text(REPORT.format(tests=tests, failures=failures, skipped=skipped))
    return _counted("suite", report, exit_code, 1.0)


def test_a_clean_run_is_good(tmp_path: Path) -> None:
    """Tests that all passed are counted as passed."""
    outcome = counted(tmp_path, 0, 12)
    assert outcome.good
    assert outcome.passed == 12


@pytest.mark.parametrize(
    ("exit_code", "tests", "failures", "skipped"),
    [(1, 12, 1, 0), (0, 12, 0, 1), (5, 0, 0, 0), (3, 12, 0, 0)],
    ids=["failed", "skipped", "nothing ran", "broke off"],
)
def test_anything_else_is_not(tmp_path: Path, exit_code: int, tests: int, failures: int, skipped: int) -> None:
    """A failed or skipped test, an empty run and a run that broke off all fail the whole."""
    assert not counted(tmp_path, exit_code, tests, failures, skipped).good


def test_a_run_that_left_no_report_failed(tmp_path: Path) -> None:
    """A run killed before it could report counts as one failure."""
    outcome = _counted("suite", tmp_path / "none.xml", -9, 1.0)
    assert outcome.failed == 1
    assert "no tests ran" in outcome.note
