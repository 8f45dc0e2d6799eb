"""Settling a refund that the provider will not pay: one person says how, another approves. Pure.

What is owed was paid from the hub's own bank, or the shopper has it from a dispute that was lost, or part of each:
together it is exactly what is owed. No more counts as given than lost disputes took of the payment and no other refund
counts already.
"""

import hashlib
from datetime import date, datetime
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain.amounts import portion
from payouts.domain.proposal import ProposalStatus, decided_by_another
from payouts.errors import RefundRefusedError

REASON_LENGTH_MAX = 500
REFERENCE_LENGTH_MAX = 140
"""As much as the words of a SEPA transfer hold."""
RATE_FACTOR_MAX = 2
"""What left our bank in another currency is at most so many times more or less than the refund came to at the sale."""


BY_HAND = decided_by_another("proposal")


class HandPayment(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody wants a refund settled; `id` is the caller's.

    `transferred` was paid on `paid_on` under `reference`, as `left_bank` in the hub's currency; `given` the shopper has
    from a dispute. Without a transfer the last three are empty.
    """

    id: UUID
    refund_id: UUID
    transferred: Money
    given: Money
    left_bank: Money
    paid_on: date | None = None
    reference: str = ""
    reason: str

    @property
    def content_hash(self) -> bytes:
        """A digest of all it says, to tell a repeat from a contradiction."""
        return hashlib.sha256(msgspec.json.encode(self)).digest()


class HandRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal about a refund, with the people behind it; `attempt` is how often that was tried until then.

    `cost_minor` is what the given part had cost the hub, known once it is approved.
    """

    id: UUID
    refund_id: UUID
    attempt: int
    currency: str
    transferred_minor: int
    given_minor: int
    bank_minor: int
    bank_currency: str
    cost_minor: int = 0
    paid_on: date | None = None
    bank_reference: str = ""
    reason: str
    status: ProposalStatus = ProposalStatus.PROPOSED
    proposed_by: str
    proposed_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    decision_note: str = ""
    content_hash: bytes

    @property
    def transferred(self) -> Money:
        """What was paid from the hub's bank, in the shopper's currency."""
        return Money(self.transferred_minor, self.currency)

    @property
    def given(self) -> Money:
        """What the shopper has from a dispute."""
        return Money(self.given_minor, self.currency)

    @property
    def left_bank(self) -> Money:
        """What that took from the hub's account."""
        return Money(self.bank_minor, self.bank_currency)

    @property
    def payment(self) -> HandPayment:
        """What was proposed."""
        return HandPayment(
            id=self.id,
            refund_id=self.refund_id,
            transferred=self.transferred,
            given=self.given,
            left_bank=self.left_bank,
            paid_on=self.paid_on,
            reference=self.bank_reference,
            reason=self.reason,
        )


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """What a refund owes, and what it came to at the sale in the hub's currency.

    `given_at_most` is what lost disputes gave the shopper and no other refund counts, `unborne` what of it boutiques do
    not bear for pieces of their own; `since` is when the refund was decided.
    """

    amount: Money
    settled: Money
    given_at_most: Money
    unborne: Money
    since: date
    today: date


def check(wish: HandPayment, owed: Owed) -> None:
    """Raises RefundRefusedError, saying what to change, when a refund cannot be settled like this."""
    if {wish.transferred.currency, wish.given.currency} != {owed.amount.currency}:
        raise RefundRefusedError(
            sentence("this refund is owed in %(currency)s: say it in that currency", currency=owed.amount.currency)
        )
    if min(wish.transferred.amount_minor, wish.given.amount_minor) < 0 or wish.transferred + wish.given != owed.amount:
        raise RefundRefusedError(
            sentence("it has to come to exactly what the shopper is owed: %(amount)s", amount=owed.amount)
        )
    if wish.given.amount_minor > owed.given_at_most.amount_minor:
        raise RefundRefusedError(_too_much_given(owed.given_at_most))
    if not wish.reason.strip() or len(wish.reason) > REASON_LENGTH_MAX:
        raise RefundRefusedError(sentence("say why, in at most %(num)s characters", num=REASON_LENGTH_MAX))
    if wish.transferred:
        _check_transfer(wish, owed)
    elif wish.paid_on is not None or wish.reference or wish.left_bank:
        raise RefundRefusedError("nothing is said to be transferred: leave out its day and reference")


def _too_much_given(most: Money) -> str:
    if not most:
        return sentence(
            "no lost dispute has given the shopper any of this: the money is still owed, pay it in another way"
        )
    return sentence("lost disputes have given the shopper no more than %(most)s of this: the rest is owed", most=most)


def _check_transfer(wish: HandPayment, owed: Owed) -> None:
    if not wish.reference or len(wish.reference) > REFERENCE_LENGTH_MAX or not wish.reference.isprintable():
        raise RefundRefusedError(
            sentence(
                "give the transfer’s reference in at most %(num)s characters: it is looked for on the bank’s statement",
                num=REFERENCE_LENGTH_MAX,
            )
        )
    if wish.paid_on is None or not owed.since <= wish.paid_on <= owed.today:
        raise RefundRefusedError(
            sentence("say on which day it was paid: from %(first)s to today", first=owed.since.isoformat())
        )
    if wish.left_bank.currency != owed.settled.currency:
        raise RefundRefusedError(
            sentence("say what left our bank in %(currency)s, the hub’s currency", currency=owed.settled.currency)
        )
    worth = portion(owed.settled.amount_minor, wish.transferred.amount_minor, owed.amount.amount_minor)
    if owed.settled.currency == owed.amount.currency:
        if wish.left_bank != wish.transferred:
            raise RefundRefusedError("the amount that left our bank is the one that was transferred")
    elif not _is_near(wish.left_bank.amount_minor, worth):
        raise RefundRefusedError(
            sentence(
                "what left our bank cannot be right: the refund came to %(worth)s at the sale",
                worth=Money(worth, owed.settled.currency),
            )
        )


def _is_near(amount_minor: int, worth_minor: int) -> bool:
    """Whether one could have become the other by the rates of two days; far off it is a slip of the pen."""
    least, most = sorted((amount_minor, worth_minor))
    return amount_minor > 0 and most <= RATE_FACTOR_MAX * max(least, 1)
