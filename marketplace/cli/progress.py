"""What the person at the terminal sees while a command works: moving on a terminal, plain lines elsewhere."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import monotonic

import msgspec
from rich.console import Console
from rich.table import Table


class Phase(msgspec.Struct, frozen=True):
    """One finished step and how long it took."""

    name: str
    seconds: float


class Progress:
    """Reports steps on standard error, so that standard output stays for results."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False)
        self.phases: list[Phase] = []

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Show that a step is under way, then how long it took."""
        started = monotonic()
        ending = "broke off"
        try:
            with self._moving(name):
                yield
            ending = "done"
        finally:
            seconds = monotonic() - started
            self.phases.append(Phase(name, round(seconds, 3)))
            self.say(f"{name}: {ending} after {seconds:.1f} s")

    def _moving(self, name: str) -> AbstractContextManager[object]:
        return self.console.status(f"{name} …") if self.console.is_terminal else nullcontext()

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
