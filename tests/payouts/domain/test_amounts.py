"""Shares of a whole and rounding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.domain.amounts import allocate, portion, rate_of
from payouts.errors import AmountInvalidError

totals = st.integers(-(10**12), 10**12)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=12)


def test_leftover_units_go_to_the_largest_remainders() -> None:
    """A coupon of 10.00 over the worked example's bases is 3.57, 1.04, 2.41 and 2.98."""
    assert allocate(1000, [12000, 3500, 8091, 9998]) == (357, 104, 241, 298)


def test_ties_go_to_the_lowest_index() -> None:
    """One unit among equals goes to the first."""
    assert allocate(1, [5, 5, 5]) == (1, 0, 0)


def test_negative_totals_mirror_positive_ones() -> None:
    """Minus five by 7:3 is minus four and minus one, as five is four and one."""
    assert allocate(5, [7, 3]) == (4, 1)
    assert allocate(-5, [7, 3]) == (-4, -1)


@given(totals, weights)
def test_parts_sum_to_the_total_and_mirror(total: int, shares: list[int]) -> None:
    """Whatever is divided comes back to the unit, zero weights get nothing, and the sign does not matter."""
    if sum(shares) == 0:
        return
    parts = allocate(total, shares)
    assert sum(parts) == total
    assert all(part == 0 for part, weight in zip(parts, shares, strict=True) if weight == 0)
    assert allocate(-total, shares) == tuple(-part for part in parts)


@given(st.integers(0, 10**12), weights)
def test_each_part_is_within_one_unit_of_its_exact_share(total: int, shares: list[int]) -> None:
    """No share is off by a whole unit."""
    whole = sum(shares)
    if whole == 0:
        return
    for part, weight in zip(allocate(total, shares), shares, strict=True):
        assert abs(part * whole - total * weight) < whole


def test_nothing_to_divide_by_is_refused() -> None:
    """An amount cannot be divided among shares that weigh nothing; nothing can."""
    assert allocate(0, [0, 0]) == (0, 0)
    with pytest.raises(AmountInvalidError):
        allocate(1, [0, 0])
    with pytest.raises(AmountInvalidError):
        allocate(1, [2, -1])


def test_rounding_is_half_up() -> None:
    """Half a unit counts as one."""
    assert portion(5, 1, 2) == 3
    assert rate_of(8091, 1000) == 809
    assert rate_of(15, 1000) == 2
    with pytest.raises(AmountInvalidError):
        portion(-1, 1, 2)
