"""The imports of a boutique: the file, how far it has come, and why lines were rejected."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from federation.node import database
from federation.vocabulary.errors import NotFoundError
from federation.vocabulary.ids import PartyId
from shops.importers.domain.report import FAULTS_MAX, ImportReport, LineFault

ImportState = Literal["checked", "waiting", "done", "failed"]


class ImportView(msgspec.Struct, frozen=True, kw_only=True):
    """An import without its file: `checked` was only looked at, `waiting` is running or will."""

    import_id: UUID
    file_name: str
    state: ImportState
    next_line: int
    lines_total: int
    imported: int
    unchanged: int
    rejected: int
    started_at: datetime
    finished_at: datetime | None


_VIEW = "import_id, file_name, state, next_line, lines_total, imported, unchanged, rejected, started_at, finished_at"


async def insert(
    shop_id: PartyId, import_id: UUID, content: bytes, *, file_name: str, lines_total: int, now: datetime
) -> None:
    await database.execute(
        "INSERT INTO shop_import (shop_id, import_id, file_name, content, state, next_line, lines_total, imported, "
        "unchanged, rejected, started_at) VALUES ($1, $2, $3, $4, 'checked', 1, $5, 0, 0, 0, $6)",
        shop_id, import_id, file_name, content, lines_total, now,
    )  # fmt: skip


async def imports(shop_id: PartyId, limit: int) -> list[ImportView]:
    """The newest imports first."""
    rows = await database.fetch(
        f"SELECT {_VIEW} FROM shop_import WHERE shop_id = $1 ORDER BY id DESC LIMIT $2",  # noqa: S608 - fixed columns
        shop_id, limit,
    )  # fmt: skip
    return [msgspec.convert(dict(row), ImportView) for row in rows]


async def view(shop_id: PartyId, import_id: UUID, *, lock: bool = False) -> ImportView:
    """Raises NotFoundError. With `lock`, nobody else advances this import until the transaction ends."""
    row = await database.fetch_one(
        f"SELECT {_VIEW} FROM shop_import WHERE shop_id = $1 AND import_id = $2 "  # noqa: S608 - fixed columns
        + ("FOR UPDATE" if lock else ""),
        shop_id, import_id,
    )  # fmt: skip
    if row is None:
        raise NotFoundError("there is no such import; start a new one")
    return msgspec.convert(dict(row), ImportView)


async def content(shop_id: PartyId, import_id: UUID) -> bytes:
    """The file as it was uploaded."""
    data: bytes | None = await database.fetch_value(
        "SELECT content FROM shop_import WHERE shop_id = $1 AND import_id = $2", shop_id, import_id
    )
    return data or b""


async def start(shop_id: PartyId, import_id: UUID) -> bool:
    """Move a checked import to `waiting`; False if it was started before."""
    tag = await database.execute(
        "UPDATE shop_import SET state = 'waiting' WHERE shop_id = $1 AND import_id = $2 AND state = 'checked'",
        shop_id, import_id,
    )  # fmt: skip
    return database.affected(tag) == 1


async def advance(shop_id: PartyId, import_id: UUID, next_line: int, told: ImportReport) -> None:
    """Add the counts and faults of a batch to an import and note the first line not yet done."""
    await database.execute(
        "UPDATE shop_import SET next_line = $3, imported = imported + $4, unchanged = unchanged + $5, "
        "rejected = rejected + $6 WHERE shop_id = $1 AND import_id = $2",
        shop_id, import_id, next_line, told.imported, told.unchanged, told.rejected,
    )  # fmt: skip
    room = FAULTS_MAX - await _faults_kept(shop_id, import_id)
    await database.execute_many(
        "INSERT INTO shop_import_fault (shop_id, import_id, line, pointer, code, message) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        [(shop_id, import_id, f.line, f.pointer, f.code, f.message) for f in told.faults[: max(room, 0)]],
    )


async def _faults_kept(shop_id: PartyId, import_id: UUID) -> int:
    return int(
        await database.fetch_value(
            "SELECT count(*) FROM shop_import_fault WHERE shop_id = $1 AND import_id = $2", shop_id, import_id
        )
    )


async def finish(shop_id: PartyId, import_id: UUID, state: ImportState, now: datetime) -> None:
    """End an import and let go of its file."""
    await database.execute(
        "UPDATE shop_import SET state = $3, finished_at = $4, content = ''::bytea "
        "WHERE shop_id = $1 AND import_id = $2",
        shop_id, import_id, state, now,
    )  # fmt: skip


async def faults(shop_id: PartyId, import_id: UUID) -> Sequence[LineFault]:
    rows = await database.fetch(
        "SELECT line, pointer, code, message FROM shop_import_fault "
        "WHERE shop_id = $1 AND import_id = $2 ORDER BY line, id",
        shop_id, import_id,
    )  # fmt: skip
    return [LineFault(row["line"], row["pointer"], row["code"], row["message"]) for row in rows]


async def forget_checked(shop_id: PartyId, older_than: datetime) -> None:
    """Drop files that were looked at long ago and never imported."""
    await database.execute(
        "DELETE FROM shop_import WHERE shop_id = $1 AND state = 'checked' AND started_at < $2", shop_id, older_than
    )
