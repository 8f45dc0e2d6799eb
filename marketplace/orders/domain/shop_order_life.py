"""The life of a shop order: the part of an order that one boutique fulfils, from the hold to the parcel.

Invariants: what is not in TABLE does not happen; a confirm that fails is re-held exactly once (`reholding`), then the
part is cancelled; parts in MONEY_BACK after payment are owed back to the shopper in full. A boutique may speak before
the hub has noted that its order arrived, so `confirmed` takes the boutique's words like `placed`.
"""

from typing import Literal, get_args

from federation.vocabulary.wording import message, sentence
from marketplace.errors import OrderStateError

ShopOrderState = Literal[
    "asked",
    "held",
    "refused",
    "released",
    "confirming",
    "reholding",
    "confirmed",
    "placed",
    "accepted",
    "declined",
    "shipped",
    "delivered",
    "cancelled",
]
ShopOrderStep = Literal[
    "held",
    "refused",
    "renew",
    "release",
    "paid",
    "confirmed",
    "confirm_refused",
    "reheld",
    "rehold_refused",
    "placed",
    "accepted",
    "declined",
    "shipped",
    "delivered",
    "cancelled",
    "given_up",
]

TABLE: dict[tuple[ShopOrderState, ShopOrderStep], ShopOrderState] = {
    ("asked", "held"): "held",
    ("asked", "refused"): "refused",
    ("asked", "release"): "released",
    ("held", "renew"): "asked",
    ("held", "release"): "released",
    ("held", "paid"): "confirming",
    ("confirming", "confirmed"): "confirmed",
    ("confirming", "confirm_refused"): "reholding",
    ("reholding", "reheld"): "confirming",
    ("reholding", "rehold_refused"): "cancelled",
    ("confirmed", "placed"): "placed",
    ("confirmed", "accepted"): "accepted",
    ("confirmed", "declined"): "declined",
    ("confirmed", "cancelled"): "cancelled",
    ("placed", "accepted"): "accepted",
    ("placed", "declined"): "declined",
    ("placed", "cancelled"): "cancelled",
    ("confirming", "given_up"): "cancelled",
    ("reholding", "given_up"): "cancelled",
    ("confirmed", "given_up"): "cancelled",
    ("placed", "given_up"): "cancelled",
    ("accepted", "shipped"): "shipped",
    ("accepted", "cancelled"): "cancelled",
    ("shipped", "shipped"): "shipped",
    ("shipped", "delivered"): "delivered",
}
"""(state, step) to the next state. `shipped` repeats: a boutique may send several parcels."""

MONEY_BACK: frozenset[ShopOrderState] = frozenset({"declined", "cancelled"})
LIVE: frozenset[ShopOrderState] = frozenset({"asked", "held"})
"""Before payment: a hold may stand at the boutique."""
CAN_BE_CANCELLED: frozenset[ShopOrderState] = frozenset({"placed", "accepted"})
"""The boutique has the order and nothing has left."""
UNANSWERED: frozenset[ShopOrderState] = frozenset({"confirming", "reholding", "confirmed", "placed"})
"""Paid, and the boutique has not said that it will fulfil it: it may be given up."""
TAKEN: frozenset[ShopOrderState] = frozenset({"accepted", "shipped", "delivered"})
"""The boutique has said that it fulfils it."""
UNSOLD: frozenset[ShopOrderState] = frozenset({"refused", "released"})
"""Never part of what was charged."""

WORDS: dict[ShopOrderState, str] = {
    "asked": message("Asking the boutique"),
    "held": message("Reserved for you"),
    "refused": message("Not available"),
    "released": message("Given back"),
    "confirming": message("Being confirmed with the boutique"),
    "reholding": message("Being confirmed with the boutique"),
    "confirmed": message("Confirmed"),
    "placed": message("With the boutique"),
    "accepted": message("Being prepared"),
    "declined": message("The boutique could not fulfil this part; what you paid for it goes back to you"),
    "shipped": message("On its way"),
    "delivered": message("Delivered"),
    "cancelled": message("Cancelled; what you paid for it goes back to you"),
}


WORDS_UNCHARGED: dict[ShopOrderState, str] = {
    "declined": message("The boutique could not fulfil this part; it is not charged"),
    "cancelled": message("Cancelled; it is not charged"),
}
"""For parts that ended before anything was taken for them."""
WORDS_BY_BANK: dict[ShopOrderState, str] = {
    "declined": message("The boutique could not fulfil this part"),
    "cancelled": message("Cancelled"),
}
"""For parts that ended once their shopper's bank had given the money back itself: nothing more comes from us."""


def advance(state: ShopOrderState, step: ShopOrderStep, attempt: int = 1) -> ShopOrderState:
    """The state after `step`; `attempt` counts the holds tried since payment: a second refused confirm ends the part.

    Raises OrderStateError when there is no such way to go.
    """
    if (state, step) == ("confirming", "confirm_refused") and attempt > 1:
        return "cancelled"
    after = TABLE.get((state, step))
    if after is None:
        raise OrderStateError(
            sentence(
                "this boutique's part of the order has moved on (%(state)s): %(step)s is not possible any more",
                state=state,
                step=step,
            )
        )
    return after


def can(state: ShopOrderState, step: ShopOrderStep) -> bool:
    """Whether `step` leads anywhere from `state`."""
    return (state, step) in TABLE


def states() -> tuple[ShopOrderState, ...]:
    """Every state, for checks and filters."""
    return get_args(ShopOrderState)
