"""What pages of the portal show: states as a word with a tone and a shape, and what to do next. Pure."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from federation.records import SyncState
from shops.orders.domain.orders import Action

Tone = Literal["todo", "good", "calm", "bad", "done"]


class StateWord(msgspec.Struct, frozen=True):
    """A state for people: the word, its tone (a colour), and a shape for those who do not see colours."""

    word: str
    tone: Tone
    shape: str


STATE_WORDS: dict[str, StateWord] = {
    "placed": StateWord("New", "todo", "◆"),
    "accepted": StateWord("To ship", "todo", "▲"),
    "in_fulfilment": StateWord("On its way", "calm", "▶"),
    "completed": StateWord("Delivered", "good", "●"),
    "declined": StateWord("Declined", "done", "■"),
    "cancelled": StateWord("Cancelled", "done", "■"),
    "cancel_requested": StateWord("Cancellation asked", "bad", "▼"),
    "published": StateWord("On sale", "good", "●"),
    "withdrawn": StateWord("Withdrawn", "done", "■"),
    "link_proposed": StateWord("Proposed", "todo", "◆"),
    "link_accepted": StateWord("Linked", "good", "●"),
    "link_suspended": StateWord("Suspended", "bad", "▼"),
    "link_ended": StateWord("Ended", "done", "■"),
    "import_checked": StateWord("Looked at", "todo", "◆"),
    "import_waiting": StateWord("Running", "calm", "▶"),
    "import_done": StateWord("Done", "good", "●"),
    "import_failed": StateWord("Stopped", "bad", "▼"),
}

EVENT_WORDS: dict[str, str] = {
    "accepted": "You accepted the order",
    "declined": "You declined the order",
    "shipped": "A parcel left",
    "delivered": "Everything arrived",
    "cancel_requested": "The hub asks to cancel",
    "cancel_refused": "You kept the order",
    "cancelled": "The order was cancelled",
    "refunded": "Money went back to the shopper",
    "settled": "The hub booked the sale",
    "transferred": "Money reached your account",
    "paid_out": "Money is on its way to your bank",
}

ACTION_WORDS: dict[Action, str] = {
    "accept": "Accept the order",
    "decline": "Decline the order",
    "ship": "Ship",
    "deliver": "Everything has arrived",
    "cancel": "Cancel the order",
    "refuse_cancel": "Keep the order",
}


class Todo(msgspec.Struct, frozen=True):
    """One thing to do: what, where, and how it feels."""

    sentence: str
    path: str
    tone: Tone


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a boutique from which the next thing to do follows."""

    orders: Mapping[str, int]
    products: Mapping[str, int]
    sold_out: int
    hubs: Sequence[SyncState]
    root_key_here: bool


def todos(standing: Standing) -> list[Todo]:
    """What to do, the most pressing first."""
    found = [*_order_todos(standing.orders), *_hub_todos(standing.hubs)]
    if not standing.products.get("published"):
        found.append(Todo("Bring in your catalogue", "/import", "todo"))
    if standing.root_key_here:
        found.append(Todo("Take your root key into your own keeping", "/profile#root-key", "bad"))
    if standing.sold_out:
        found.append(
            Todo(
                f"{_count(standing.sold_out, 'variant')} sold out: restock or withdraw", "/stock?show=sold-out", "calm"
            )
        )
    return found


def _order_todos(orders: Mapping[str, int]) -> list[Todo]:
    found = []
    if asked := orders.get("cancel_requested", 0):
        found.append(Todo(f"Answer {_count(asked, 'wish', 'wishes')} to cancel", "/orders?state=open", "bad"))
    if new := orders.get("placed", 0):
        found.append(Todo(f"Accept or decline {_count(new, 'new order')}", "/orders?state=placed", "todo"))
    if waiting := orders.get("accepted", 0):
        found.append(Todo(f"Ship {_count(waiting, 'order')}", "/orders?state=accepted", "todo"))
    return found


def _hub_todos(hubs: Sequence[SyncState]) -> list[Todo]:
    if not any(hub.link_state in {"accepted", "proposed"} for hub in hubs):
        return [Todo("Propose your boutique to a hub", "/hubs", "todo")]
    found = []
    for hub in hubs:
        if hub.quarantined:
            sentence = f"{hub.hub_name} does not show {_count(hub.quarantined, 'record')}: look why"
            found.append(Todo(sentence, "/hubs", "bad"))
        if is_failing(hub):
            found.append(Todo(f"{hub.hub_name} cannot be reached just now; nothing is lost", "/hubs", "calm"))
    return found


def is_failing(hub: SyncState) -> bool:
    """Whether the last attempt to tell this hub something failed."""
    if not hub.last_error or hub.last_error_at is None:
        return False
    successes = [moment for moment in (hub.last_success_at, hub.last_stock_at) if moment is not None]
    return not successes or max(successes) < hub.last_error_at


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
