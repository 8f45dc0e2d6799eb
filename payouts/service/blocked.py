"""What a person should look at: every share that does not move, why, and what would free it; oldest first."""

from datetime import datetime
from typing import Literal

import msgspec

from payouts.domain.hold import HoldReason, HoldRecord
from payouts.domain.records import SettlementRecord
from payouts.domain.settlement import SettlementStatus
from payouts.service.releasing import hindrance
from payouts.store import desk, standings

LIMIT = 200

Act = Literal["retry", "lift", "release", "hold"]


class Stuck(msgspec.Struct, frozen=True, kw_only=True):
    """One share: `why` is a block's or hindrance's word, `holds` what stands on it, `acts` what can be done here."""

    share: SettlementRecord
    why: str
    holds: tuple[HoldRecord, ...]
    acts: tuple[Act, ...]


async def stuck(now: datetime, limit: int = LIMIT) -> list[Stuck]:
    """Blocked shares, and held ones whose day has come or that something holds up."""
    shares = await standings.stuck(now, limit)
    by_order: dict[object, list[HoldRecord]] = {}
    for hold in await desk.holds_of_orders({share.shop_order_id for share in shares}):
        by_order.setdefault(hold.shop_order_id, []).append(hold)
    for hold in await desk.holds_of_shops({share.shop_id for share in shares}):
        by_order.setdefault(hold.shop_id, []).append(hold)
    return [
        await _stuck(share, (*by_order.get(share.shop_order_id, ()), *by_order.get(share.shop_id, ())))
        for share in shares
    ]


async def _stuck(share: SettlementRecord, holds: tuple[HoldRecord, ...]) -> Stuck:
    if share.status is SettlementStatus.BLOCKED:
        why = share.block_reason
    else:
        why = holds[0].reason.value if holds else await hindrance(share) or "due"
    return Stuck(share=share, why=why, holds=holds, acts=_acts(share, holds))


def _acts(share: SettlementRecord, holds: tuple[HoldRecord, ...]) -> tuple[Act, ...]:
    """Trying again makes sense once no hold stands; holds that people placed, people lift."""
    acts: list[Act] = []
    if share.status is SettlementStatus.BLOCKED and not holds:
        acts.append("retry")
    if any(hold.reason in {HoldReason.OPERATOR, HoldReason.FRAUD} for hold in holds):
        acts.append("lift")
    if not holds:
        acts.append("hold")
    return tuple(acts)


async def waiting(now: datetime, limit: int = LIMIT) -> list[SettlementRecord]:
    """Held shares whose day has not come and that nothing holds up, the next due first."""
    return await standings.not_due(now, limit)
