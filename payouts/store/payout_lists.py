"""The rows behind payouts that the provider made by itself: whose list is awaited, and the movements a list names."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from federation.node import database
from payouts.domain.records import MovementRecord
from payouts.store import rows

_MOVEMENT = "id, shop_id, settlement_id, reference, amount_minor, currency, payout_id, created_at"


async def named(shop_id: str, references: Sequence[str]) -> list[MovementRecord]:
    """A shop's movements that are called so, with what was split off them, claimed or not, oldest first; locked."""
    found = await database.fetch(
        f"SELECT {_MOVEMENT} FROM pay_movement WHERE shop_id = $1 AND rtrim(reference, '+') = ANY($2::text[])"  # noqa: S608 - words of our own code
        " ORDER BY id FOR UPDATE",
        shop_id,
        list(references),
    )
    return [rows.movements.read(dict(row)) for row in found]


async def once_in(payout_ids: Sequence[UUID]) -> list[tuple[UUID, MovementRecord]]:
    """The movements that payouts were made of, each with its payout, also when they are free again; locked.

    One of another currency than its payout's stands at what it came to there.
    """
    found = await database.fetch(
        "SELECT part.payout_id AS was_in, part.amount_minor AS counted_minor, payout.currency AS counted_in, movement.*"
        " FROM pay_payout_part AS part JOIN pay_payout AS payout ON payout.id = part.payout_id"
        " JOIN pay_movement AS movement ON movement.id = part.movement_id"
        " WHERE part.payout_id = ANY($1::uuid[]) ORDER BY movement.id FOR UPDATE OF movement",
        list(payout_ids),
    )
    return [(row["was_in"], _as_counted(row)) for row in found]


def _as_counted(row: Mapping[str, Any]) -> MovementRecord:
    movement = rows.movements.read({name: row[name] for name in MovementRecord.__struct_fields__})
    if movement.currency == row["counted_in"]:
        return movement
    return msgspec.structs.replace(movement, amount_minor=row["counted_minor"], currency=row["counted_in"])


async def is_awaited(account_id: str) -> bool:
    """Whether the provider has paid an account out by itself and has not said yet what was in it."""
    found = await database.fetch_value("SELECT 1 FROM pay_payout WHERE account_id = $1 AND list_due", account_id)
    return found is not None


async def take_awaited(before: datetime, now: datetime) -> list[UUID]:
    """Payouts that arrived, whose list is awaited and that nobody looked at since `before`; taken by this call."""
    found = await database.fetch(
        "UPDATE pay_payout SET updated_at = $2 WHERE id IN (SELECT id FROM pay_payout WHERE list_due"
        " AND status = 'paid' AND updated_at <= $1 ORDER BY updated_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id",
        before,
        now,
        rows.SWEEP_BATCH,
    )
    return [row["id"] for row in found]
