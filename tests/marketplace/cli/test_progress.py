"""What the person at the terminal sees of long work."""

import io

import pytest
from rich.console import Console

from marketplace.cli import progress as progress_module
from marketplace.cli.progress import Progress


@pytest.fixture
def written() -> io.StringIO:
    """What was printed."""
    return io.StringIO()


@pytest.fixture
def progress(written: io.StringIO) -> Progress:
    """Progress to something that is no terminal."""
    return Progress(Console(file=written, width=200))


def test_a_step_says_how_long_it_took_and_how_it_ended(progress: Progress, written: io.StringIO) -> None:
    """A step that is broken off is told and kept like one that is done."""
    with progress.phase("fetch"):
        pass
    with pytest.raises(ValueError, match="no"), progress.phase("carry"):
        raise ValueError("no")
    progress.milestone("home")
    lines = written.getvalue().splitlines()
    assert lines[0].startswith("fetch: done after")
    assert lines[1].startswith("carry: broke off after")
    assert lines[2].endswith("after the start")
    assert [phase.name for phase in progress.phases] == ["fetch", "carry", "home"]


def test_figures_are_not_told_faster_than_anybody_reads(progress: Progress, written: io.StringIO) -> None:
    """Away from a terminal a figure is a line, at most one in ten seconds."""
    with progress.phase("arrive") as step:
        for number in range(1_000):
            step.tell(f"{number} of 1000")
    assert progress_module.FIGURE_EVERY_SECONDS == 10.0
    assert len(written.getvalue().splitlines()) == 1
