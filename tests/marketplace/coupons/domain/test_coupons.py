"""What a coupon takes off."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.vocabulary.money import Money
from marketplace.coupons.domain.coupons import (
    LEAST_TO_PAY_MINOR,
    Coupon,
    CouponTerms,
    checked,
    normal_code,
    terms_for,
)
from marketplace.currencies.domain.exchange import Exchange
from marketplace.errors import CouponInvalidError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TEN = Coupon(
    code="SPRING", kind="amount", amount_minor=1000, currency="EUR", minimum_minor=5000, starts_at=NOW, made_at=NOW
)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_minor": 0},
        {"percent_bp": 500},
        {"kind": "percent"},
        {"kind": "percent", "amount_minor": 0, "percent_bp": 9001},
        {"minimum_minor": 1000},
        {"currency": "ZZZ"},
        {"ends_at": NOW},
        {"code": "no"},
        {"uses_max": 0},
    ],
)
def test_a_coupon_that_contradicts_itself_is_refused(changes: dict[str, Any]) -> None:
    """Neither or both kinds, too much, too little to pay for it, no known currency, an end before the beginning."""
    with pytest.raises(CouponInvalidError):
        checked(msgspec.structs.replace(TEN, **changes))


@pytest.mark.parametrize(
    ("changes", "goods", "word"),
    [
        ({"stopped_at": NOW}, 6000, "ended"),
        ({"ends_at": NOW}, 6000, "ended"),
        ({"starts_at": NOW + timedelta(days=1)}, 6000, "not be used yet|cannot be used yet"),
        ({}, 4999, "50.00 EUR or more"),
        ({"currency": "GBP"}, 6000, "orders in GBP"),
    ],
)
def test_a_coupon_says_why_it_cannot_be_used(changes: dict[str, Any], goods: int, word: str) -> None:
    """Its time, its minimum and its currency."""
    with pytest.raises(CouponInvalidError, match=word):
        terms_for(msgspec.structs.replace(TEN, **changes), Money(goods, "EUR"), Exchange("EUR"), NOW)


def test_a_code_is_read_as_people_type_it() -> None:
    """Blanks and small letters do no harm."""
    assert normal_code("  spring 10 ") == "SPRING10"


@given(st.integers(0, 10**7), st.integers(0, 9000), st.integers(0, 10**7))
def test_something_always_stays_to_be_paid(goods: int, percent_bp: int, shown: int) -> None:
    """A coupon never takes the last of the pieces' price, and is never negative."""
    terms = CouponTerms(code="X", percent_bp=percent_bp, amount_minor=shown, currency="EUR", shown_minor=shown)
    off = terms.off_minor(goods)
    assert 0 <= off <= max(0, goods - LEAST_TO_PAY_MINOR)


@given(st.integers(1, 10**7), st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7))
def test_below_its_minimum_a_coupon_takes_off_in_proportion(agreed: int, gone: int, shown: int, minimum: int) -> None:
    """Never more than was agreed, nor than its share of what is left; above the minimum it is whole."""
    terms = CouponTerms(
        code="X", percent_bp=0, amount_minor=shown, currency="EUR", shown_minor=shown, minimum_shown_minor=minimum
    )
    left = max(0, agreed - gone)
    off = terms.off_left_minor(left, agreed)
    assert 0 <= off <= max(0, left - LEAST_TO_PAY_MINOR)
    if left >= minimum:
        assert off == terms.off_minor(left)
    else:
        assert off * agreed <= terms.off_minor(agreed) * left


def test_the_terms_of_an_order_begun_before_minimums_were_kept_can_be_read() -> None:
    """They have no minimum; those made now have that of the coupon."""
    old = b'{"code":"X","percent_bp":0,"amount_minor":5,"currency":"EUR","shown_minor":5}'
    assert msgspec.json.decode(old, type=CouponTerms).minimum_shown_minor == 0
    assert terms_for(TEN, Money(6000, "EUR"), Exchange("EUR"), NOW).minimum_shown_minor == TEN.minimum_minor
