"""The VAT inside a receipt: each line rounded by itself, parcels taxed as what is in them, no rate guessed."""

import msgspec
import pytest

from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from marketplace.orders.domain.receipt import vat_inside
from marketplace.orders.domain.values import Line


def line(unit_minor: int, quantity: int = 1, *, rate_bp: int | None = 2_200, coupon_minor: int = 0) -> Line:
    """A line of a receipt."""
    return Line(
        id=new_id(),
        shop_order_id=new_id(),
        position=0,
        product_id="p",
        variant_id="v",
        sku="S",
        title="Dress",
        size_label="42",
        colour="Blue",
        leaf_hash="",
        quantity=quantity,
        unit_minor=unit_minor,
        list_unit_minor=unit_minor,
        commission_bp=0,
        vat_bp=0,
        commission_minor=0,
        commission_vat_minor=0,
        seller_minor=0,
        coupon_minor=coupon_minor,
        inside_vat_bp=rate_bp,
    )


@pytest.mark.parametrize(
    ("lines", "shipping", "found"),
    [
        ([line(12_200)], 0, [(2_200, 12_200, 2_200)]),
        ([line(12_200), line(100, 3)], 610, [(2_200, 13_110, 2_200 + 54 + 110)]),
        ([line(10_000, coupon_minor=1_000)], 0, [(2_200, 9_000, 1_623)]),
        ([line(10_000), line(10_000, rate_bp=0)], 101, [(2_200, 10_051, 1_803 + 9), (0, 10_050, 0)]),
        ([line(0)], 500, [(2_200, 500, 90)]),
    ],
)
def test_vat_is_worked_out_line_by_line(lines: list[Line], shipping: int, found: list[tuple[int, int, int]]) -> None:
    """Half a cent up for each line; what it is of comes to what was paid, parcel included."""
    made = vat_inside(lines, shipping, "EUR")
    assert made is not None
    assert [msgspec.structs.astuple(one) for one in made] == [
        (rate, Money(paid, "EUR"), Money(vat, "EUR")) for rate, paid, vat in found
    ]
    assert sum(one.paid.amount_minor for one in made) == sum(each.total_minor for each in lines) + shipping


def test_an_unknown_rate_is_not_guessed() -> None:
    """One line without a rate, and the receipt says nothing of VAT."""
    assert vat_inside([line(100), line(100, rate_bp=None)], 0, "EUR") is None
    assert vat_inside([], 0, "EUR") is None
