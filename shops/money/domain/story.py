"""One order's money, step by step from the sale to the bank, out of what hubs told. Pure.

What a hub told of its movements says more than its events do; what reached the bank is in the events alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from federation.conversations.accounts import AccountState
from federation.conversations.messages import PaidOut, PayoutReturned, Refunded, Settled, Transferred
from federation.documents.times import moment_of
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.money import Money
from federation.vocabulary.movements import MOVEMENTS, kind_known
from federation.vocabulary.wording import message
from shops.money.domain.copies import MOVED_ONLY, TAKEN_TWICE, Copy, Movement
from shops.orders.domain.orders import Event

Turn = Literal["more", "less", "moved", "sent", "banked", "back"]
"""What a step is to the boutique: more or less is its own, it only moved, was sent, went to the bank, came back."""


UNDER_WAY = frozenset({"submitting", "in_transit"})


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step: when, in which words, over what amount; `until` is when it arrives, if it is under way."""

    at: datetime
    words: str
    amount: Money
    turn: Turn
    note: str = ""
    until: datetime | None = None


def story(movements: Sequence[Movement], events: Iterable[Event], order_id: UUID, copy: Copy) -> tuple[Step, ...]:
    """An order's steps in the order of time: the movements its hub told, and by its events what followed that `copy`.

    Where it told no movement of this order, the events alone. Payouts that are under way are in the copy.
    """
    heard = list(events)
    known = copy.told_at if movements else None
    steps = [*_of_movements(movements), *_of_events(heard, _BOOKED, known), *_of_events(heard, _BANKED, None)]
    if copy.state is not None:
        steps += _under_way(copy.state, str(order_id))
    return tuple(sorted(steps, key=lambda step: step.at))


def _under_way(state: AccountState, order_id: str) -> Iterator[Step]:
    """Payouts with a part of this order that have reached no bank yet; of the others the events tell."""
    for payout in state.payouts:
        part = next((part for part in payout.orders if part.order_id == order_id), None)
        if part is not None and payout.state in UNDER_WAY:
            yield Step(
                at=moment_of(payout.began_at),
                words=message("On its way to your bank"),
                amount=Money(part.amount, payout.currency),
                turn="banked",
                until=None if payout.arrives_at is None else moment_of(payout.arrives_at),
            )


def _of_movements(movements: Sequence[Movement]) -> Iterator[Step]:
    for one in movements:
        if one.kind in MOVED_ONLY and one.amount_minor < 0:
            continue  # the other side of it is told
        if one.kind in TAKEN_TWICE and one.account != "owed":
            continue
        yield Step(
            at=one.at,
            words=MOVEMENTS[kind_known(one.kind)],
            amount=one.money(abs(one.amount_minor)),
            turn=_turn(one),
            note=one.note,
        )


def _turn(one: Movement) -> Turn:
    if one.only_moves:
        return "moved"
    if one.kind == "transfer":
        return "sent"
    return "more" if one.change_minor > 0 else "less"


_Body = Settled | Refunded | Transferred | PaidOut | PayoutReturned
_BODIES: dict[str, type[_Body]] = {
    "settled": Settled,
    "refunded": Refunded,
    "transferred": Transferred,
    "paid_out": PaidOut,
    "payout_returned": PayoutReturned,
}

_BOOKED = ("settled", "refunded", "transferred")
_BANKED = ("paid_out", "payout_returned")


def _of_events(events: Iterable[Event], kinds: Sequence[str], after: datetime | None) -> Iterator[Step]:
    for event in events:
        if event.direction == "in" and event.kind in kinds and (after is None or event.said_at > after):
            step = _told(event)
            if step is not None:
                yield step


def _told(event: Event) -> Step | None:
    """An event of the hub's about money; None for one this version cannot read."""
    try:
        body = msgspec.json.decode(event.body, type=_BODIES[event.kind])
    except (msgspec.MsgspecError, RecordInvalidError):
        return None
    words, amount, turn = _said(body)
    return Step(
        at=event.said_at,
        words=words,
        amount=amount,
        turn=turn,
        note=body.reason if isinstance(body, PayoutReturned) else "",
        until=moment_of(body.arrival) if isinstance(body, PaidOut) else None,
    )


def _said(body: _Body) -> tuple[str, Money, Turn]:
    match body:
        case Settled():
            part = body.settlement
            return message("Sale: your share and shipping"), part.seller + part.shipping, "more"
        case Refunded():
            return message("Given back to the shopper, your part"), body.seller_part, "less"
        case Transferred():
            return message("Sent to your account at the payment provider"), body.amount, "sent"
        case PaidOut():
            return message("In your bank"), body.amount, "banked"
        case PayoutReturned():
            return message("Came back from your bank"), body.amount, "back"
