"""Rows of a table as lines that any program can read, and back: for archives that outlive this program's tables.

A line is a JSON object by column name. Bytes are text where they are UTF-8, else `{"base64": ...}`; times are RFC 3339
in UTC; ids are their text. Numbers that a database counts up by itself (`bigserial`, identity) stay behind. Invariants:
rows come out in a steady order, in pages, of one snapshot; a line with a column that the table lacks is refused, never
cut.
"""

import base64
import binascii
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, cast
from uuid import UUID

import msgspec

from federation.node.database import connection, execute, fetch
from federation.node.transactions import DatabaseUsageError
from federation.vocabulary.errors import RecordInvalidError

PAGE_ROWS = 500
_SERIAL = "nextval("

Mode = Literal["own", "shared"]


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """A table's rows of one party: `where` is the condition, with `$1` for the party.

    `own` rows belong to the party alone and are written as they are; of `shared` rows those that are there stay.
    `skip` names columns that stay behind.
    """

    member: str
    table: str
    where: str
    mode: Mode = "own"
    order: str = "id"
    skip: tuple[str, ...] = ()


class Column(msgspec.Struct, frozen=True):
    """A column: its name and PostgreSQL type."""

    name: str
    kind: str


async def one_snapshot() -> None:
    """Let the transaction just opened see one state of the database until it ends, and write nothing."""
    await execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


async def columns_of(carried: Carried) -> list[Column]:
    """The columns of a table that travel."""
    rows = await fetch(
        "SELECT a.attname AS name, format_type(a.atttypid, NULL) AS kind, "
        "coalesce(pg_get_expr(d.adbin, d.adrelid), '') AS preset "
        "FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
        "WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' "
        "AND a.attidentity = '' "
        "ORDER BY a.attnum",
        carried.table,
    )
    return [
        Column(row["name"], row["kind"])
        for row in rows
        if _SERIAL not in row["preset"] and row["name"] not in carried.skip
    ]


async def lines(carried: Carried, party_id: str) -> AsyncIterator[bytes]:
    """Every row of the party as a line without newline, in the open transaction."""
    names = ", ".join(f'"{column.name}"' for column in await columns_of(carried))
    sql = f"SELECT {names} FROM {carried.table} WHERE {carried.where} ORDER BY {carried.order}"  # noqa: S608 - constants
    cursor = cast("Any", connection()).cursor(sql, party_id, prefetch=PAGE_ROWS)
    async for row in cursor:
        yield msgspec.json.encode({name: _out(value) for name, value in row.items()})


async def write(carried: Carried, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows that `read_line` gave, in the open transaction."""
    if not rows:
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    if any(len(row) != len(names) for row in rows):
        raise DatabaseUsageError(f"rows of {carried.table} name different columns")
    records = [tuple(row[name] for name in names) for row in rows]
    if carried.mode == "own":
        await connection().copy_records_to_table(carried.table, records=records, columns=names)
        return
    places = ", ".join(f"${place}" for place in range(1, len(names) + 1))
    listed = ", ".join(f'"{name}"' for name in names)
    await connection().executemany(
        f"INSERT INTO {carried.table} ({listed}) VALUES ({places}) ON CONFLICT DO NOTHING",  # noqa: S608 - our columns
        records,
    )


def read_line(line: bytes, columns: Mapping[str, str]) -> dict[str, object]:
    """The row of a line, by column name; `columns` maps names to types. Raises RecordInvalidError for what fits not."""
    try:
        told = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise RecordInvalidError(f"it is no JSON object ({error})") from error
    row: dict[str, object] = {}
    for name, value in told.items():
        kind = columns.get(name)
        if kind is None:
            raise RecordInvalidError(
                f"{name[:60]!r} is a field this program does not know: it is older than the archive"
            )
        try:
            row[name] = None if value is None else _READERS[kind](value)
        except (KeyError, ValueError, TypeError, OverflowError, binascii.Error) as error:
            raise RecordInvalidError(f"{name!r} does not hold a {kind}") from error
    return row


def _out(value: object) -> object:
    if isinstance(value, bytes | memoryview):
        data = bytes(value)
        try:
            return data.decode()
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(data).decode()}
    return value


def _bytes(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if set(value) != {"base64"}:
        raise ValueError("neither text nor base64")
    return base64.b64decode(value["base64"], validate=True)


def _exactly(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"not a {kind}")
        return value

    return read


def _text(value: Any) -> str:
    if type(value) is not str or "\0" in value:
        raise ValueError("not a text, or one with U+0000")
    return value


def _whole(bits: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if type(value) is not int or not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
            raise ValueError(f"not a whole number of {bits} bits")
        return value

    return read


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment


_READERS: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "jsonb": _text,
    "boolean": _exactly(bool),
    "smallint": _whole(16),
    "integer": _whole(32),
    "bigint": _whole(64),
    "bytea": _bytes,
    "uuid": UUID,
    "date": date.fromisoformat,
    "timestamp with time zone": _moment,
    "text[]": lambda value: [_text(item) for item in _exactly(list)(value)],
}
