"""What a copy of a hub's word says, and whether its movements come to it."""

from datetime import UTC, date, datetime, timedelta

from federation.conversations.accounts import AccountState, BankPayout, Debt, PaidOrder, Position, WaitingShare
from shops.money.domain.copies import Copy, comes_to, day_of, orders_named, yours_minor

AT = "2026-11-22T08:00:00Z"
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def test_movements_must_come_to_what_lies_there() -> None:
    """Every account of every currency counts, also one that only the movements know."""
    state = AccountState(at=AT, standing="ready", positions=(Position(currency="EUR", held=300, owed=50),))
    sums = {("EUR", "held"): 300, ("EUR", "owed"): 50}
    assert comes_to(sums, state)
    assert comes_to(sums | {("USD", "held"): 0}, state)
    assert not comes_to(sums | {("EUR", "held"): 299}, state)
    assert not comes_to(sums | {("USD", "held"): 1}, state)
    assert not comes_to({}, state)
    assert comes_to({}, AccountState(at=AT, standing="none"))


def test_what_is_yours_is_all_that_lies_there_less_what_is_owed() -> None:
    """Money sent and paid out has left the hub and is no part of it."""
    position = Position(
        currency="EUR", held=1, releasable=20, in_transfer=300, reserve=4000, owed=50_000, sent=9, paid_out=9
    )
    assert yours_minor(position) == 4321 - 50_000


def test_a_copy_is_fresh_for_some_seconds_when_it_is_whole() -> None:
    """What was told in part, long ago or by a clock that went back is asked for again."""
    copy = Copy(hub_id="h1", told_at=NOW, is_whole=True)
    assert copy.is_fresh(NOW + timedelta(seconds=4), 5)
    assert not copy.is_fresh(NOW + timedelta(seconds=5), 5)
    assert not copy.is_fresh(NOW - timedelta(seconds=1), 5)
    assert not Copy(hub_id="h1", told_at=NOW).is_fresh(NOW, 5)
    assert not Copy(hub_id="h1").is_fresh(NOW, 5)


def test_all_orders_that_are_named_are_found() -> None:
    """Those of shares, debts and payouts; what is of no order is left out."""
    one, two, three = (f"01900000-0000-7000-8000-00000000000{place}" for place in (1, 2, 3))
    state = AccountState(
        at=AT,
        standing="ready",
        waiting=(WaitingShare(order_id=one, kind="sale", currency="EUR", amount=1, why="window"),),
        debts=(
            Debt(order_id=two, currency="EUR", cause="refund", state="owed", amount=1, left=1, since=AT),
            Debt(order_id=None, currency="EUR", cause="correction", state="owed", amount=1, left=1, since=AT),
        ),
        payouts=(
            BankPayout(id=one, currency="EUR", amount=1, state="paid", began_at=AT, orders=(PaidOrder(three, 1),)),
        ),
    )
    assert orders_named(state) == {one, two, three}


def test_a_day_is_read_as_forms_send_it() -> None:
    """Anything else is no day."""
    assert day_of("2026-11-22") == date(2026, 11, 22)
    assert [day_of(text) for text in ("", "2026-02-30", "20261122", "22.11.2026", "2026-W47-7")] == [None] * 5
