"""Holds and reserves: which reason weighs most, and how a debt draws on what was kept back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from payouts.domain.claim import age_bucket, by_age
from payouts.domain.hold import HoldReason, ReserveRecord, drawn, gravest, kept_back
from payouts.domain.jobs import JobRecord
from payouts.domain.settlement import BlockReason, SettlementKind

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def reserve(number: int, amount: int, used: int = 0) -> ReserveRecord:
    return ReserveRecord(
        id=UUID(int=number),
        settlement_id=UUID(int=1),
        shop_id="a",
        currency="EUR",
        amount_minor=amount,
        used_minor=used,
        release_at=NOW,
        created_at=NOW,
        updated_at=NOW,
    )


def test_the_gravest_reason_is_said() -> None:
    """A dispute comes before a return, whatever was placed first; every reason blocks under its own name."""
    assert gravest([HoldReason.OPERATOR, HoldReason.RETURN, HoldReason.DISPUTE]) is BlockReason.DISPUTE
    assert gravest([HoldReason.OPERATOR, HoldReason.RETURN]) is BlockReason.RETURN
    assert gravest([]) is None
    assert [gravest([reason]) for reason in HoldReason] == [BlockReason(reason.value) for reason in HoldReason]


@pytest.mark.parametrize(
    ("kind", "due", "basis_points", "kept"),
    [
        (SettlementKind.SALE, 8998, 1_000, 899),
        (SettlementKind.SALE, 1, 9_000, 0),
        (SettlementKind.REFERRAL, 100, 5_000, 50),
        (SettlementKind.SHIPPING, 690, 5_000, 0),
        (SettlementKind.ADJUSTMENT, 690, 5_000, 0),
    ],
)
def test_part_of_the_goods_is_kept_and_something_always_goes(
    kind: SettlementKind, due: int, basis_points: int, kept: int
) -> None:
    """Rounded down; shipping and corrections are never kept."""
    assert kept_back(kind, due, basis_points) == kept


def test_a_debt_draws_on_reserves_in_their_order() -> None:
    """The next to be released first, never more than is there or wanted."""
    kept = [reserve(1, 100, used=40), reserve(2, 500), reserve(3, 10)]
    assert [(one.id.int, amount) for one, amount in drawn(kept, 100)] == [(1, 60), (2, 40)]
    assert [(one.id.int, amount) for one, amount in drawn(kept, 10_000)] == [(1, 60), (2, 500), (3, 10)]
    assert drawn(kept, 0) == []


@pytest.mark.parametrize(("days", "bucket"), [(0, 0), (30, 0), (31, 1), (60, 1), (61, 2), (90, 2), (91, 3), (900, 3)])
def test_debts_age(days: int, bucket: int) -> None:
    """Thirty days, sixty, ninety, older."""
    assert age_bucket(NOW - timedelta(days=days), NOW) == bucket
    assert sum(by_age([(NOW - timedelta(days=days), 7)], NOW)) == 7


def test_a_job_is_late_after_three_missed_runs() -> None:
    """Or two minutes beyond its interval, if that is longer; one that never ran counts from when it was known."""
    job = JobRecord(name="pay.books", interval_seconds=3_600, known_since=NOW)
    assert not job.is_late(NOW + timedelta(hours=3))
    assert job.is_late(NOW + timedelta(hours=3, seconds=1))
    quick = JobRecord(name="pay.payouts", interval_seconds=5, known_since=NOW, succeeded_at=NOW)
    assert not quick.is_late(NOW + timedelta(seconds=125))
    assert quick.is_late(NOW + timedelta(seconds=126))
