"""The basket as a value."""

import pytest

from marketplace.errors import BasketInvalidError
from marketplace.orders.domain import basket as rules
from marketplace.orders.domain.basket import LINES_MAX, QUANTITY_MAX, Basket, BasketItem


def item(variant_id: str = "v1", quantity: int = 1) -> BasketItem:
    """A line of the basket."""
    return BasketItem("s1", "p1", variant_id, quantity, 5_000)


def test_the_same_variant_is_one_line() -> None:
    """Adding twice counts together."""
    basket = rules.add(rules.add(Basket(), item()), item(quantity=2))
    assert [line.quantity for line in basket.items] == [3]
    assert basket.pieces == 3


def test_bounds_hold_however_they_are_reached() -> None:
    """Neither adding nor changing goes beyond the bounds."""
    full = rules.add(Basket(), item(quantity=QUANTITY_MAX))
    with pytest.raises(BasketInvalidError):
        rules.add(full, item())
    with pytest.raises(BasketInvalidError):
        rules.set_quantity(full, item().key, QUANTITY_MAX + 1)
    many = Basket(tuple(item(f"v{number}") for number in range(LINES_MAX)))
    with pytest.raises(BasketInvalidError):
        rules.add(many, item("one-more"))


def test_zero_removes_and_unknown_changes_nothing() -> None:
    """A quantity of zero takes the line out; a key nobody knows leaves the basket and its revision alone."""
    basket = rules.add(Basket(), item())
    assert rules.set_quantity(basket, item().key, 0).items == ()
    assert rules.set_quantity(basket, "unknown", 3) == basket


def test_a_damaged_session_is_an_empty_basket() -> None:
    """Whatever an old or damaged session holds, the page works."""
    kept = rules.to_session(rules.add(Basket(), item()))
    assert rules.from_session(kept).pieces == 1
    for damaged in (None, 3, {"items": [{"shop_id": 1}]}, {"items": [["s1", "p1", "v1", -4, 0]]}):
        assert rules.from_session(damaged) == Basket()
