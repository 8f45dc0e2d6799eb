"""What can be given back."""

from uuid import UUID

import pytest

from federation.vocabulary.money import Money
from marketplace.errors import RefundInvalidError
from marketplace.orders.domain.refunds import Refundable, RefundLine, RefundRequest, plan_refund, whole_refund

LINES = (
    Refundable("one", "Dress", 2, Money(5_000, "EUR"), Money(10_000, "EUR")),
    Refundable("two", "Hat", 0, Money(3_000, "EUR"), Money(0, "EUR")),
)
SHIPPING = Money(690, "EUR")


def request(*lines: RefundLine, shipping: bool = False) -> RefundRequest:
    """A request for these lines."""
    return RefundRequest(refund_id=UUID(int=1), shop_order_id=UUID(int=2), lines=lines, shipping=shipping)


def test_pieces_and_parcel_add_up() -> None:
    """A refund is so many pieces at their price, and the parcel if asked."""
    plan = plan_refund(request(RefundLine("one", 1), shipping=True), LINES, SHIPPING)
    assert plan.amount == Money(5_690, "EUR")


@pytest.mark.parametrize(
    "asked",
    [
        request(RefundLine("one", 3)),
        request(RefundLine("one", 2), RefundLine("one", 1)),
        request(RefundLine("two", 1)),
        request(RefundLine("unknown", 1)),
        request(),
    ],
)
def test_more_than_what_is_left_is_refused(asked: RefundRequest) -> None:
    """No piece comes back twice, however it is asked for, and nothing is no refund."""
    with pytest.raises(RefundInvalidError):
        plan_refund(asked, LINES, SHIPPING)


def test_shipping_comes_back_once() -> None:
    """Free or refunded shipping cannot be refunded."""
    with pytest.raises(RefundInvalidError):
        plan_refund(request(shipping=True), LINES, Money(0, "EUR"))


def test_the_whole_rest_leaves_nothing() -> None:
    """What is left of each line and of the parcel, and an amount of zero when nothing is."""
    rest = whole_refund(LINES, SHIPPING)
    assert (rest.lines, rest.shipping, rest.amount) == ((RefundLine("one", 2),), True, Money(10_690, "EUR"))
    assert not whole_refund(LINES[1:], Money(0, "EUR")).amount
