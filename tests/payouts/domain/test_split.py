"""Dividing a sale."""

from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.vocabulary.money import Money
from payouts.domain.split import LineSplit, SaleLine, SaleShare, promotions, split_preview
from payouts.errors import AmountInvalidError
from tests.payouts.worked_example import COUPON_MINOR, PART_A, SHARES, TOTAL, A, B, euro


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
    """A line's seller gets the same with and without the hub's coupon.

    Only where so little was paid that the referral is cut to it, what is cut stays with the seller.
    """
    shares, coupon = order
    without = [line for split in split_preview(shares) for line in split.lines]
    for line, plain in zip(
        (line for split in split_preview(shares, coupon) for line in split.lines), without, strict=True
    ):
        assert line.seller + line.referral == plain.seller + plain.referral
        assert line.seller == plain.seller or plain.referral > line.referral == line.paid


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


@st.composite
def ruled_lines(draw: st.DrawFn) -> SaleLine:
    """A line under a rule with any amounts: they may well come to more than the price."""
    floor = draw(st.integers(0, 5000))
    referral_bp = draw(st.integers(0, 1500))
    return SaleLine(
        "x",
        draw(st.integers(1, 5)),
        euro(draw(st.integers(1, 10**6))),
        draw(st.integers(0, 5000)),
        draw(st.integers(0, 2700)),
        referral_bp=referral_bp,
        referrer="other" if referral_bp else "",
        fixed_minor=draw(st.integers(0, 3000)),
        floor_minor=floor,
        cap_minor=draw(st.none() | st.integers(floor, 20_000)),
        goods_vat_bp=draw(st.sampled_from([0, 1900, 2200, 2550])),
    )


def _alone(line: SaleLine) -> LineSplit:
    return split_preview([SaleShare(A, UUID(int=1), (line,), euro(0))])[0].lines[0]


@given(ruled_lines())
def test_a_rule_with_amounts_never_takes_more_than_the_price(line: SaleLine) -> None:
    """Whatever floor and fixed part ask for, the parts come to the price and the seller is owed nothing or more."""
    split = _alone(line)
    assert split.commission + split.vat + split.referral + split.seller == split.base
    assert min(split.commission, split.vat, split.referral, split.seller) >= 0
    if line.cap_minor is not None:
        assert split.commission <= line.cap_minor * line.quantity


@given(ruled_lines(), st.integers(1, 10**5))
def test_a_higher_price_never_lowers_anybodys_part(line: SaleLine, more: int) -> None:
    """Under one rule the commission grows with the price, and the seller gains no less than rounding takes."""
    dearer = msgspec.structs.replace(line, unit_price=line.unit_price + euro(more))
    before, after = _alone(line), _alone(dearer)
    assert after.commission >= before.commission
    assert after.referral >= before.referral
    assert after.seller >= before.seller - 2


def test_floor_cap_and_fixed_part_count_for_each_piece() -> None:
    """Three pieces under a floor of 5.00, a cap of 5.00, or 10 % and 0.50 each keep three times as much."""
    line = SaleLine("x", 3, euro(1000), 1000, 0)
    assert _alone(msgspec.structs.replace(line, floor_minor=500)).commission == 1500
    assert _alone(msgspec.structs.replace(line, commission_bp=9000, cap_minor=500)).commission == 1500
    assert _alone(msgspec.structs.replace(line, fixed_minor=50)).commission == 450


def test_the_rate_may_be_of_the_price_without_vat() -> None:
    """Of 122.00 with 22 % inside the rate is taken of 100.00; the seller is still the residual of 122.00."""
    split = _alone(SaleLine("x", 1, euro(12_200), 1000, 2200, goods_vat_bp=2200))
    assert (split.commission_base, split.commission, split.vat, split.seller) == (10_000, 1000, 220, 10_980)


def test_a_line_keeps_the_coupon_frozen_on_it() -> None:
    """Without a coupon for the whole order each line has its own; one beyond its price is refused."""
    line = SaleLine("x", 1, euro(1000), 1000, 0, coupon_minor=300)
    assert (_alone(line).paid, _alone(line).seller) == (700, 900)
    with pytest.raises(AmountInvalidError):
        _alone(msgspec.structs.replace(line, coupon_minor=1001))


@given(orders())
def test_what_leaves_the_payment_never_exceeds_it(order: tuple[tuple[SaleShare, ...], int]) -> None:
    """The hub's own balance pays what is owed beyond what was paid, as far as the coupon pays of each share."""
    splits = split_preview(*order)
    parts = promotions(splits)
    owed = sum(split.seller.amount_minor + split.referral.amount_minor + split.shipping for split in splits)
    paid = sum(split.paid.amount_minor for split in splits)
    for split, part in zip(splits, parts, strict=True):
        assert 0 <= part <= min(split.coupon.amount_minor, split.seller.amount_minor)
    assert owed - sum(parts) <= paid
    if owed <= paid:
        assert not any(parts)


def test_a_referral_is_not_more_than_was_paid() -> None:
    """11.00 with a coupon of 10.00 and 12 % for whoever sent the shopper: that is 1.32 of 1.00 paid, so 1.00."""
    line = SaleLine("line", 1, euro(1_100), 1_000, 2_200, referral_bp=1_200, referrer=B)
    splits = split_preview([SaleShare(A, PART_A, (line,), euro(490))], 1_000)
    assert splits[0].referral == euro(100)
    assert promotions(splits) == (splits[0].seller.amount_minor,)
