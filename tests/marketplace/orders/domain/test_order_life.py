"""The life of an order."""

import pytest

from marketplace.errors import OrderStateError
from marketplace.orders.domain import order_life


def test_every_state_can_be_reached_and_has_words() -> None:
    """A state nobody reaches, or that no page can say, has no place in the table."""
    assert set(order_life.TABLE.values()) | {"holding"} == set(order_life.states())
    assert set(order_life.WORDS) == set(order_life.states())


def test_ended_orders_stay_ended() -> None:
    """Paid, refused and cancelled have no way out."""
    assert not any(state in {"paid", "refused", "cancelled"} for state, _ in order_life.TABLE)


def test_what_is_not_in_the_table_is_refused() -> None:
    """A cancelled order cannot be paid."""
    assert not order_life.can("cancelled", "paid")
    with pytest.raises(OrderStateError, match="Cancelled"):
        order_life.advance("cancelled", "paid")
