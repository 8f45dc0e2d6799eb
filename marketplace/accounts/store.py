"""Queries on the hub's own row, and on how its operators came to be operators."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from federation.vocabulary.ids import PartyId
from marketplace.tables import HubConfig, HubInvitation


async def hub_id() -> PartyId | None:
    """The party that is this hub, once it is set up."""
    row = await HubConfig.select(HubConfig.hub_id).first()
    return None if row is None else PartyId(row["hub_id"])


async def save_hub(party_id: PartyId, name: str, now: datetime) -> None:
    """Note which party is this hub; once."""
    await HubConfig.insert(HubConfig(id=1, hub_id=party_id, name=name, created_at=now))


async def invitations(account_ids: Collection[UUID]) -> list[dict[str, Any]]:
    """By whom and when these operators were let in; those that no operator let in are left out."""
    if not account_ids:
        return []
    return await HubInvitation.select().where(HubInvitation.account_id.is_in(list(account_ids)))


async def save_invitation(account_id: UUID, by: UUID, by_email: str, now: datetime) -> None:
    """Note who let somebody in; what was known of an earlier time is over."""
    await HubInvitation.delete().where(HubInvitation.account_id == account_id)
    await HubInvitation.insert(
        HubInvitation(
            account_id=account_id,
            invited_by=by,
            invited_by_email=by_email,
            invited_at=now,
            vouched_by="",
            vouched_at=None,
        )
    )


async def save_vouching(account_id: UUID, by_email: str, now: datetime) -> None:
    """Note who vouched for somebody."""
    await HubInvitation.update({HubInvitation.vouched_by: by_email, HubInvitation.vouched_at: now}).where(
        HubInvitation.account_id == account_id
    )


async def forget_invitation(account_id: UUID) -> None:
    """The owner of the machine stands for somebody."""
    await HubInvitation.delete().where(HubInvitation.account_id == account_id)
