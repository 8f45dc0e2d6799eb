"""States in words."""

import pytest

from federation.conversations.replica import REPLICA
from marketplace.console.views.looks import (
    MONEY_LOOKS,
    ORDER_LOOKS,
    PART_LOOKS,
    SYNC_LOOKS,
    money_looks,
    silence,
)
from marketplace.orders.domain import order_life, shop_order_life
from payouts.domain.claim import ClaimStatus
from payouts.domain.payment import PaymentStatus
from payouts.domain.payout import PayoutStatus
from payouts.domain.refund import RefundStatus
from payouts.domain.settlement import SettlementStatus


def test_every_state_has_words() -> None:
    """No life cycle has a state that the console could not name."""
    assert set(ORDER_LOOKS) == set(order_life.states())
    assert set(PART_LOOKS) == set(shop_order_life.states())
    assert set(SYNC_LOOKS) == set(REPLICA.states)
    statuses = [*SettlementStatus, *PayoutStatus, *RefundStatus, *ClaimStatus, *PaymentStatus]
    assert {status.value for status in statuses} <= set(MONEY_LOOKS)


def test_an_unknown_status_is_still_shown() -> None:
    """A word we have none for is shown as it is."""
    assert money_looks("put_aside").word == "put aside"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "never heard"), (0, "0 s"), (119, "119 s"), (120, "2 min"), (7_200, "2 h"), (200_000, "2 days")],
)
def test_silence_in_words(seconds: int | None, words: str) -> None:
    """A stretch of time reads in the unit that fits it."""
    assert silence(seconds) == words
