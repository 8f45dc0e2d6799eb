"""How long a part of an order may stay as it is."""

from datetime import UTC, datetime, timedelta

from marketplace.orders.domain.patience import PATIENCE, overdue_since
from marketplace.orders.domain.shop_order_life import LIVE, MONEY_BACK, UNSOLD

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_a_boutique_has_two_days_to_accept() -> None:
    """What lies with a boutique is overdue after 48 hours."""
    assert overdue_since("placed", NOW) == NOW + timedelta(hours=48)


def test_what_is_over_or_not_yet_paid_is_never_overdue() -> None:
    """Nobody has to look at parts that have ended, left, or still wait for their shopper."""
    assert not set(PATIENCE) & (LIVE | UNSOLD | MONEY_BACK | {"shipped", "delivered"})
    assert overdue_since("delivered", NOW) is None
