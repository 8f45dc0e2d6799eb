"""Order numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.orders.domain.numbers import NUMBER_SPACE, order_number, shop_order_number


@given(st.integers(min_value=0, max_value=NUMBER_SPACE - 1), st.integers(min_value=0, max_value=NUMBER_SPACE - 1))
def test_different_draws_give_different_numbers(first: int, second: int) -> None:
    """No two draws below the space share a number."""
    assert (order_number(first) == order_number(second)) == (first == second)


@pytest.mark.parametrize(("drawn", "number"), [(0, "G-000000"), (31, "G-00000Z"), (32, "G-000010")])
def test_numbers_read_aloud(drawn: int, number: str) -> None:
    """Six digits of Crockford's base 32, without letters that look like digits."""
    assert order_number(drawn) == number
    assert shop_order_number(number, 2) == f"{number}-2"
