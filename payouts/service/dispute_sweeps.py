"""Finding disputes that no event told of, and taking up those that stand still; warning of what is due soon."""

from datetime import datetime, timedelta

import structlog

from federation.vocabulary.errors import GalleriaError
from payouts.dispute_ports import DisputeState
from payouts.domain.dispute import step_of
from payouts.service.context import Payments
from payouts.service.disputes import go_on, observe_dispute
from payouts.service.evidence import send_answer, warn_of_due
from payouts.store import disputes as store

_log = structlog.get_logger(__name__)


async def sweep_disputes(pay: Payments, now: datetime) -> int:
    """Look at the newest disputes at the provider, and at ours that were begun and not finished; returns how many."""
    seen = [each for each in await pay.provider.disputes.list_disputes() if await _is_news(each)]
    for each in seen:
        try:
            await observe_dispute(pay, each, now)
        except GalleriaError as error:
            _log.warning("dispute_set_back", dispute=each.id, slug=error.slug, reason=error.detail)
    still = await store.unborne(now - timedelta(seconds=pay.settings.stuck_after_seconds))
    for dispute_id in still:
        try:
            await go_on(pay, dispute_id, now)
            await send_answer(pay, dispute_id, now)
        except GalleriaError as error:
            _log.warning("dispute_set_back", dispute=str(dispute_id), slug=error.slug, reason=error.detail)
    await warn_of_due(now)
    return len(seen) + len(still)


async def _is_news(seen: DisputeState) -> bool:
    """Whether the provider knows more of a dispute than we do."""
    known = await store.by_provider_id(seen.id)
    if known is None:
        return True
    booked = {move.id for move in await store.moves_of(known.id)}
    unbooked = any(move.amount and move.id not in booked for move in seen.moves)
    return unbooked or step_of(known.status, seen.status) is not None
