"""VAT on the hub's commission, and inside a price."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.domain.vat import charged_bp, goods_rate_bp, included, treatment_of, vat_id_right


@pytest.mark.parametrize(
    ("hub", "shop", "has_vat_id", "treatment", "charged"),
    [
        ("IT", "IT", False, "domestic", 2200),
        ("IT", "FR", True, "reverse-charge", 0),
        ("IT", "FR", False, "no-vat-id", 2200),
        ("IT", "CH", True, "outside-scope", 0),
        ("CH", "CH", False, "domestic", 2200),
        ("CH", "IT", True, "outside-scope", 0),
    ],
)
def test_the_commission_is_taxed_by_where_the_boutique_is(
    hub: str, shop: str, *, has_vat_id: bool, treatment: str, charged: int
) -> None:
    """The hub's own rate at home and for want of an id; reverse charge within the Union; nothing beyond it."""
    found = treatment_of(hub, shop, has_vat_id=has_vat_id)
    assert (found, charged_bp(found, 2200)) == (treatment, charged)


@pytest.mark.parametrize(
    ("vat_id", "country", "right", "by_form"),
    [
        ("DE136695976", "DE", True, True),
        ("DE 136 695 976", "DE", True, True),
        ("DE136695977", "DE", False, True),
        ("IT00743110157", "IT", True, True),
        ("IT00743110157", "FR", False, False),
        ("EL094259216", "GR", True, True),
        ("FR40303265045", "FR", True, True),
        ("", "DE", False, False),
        ("CHE-123.456.788 TVA", "CH", False, False),
    ],
)
def test_a_vat_id_is_believed_by_its_digits(vat_id: str, country: str, *, right: bool, by_form: bool) -> None:
    """Check digits tell a slip; where ids are invented their form alone counts; another country's id is none."""
    assert vat_id_right(vat_id, country) is right
    assert vat_id_right(vat_id, country, by_form=True) is by_form


def test_the_vat_inside_a_price_is_that_of_where_it_goes() -> None:
    """Within the Union the destination's standard rate; none beyond it, none from a boutique outside."""
    assert goods_rate_bp("IT", "DE") == 1900
    assert goods_rate_bp("IT", "US") == 0
    assert goods_rate_bp("CH", "DE") == 0
    assert included(12_200, 2_200) == 2_200


@given(st.integers(0, 10**9), st.integers(0, 10_000))
def test_a_price_is_its_net_and_the_vat_in_it(amount: int, rate_bp: int) -> None:
    """What is inside is never more than the price, and comes back to it within one cent."""
    inside = included(amount, rate_bp)
    net = amount - inside
    assert 0 <= inside <= amount
    assert abs(net * rate_bp - inside * 10_000) <= 10_000
