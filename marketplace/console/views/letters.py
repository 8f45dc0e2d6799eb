"""Messages that could not be delivered, in plain words. Pure."""

from collections.abc import Mapping

import msgspec

from federation.service.letters import Undelivered
from federation.vocabulary.wording import message
from marketplace.console.words import say

TOPIC_WORDS = {
    "fed.event": message("News of an order for %(peer)s"),
    "fed.missing": message("A question to %(peer)s about an order"),
    "fed.link": message("Our word on the link with %(peer)s"),
    "fed.pull": message("Reading the catalogue of %(peer)s"),
    "fed.bootstrap": message("Reading the whole catalogue of %(peer)s"),
    "fed.operations": message("Our identity, for %(peer)s"),
    "fed.fork": message("The proof that a boutique signed two histories"),
    "hub.confirm": message("Confirming a paid piece with its boutique"),
    "hub.rehold": message("Asking a boutique once more for a paid piece"),
    "hub.place": message("Handing a paid order to its boutique"),
    "hub.release": message("Giving a piece back that was set aside"),
    "hub.pictures": message("Fetching a boutique’s pictures"),
    "mail.send": message("A mail"),
    "pay.refund": message("A refund at the payment provider"),
}


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One of them: what it is, why it was given up, and where to look."""

    letter: Undelivered
    words: str
    why: str
    number: str
    url: str


def told(one: Undelivered, orders: Mapping[str, tuple[str, str]]) -> Letter:
    """A message as a sentence; `orders` gives number and page of shop orders by id."""
    number, url = orders.get(one.order_id or one.subject, ("", ""))
    pattern = TOPIC_WORDS.get(one.topic, one.topic)
    if one.refusal:
        why = say("It was refused: %(refusal)s", refusal=one.refusal)
    elif one.peer_id:
        why = say("No answer came, for as long as it made sense to ask.")
    else:
        why = one.error
    return Letter(
        letter=one,
        words=say(pattern, peer=one.peer_name or say("a boutique")),
        why=why,
        number=number,
        url=url,
    )
