"""The life of a shop order."""

import pytest

from marketplace.errors import OrderStateError
from marketplace.orders.domain import shop_order_life


def test_every_state_can_be_reached_and_has_words() -> None:
    """A state nobody reaches, or that no page can say, has no place in the table."""
    assert set(shop_order_life.TABLE.values()) | {"asked"} == set(shop_order_life.states())
    assert set(shop_order_life.WORDS) == set(shop_order_life.states())


def test_a_refused_confirm_is_held_again_exactly_once() -> None:
    """The first refusal leads to another hold, the second ends the part."""
    assert shop_order_life.advance("confirming", "confirm_refused", 1) == "reholding"
    assert shop_order_life.advance("confirming", "confirm_refused", 2) == "cancelled"


@pytest.mark.parametrize("state", sorted(shop_order_life.MONEY_BACK | shop_order_life.UNSOLD | {"delivered"}))
def test_a_part_that_ended_stays_ended(state: shop_order_life.ShopOrderState) -> None:
    """No later word of a boutique revives what was refused, given back or delivered."""
    with pytest.raises(OrderStateError):
        shop_order_life.advance(state, "accepted")


def test_a_boutique_may_speak_before_the_hub_noted_that_its_order_arrived() -> None:
    """An answer that overtakes our own note is taken."""
    assert shop_order_life.advance("confirmed", "accepted") == "accepted"
