"""What an automatic payout claims by its list, where the provider has exchanged what we sent."""

from uuid import UUID

from federation.node import clock
from federation.vocabulary.money import Money
from payouts.domain.payout_list import PayoutItem, shared
from payouts.domain.records import MovementRecord


def test_what_was_exchanged_counts_once_at_the_lists_sum() -> None:
    """Two halves of a transfer in forints, one in pounds: the pounds as they are, the forints at the list's pounds."""
    sent = [("transfer:tr_1", 40_000, "HUF"), ("transfer:tr_1+", 50, "HUF"), ("transfer:tr_2", 700, "GBP")]
    movements = [
        MovementRecord(
            id=number,
            shop_id="a",
            settlement_id=UUID(int=number),
            reference=reference,
            amount_minor=amount,
            currency=currency,
            created_at=clock.now(),
        )
        for number, (reference, amount, currency) in enumerate(sent, start=1)
    ]
    items = [
        PayoutItem(id=source, kind="transfer", type="payment", source=source, net=Money(net, "GBP"))
        for source, net in (("tr_1", 85), ("tr_2", 700))
    ]
    found = shared(800, items, movements, {})
    assert [(one.id, one.amount_minor, one.currency) for one in found.claimed] == [
        (1, 85, "GBP"),
        (2, 0, "GBP"),
        (3, 700, "GBP"),
    ]
    assert (found.other_minor, found.unexplained_minor) == (15, 15)
