"""Partial refunds by cumulative difference."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.domain.amounts import rate_of
from payouts.domain.giveback import Components, Refundable, amount_of_quantity, given_back, refund_components
from payouts.errors import RefundRefusedError

RINGS = Components(paid=9700, seller=8998, commission=1000, coupon=298)


def test_worked_example_of_one_ring() -> None:
    """One of two rings: 48.50 to the shopper, 44.99 from the shop, 5.00 commission, 1.49 less coupon."""
    amount = amount_of_quantity(Refundable(9700, 2, 0, 0), 1)
    assert refund_components(RINGS, 0, amount) == Components(4850, 4499, 500, 0, 0, 149)


@st.composite
def sold_lines(draw: st.DrawFn) -> Components:
    """A line as `split` makes it."""
    base = draw(st.integers(1, 10**6))
    coupon = draw(st.integers(0, base - 1))
    commission = rate_of(base, draw(st.integers(0, 3000)))
    vat = rate_of(commission, draw(st.integers(0, 2700)))
    referral = rate_of(base, draw(st.integers(0, 2000)))
    return Components(base - coupon, base - commission - vat - referral, commission, vat, referral, coupon)


@given(sold_lines(), st.lists(st.integers(1, 10**5), max_size=20))
def test_any_cutting_of_a_full_refund_ends_exact(line: Components, cuts: list[int]) -> None:
    """However a full refund is cut, each component is returned to the cent, and each part balances."""
    done, parts = 0, []
    for cut in [*cuts, line.paid]:
        amount = min(cut, line.paid - done)
        if amount:
            parts.append(refund_components(line, done, amount))
            done += amount
    for part in parts:
        assert part.paid == part.seller + part.commission + part.vat + part.referral - part.coupon
    for name in ("paid", "seller", "commission", "vat", "referral", "coupon"):
        assert sum(getattr(part, name) for part in parts) == getattr(line, name)


@given(sold_lines(), st.integers(0, 10**6))
def test_what_was_given_back_depends_only_on_how_much(line: Components, done: int) -> None:
    """Two ways to the same sum have given back the same, and never more than a component."""
    done = min(done, line.paid)
    back = given_back(line, done)
    assert back.paid == done
    assert back.commission <= line.commission
    assert back.vat <= line.vat
    assert given_back(line, line.paid) == line


@given(st.integers(0, 10**6), st.integers(1, 12))
def test_pieces_one_by_one_are_worth_the_whole(paid: int, quantity: int) -> None:
    """Refunding piece by piece returns the whole line and never a negative amount."""
    refunded = 0
    for index in range(quantity):
        amount = amount_of_quantity(Refundable(paid, quantity, refunded, index), 1)
        assert amount >= 0
        refunded += amount
    assert refunded == paid


def test_last_piece_gets_what_a_partial_amount_left() -> None:
    """After 30.00 were given back by amount, two pieces of 97.00 are worth what is left of it."""
    assert amount_of_quantity(Refundable(9700, 2, 3000, 0), 1) == 4850
    assert amount_of_quantity(Refundable(9700, 2, 7850, 1), 1) == 1850


@pytest.mark.parametrize("quantity", [0, -1, 3])
def test_more_pieces_than_are_left_are_refused(quantity: int) -> None:
    """Nothing, less than nothing, and more than there is are no refunds."""
    with pytest.raises(RefundRefusedError):
        amount_of_quantity(Refundable(9700, 2, 0, 0), quantity)


@pytest.mark.parametrize("amount", [0, -1, 9701])
def test_more_money_than_is_left_is_refused(amount: int) -> None:
    """A refund is positive and never exceeds what was paid."""
    with pytest.raises(RefundRefusedError):
        refund_components(RINGS, 0, amount)
