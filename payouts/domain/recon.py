"""What each movement of the hub's balance stands for in the ledger, by the provider's word for it. Pure.

A movement that something of ours caused has its posting already, or will have it soon. One that the provider or the
operator caused is booked from the movement itself. Anything else waits in suspense until a person says what it was.
Words not named here are unknown, however plausible they sound.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money
from payouts.domain.ledger import Account, AccountKind, Posting, posting

Cause = Literal["payment", "refund", "refund_failure", "transfer", "reversal", "dispute"]

WAITS_AT_MOST = timedelta(days=1)
"""How long a movement of our own may be without its posting before a person is told."""


class MoveState(StrEnum):
    """What became of a movement: `waiting` for our own posting, `matched` to it, `booked` from the movement itself."""

    NEW = "new"
    WAITING = "waiting"
    MATCHED = "matched"
    BOOKED = "booked"
    SUSPENSE = "suspense"
    ASSIGNED = "assigned"


UNMATCHED = frozenset({MoveState.NEW, MoveState.WAITING, MoveState.SUSPENSE})
"""States that a person reading the day's page is shown."""

OURS: dict[str, Cause] = {
    "charge": "payment",
    "payment": "payment",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund_failure",
    "payment_failure_refund": "refund_failure",
    "transfer": "transfer",
    "transfer_refund": "reversal",
    "adjustment": "dispute",
}
"""Movements that follow from something we did or that was done to a payment of ours."""

THEIRS: dict[str, AccountKind] = {
    "payout": AccountKind.BANK,
    "payout_failure": AccountKind.BANK,
    "payout_cancel": AccountKind.BANK,
    "topup": AccountKind.BANK,
    "topup_reversal": AccountKind.BANK,
    "stripe_fee": AccountKind.PROVIDER_FEES,
    "stripe_fx_fee": AccountKind.PROVIDER_FEES,
    "tax_fee": AccountKind.PROVIDER_FEES,
    "fee_credit_funding": AccountKind.PROVIDER_FEES,
    "reserve_hold": AccountKind.PROVIDER_RESERVED,
    "reserve_release": AccountKind.PROVIDER_RESERVED,
    "payment_network_reserve_hold": AccountKind.PROVIDER_RESERVED,
    "payment_network_reserve_release": AccountKind.PROVIDER_RESERVED,
    "payout_minimum_balance_hold": AccountKind.PROVIDER_RESERVED,
    "payout_minimum_balance_release": AccountKind.PROVIDER_RESERVED,
    "connect_collection_transfer": AccountKind.WRITE_OFF,
}
"""Movements that the provider or the operator caused, and the account each is booked against."""

DOUBTFUL = frozenset({"transfer_cancel", "transfer_failure"})
"""Movements that are known and still for a person: money that was sent came back in a way we never ask for."""

ASSIGNABLE: tuple[AccountKind, ...] = (
    AccountKind.BANK,
    AccountKind.PROVIDER_FEES,
    AccountKind.DISPUTE_FEES,
    AccountKind.WRITE_OFF,
    AccountKind.COMMISSION,
    AccountKind.PROMO,
)
"""The accounts a person can say that something in suspense belongs to."""


class MoveFacts(msgspec.Struct, frozen=True):
    """What of a movement decides where it belongs."""

    id: str
    amount: Money
    fee: Money

    @property
    def net(self) -> Money:
        """What the balance changed by."""
        return self.amount - self.fee


def booked(move: MoveFacts, against: AccountKind) -> Posting:
    """A movement booked from itself: against one account, a fee within it as the provider's."""
    currency = move.amount.currency
    return posting(
        "balance_move",
        move.id,
        f"balance_move:{move.id}",
        [
            (Account(AccountKind.PROVIDER_AVAILABLE, "", currency), move.net.amount_minor),
            (Account(AccountKind.PROVIDER_FEES, "", currency), move.fee.amount_minor),
            (Account(against, "", currency), -move.amount.amount_minor),
        ],
    )


def assigned(move: MoveFacts, to: AccountKind) -> Posting:
    """What a person says of something in suspense: it leaves there for the account it belongs to."""
    currency = move.amount.currency
    return posting(
        "suspense_assigned",
        move.id,
        f"suspense_assigned:{move.id}",
        [
            (Account(AccountKind.SUSPENSE, "", currency), move.amount.amount_minor),
            (Account(to, "", currency), -move.amount.amount_minor),
        ],
    )


def refund_returned(refund_id: UUID, attempt: int, owed: Money, settled: Money, back: Money) -> Posting:
    """A refund that had been paid came back: the shopper is owed it again.

    Under another currency `fx` holds both sides once more, and what the rate made of it is the hub's.
    """
    available = Account(AccountKind.PROVIDER_AVAILABLE, "", back.currency)
    due = Account(AccountKind.REFUND_DUE, "", owed.currency)
    legs = [(available, back.amount_minor), (due, -owed.amount_minor)]
    if owed.currency != back.currency:
        legs += [
            (Account(AccountKind.EXCHANGE, "", owed.currency), owed.amount_minor),
            (Account(AccountKind.EXCHANGE, "", settled.currency), -settled.amount_minor),
            (Account(AccountKind.EXCHANGE_RESULT, "", back.currency), (settled - back).amount_minor),
        ]
    return posting("refund_returned", str(refund_id), f"refund_returned:{refund_id}:{attempt}", legs)
