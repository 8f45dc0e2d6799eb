"""What pages of the portal show: states as a word with a tone and a shape, and what to do next."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from federation.node.pages import format_day
from federation.records import SyncState
from federation.vocabulary.wording import message
from shops.orders.domain.orders import Action
from shops.portal.words import counted, say

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
    "returned": StateWord("Returned", "done", "■"),
    "cancel_requested": StateWord("Cancellation asked", "bad", "▼"),
    "return_requested": StateWord("To answer", "todo", "◆"),
    "return_authorised": StateWord("Agreed, awaited", "calm", "◔"),
    "return_refused": StateWord("Refused", "done", "■"),
    "return_withdrawn": StateWord("Withdrawn by the shopper", "done", "■"),
    "return_in_transit": StateWord("On its way to you", "calm", "▶"),
    "return_received": StateWord("To look at", "todo", "▲"),
    "return_refunded": StateWord("Taken back", "good", "●"),
    "return_rejected": StateWord("Not taken back", "done", "■"),
    "parcel_shipped": StateWord("Left", "calm", "▶"),
    "parcel_in_transit": StateWord("On its way", "calm", "▶"),
    "parcel_failed_attempt": StateWord("Not handed over", "bad", "▼"),
    "parcel_delivered": StateWord("Delivered", "good", "●"),
    "parcel_returned_to_sender": StateWord("Came back to you", "bad", "▼"),
    "published": StateWord("On sale", "good", "●"),
    "withdrawn": StateWord("Withdrawn", "done", "■"),
    "kept": StateWord("Kept back", "todo", "◆"),
    "link_proposed": StateWord("Proposed", "todo", "◆"),
    "link_accepted": StateWord("Linked", "good", "●"),
    "link_suspended": StateWord("Suspended", "bad", "▼"),
    "link_ended": StateWord("Ended", "done", "■"),
    "hub_in_step": StateWord("In step", "good", "●"),
    "hub_behind": StateWord("Catching up", "calm", "▶"),
    "import_checked": StateWord("Looked at", "todo", "◆"),
    "import_waiting": StateWord("Running", "calm", "▶"),
    "import_held": StateWord("Waits for your word", "bad", "◆"),
    "import_done": StateWord("Done", "good", "●"),
    "import_failed": StateWord("Stopped", "bad", "▼"),
}

RETURN_EVENT_WORDS: dict[str, str] = {
    "return_requested": message("The shopper asks to give pieces back"),
    "return_authorised": message("You agreed to take pieces back"),
    "return_refused": message("You refused a return"),
    "return_in_transit": message("The shopper sent the pieces"),
    "return_withdrawn": message("The shopper keeps the pieces"),
    "return_received": message("You received the pieces"),
    "return_refunded": message("You took the pieces back"),
    "return_rejected": message("You did not take the pieces back"),
    "return_decided": message("The hub decided the return"),
    "refunded": message("Money went back to the shopper"),
}

PARCEL_WORDS: dict[str, str] = {
    "shipped": message("A parcel left"),
    "in_transit": message("On its way"),
    "failed_attempt": message("Could not be handed over"),
    "delivered": message("Delivered"),
    "returned_to_sender": message("Came back"),
}

EVENT_WORDS: dict[str, str] = {
    **RETURN_EVENT_WORDS,
    "fulfilment": message("News of a parcel"),
    "accepted": message("You accepted the order"),
    "declined": message("You declined the order"),
    "shipped": message("A parcel left"),
    "delivered": message("Everything arrived"),
    "cancel_requested": message("The hub asks to cancel"),
    "cancel_refused": message("You kept the order"),
    "cancelled": message("The order was cancelled"),
    "refunded": message("Money went back to the shopper"),
    "settled": message("The hub booked the sale"),
    "transferred": message("Money reached your account"),
    "paid_out": message("Money is on its way to your bank"),
    "payout_returned": message("Your bank sent a payout back: look at its details with the hub"),
}

KEPT_WORDS: dict[str, tuple[str, str]] = {
    "price": (
        message("The file gives it no price, or 0."),
        message("Set its price in your shop, export again and import that file."),
    ),
    "category": (
        message("We know no category for its type."),
        message("Choose a category for it under “How your files are read”, then import the file again."),
    ),
}
"""Why an import keeps a product back, and what its owner does about it."""
_KEPT_BY_SHOP = (
    message("Your shop itself does not show it (draft, archived or not published)."),
    message("Publish it in your shop, export again and import that file."),
)


def kept_words(hidden: str) -> tuple[str, str]:
    """Why a product is kept back and what to do; anything but our own reasons is the shop's state of it."""
    return KEPT_WORDS.get(hidden, _KEPT_BY_SHOP)


VAT_WORDS: dict[str, str] = {
    "domestic": message("VAT of the hub’s country"),
    "reverse-charge": message("reverse charge: you account for the VAT yourself"),
    "no-vat-id": message("VAT of the hub’s country, as your profile has no valid VAT id"),
    "outside-scope": message("no VAT: outside its scope"),
}
"""How the hub’s commission is taxed, in words; a word we do not know is not said."""

ACTION_WORDS: dict[Action, str] = {
    "accept": message("Accept the order"),
    "decline": message("Decline the order"),
    "ship": message("Ship"),
    "deliver": message("Everything has arrived"),
    "cancel": message("Cancel the order"),
    "refuse_cancel": message("Keep the order"),
}


ANSWERS_NAMED_MAX = 3
"""So many disputes that wait for a word stand by themselves among what is to be done."""


