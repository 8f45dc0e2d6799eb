"""Words that cross on the way: however two sides speak, once all has arrived both say the same of a return or order."""

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.conversations import order, return_
from federation.conversations.errors import TransitionRefusedError
from federation.conversations.lifecycle import LifeCycle
from federation.conversations.order import ORDER
from federation.conversations.return_ import RETURN

SIDES = ("hub", "shop")
RETURN_WORDS = {
    "hub": ("in_transit", "withdrawn", "decided"),
    "shop": ("authorised", "refused", "received", "refunded", "rejected"),
}
ORDER_WORDS = {"hub": ("revoked",), "shop": ("accepted", "declined", "shipped", "delivered", "cancelled")}
Turn = st.tuples(st.sampled_from(SIDES), st.integers(0, 5))


def ended(cycle: LifeCycle[str, str], words: dict[str, tuple[str, ...]], turns: list[tuple[str, int]]) -> list[str]:
    """Where both sides stand after these turns and after everything said has arrived.

    A side says only what its own table allows; a turn of 0 lets it read what the other said first.
    """
    states = dict.fromkeys(SIDES, cycle.initial)
    letters: dict[str, deque[str]] = {side: deque() for side in SIDES}

    def read(side: str) -> None:
        word = letters[side].popleft()
        if cycle.allows(states[side], word):
            states[side] = cycle.step(states[side], word)

    for side, choice in turns:
        if choice == 0:
            if letters[side]:
                read(side)
            continue
        allowed = [word for word in words[side] if cycle.allows(states[side], word)]
        if allowed:
            word = allowed[choice % len(allowed)]
            states[side] = cycle.step(states[side], word)
            letters["shop" if side == "hub" else "hub"].append(word)
    for side in SIDES:
        while letters[side]:
            read(side)
    return [states[side] for side in SIDES]


@given(st.lists(Turn, max_size=14))
def test_both_sides_end_a_return_alike(turns: list[tuple[str, int]]) -> None:
    """Asked, authorised, withdrawn, sent, received, judged or decided at once by both: one state in the end."""
    hub, shop = ended(RETURN, RETURN_WORDS, turns)  # type: ignore[arg-type]
    assert hub == shop


@given(st.lists(Turn, max_size=12))
def test_both_sides_end_an_order_alike(turns: list[tuple[str, int]]) -> None:
    """A hub that gives a silent shop up, and a shop that speaks in that very moment, agree in the end."""
    hub, shop = ended(ORDER, ORDER_WORDS, turns)  # type: ignore[arg-type]
    assert hub == shop


def test_kinds_move_by_who_says_them() -> None:
    """A hub's `cancelled` holds after a parcel left, a shop's does not; kinds of a return carry their prefix."""
    assert order.step("in_fulfilment", "cancelled", by_hub=True) == "cancelled"
    assert order.step("in_fulfilment", "cancel_requested", by_hub=True) == "in_fulfilment"
    assert return_.step("requested", "return_authorised") == "authorised"
    with pytest.raises(TransitionRefusedError):
        order.step("in_fulfilment", "cancelled")
    with pytest.raises(TransitionRefusedError):
        return_.step("requested", "return_rejected")
