"""One table and the frozen value its rows are read as: get, find, add and save, all through Piccolo."""

from typing import Any, Generic, TypeVar

import msgspec
from piccolo.columns import BigSerial
from piccolo.columns.combination import And, Or, Where, WhereRaw
from piccolo.query import OrderByRaw
from piccolo.table import Table

from federation.node.keyset import Window

R = TypeVar("R", bound=msgspec.Struct)

Condition = Where | And | Or
ROWS_MAX = 1_000
"""The most rows one read returns."""


class Shelf(Generic[R]):
    """The rows of `table` as `record` values; their field names are the table's columns."""

    def __init__(self, table: type[Table], record: type[R]) -> None:
        self.table = table
        self.record = record
        self.key: Any = table._meta.primary_key  # noqa: SLF001 - Piccolo's documented way to the primary key
        self._numbered = isinstance(self.key, BigSerial)

    async def get(self, key: object, *, lock: bool = False) -> R | None:
        """The row with this primary key; with `lock` it stays ours until the transaction ends."""
        rows = await self.find(self.key == key, lock=lock, limit=1)
        return rows[0] if rows else None

    async def find(
        self,
        where: Condition,
        *,
        order_by: Any = None,
        ascending: bool = True,
        lock: bool = False,
        limit: int = ROWS_MAX,
        offset: int = 0,
    ) -> list[R]:
        """The rows that fit, by primary key unless told otherwise, then by that; locked in that order."""
        query = self.table.select().where(where).limit(limit)
        for column in (self.key,) if order_by is None else (order_by, self.key):
            query = query.order_by(column, ascending=ascending)
        query = query.offset(offset) if offset else query
        rows = await (query.lock_rows("UPDATE") if lock else query)
        return [self.read(row) for row in rows]

    async def find_span(self, where: Condition, wanted: Window) -> list[R]:
        """The rows that fit of one part of a list, in its order."""
        query = self.table.select().where(where).where(WhereRaw(wanted.condition, *wanted.values))
        columns = [OrderByRaw(column) for column in wanted.columns]
        return [
            self.read(row)
            for row in await query.order_by(*columns, ascending=not wanted.descending).limit(wanted.limit)
        ]

    async def add(self, *records: R) -> None:
        """Insert rows; those of a numbered table get their number from the database."""
        if records:
            await self.table.insert(*(self.table(**self._columns(record)) for record in records))

    async def save(self, record: R) -> None:
        """Write all columns of one row back."""
        columns: dict[Any, Any] = msgspec.structs.asdict(record)
        key = columns.pop(self.key._meta.name)  # noqa: SLF001 - as above
        await self.table.update(columns).where(self.key == key)

    def read(self, row: dict[str, Any]) -> R:
        """A row of the driver as our value."""
        return msgspec.convert(row, self.record)

    def _columns(self, record: R) -> dict[str, Any]:
        columns = msgspec.structs.asdict(record)
        if self._numbered:
            columns.pop(self.key._meta.name)  # noqa: SLF001 - as above
        return columns
