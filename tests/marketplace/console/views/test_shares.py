"""What became of a share, in plain words."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from marketplace.console.views.shares import KINDS, course
from payouts.domain.hold import HoldReason, HoldRecord
from payouts.domain.records import SettlementRecord
from payouts.domain.settlement import SettlementKind, SettlementStatus
from payouts.service.order_money import Share
from payouts.store.order_money import ShareTransfer

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def share(*holds: HoldRecord, transfers: tuple[ShareTransfer, ...] = (), **changes: Any) -> Share:
    """A share of 10.00."""
    values: dict[str, Any] = {
        "id": UUID(int=1),
        "order_id": UUID(int=2),
        "payment_id": UUID(int=3),
        "shop_order_id": UUID(int=4),
        "shop_id": "a",
        "kind": SettlementKind.SALE,
        "currency": "EUR",
        "amount_minor": 1_000,
        "release_after": "delivered",
        "release_window_days": 14,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Share(
        settlement=SettlementRecord(**(values | changes)), holds=holds, transfers=transfers, reserves=(), claims=()
    )


def sent(**changes: Any) -> ShareTransfer:
    """An attempt that succeeded."""
    values: dict[str, Any] = {
        "settlement_id": UUID(int=1),
        "status": "sent",
        "amount_minor": 1_000,
        "currency": "EUR",
        "provider_id": "tr_1",
        "error": "",
        "submitted_at": NOW,
        "finished_at": NOW,
        "payout_id": None,
        "payout_status": None,
        "payout_at": None,
        "arrival_at": None,
    }
    return ShareTransfer(**(values | changes))


HOLD = HoldRecord(
    shop_order_id=UUID(int=4), reason=HoldReason.OPERATOR, reference="console", placed_at=NOW, placed_by="op"
)
PAID = sent(payout_id=UUID(int=5), payout_status="paid", arrival_at=NOW + DAY)


@pytest.mark.parametrize(
    ("shown", "why", "then"),
    [
        (share(), "Everything in this part has to arrive first.", "14 days after that it is sent."),
        (share(due_at=NOW + DAY), "Its day has not come.", "On 23 Nov 2026 it is sent by itself."),
        (share(due_at=NOW - DAY), "Its day has come, and something stands in the way", "It is tried again"),
        (share(HOLD), "It waits for you: an operator holds it up.", "Once that is over"),
        (share(status=SettlementStatus.QUEUED), "paid from the hub’s own bank", "make one under Bank files"),
        (
            share(status=SettlementStatus.BLOCKED, block_reason="balance"),
            "It waits for the shopper’s money",
            "by itself",
        ),
        (share(status=SettlementStatus.BLOCKED, block_reason="refused"), "It waits for you", "under Blocked"),
        (share(status=SettlementStatus.REFUNDED, refunded_minor=1_000), "Given back to the shopper before", ""),
        (share(status=SettlementStatus.REFUNDED, disputed_minor=1_000), "The shopper’s bank took it back", ""),
        (share(status=SettlementStatus.REFUNDED, refunded_minor=1, disputed_minor=999), "the rest by the bank", ""),
        (share(status=SettlementStatus.SENT, transfers=(sent(),)), "Sent on 22 Nov 2026.", "next payout"),
        (share(status=SettlementStatus.SENT, transfers=(PAID,)), "Sent on 22 Nov 2026.", "reached the boutique’s bank"),
    ],
)
def test_each_state_says_why_and_what_comes_next(shown: Share, why: str, then: str) -> None:
    """No state leaves a reader asking."""
    found = course(shown, NOW)
    assert why in found.why
    assert then in found.then


def test_every_state_and_kind_has_its_words() -> None:
    """Nothing falls through, whatever is added to the life of a share."""
    assert all(course(share(status=status), NOW).why for status in SettlementStatus)
    assert set(KINDS) == {kind.value for kind in SettlementKind}
