"""Reservations and the pieces they hold, each known by boutique, hub and the hub's id for it.

Invariants: expiry is judged by the database's own clock inside the statement that acts on it; a reservation leaves
`held` through exactly one conditional update, so of two that race one sees no row.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from federation.node import database
from federation.vocabulary.ids import PartyId
from shops.inventory.domain.allocation import Pieces


class ReservationRow(msgspec.Struct, frozen=True, kw_only=True):
    """A reservation as it stands; `overdue` when it is still `held` but its time has passed."""

    state: str
    lines: bytes
    available: bytes
    held_at: datetime
    expires_in_seconds: int
    overdue: bool
    order_id: UUID | None
    restocked: bool


async def insert_reservation(
    shop_id: PartyId,
    hub_id: PartyId,
    reservation_id: UUID,
    *,
    state: str,
    lines: bytes,
    available: bytes = b"{}",
    ttl_seconds: int = 0,
) -> None:
    """Remember a hold, a refusal, or (with no lines) a release that came before its hold."""
    await database.execute(
        "INSERT INTO shop_reservation "
        "(shop_id, hub_id, reservation_id, state, lines, available, held_at, expires_at, changed_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp(), clock_timestamp() + make_interval(secs => $7), "
        "clock_timestamp())",
        shop_id, hub_id, reservation_id, state, lines, available, float(ttl_seconds),
    )  # fmt: skip


async def insert_pieces(shop_id: PartyId, hub_id: PartyId, reservation_id: UUID, pieces: Sequence[Pieces]) -> None:
    await database.execute_many(
        "INSERT INTO shop_hold (shop_id, hub_id, reservation_id, variant_id, location, quantity) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        [(shop_id, hub_id, reservation_id, p.variant_id, p.location, p.quantity) for p in pieces],
    )


async def pieces_of(shop_id: PartyId, hub_id: PartyId, reservation_id: UUID) -> list[Pieces]:
    """What this reservation holds or, once confirmed, has taken."""
    rows = await database.fetch(
        "SELECT variant_id, location, quantity FROM shop_hold "
        "WHERE shop_id = $1 AND hub_id = $2 AND reservation_id = $3 ORDER BY variant_id, location",
        shop_id, hub_id, reservation_id,
    )  # fmt: skip
    return [Pieces(row["variant_id"], row["location"], row["quantity"]) for row in rows]


async def reservation(shop_id: PartyId, hub_id: PartyId, reservation_id: UUID) -> ReservationRow | None:
    row = await database.fetch_one(
        "SELECT state, lines, available, held_at, order_id, restocked, "
        "greatest(ceil(extract(epoch FROM expires_at - clock_timestamp())), 0)::int AS expires_in_seconds, "
        "(state = 'held' AND expires_at <= clock_timestamp()) AS overdue "
        "FROM shop_reservation WHERE shop_id = $1 AND hub_id = $2 AND reservation_id = $3",
        shop_id, hub_id, reservation_id,
    )  # fmt: skip
    if row is None:
        return None
    return ReservationRow(
        state=row["state"],
        lines=row["lines"],
        available=row["available"],
        held_at=row["held_at"],
        expires_in_seconds=row["expires_in_seconds"],
        overdue=row["overdue"],
        order_id=row["order_id"],
        restocked=row["restocked"],
    )


async def confirm_in_time(shop_id: PartyId, hub_id: PartyId, reservation_id: UUID) -> bool:
    """Leave `held` for `confirmed` if the time has not passed; False if it was not held or is overdue."""
    tag = await database.execute(
        "UPDATE shop_reservation SET state = 'confirmed', changed_at = clock_timestamp() "
        "WHERE shop_id = $1 AND hub_id = $2 AND reservation_id = $3 "
        "AND state = 'held' AND expires_at > clock_timestamp()",
        shop_id, hub_id, reservation_id,
    )  # fmt: skip
    return database.affected(tag) == 1


async def release_held(shop_id: PartyId, hub_id: PartyId, reservation_id: UUID) -> bool:
    """Leave `held` for `released`; False if it was not held."""
    tag = await database.execute(
        "UPDATE shop_reservation SET state = 'released', changed_at = clock_timestamp() "
        "WHERE shop_id = $1 AND hub_id = $2 AND reservation_id = $3 AND state = 'held'",
        shop_id, hub_id, reservation_id,
    )  # fmt: skip
    return database.affected(tag) == 1


async def expire_overdue(shop_id: PartyId) -> list[Pieces]:
    """Leave `held` for `expired` wherever time has passed; returns the pieces set free, summed per register."""
    rows = await database.fetch(
        "WITH ended AS (UPDATE shop_reservation SET state = 'expired', changed_at = clock_timestamp() "
        "  WHERE shop_id = $1 AND state = 'held' AND expires_at <= clock_timestamp() "
        "  RETURNING shop_id, hub_id, reservation_id) "
        "SELECT h.variant_id, h.location, sum(h.quantity)::int AS quantity "
        "FROM shop_hold h JOIN ended USING (shop_id, hub_id, reservation_id) GROUP BY 1, 2 ORDER BY 1, 2",
        shop_id,
    )
    return [Pieces(row["variant_id"], row["location"], row["quantity"]) for row in rows]


async def open_holds(shop_id: PartyId, hub_id: PartyId) -> int:
    """How many reservations of this hub are held now."""
    return int(
        await database.fetch_value(
            "SELECT count(*) FROM shop_reservation WHERE shop_id = $1 AND hub_id = $2 AND state = 'held'",
            shop_id,
            hub_id,
        )
    )


async def held_by_hub(shop_id: PartyId, hub_id: PartyId, variant_ids: Sequence[str]) -> dict[str, int]:
    """Pieces of each variant that this hub holds now."""
    rows = await database.fetch(
        "SELECT h.variant_id, sum(h.quantity)::int AS quantity FROM shop_hold h "
        "JOIN shop_reservation r USING (shop_id, hub_id, reservation_id) "
        "WHERE h.shop_id = $1 AND h.hub_id = $2 AND h.variant_id = ANY($3::text[]) AND r.state = 'held' "
        "GROUP BY h.variant_id",
        shop_id, hub_id, list(variant_ids),
    )  # fmt: skip
    return {row["variant_id"]: row["quantity"] for row in rows}


async def give_to_order(shop_id: PartyId, hub_id: PartyId, reservation_id: UUID, order_id: UUID) -> bool:
    """Spend a confirmed reservation on one order; False if it is not confirmed, spent, or its pieces went back."""
    tag = await database.execute(
        "UPDATE shop_reservation SET order_id = $4 WHERE shop_id = $1 AND hub_id = $2 AND reservation_id = $3 "
        "AND state = 'confirmed' AND order_id IS NULL AND NOT restocked",
        shop_id, hub_id, reservation_id, order_id,
    )  # fmt: skip
    return database.affected(tag) == 1


async def mark_restocked(shop_id: PartyId, hub_id: PartyId, reservation_id: UUID) -> bool:
    """Note that the pieces of a confirmed reservation went back to sale; False if they had already."""
    tag = await database.execute(
        "UPDATE shop_reservation SET restocked = true, changed_at = clock_timestamp() "
        "WHERE shop_id = $1 AND hub_id = $2 AND reservation_id = $3 AND state = 'confirmed' AND NOT restocked",
        shop_id, hub_id, reservation_id,
    )  # fmt: skip
    return database.affected(tag) == 1


async def shops_with_overdue_holds() -> list[PartyId]:
    """Which boutiques the sweep must visit; names only, no row of theirs."""
    rows = await database.fetch(
        "SELECT DISTINCT shop_id FROM shop_reservation "
        "WHERE state = 'held' AND expires_at <= clock_timestamp() LIMIT 500"
    )
    return [PartyId(row["shop_id"]) for row in rows]


async def shops_with_orphans(older_than: datetime) -> list[PartyId]:
    """Which boutiques hold confirmed pieces for which no order came until now."""
    rows = await database.fetch(
        "SELECT DISTINCT shop_id FROM shop_reservation "
        "WHERE state = 'confirmed' AND order_id IS NULL AND NOT restocked AND changed_at < $1 LIMIT 500",
        older_than,
    )
    return [PartyId(row["shop_id"]) for row in rows]


async def orphans(shop_id: PartyId, older_than: datetime) -> list[tuple[PartyId, UUID]]:
    """(hub id, reservation id) of confirmed reservations of this boutique for which no order came."""
    rows = await database.fetch(
        "SELECT hub_id, reservation_id FROM shop_reservation WHERE shop_id = $1 "
        "AND state = 'confirmed' AND order_id IS NULL AND NOT restocked AND changed_at < $2 LIMIT 200",
        shop_id, older_than,
    )  # fmt: skip
    return [(PartyId(row["hub_id"]), row["reservation_id"]) for row in rows]


async def forget_ended(shop_id: PartyId, older_than: datetime) -> None:
    """Drop reservations that ended before `older_than` and were never spent on an order."""
    await database.execute(
        "DELETE FROM shop_reservation WHERE shop_id = $1 AND changed_at < $2 "
        "AND (state IN ('rejected', 'released', 'expired') OR restocked) AND order_id IS NULL",
        shop_id, older_than,
    )  # fmt: skip


REMEMBERED = timedelta(days=30)
"""How long ended reservations are remembered; the protocol asks for three weeks."""
