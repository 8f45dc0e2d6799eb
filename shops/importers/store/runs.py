"""The imports of a boutique: the file, how far it has come, its totals, and what was found."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from federation.node import database
from federation.vocabulary.errors import NotFoundError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.wording import as_kept, told_again
from shops.importers.domain.findings import Finding
from shops.importers.domain.report import FINDINGS_MAX, ImportReport

ImportState = Literal["checked", "waiting", "held", "done", "failed"]
FileFormat = Literal["jsonl", "shopify"]


class ImportView(msgspec.Struct, frozen=True, kw_only=True):
    """An import without its file: `checked` was only looked at, `waiting` is running or will.

    `held` asks its owner whether so many products may go; `failed` was refused whole.
    """

    import_id: UUID
    file_name: str
    format: FileFormat
    state: ImportState
    next_line: int
    lines_total: int
    imported: int
    unchanged: int
    rejected: int
    may_withdraw: bool
    totals: ImportReport
    started_at: datetime
    finished_at: datetime | None


class KeptFile(msgspec.Struct, frozen=True):
    """A file as it was uploaded, and its translations, if it came with any."""

    format: FileFormat
    content: bytes
    translations: bytes


_VIEW = (
    "import_id, file_name, format, state, next_line, lines_total, imported, unchanged, rejected, may_withdraw, totals, "
    "started_at, finished_at"
)


async def insert(
    shop_id: PartyId, import_id: UUID, file: KeptFile, *, file_name: str, lines_total: int, now: datetime
) -> None:
    """Keep a file that was only looked at so far."""
    await database.execute(
        "INSERT INTO shop_import (shop_id, import_id, file_name, content, state, next_line, lines_total, imported, "
        "unchanged, rejected, started_at, format, translations) "
        "VALUES ($1, $2, $3, $4, 'checked', 1, $5, 0, 0, 0, $6, $7, $8)",
        shop_id, import_id, file_name, file.content, lines_total, now, file.format, file.translations,
    )  # fmt: skip


def _view(row: Any) -> ImportView:
    values = dict(row)
    values["totals"] = msgspec.json.decode(row["totals"], type=ImportReport) if row["totals"] else ImportReport()
    return ImportView(**values)


async def imports(shop_id: PartyId, limit: int) -> list[ImportView]:
    """The newest imports first."""
    rows = await database.fetch(
        f"SELECT {_VIEW} FROM shop_import WHERE shop_id = $1 ORDER BY id DESC LIMIT $2",  # noqa: S608 - fixed columns
        shop_id, limit,
    )  # fmt: skip
    return [_view(row) for row in rows]


async def view(shop_id: PartyId, import_id: UUID, *, lock: bool = False) -> ImportView:
    """Raises NotFoundError. With `lock`, nobody else advances this import until the transaction ends."""
    row = await database.fetch_one(
        f"SELECT {_VIEW} FROM shop_import WHERE shop_id = $1 AND import_id = $2 "  # noqa: S608 - fixed columns
        + ("FOR UPDATE" if lock else ""),
        shop_id, import_id,
    )  # fmt: skip
    if row is None:
        raise NotFoundError("there is no such import; start a new one")
    return _view(row)


async def kept_file(shop_id: PartyId, import_id: UUID) -> KeptFile:
    """The file as it was uploaded; empty once the import has ended."""
    row = await database.fetch_one(
        "SELECT format, content, translations FROM shop_import WHERE shop_id = $1 AND import_id = $2",
        shop_id, import_id,
    )  # fmt: skip
    return KeptFile("jsonl", b"", b"") if row is None else KeptFile(row["format"], row["content"], row["translations"])


async def start(shop_id: PartyId, import_id: UUID, *, may_withdraw: bool) -> bool:
    """Move an import that was looked at, or held, to `waiting`; False if it runs or has ended."""
    tag = await database.execute(
        "UPDATE shop_import SET state = 'waiting', may_withdraw = may_withdraw OR $3 "
        "WHERE shop_id = $1 AND import_id = $2 AND (state = 'checked' OR state = 'held' AND $3)",
        shop_id, import_id, may_withdraw,
    )  # fmt: skip
    return database.affected(tag) == 1


async def advance(shop_id: PartyId, import_id: UUID, next_line: int, told: ImportReport) -> None:
    """Add the totals and findings of a batch to an import and note the first place not yet done."""
    before = (await view(shop_id, import_id)).totals
    totals = before.joined(told)
    await database.execute(
        "UPDATE shop_import SET next_line = $3, imported = $4, unchanged = $5, rejected = $6, totals = $7 "
        "WHERE shop_id = $1 AND import_id = $2",
        shop_id, import_id, next_line, totals.imported, totals.unchanged, totals.rejected, msgspec.json.encode(totals),
    )  # fmt: skip
    await add_findings(shop_id, import_id, told.findings)


async def add_findings(shop_id: PartyId, import_id: UUID, findings: Sequence[Finding]) -> None:
    """Keep findings of an import, as many as a report names; nothing for a run that no import was kept of."""
    is_kept = await database.fetch_value(
        "SELECT 1 FROM shop_import WHERE shop_id = $1 AND import_id = $2", shop_id, import_id
    )
    if not findings or is_kept is None:
        return
    kept = await database.fetch_value(
        "SELECT count(*) FROM shop_import_fault WHERE shop_id = $1 AND import_id = $2", shop_id, import_id
    )
    await database.execute_many(
        "INSERT INTO shop_import_fault "
        "(shop_id, import_id, line, pointer, code, message, severity, done, file, record, product, found, told) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        [
            (shop_id, import_id, f.line, f.column, f.code, f.sentence, f.severity, f.done, f.file, f.record,
             f.product, f.raw, as_kept(f.sentence))
            for f in findings[: max(FINDINGS_MAX - int(kept), 0)]
        ],
    )  # fmt: skip


async def hold(shop_id: PartyId, import_id: UUID) -> None:
    """Let an import wait for its owner's word."""
    await database.execute(
        "UPDATE shop_import SET state = 'held' WHERE shop_id = $1 AND import_id = $2", shop_id, import_id
    )


async def finish(shop_id: PartyId, import_id: UUID, state: ImportState, now: datetime) -> None:
    """End an import and let go of its file."""
    await database.execute(
        "UPDATE shop_import SET state = $3, finished_at = $4, content = ''::bytea, translations = ''::bytea "
        "WHERE shop_id = $1 AND import_id = $2",
        shop_id, import_id, state, now,
    )  # fmt: skip


async def faults(
    shop_id: PartyId, import_id: UUID, *, severity: str = "", limit: int = FINDINGS_MAX
) -> Sequence[Finding]:
    """What an import found, in the order of the file; of one severity, if one is named."""
    rows = await database.fetch(
        "SELECT line, pointer AS column, code, message AS sentence, severity, done, file, record, product, "
        "found AS raw, told FROM shop_import_fault "
        "WHERE shop_id = $1 AND import_id = $2 AND ($3 = '' OR severity = $3) ORDER BY line, id LIMIT $4",
        shop_id, import_id, severity, limit,
    )  # fmt: skip
    return [_finding(dict(row)) for row in rows]


def _finding(row: dict[str, Any]) -> Finding:
    row["sentence"] = told_again(row["sentence"], row.pop("told"))
    return Finding(**row)


async def forget_checked(shop_id: PartyId, older_than: datetime) -> None:
    """Drop files that were looked at long ago and never imported."""
    await database.execute(
        "DELETE FROM shop_import WHERE shop_id = $1 AND state IN ('checked', 'held') AND started_at < $2",
        shop_id, older_than,
    )  # fmt: skip
