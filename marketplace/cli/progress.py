"""What the person at the terminal sees while a command works: moving on a terminal, plain lines elsewhere."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

import msgspec
from rich.console import Console
from rich.status import Status
from rich.table import Table

FIGURE_EVERY_SECONDS = 10.0


class Phase(msgspec.Struct, frozen=True):
    """One finished step and how long it took."""

    name: str
    seconds: float


class Step:
    """A step under way, which may say how far it has come."""

    def __init__(self, name: str, progress: "Progress", status: Status | None) -> None:
        self._name = name
        self._progress = progress
        self._status = status
        self._told = ""
        self._told_at = monotonic()

    def tell(self, figure: str) -> None:
        """How far it is, such as "37 of 150": at once on a terminal, elsewhere now and then if it has changed."""
        if self._status is not None:
            self._status.update(f"{self._name}: {figure} …")
        elif figure != self._told and monotonic() - self._told_at >= FIGURE_EVERY_SECONDS:
            self._told, self._told_at = figure, monotonic()
            self._progress.say(f"{self._name}: {figure}")


class Progress:
    """Reports steps on standard error, so that standard output stays for results."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False)
        self.phases: list[Phase] = []
        self._started = monotonic()

    @contextmanager
    def phase(self, name: str) -> Iterator[Step]:
        """Show that a step is under way, then how long it took."""
        started = monotonic()
        ending = "broke off"
        try:
            if self.console.is_terminal:
                with self.console.status(f"{name} …") as status:
                    yield Step(name, self, status)
            else:
                yield Step(name, self, None)
            ending = "done"
        finally:
            seconds = monotonic() - started
            self.phases.append(Phase(name, round(seconds, 3)))
            self.say(f"{name}: {ending} after {seconds:.1f} s")

    def milestone(self, name: str) -> None:
        """Note how long after the command's start something was reached."""
        seconds = monotonic() - self._started
        self.phases.append(Phase(name, round(seconds, 3)))
        self.say(f"{name}: {seconds:.1f} s after the start")

    def say(self, sentence: str) -> None:
        """One line."""
        self.console.print(sentence, markup=False, soft_wrap=True)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table for the terminal; long links fold, they are never cut off."""
    made = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made
