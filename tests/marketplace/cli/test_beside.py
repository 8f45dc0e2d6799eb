"""What runs beside the suites: one after another, at the lowest priority, and never longer than the whole."""

import os
import sys
from pathlib import Path

import pytest

from marketplace.cli.beside import Beside, EndedEarlyError

NICENESS = "import os; print('niceness', os.nice(0)); raise SystemExit(3)"
FOR_EVER = "import os, pathlib, time; pathlib.Path('pid').write_text(str(os.getpid()))\nwhile True: time.sleep(0.1)"


def test_a_command_is_last_in_line_and_its_words_are_kept(tmp_path: Path) -> None:
    """Its exit code and everything it said come back; it ran behind everybody else."""
    with Beside(tmp_path, tmp_path) as beside:
        done = beside.submit(lambda: beside.run("once", (sys.executable, "-c", NICENESS)))
        assert done.result() == (3, f"niceness {min(os.nice(0) + 19, 19)}\n")


def test_an_early_end_takes_it_along(tmp_path: Path) -> None:
    """Whoever leaves before it is done leaves no process behind."""
    with Beside(tmp_path, tmp_path) as beside:
        done = beside.submit(lambda: beside.run("long", (sys.executable, "-c", FOR_EVER)))
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            assert not done.done()
    with pytest.raises(EndedEarlyError):
        done.result()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
