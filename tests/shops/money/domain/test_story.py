"""One order's money as a story."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from federation.conversations.accounts import AccountState, BankPayout, PaidOrder
from federation.conversations.messages import PaidOut, PayoutReturned, Refunded, SellerPart, Settled, Transferred
from federation.documents import json
from federation.vocabulary.money import Money
from shops.money.domain.copies import Copy, Movement
from shops.money.domain.story import story
from shops.orders.domain.orders import Event

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
ORDER = UUID("01900000-0000-7000-8000-000000000001")
EMPTY = Copy(hub_id="h1")


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def heard(kind: str, body: msgspec.Struct, minutes: int, direction: str = "in") -> Event:
    """An event of the order."""
    said_at = NOW + timedelta(minutes=minutes)
    return Event(direction=direction, kind=kind, body=json.encode(body), said_at=said_at)  # type: ignore[arg-type]


def moved(kind: str, account: str, amount: int, minutes: int) -> Movement:
    """A movement of the order."""
    return Movement(
        line_id=minutes + 1, at=NOW + timedelta(minutes=minutes), kind=kind, account=account,  # type: ignore[arg-type]
        currency="EUR", amount_minor=amount, balance_minor=0, in_all_minor=0, order_id=ORDER, order_number="G-1",
        title="", note="",
    )  # fmt: skip


PART = SellerPart(commission=euros(1000), commission_vat=euros(220), seller=euros(8780), shipping=euros(690))
EVENTS = (
    heard("settled", Settled(PART), 0),
    heard("transferred", Transferred(euros(9470)), 5),
    heard("paid_out", PaidOut(euros(9470), "2026-11-24T00:00:00Z"), 6),
    heard("accepted", Transferred(euros(1)), 1, direction="out"),
)


def test_events_alone_tell_the_story_when_the_hub_told_no_movement() -> None:
    """The sale, what was sent, and what reached the bank, with its day."""
    steps = story((), EVENTS, ORDER, EMPTY)
    assert [(step.turn, step.amount.amount_minor) for step in steps] == [
        ("more", 9470), ("sent", 9470), ("banked", 9470),
    ]  # fmt: skip
    assert steps[-1].until == datetime(2026, 11, 24, tzinfo=UTC)


def test_movements_say_more_and_events_what_followed_them() -> None:
    """Of two sides of one move one is told; an event after the copy is not lost, one before it not doubled."""
    told = (
        moved("sale", "held", 9470, 0),
        moved("released", "held", -9470, 2),
        moved("released", "releasable", 8523, 2),
        moved("reserve_kept", "reserve", 947, 2),
        moved("reserve_used", "reserve", -100, 3),
        moved("reserve_used", "owed", -100, 3),
        moved("refund", "held", -500, 4),
    )
    copy = Copy(hub_id="h1", told_at=NOW + timedelta(minutes=4))
    refund = Refunded(refund_id=str(ORDER), amount=euros(600), seller_part=euros(500))
    steps = story(told, (*EVENTS, heard("refunded", refund, 4)), ORDER, copy)
    assert [(step.turn, step.amount.amount_minor) for step in steps] == [
        ("more", 9470), ("moved", 8523), ("moved", 947), ("moved", 100), ("less", 500),
        ("sent", 9470), ("banked", 9470),
    ]  # fmt: skip


def test_a_payout_under_way_is_told_and_one_that_came_back_with_its_reason() -> None:
    """What reached the bank is told by its event, not twice."""
    payout = BankPayout(
        id=str(ORDER), currency="EUR", amount=9000, state="in_transit", began_at="2026-11-22T09:00:00Z",
        arrives_at="2026-11-25T00:00:00Z", orders=(PaidOrder(str(ORDER), 700),),
    )  # fmt: skip
    paid = msgspec.structs.replace(payout, state="paid")
    state = AccountState(at="2026-11-22T09:00:00Z", standing="ready", payouts=(payout, paid))
    came_back = heard("payout_returned", PayoutReturned(euros(9470), "account_closed"), 120)
    steps = story((), (came_back,), ORDER, Copy(hub_id="h1", state=state))
    assert [(step.turn, step.amount.amount_minor, step.note) for step in steps] == [
        ("banked", 700, ""), ("back", 9470, "account_closed"),
    ]  # fmt: skip


def test_an_event_that_cannot_be_read_is_left_out() -> None:
    """A hub of another version breaks no page."""
    odd = Event(direction="in", kind="paid_out", body=b'{"amount":{"amount_minor":1,"currency":"ABC"}}', said_at=NOW)
    assert story((), (odd, EVENTS[0]), ORDER, EMPTY) == story((), EVENTS[:1], ORDER, EMPTY)
