"""The life of a settlement: what one shop is owed from one shop order for goods, shipping or a referral.

The money lies in the shop's `held` account until the share is released, in `releasable` until a transfer is tried (also
while `queued` for the next bank file or `blocked`), in `in_transfer` while one is under way, and with the shop once
`sent`. What is owed can sink by refunds until then; afterwards it is clawed back by claims. A bank can return what was
sent: then it is owed again and blocked until somebody has looked.
"""

from enum import StrEnum

from payouts.domain.lifecycle import LifeCycle


class SettlementKind(StrEnum):
    """What a settlement is for; each kind is transferred apart so that each can be reversed alone."""

    SALE = "sale"
    SHIPPING = "shipping"
    REFERRAL = "referral"
    PROMOTION = "promotion"
    RESERVE = "reserve"
    ADJUSTMENT = "adjustment"
    REINSTATED = "reinstated"


SOURCELESS = frozenset({SettlementKind.PROMOTION, SettlementKind.ADJUSTMENT, SettlementKind.REINSTATED})
"""Kinds that no shopper's payment pays for (any more): they are sent out of the hub's own balance."""

RESERVABLE = frozenset({SettlementKind.SALE, SettlementKind.REFERRAL})
"""Kinds of which part can be kept back as reserve, to be sent out of the same payment later.

Shipping is not, the shop has paid its carrier; nor is what the hub adds, which no payment pays for.
"""


class SettlementStatus(StrEnum):
    """Where a settlement stands."""

    HELD = "held"
    RELEASABLE = "releasable"
    QUEUED = "queued"
    SUBMITTING = "submitting"
    BLOCKED = "blocked"
    SENT = "sent"
    NETTED = "netted"
    REFUNDED = "refunded"
    PART_REVERSED = "part_reversed"
    REVERSED = "reversed"


class SettlementStep(StrEnum):
    """What can happen to a settlement."""

    RELEASED = "released"
    QUEUED = "queued"
    SUBMITTED = "submitted"
    NETTED = "netted"
    BLOCKED = "blocked"
    WOKEN = "woken"
    SENT = "sent"
    RETURNED = "returned by the bank"
    REFUNDED = "refunded"
    PART_REVERSED = "reversed in part"
    REVERSED = "reversed"


class BlockReason(StrEnum):
    """Why a transfer cannot be made now: the first three by the provider or bank, the others by a hold of ours.

    `negative`: the shop's account at the provider is below zero, which would swallow what is sent.
    """

    ACCOUNT = "account"
    BALANCE = "balance"
    REFUSED = "refused"
    DISPUTE = "dispute"
    FRAUD = "fraud"
    RETURN = "return"
    OPERATOR = "operator"
    NEGATIVE = "negative"


_S = SettlementStatus
_T = SettlementStep

SETTLEMENT = LifeCycle(
    "settlement",
    {
        (_S.HELD, _T.RELEASED): _S.RELEASABLE,
        (_S.RELEASABLE, _T.SUBMITTED): _S.SUBMITTING,
        (_S.RELEASABLE, _T.NETTED): _S.NETTED,
        (_S.RELEASABLE, _T.BLOCKED): _S.BLOCKED,
        (_S.RELEASABLE, _T.QUEUED): _S.QUEUED,
        (_S.QUEUED, _T.SUBMITTED): _S.SUBMITTING,
        (_S.QUEUED, _T.NETTED): _S.NETTED,
        (_S.QUEUED, _T.BLOCKED): _S.BLOCKED,
        (_S.QUEUED, _T.WOKEN): _S.RELEASABLE,
        (_S.BLOCKED, _T.WOKEN): _S.RELEASABLE,
        (_S.SUBMITTING, _T.SENT): _S.SENT,
        (_S.SUBMITTING, _T.BLOCKED): _S.BLOCKED,
        (_S.SENT, _T.RETURNED): _S.BLOCKED,
        (_S.HELD, _T.REFUNDED): _S.REFUNDED,
        (_S.QUEUED, _T.REFUNDED): _S.REFUNDED,
        (_S.RELEASABLE, _T.REFUNDED): _S.REFUNDED,
        (_S.BLOCKED, _T.REFUNDED): _S.REFUNDED,
        (_S.SENT, _T.PART_REVERSED): _S.PART_REVERSED,
        (_S.SENT, _T.REVERSED): _S.REVERSED,
        (_S.PART_REVERSED, _T.PART_REVERSED): _S.PART_REVERSED,
        (_S.PART_REVERSED, _T.REVERSED): _S.REVERSED,
    },
)

STILL_WITH_US = frozenset({_S.HELD, _S.RELEASABLE, _S.QUEUED, _S.BLOCKED})
"""States in which a refund is simply taken from what is owed."""

WITH_THE_SHOP = frozenset({_S.SENT, _S.PART_REVERSED})
"""States in which there is a transfer to reverse."""
