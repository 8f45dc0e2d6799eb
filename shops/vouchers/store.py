"""The rows of a boutique's vouchers; every function takes the boutique. Decides nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from federation.conversations.vouchers import Voucher
from federation.node import database
from federation.vocabulary.ids import PartyId
from shops.vouchers.domain.vouchers import OfferedVoucher, ToldHub

_COLUMNS = "voucher_id, terms, words, made_at, stopped_at, heard"


async def insert(shop_id: PartyId, voucher: OfferedVoucher) -> bool:
    """Add a voucher; False when its code was given before."""
    tag = await database.execute(
        "INSERT INTO shop_voucher (shop_id, voucher_id, code, terms, words, made_at) VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT (shop_id, code) DO NOTHING",
        shop_id,
        voucher.id,
        voucher.terms.code,
        msgspec.json.encode(voucher.terms).decode(),
        voucher.words,
        voucher.made_at,
    )
    return database.affected(tag) == 1


async def stop(shop_id: PartyId, voucher_id: UUID, now: datetime) -> bool:
    """End a voucher; False when it was ended before, or there is none."""
    tag = await database.execute(
        "UPDATE shop_voucher SET stopped_at = $3 WHERE shop_id = $1 AND voucher_id = $2 AND stopped_at IS NULL",
        shop_id,
        voucher_id,
        now,
    )
    return database.affected(tag) == 1


async def note_heard(shop_id: PartyId, hub_id: PartyId, still: Sequence[str], now: datetime) -> None:
    """A hub has taken a list with the codes `still`: of every other voucher's end it has heard by now."""
    await database.execute(
        "UPDATE shop_voucher SET heard = (heard::jsonb || jsonb_build_object($2::text, $4::text))::text "
        "WHERE shop_id = $1 AND stopped_at IS NOT NULL AND NOT code = ANY($3::text[]) AND NOT heard::jsonb ? $2",
        shop_id,
        hub_id,
        list(still),
        now.isoformat(),
    )


async def vouchers(shop_id: PartyId, limit: int) -> list[OfferedVoucher]:
    """The newest vouchers."""
    rows = await database.fetch(
        f"SELECT {_COLUMNS} FROM shop_voucher WHERE shop_id = $1 ORDER BY made_at DESC, id DESC LIMIT $2",  # noqa: S608 - our own words
        shop_id,
        limit,
    )
    return [_read(row) for row in rows]


async def offered(shop_id: PartyId, now: datetime) -> list[OfferedVoucher]:
    """The vouchers that were not ended, oldest first; one whose last day has passed is over."""
    rows = await database.fetch(
        f"SELECT {_COLUMNS} FROM shop_voucher WHERE shop_id = $1 AND stopped_at IS NULL ORDER BY made_at, id",  # noqa: S608 - our own words
        shop_id,
    )
    return [one for one in map(_read, rows) if not one.is_over(now)]


async def by_code(shop_id: PartyId, code: str) -> OfferedVoucher | None:
    """The voucher of a code, also one that has ended."""
    row = await database.fetch_one(
        f"SELECT {_COLUMNS} FROM shop_voucher WHERE shop_id = $1 AND code = $2",  # noqa: S608 - our own words
        shop_id,
        code,
    )
    return None if row is None else _read(row)


async def codes_among(shop_id: PartyId, codes: Sequence[str]) -> set[str]:
    """Which of these codes the boutique has ever given."""
    rows = await database.fetch(
        "SELECT code FROM shop_voucher WHERE shop_id = $1 AND code = ANY($2::text[])", shop_id, list(codes)
    )
    return {row["code"] for row in rows}


async def revision(shop_id: PartyId) -> int:
    """How often the list has changed."""
    found = await database.fetch_value("SELECT revision FROM shop_voucher_list WHERE shop_id = $1", shop_id)
    return int(found or 0)


async def next_revision(shop_id: PartyId) -> int:
    """Count one more change; whoever changes the list next waits until the transaction ends."""
    found = await database.fetch_value(
        "INSERT INTO shop_voucher_list (shop_id, revision) VALUES ($1, 1) "
        "ON CONFLICT (shop_id) DO UPDATE SET revision = shop_voucher_list.revision + 1 RETURNING revision",
        shop_id,
    )
    return int(found)


async def told(shop_id: PartyId) -> dict[str, ToldHub]:
    """What each hub is known to have, by hub."""
    rows = await database.fetch(
        "SELECT hub_id, revision, told_at, uses, problem FROM shop_voucher_told WHERE shop_id = $1", shop_id
    )
    return {row["hub_id"]: _told(row) for row in rows}


async def save_told(shop_id: PartyId, found: ToldHub) -> None:
    """Note what a hub has said it has, or why it has not taken the list; uses it does not speak of stay as they are."""
    await database.execute(
        "INSERT INTO shop_voucher_told (shop_id, hub_id, revision, told_at, uses, problem) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (shop_id, hub_id) DO UPDATE "
        "SET revision = greatest(shop_voucher_told.revision, excluded.revision), "
        "told_at = coalesce(excluded.told_at, shop_voucher_told.told_at), "
        "uses = (shop_voucher_told.uses::jsonb || excluded.uses::jsonb)::text, "
        "problem = excluded.problem",
        shop_id,
        found.hub_id,
        found.revision,
        found.told_at,
        msgspec.json.encode(found.uses).decode(),
        found.problem,
    )


def _read(row: Mapping[str, Any]) -> OfferedVoucher:
    return OfferedVoucher(
        id=UUID(str(row["voucher_id"])),
        terms=msgspec.json.decode(row["terms"], type=Voucher),
        words=row["words"],
        made_at=row["made_at"],
        stopped_at=row["stopped_at"],
        heard=msgspec.json.decode(row["heard"], type=dict[str, datetime]),
    )


def _told(row: Mapping[str, Any]) -> ToldHub:
    uses = msgspec.json.decode(row["uses"], type=dict[str, tuple[int, int]])
    return ToldHub(
        hub_id=row["hub_id"],
        revision=row["revision"],
        told_at=row["told_at"],
        uses=uses,
        problem=row["problem"],
    )
