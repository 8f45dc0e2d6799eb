"""The life cycles: what is in their tables is possible, nothing else is."""

from typing import Any

import pytest

from payouts.domain.claim import CLAIM, ClaimStatus, ClaimStep
from payouts.domain.lifecycle import LifeCycle
from payouts.domain.payment import PAYMENT, PaymentStatus, PaymentStep, Sighting, step_of
from payouts.domain.payout import PAYOUT, PayoutStatus, PayoutStep
from payouts.domain.proposal import ProposalStatus, ProposalStep
from payouts.domain.refund import REFUND, RefundStatus, RefundStep
from payouts.domain.refund_by_hand import BY_HAND
from payouts.domain.settlement import SETTLEMENT, STILL_WITH_US, SettlementStatus, SettlementStep
from payouts.errors import IllegalMoveError
from tests.payouts.worked_example import euro

CYCLES: list[tuple[LifeCycle[Any, Any], Any, Any, Any]] = [
    (PAYMENT, PaymentStatus, PaymentStep, PaymentStatus.INTENDED),
    (SETTLEMENT, SettlementStatus, SettlementStep, SettlementStatus.HELD),
    (REFUND, RefundStatus, RefundStep, RefundStatus.REQUESTED),
    (CLAIM, ClaimStatus, ClaimStep, ClaimStatus.OPEN),
    (PAYOUT, PayoutStatus, PayoutStep, PayoutStatus.SUBMITTING),
    (BY_HAND, ProposalStatus, ProposalStep, ProposalStatus.PROPOSED),
]


@pytest.mark.parametrize(("cycle", "states", "steps", "first"), CYCLES, ids=lambda each: getattr(each, "name", ""))
def test_every_state_can_be_reached_and_every_step_taken(
    cycle: LifeCycle[Any, Any], states: Any, steps: Any, first: Any
) -> None:
    """No state and no step of a life cycle is dead."""
    reached, frontier = {first}, [first]
    while frontier:
        here = frontier.pop()
        for (state, _step), after in cycle.moves.items():
            if state is here and after not in reached:
                reached.add(after)
                frontier.append(after)
    assert reached == set(states)
    assert {step for _, step in cycle.moves} == set(steps)


@pytest.mark.parametrize(("cycle", "states", "steps", "first"), CYCLES, ids=lambda each: getattr(each, "name", ""))
def test_what_is_not_in_the_table_is_refused(cycle: LifeCycle[Any, Any], states: Any, steps: Any, first: Any) -> None:
    """Every pair outside the table raises, naming the state."""
    for state in states:
        for step in steps:
            if cycle.allows(state, step):
                continue
            with pytest.raises(IllegalMoveError, match=str(state.value)):
                cycle.after(state, step)


def test_a_payout_can_fail_after_it_was_paid() -> None:
    """`paid` is not final."""
    assert PAYOUT.after(PayoutStatus.PAID, PayoutStep.FAILED) is PayoutStatus.FAILED


def test_what_is_still_with_us_can_be_refunded_and_nothing_else() -> None:
    """A refund takes from a settlement exactly while its money lies with us."""
    can = {state for state in SettlementStatus if SETTLEMENT.allows(state, SettlementStep.REFUNDED)}
    assert can == STILL_WITH_US


@pytest.mark.parametrize(
    ("state", "status", "received", "step"),
    [
        (PaymentStatus.OPEN, "succeeded", 100, PaymentStep.SUCCEEDED),
        (PaymentStatus.INTENDED, "succeeded", 100, PaymentStep.SUCCEEDED),
        (PaymentStatus.OPEN, "succeeded", 99, PaymentStep.MISMATCHED),
        (PaymentStatus.CANCELLED, "succeeded", 100, PaymentStep.SUCCEEDED),
        (PaymentStatus.CANCELLED, "succeeded", 99, PaymentStep.MISMATCHED),
        (PaymentStatus.PAID, "succeeded", 100, None),
        (PaymentStatus.PAID, "open", 0, None),
        (PaymentStatus.PAID, "cancelled", 0, None),
        (PaymentStatus.PROCESSING, "open", 0, None),
        (PaymentStatus.OPEN, "processing", 0, PaymentStep.PROCESSED),
        (PaymentStatus.OPEN, "cancelled", 0, PaymentStep.GAVE_UP),
        (PaymentStatus.OPEN, "never heard of", 0, None),
    ],
)
def test_sightings_only_lead_forward(
    state: PaymentStatus, status: str, received: int, step: PaymentStep | None
) -> None:
    """What was seen late, twice or out of order brings nothing new; another amount is a mismatch."""
    assert step_of(state, euro(100), Sighting(status, euro(received))) is step
