"""What was said about an order, as sentences."""

from datetime import UTC, datetime

from federation.conversations import messages
from federation.service.history import SaidOfOrder
from federation.vocabulary.money import Money
from marketplace.console.views.history import told

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def said(kind: str, body: messages.EventBody | None, *, sent: bool, heard: bool = True) -> SaidOfOrder:
    """One event."""
    return SaidOfOrder(sent=sent, sequence=1, kind=kind, body=body, at=NOW, arrived_at=NOW if heard else None)


def test_each_kind_reads_as_a_sentence() -> None:
    """Who said what to whom, with the words or the amount it carried, and whether it was heard."""
    amount = Money(500, "EUR")
    events = told(
        "Hub",
        "Aurora",
        [
            said("shipped", messages.Shipped(carrier="GLS", tracking="1"), sent=False),
            said("transferred", messages.Transferred(amount=amount), sent=True, heard=False),
            said("declined", messages.Declined(reason="sold"), sent=False),
            said("something_new", None, sent=False),
        ],
    )
    assert [(one.who, one.what, one.detail, one.amount, one.waiting) for one in events] == [
        ("Aurora", "sent a parcel", "GLS 1", None, False),
        ("Hub", "told Aurora of a transfer", "", amount, True),
        ("Aurora", "declined the order", "sold", None, False),
        ("Aurora", "something new", "", None, False),
    ]
