"""The rows of what boutiques say of disputes, and the disputes of a boutique."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from federation.node import database
from payouts import dispute_tables as tables
from payouts.domain.dispute_records import DisputeRecord
from payouts.domain.hearing import FileHead, FileRecord, StatementRecord
from payouts.store.disputes import disputes
from payouts.store.shelf import Shelf

statements = Shelf(tables.DisputeStatement, StatementRecord)
files = Shelf(tables.DisputeFile, FileRecord)


async def of_shop(shop_id: str, limit: int) -> list[DisputeRecord]:
    """Disputes of orders in which this boutique sold something, the newest first."""
    found = await database.fetch(
        "SELECT id FROM pay_dispute AS dispute WHERE EXISTS (SELECT 1 FROM pay_line AS line"
        " WHERE line.order_id = dispute.order_id AND line.shop_id = $1) ORDER BY opened_at DESC, id LIMIT $2",
        shop_id,
        limit,
    )
    wanted = [row["id"] for row in found]
    if not wanted:
        return []
    table = tables.Dispute
    return await disputes.find(table.id.is_in(wanted), order_by=table.opened_at, ascending=False)


async def statements_about(dispute_ids: Collection[UUID], shop_id: str = "") -> list[StatementRecord]:
    """What was said of these disputes, by one boutique or by any."""
    if not dispute_ids:
        return []
    table = tables.DisputeStatement
    where = table.dispute_id.is_in(list(dispute_ids))
    return await statements.find(where & (table.shop_id == shop_id) if shop_id else where)


async def save_statement(said: StatementRecord) -> None:
    """Keep what a boutique says, in place of what it said before."""
    await database.execute(
        "INSERT INTO pay_dispute_statement (dispute_id, shop_id, said_by, words, carrier, tracking, shipped_on,"
        " delivered_on, said_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (dispute_id, shop_id) DO UPDATE SET said_by = EXCLUDED.said_by, words = EXCLUDED.words,"
        " carrier = EXCLUDED.carrier, tracking = EXCLUDED.tracking, shipped_on = EXCLUDED.shipped_on,"
        " delivered_on = EXCLUDED.delivered_on, said_at = EXCLUDED.said_at",
        said.dispute_id,
        said.shop_id,
        said.said_by,
        said.words,
        said.carrier,
        said.tracking,
        said.shipped_on,
        said.delivered_on,
        said.said_at,
    )


async def heads_about(dispute_ids: Collection[UUID], shop_id: str = "") -> list[FileHead]:
    """The files handed in for these disputes, without their bytes, oldest first."""
    found = await database.fetch(
        "SELECT id, dispute_id, shop_id, kind, media_type, sha256, size, received_at, slot, provider_file, uploaded_at"
        " FROM pay_dispute_file"
        " WHERE dispute_id = ANY($1) AND ($2 = '' OR shop_id = $2) ORDER BY received_at, id",
        list(dispute_ids),
        shop_id,
    )
    return [msgspec.convert(dict(row), FileHead) for row in found]


async def decide_slots(dispute_id: UUID, slots: Mapping[UUID, str]) -> None:
    """Keep as what each of a dispute's files goes to the bank; empty for those that do not."""
    await database.execute(
        "UPDATE pay_dispute_file AS file SET slot = said.slot FROM unnest($2::uuid[], $3::text[]) AS said (id, slot)"
        " WHERE file.id = said.id AND file.dispute_id = $1",
        dispute_id,
        list(slots),
        list(slots.values()),
    )


async def note_uploaded(file_id: UUID, provider_file: str, now: datetime) -> None:
    """Keep what the provider calls a file that it has."""
    await database.execute(
        "UPDATE pay_dispute_file SET provider_file = $2, uploaded_at = $3 WHERE id = $1", file_id, provider_file, now
    )


async def untold(limit: int) -> list[UUID]:
    """Disputes whose status the boutiques were not written to about, the oldest first."""
    found = await database.fetch(
        "SELECT id FROM pay_dispute WHERE told <> status ORDER BY opened_at, id LIMIT $1", limit
    )
    return [row["id"] for row in found]
