"""What a boutique's voucher takes off: never more than there is, exact in all, the same at both ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.conversations.vouchers import LEAST_LEFT_MINOR, Priced, Voucher, covered, discounts

BEGINS = "2026-11-22T09:00:00Z"


def voucher(**changes: object) -> Voucher:
    """Ten per cent off everything."""
    values = {"code": "AUTUMN", "currency": "EUR", "percent_bp": 1_000, "starts_at": BEGINS}
    return Voucher(**(values | changes))  # type: ignore[arg-type]


def test_the_worked_example_takes_ten_per_cent_off_the_shoes() -> None:
    """8990 less 10 % is 8091 (payments, worked example); pieces it is not for stay as they are."""
    lines = [Priced("shoes", 8_990), Priced("ring", 9_998)]
    assert discounts(voucher(products=("shoes",)), lines) == (899, 0)
    assert covered(voucher(products=("shoes",)), lines) == 8_990


def test_nothing_is_taken_off_below_the_minimum() -> None:
    """The minimum counts the pieces the voucher is for."""
    lines = [Priced("a", 4_000), Priced("b", 6_000)]
    assert discounts(voucher(minimum=10_000), lines) == (400, 600)
    assert discounts(voucher(minimum=10_001), lines) == (0, 0)
    assert discounts(voucher(minimum=5_000, products=("a",)), lines) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "sound"),
    [
        ({}, True),
        ({"percent_bp": 0}, False),
        ({"amount": 500, "minimum": 1_000}, False),
        ({"percent_bp": 0, "amount": 500, "minimum": 600}, True),
        ({"percent_bp": 0, "amount": 500, "minimum": 599}, False),
    ],
)
def test_a_voucher_takes_off_one_thing_and_leaves_something(changes: dict[str, object], *, sound: bool) -> None:
    """Either a percentage or an amount, and an amount needs a minimum above it."""
    assert voucher(**changes).is_sound == sound


@given(
    goods=st.lists(st.integers(0, 10**7), min_size=1, max_size=12),
    amount=st.integers(1, 10**6),
    percent_bp=st.integers(1, 9_000),
    minimum=st.integers(0, 10**6),
)
def test_no_line_pays_back(goods: list[int], amount: int, percent_bp: int, minimum: int) -> None:
    """No discount exceeds its line; an amount is taken off to the last unit, and the least stays to be paid."""
    lines = [Priced(f"p{place % 3}", each) for place, each in enumerate(goods)]
    for one in (
        voucher(percent_bp=0, amount=amount, minimum=minimum),
        voucher(percent_bp=percent_bp, minimum=minimum, products=("p0", "p2")),
    ):
        found = discounts(one, lines)
        whole = covered(one, lines)
        assert all(0 <= off <= line.goods for off, line in zip(found, lines, strict=True))
        if whole < max(minimum, LEAST_LEFT_MINOR):
            assert not any(found)
        elif one.amount:
            assert sum(found) == min(amount, whole - LEAST_LEFT_MINOR)
