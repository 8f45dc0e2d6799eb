"""Dividing a sale."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.vocabulary.money import Money
from payouts.domain.split import SaleLine, SaleShare, split_preview
from payouts.errors import AmountInvalidError
from tests.payouts.worked_example import COUPON_MINOR, SHARES, TOTAL, A, B, euro


def test_worked_example_row_by_row() -> None:
    """Every line of the worked example is divided as the design's table says."""
    rows = {
        line.line_id: (line.base, line.coupon, line.paid, line.commission, line.vat, line.referral, line.seller)
        for share in split_preview(SHARES, COUPON_MINOR)
        for line in share.lines
    }
    assert rows == {
        "dress": (12000, 357, 11643, 1200, 240, 1440, 9120),
        "scarf": (3500, 104, 3396, 350, 70, 0, 3080),
        "shoes": (8091, 241, 7850, 809, 162, 0, 7120),
        "ring": (9998, 298, 9700, 1000, 0, 0, 8998),
    }


def test_worked_example_sums() -> None:
    """The charge is 347.59; the hub keeps 28.31 of it and the shops get the rest."""
    splits = split_preview(SHARES, COUPON_MINOR)
    assert sum((split.paid for split in splits), start=euro(0)) == TOTAL
    owed = {split.shop_id: split.seller.amount_minor + split.shipping for split in splits}
    referral = sum(line.referral for split in splits for line in split.lines)
    assert owed == {A: 12890, B: 7610, "shop-c": 9988}
    assert TOTAL.amount_minor - sum(owed.values()) - referral == 2831


@st.composite
def orders(draw: st.DrawFn) -> tuple[tuple[SaleShare, ...], int]:
    """An order of up to four shops, and a coupon no greater than its goods."""
    shares = []
    for number in range(draw(st.integers(1, 4))):
        lines = tuple(
            SaleLine(
                f"line-{number}-{index}",
                draw(st.integers(1, 9)),
                euro(draw(st.integers(0, 10**7))),
                draw(st.integers(0, 3000)),
                draw(st.integers(0, 2700)),
                referral_bp=draw(st.integers(1, 2000)),
                referrer="other",
            )
            for index in range(draw(st.integers(1, 5)))
        )
        shares.append(SaleShare(f"shop-{number}", UUID(int=number), lines, euro(draw(st.integers(0, 5000)))))
    goods = sum(line.unit_price.amount_minor * line.quantity for share in shares for line in share.lines)
    return tuple(shares), draw(st.integers(0, goods))


@given(orders())
def test_every_cent_is_somebodys(order: tuple[tuple[SaleShare, ...], int]) -> None:
    """Each line's parts sum to what was paid for it, and the whole order to its goods less the coupon plus shipping."""
    shares, coupon = order
    splits = split_preview(shares, coupon)
    for split in splits:
        for line in split.lines:
            assert line.paid == line.seller + line.commission + line.vat + line.referral - line.coupon
            assert line.paid == line.base - line.coupon
            assert min(line.paid, line.seller, line.commission, line.vat, line.referral, line.coupon) >= 0
    goods = sum(line.unit_price.amount_minor * line.quantity for share in shares for line in share.lines)
    shipping = sum(share.shipping.amount_minor for share in shares)
    assert sum(split.paid.amount_minor for split in splits) == goods - coupon + shipping


@given(orders())
def test_the_coupon_costs_no_seller_anything(order: tuple[tuple[SaleShare, ...], int]) -> None:
    """Sellers get the same with and without the hub's coupon."""
    shares, coupon = order
    with_coupon = [split.seller for split in split_preview(shares, coupon)]
    assert with_coupon == [split.seller for split in split_preview(shares)]


@pytest.mark.parametrize(
    "line",
    [
        SaleLine("x", 0, euro(100), 0, 0),
        SaleLine("x", 1, euro(-1), 0, 0),
        SaleLine("x", 1, euro(100), 10_001, 0),
        SaleLine("x", 1, euro(100), 0, -1),
        SaleLine("x", 1, euro(100), 0, 0, seller_discount_minor=101),
        SaleLine("x", 1, euro(100), 0, 0, referral_bp=100),
        SaleLine("x", 1, euro(100), 9000, 9000),
        SaleLine("x", 1, Money(100, "GBP"), 0, 0),
    ],
)
def test_lines_that_cannot_be_divided_are_refused(line: SaleLine) -> None:
    """Quantities, prices, rates and currencies out of range, and deductions beyond the price, are refused."""
    with pytest.raises(AmountInvalidError):
        split_preview([SaleShare(A, UUID(int=1), (line,), euro(0))])


def test_coupon_beyond_the_goods_is_refused() -> None:
    """A coupon never pays for shipping."""
    share = SaleShare(B, UUID(int=1), (SaleLine("x", 1, euro(100), 0, 0),), euro(500))
    with pytest.raises(AmountInvalidError):
        split_preview([share], 101)
