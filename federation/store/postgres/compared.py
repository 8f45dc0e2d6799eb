"""Queries over the hubs that a hub compares itself with, by the address of their endpoints."""

from collections.abc import Sequence
from datetime import datetime

from federation.node import database
from federation.records import ComparedHub
from federation.vocabulary.ids import PartyId

_HUB = "hub_id, endpoint, named_by, next_at, asked_at, compared, agreed, error"


async def note_hubs(hub_id: PartyId, endpoints: Sequence[str], named_by: str, now: datetime) -> None:
    await database.execute(
        """
        INSERT INTO fed_compared_hub (hub_id, endpoint, named_by, next_at)
        SELECT $1, endpoint, $3, $4 FROM unnest($2::text[]) AS n (endpoint) ON CONFLICT DO NOTHING
        """,
        hub_id,
        list(endpoints),
        named_by,
        now,
    )


async def due_hubs(hub_id: PartyId, now: datetime, limit: int) -> list[ComparedHub]:
    rows = await database.fetch(
        f"SELECT {_HUB} FROM fed_compared_hub WHERE hub_id = $1 AND next_at <= $2 ORDER BY next_at, endpoint LIMIT $3",  # noqa: S608
        hub_id,
        now,
        limit,
    )
    return [ComparedHub(**dict(row)) for row in rows]


async def hubs(hub_id: PartyId) -> list[ComparedHub]:
    rows = await database.fetch(
        f"SELECT {_HUB} FROM fed_compared_hub WHERE hub_id = $1 ORDER BY endpoint",  # noqa: S608
        hub_id,
    )
    return [ComparedHub(**dict(row)) for row in rows]


async def record_round(hub: ComparedHub) -> None:
    await database.execute(
        """
        UPDATE fed_compared_hub SET next_at = $3, asked_at = $4, compared = $5, agreed = $6, error = $7
        WHERE hub_id = $1 AND endpoint = $2
        """,
        hub.hub_id,
        hub.endpoint,
        hub.next_at,
        hub.asked_at,
        hub.compared,
        hub.agreed,
        hub.error,
    )
