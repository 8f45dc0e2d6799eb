"""The refund form."""

import pytest

from federation.vocabulary.ids import new_id
from marketplace.console.refund_form import form_fields, read_refund
from marketplace.errors import RefundInvalidError


def test_what_is_read_can_be_said_again() -> None:
    """The hidden fields made from a request say that same request."""
    line_id = str(new_id())
    form = {
        "refund_id": str(new_id()),
        "shop_order_id": str(new_id()),
        f"quantity:{line_id}": " 2 ",
        "quantity:other": "0",
        "shipping": "1",
        "reason": "  small ",
    }
    request = read_refund(form)
    assert ([(line.line_id, line.quantity) for line in request.lines], request.shipping) == ([(line_id, 2)], True)
    assert request.reason == "small"
    assert read_refund(form_fields(request) | {"reason": "small"}) == request


@pytest.mark.parametrize("quantity", ["two", "1.5", "-1", "²", "1234567", "99999"])
def test_pieces_are_small_whole_numbers(quantity: str) -> None:
    """Whatever else is written is refused with a sentence."""
    with pytest.raises(RefundInvalidError):
        read_refund({"refund_id": str(new_id()), "shop_order_id": str(new_id()), "quantity:x": quantity})
