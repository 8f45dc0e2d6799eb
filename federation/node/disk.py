"""What is committed in a database in memory, and who holds which row of it: the part that outlives processes.

Rows are frozen values, so a backup is a copy of the tables that shares them.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from typing import Any, Generic, TypeVar

import msgspec

R = TypeVar("R", bound=msgspec.Struct)

Key = tuple[Any, ...]
Place = tuple[str, Key]
"""A row by its table's name and its key."""


class Table(Generic[R]):
    """A kind of row: its name, its unique key, and how many of the key's first parts are looked up together."""

    def __init__(self, name: str, key: Callable[[R], Key], *, together: int = 0) -> None:
        self.name = name
        self.key = key
        self.together = together


def _nobody_looks(_names: Collection[str]) -> None:
    """Most disks are not watched."""


class Disk:
    """Committed rows by table and by the part of their keys that is looked up together; and who holds which row.

    `watch` is told the names of the tables that a COMMIT changed, right after it.
    """

    def __init__(self) -> None:
        self.watch: Callable[[Collection[str]], None] = _nobody_looks
        self.tables: dict[str, dict[Key, dict[Key, Any]]] = {}
        self.numbers: dict[str, int] = {}
        self.holders: dict[Place, object] = {}
        self.waiting: dict[Place, deque[asyncio.Future[None]]] = {}

    def backup(self) -> "Disk":
        """A disk with what is committed at this moment and with nobody at work."""
        copy = Disk()
        copy.tables = {
            name: {place: dict(rows) for place, rows in table.items()} for name, table in self.tables.items()
        }
        copy.numbers = dict(self.numbers)
        return copy

    def rows(self, table: Table[R]) -> list[R]:
        """All committed rows of a table by key: for those who look on from outside."""
        rows = [item for place in self.tables.get(table.name, {}).values() for item in place.items()]
        return [row for _, row in sorted(rows, key=lambda item: item[0])]

    def release(self, place: Place) -> None:
        """Let the next take a row."""
        del self.holders[place]
        for future in self.waiting.pop(place, ()):
            if not future.done():
                future.set_result(None)
