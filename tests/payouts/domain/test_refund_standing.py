"""Where a refund stands: every state and every reason has one, and none is done before it is."""

import pytest

from payouts.domain.refund import RefundStatus
from payouts.domain.refund_standing import STANDINGS, RefundFacts, RefundStanding, standing_of

TABLE = [
    (RefundFacts(status="requested"), "asked"),
    (RefundFacts(status="requested", settled=False), "awaits-payment"),
    (RefundFacts(status="requested", disputed=True), "awaits-dispute"),
    (RefundFacts(status="submitting"), "sending"),
    (RefundFacts(status="submitting", disputed=True), "awaits-dispute"),
    (RefundFacts(status="pending", accepted=True), "on-its-way"),
    (RefundFacts(status="pending", accepted=True, reason="processing"), "on-its-way"),
    (RefundFacts(status="pending", accepted=True, reason="insufficient_funds"), "awaits-funds"),
    (RefundFacts(status="pending", accepted=True, reason="charge_pending"), "awaits-payment"),
    (RefundFacts(status="succeeded", accepted=True), "paid-back"),
    (RefundFacts(status="succeeded", accepted=True, disputed=True), "paid-back"),
    (RefundFacts(status="failed", reason="refused by the provider"), "not-sent"),
    (RefundFacts(status="failed", accepted=True, reason="expired_or_canceled_card"), "came-back"),
    (RefundFacts(status="voided"), "void"),
    (RefundFacts(status="written_off", accepted=True), "void"),
    (RefundFacts(status="paid_by_hand", accepted=True), "paid-by-hand"),
]


@pytest.mark.parametrize(("facts", "standing"), TABLE)
def test_each_state_has_its_standing(facts: RefundFacts, standing: str) -> None:
    """A state and the reason for it lead to one standing."""
    assert standing_of(facts) == standing


def test_no_state_is_forgotten_and_only_one_is_done() -> None:
    """Every state of the life cycle has a standing; only what has left is paid back."""
    assert {status.value for status in RefundStatus} <= set(STANDINGS)
    assert {standing for _, standing in TABLE} == {standing.value for standing in RefundStanding}
    assert {facts.status for facts, _ in TABLE if standing_of(facts) == "paid-back"} == {"succeeded"}
