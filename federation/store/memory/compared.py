"""The hubs that a hub compares itself with, in memory."""

from collections.abc import Sequence
from datetime import datetime

from federation.node.memory import Table, statement
from federation.records import ComparedHub
from federation.vocabulary.ids import PartyId

_HUBS = Table[ComparedHub]("fed_compared_hub", lambda row: (row.hub_id, row.endpoint), together=1)


async def note_hubs(hub_id: PartyId, endpoints: Sequence[str], named_by: str, now: datetime) -> None:
    async with statement() as own:
        for endpoint in endpoints:
            await own.insert(_HUBS, ComparedHub(hub_id, endpoint, named_by, now))


async def due_hubs(hub_id: PartyId, now: datetime, limit: int) -> list[ComparedHub]:
    async with statement() as own:
        due = [row for row in own.scan(_HUBS, hub_id) if row.next_at <= now]
        return sorted(due, key=lambda row: (row.next_at, row.endpoint))[:limit]


async def hubs(hub_id: PartyId) -> list[ComparedHub]:
    async with statement() as own:
        return list(own.scan(_HUBS, hub_id))


async def record_round(hub: ComparedHub) -> None:
    async with statement() as own:
        await own.change(_HUBS, (hub.hub_id, hub.endpoint), lambda _row: hub)