class Todo(msgspec.Struct, frozen=True):
    """One thing to do: what, where, and how it feels."""

    sentence: str
    path: str
    tone: Tone


class ToAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A dispute about which a hub has no word from the boutique yet, on the portal's page `path`."""

    path: str
    number: str
    due_at: datetime | None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a boutique from which the next thing to do follows.

    `untold` are the ids of hubs that have told nothing of its money for long; `to_answer` are disputes, the soonest
    first, and so many accepted orders are `stopped`, as a bank may take or has taken their payment back.
    """

    orders: Mapping[str, int]
    products: Mapping[str, int]
    sold_out: int
    hubs: Sequence[SyncState]
    root_key_here: bool
    returns: Mapping[str, int] = {}
    undelivered: int = 0
    untold: Collection[str] = ()
    to_answer: Sequence[ToAnswer] = ()
    stopped: int = 0


def todos(standing: Standing) -> list[Todo]:
    """What to do, the most pressing first."""
    found = [
        *_dispute_todos(standing),
        *_order_todos(standing.orders, standing.stopped),
        *_return_todos(standing.returns),
        *_hub_todos(standing),
    ]
    if standing.undelivered:
        sentence = counted(
            "%(num)d message did not reach its hub", "%(num)d messages did not reach their hubs", standing.undelivered
        )
        found.append(Todo(sentence, "/undelivered", "bad"))
    if not standing.products.get("published"):
        found.append(Todo("Bring in your catalogue", "/import", "todo"))
    if standing.root_key_here:
        found.append(Todo("Take your root key into your own keeping", "/profile#root-key", "bad"))
    if standing.sold_out:
        found.append(
            Todo(
                counted(
                    "%(num)d variant sold out: restock or withdraw",
                    "%(num)d variants sold out: restock or withdraw",
                    standing.sold_out,
                ),
                "/stock?show=sold-out",
                "calm",
            )
        )
    return found


def _dispute_todos(standing: Standing) -> list[Todo]:
    found = [Todo(_answer_words(one), one.path, "bad") for one in standing.to_answer[:ANSWERS_NAMED_MAX]]
    if more := len(standing.to_answer) - len(found):
        sentence = counted(
            "%(num)d more dispute waits for what you know", "%(num)d more disputes wait for what you know", more
        )
        found.append(Todo(sentence, "/money/disputes", "bad"))
    if standing.stopped:
        sentence = counted(
            "Look before you send %(num)d order: the shopper’s bank has a say in its payment",
            "Look before you send %(num)d orders: the shoppers’ banks have a say in their payments",
            standing.stopped,
        )
        found.append(Todo(sentence, "/money/disputes", "bad"))
    return found


def _answer_words(one: ToAnswer) -> str:
    if one.due_at is None:
        return say("Tell the hub what you know of the dispute about order %(number)s", number=one.number)
    day = format_day(one.due_at)
    return say(
        "Tell the hub by %(day)s what you know of the dispute about order %(number)s", day=day, number=one.number
    )


def _order_todos(orders: Mapping[str, int], stopped: int) -> list[Todo]:
    found = []
    if asked := orders.get("cancel_requested", 0):
        found.append(
            Todo(
                counted("Answer %(num)d wish to cancel", "Answer %(num)d wishes to cancel", asked),
                "/orders?state=open",
                "bad",
            )
        )
    if new := orders.get("placed", 0):
        found.append(
            Todo(
                counted("Accept or decline %(num)d new order", "Accept or decline %(num)d new orders", new),
                "/orders?state=placed",
                "todo",
            )
        )
    if (waiting := orders.get("accepted", 0) - stopped) > 0:
        found.append(
            Todo(counted("Ship %(num)d order", "Ship %(num)d orders", waiting), "/orders?state=accepted", "todo")
        )
    return found


def _return_todos(returns: Mapping[str, int]) -> list[Todo]:
    found = []
    if asked := returns.get("requested", 0):
        sentence = counted("Answer %(num)d return", "Answer %(num)d returns", asked)
        found.append(Todo(sentence, "/returns?state=requested", "todo"))
    if here := returns.get("received", 0):
        sentence = counted("Look at %(num)d return that is here", "Look at %(num)d returns that are here", here)
        found.append(Todo(sentence, "/returns?state=received", "todo"))
    return found


def _hub_todos(standing: Standing) -> list[Todo]:
    hubs = standing.hubs
    if not any(hub.link_state in {"accepted", "proposed"} for hub in hubs):
        return [Todo("Propose your boutique to a hub", "/hubs", "todo")]
    found = []
    for hub in hubs:
        if hub.quarantined:
            sentence = counted(
                "%(hub)s does not show %(num)d record: look why",
                "%(hub)s does not show %(num)d records: look why",
                hub.quarantined,
                hub=hub.hub_name,
            )
            found.append(Todo(sentence, "/hubs", "bad"))
        if is_failing(hub):
            found.append(
                Todo(say("%(hub)s cannot be reached just now; nothing is lost", hub=hub.hub_name), "/hubs", "calm")
            )
        if hub.hub_id in standing.untold:
            sentence = say("%(hub)s tells nothing of your money any more: look at what it told last", hub=hub.hub_name)
            found.append(Todo(sentence, f"/money?hub={hub.hub_id}", "bad"))
    return found


def is_failing(hub: SyncState) -> bool:
    """Whether the last attempt to tell this hub something failed."""
    if not hub.last_error or hub.last_error_at is None:
        return False
    successes = [moment for moment in (hub.last_success_at, hub.last_stock_at) if moment is not None]
    return not successes or max(successes) < hub.last_error_at
