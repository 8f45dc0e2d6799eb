"""Refunds settled by hand: two words that count, as for all that people book. In the caller's transaction."""

from datetime import datetime
from uuid import UUID

from federation.node.accounts import Account
from marketplace.accounts import trust
from payouts.service import Payments, refund_by_hand


async def approve(pay: Payments, proposal_id: UUID, person: Account, now: datetime) -> None:
    """Agree to it. Raises NotAllowedError when one of the two words does not count, and as `refund_by_hand.approve`."""
    proposed_by = await refund_by_hand.proposer_of(proposal_id)
    if proposed_by != person.email:
        await trust.require_two(proposed_by, person.email, now)
    await refund_by_hand.approve(pay, proposal_id, person.email, now)
