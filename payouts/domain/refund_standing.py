"""Where a refund stands for whoever waits for it, told from its state and from why it does not move. Pure.

Invariant: nothing counts as paid back before the provider has said that it left; the words for each standing are their
audiences' own.
"""

from enum import StrEnum

import msgspec

from payouts.domain.refund import RefundStatus


class RefundStanding(StrEnum):
    """What a shopper may be told."""

    ASKED = "asked"
    """Decided; the provider is asked next."""
    AWAITS_PAYMENT = "awaits-payment"
    """The payment itself has not reached the hub's balance yet."""
    AWAITS_DISPUTE = "awaits-dispute"
    """The shopper's bank has taken the payment back and decides about it."""
    AWAITS_FUNDS = "awaits-funds"
    """The provider took it on, and waits until the hub's balance is large enough."""
    SENDING = "sending"
    """The provider was asked and has not answered yet."""
    ON_ITS_WAY = "on-its-way"
    """The provider has sent it to the bank, which has not taken it yet."""
    PAID_BACK = "paid-back"
    """It has left for the shopper's account."""
    CAME_BACK = "came-back"
    """The shopper's bank sent it back: it is owed again."""
    NOT_SENT = "not-sent"
    """The provider refused it: a person sees to it."""
    VOID = "void"
    """The shopper got the same money by a dispute."""
    PAID_BY_HAND = "paid-by-hand"
    """It was paid from the hub's own bank, as far as a dispute had not given it."""


class RefundFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a standing is told from: the state, the provider's `reason`, whether it took the refund on (`accepted`).

    Nothing can go back before the payment is `settled`, nor while it is `disputed`.
    """

    status: str
    reason: str = ""
    accepted: bool = False
    settled: bool = True
    disputed: bool = False


PENDING_FOR = {
    "insufficient_funds": RefundStanding.AWAITS_FUNDS,
    "charge_pending": RefundStanding.AWAITS_PAYMENT,
    "processing": RefundStanding.ON_ITS_WAY,
}
"""Why a provider lets a refund wait (its `pending_reason`); without a reason we know it is on its way."""

STANDINGS = {
    RefundStatus.REQUESTED.value: RefundStanding.ASKED,
    RefundStatus.SUBMITTING.value: RefundStanding.SENDING,
    RefundStatus.PENDING.value: RefundStanding.ON_ITS_WAY,
    RefundStatus.SUCCEEDED.value: RefundStanding.PAID_BACK,
    RefundStatus.FAILED.value: RefundStanding.NOT_SENT,
    RefundStatus.VOIDED.value: RefundStanding.VOID,
    RefundStatus.PAID_BY_HAND.value: RefundStanding.PAID_BY_HAND,
    RefundStatus.WRITTEN_OFF.value: RefundStanding.VOID,
}
"""What a state says by itself."""

_NOT_OUT = frozenset({RefundStatus.REQUESTED.value, RefundStatus.SUBMITTING.value})


def standing_of(facts: RefundFacts) -> RefundStanding:
    """Where a refund stands."""
    if facts.status in _NOT_OUT and facts.disputed:
        return RefundStanding.AWAITS_DISPUTE
    if facts.status in _NOT_OUT and not facts.settled:
        return RefundStanding.AWAITS_PAYMENT
    if facts.status == RefundStatus.PENDING:
        return PENDING_FOR.get(facts.reason, RefundStanding.ON_ITS_WAY)
    if facts.status == RefundStatus.FAILED and facts.accepted:
        return RefundStanding.CAME_BACK
    return STANDINGS[facts.status]
