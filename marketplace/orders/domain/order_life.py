"""The life of an order: all that one shopper buys at once, from asking the boutiques to being paid or ended.

Invariants: what is not in TABLE does not happen; `refused`, `cancelled` and `paid` have no way out. `authorized` is for
hubs that hold the money first: the boutiques have the order, and what they accept is taken once all have answered. What
becomes of each boutique's part after payment is told by `shop_order_life`.
"""

from typing import Literal, get_args

from federation.vocabulary.wording import message, sentence
from marketplace.errors import OrderStateError

OrderState = Literal["holding", "held", "paying", "authorized", "paid", "refused", "cancelled"]
OrderStep = Literal["answered", "all_refused", "pay", "declined", "authorized", "paid", "let_go", "stopped", "expired"]

TABLE: dict[tuple[OrderState, OrderStep], OrderState] = {
    ("holding", "answered"): "held",
    ("holding", "all_refused"): "refused",
    ("holding", "stopped"): "cancelled",
    ("holding", "expired"): "cancelled",
    ("held", "all_refused"): "refused",
    ("held", "pay"): "paying",
    ("held", "paid"): "paid",
    ("held", "stopped"): "cancelled",
    ("held", "expired"): "cancelled",
    ("held", "authorized"): "authorized",
    ("paying", "declined"): "held",
    ("paying", "authorized"): "authorized",
    ("paying", "paid"): "paid",
    ("paying", "stopped"): "cancelled",
    ("paying", "expired"): "cancelled",
    ("authorized", "paid"): "paid",
    ("authorized", "let_go"): "cancelled",
}
"""(state, step) to the next state. `held` may become `paid`: a card that was declined can be tried again elsewhere."""

BOUGHT: frozenset[OrderState] = frozenset({"authorized", "paid"})
"""The shopper has done everything; the boutiques have the order."""

WORDS: dict[OrderState, str] = {
    "holding": message("Asking the boutiques"),
    "held": message("Reserved, not yet paid"),
    "paying": message("Waiting for your payment"),
    "authorized": message("Reserved on your card, charged when the boutiques accept"),
    "paid": message("Paid"),
    "refused": message("Not available"),
    "cancelled": message("Cancelled, nothing was charged"),
}


def advance(state: OrderState, step: OrderStep) -> OrderState:
    """The state after `step`. Raises OrderStateError when the order has no such way to go."""
    after = TABLE.get((state, step))
    if after is None:
        words = sentence(WORDS[state])
        raise OrderStateError(sentence("This order cannot go on: %(state)s. Reload the page to see it.", state=words))
    return after


def can(state: OrderState, step: OrderStep) -> bool:
    """Whether `step` leads anywhere from `state`."""
    return (state, step) in TABLE


def states() -> tuple[OrderState, ...]:
    """Every state, for checks and filters."""
    return get_args(OrderState)
