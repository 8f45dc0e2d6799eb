"""What may be done with an order, what a parcel holds, what money comes to."""

import pytest

from federation.conversations.messages import ShippedLine
from federation.vocabulary.errors import RecordInvalidError
from shops.orders.domain.orders import Line, OrderMoney, actions, parcel, total


def line(line_id: str, quantity: int, shipped: int = 0, refunded: int = 0) -> Line:
    return Line(
        line_id=line_id,
        product_id="p",
        variant_id="v",
        sku="S",
        title="Dress",
        size_label="42",
        colour="Notte",
        quantity=quantity,
        unit_price_minor=100,
        shipped=shipped,
        refunded=refunded,
    )


def money(currency: str = "EUR", seller: int = 900, refunded: int = 0, transferred: int = 0) -> OrderMoney:
    return OrderMoney(
        currency=currency,
        total_minor=1_100,
        seller_minor=seller,
        commission_minor=100,
        commission_vat_minor=0,
        shipping_minor=100,
        refunded_minor=refunded,
        seller_refunded_minor=refunded,
        transferred_minor=transferred,
        paid_out_minor=0,
    )


def test_the_expected_thing_comes_first() -> None:
    """A new order offers to accept first; a wish to cancel comes before everything."""
    assert actions("placed", "none", pieces_left=1)[0] == "accept"
    assert actions("accepted", "none", pieces_left=1) == ("ship", "cancel")
    assert actions("accepted", "requested", pieces_left=1)[:2] == ("cancel", "refuse_cancel")
    assert actions("in_fulfilment", "none", pieces_left=0) == ("deliver",)
    assert actions("cancelled", "cancelled", pieces_left=1) == ()


def test_an_empty_choice_ships_everything_left() -> None:
    """Without figures a parcel holds what has not left and was not refunded."""
    lines = [line("a", 3, shipped=1), line("b", 2, refunded=2)]
    assert parcel(lines, {}) == (ShippedLine("a", 2),)


def test_more_than_is_left_cannot_leave() -> None:
    """A parcel with more pieces than are left, or with none, is refused."""
    with pytest.raises(RecordInvalidError, match="2 left to ship"):
        parcel([line("a", 3, shipped=1)], {"a": 3})
    with pytest.raises(RecordInvalidError, match="nothing is left"):
        parcel([line("a", 1, shipped=1)], {})


def test_owed_is_due_less_transferred() -> None:
    """What is owed follows refunds and transfers, below zero when the boutique owes."""
    assert money().owed_minor == 1_000
    assert money(refunded=300, transferred=1_000).owed_minor == -300


def test_currencies_are_summed_apart() -> None:
    """A sum never mixes currencies."""
    sums = total([money(), money(seller=500), money("CHF")])
    assert (sums["EUR"].seller_minor, sums["CHF"].seller_minor) == (1_400, 900)
