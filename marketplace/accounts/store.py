"""Queries on the hub's own row."""

from datetime import datetime

from federation.vocabulary.ids import PartyId
from marketplace.tables import HubConfig


async def hub_id() -> PartyId | None:
    """The party that is this hub, once it is set up."""
    row = await HubConfig.select(HubConfig.hub_id).first()
    return None if row is None else PartyId(row["hub_id"])


async def save_hub(party_id: PartyId, name: str, now: datetime) -> None:
    """Note which party is this hub; once."""
    await HubConfig.insert(HubConfig(id=1, hub_id=party_id, name=name, created_at=now))
