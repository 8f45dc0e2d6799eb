"""Words about money for boutiques: written down with the money that moved, said in a transaction of their own.

Whoever hears a boutique has the conversation locked first, then its part, then the money; whoever moves money has the
money locked already. So a word about money is a message of the outbox, and only its delivery locks the conversation:
nobody waits for the other in a circle. Words about one part are said in the order they were written in, each once.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from federation.conversations import checks
from federation.conversations.messages import EventBody, OrderEvent
from federation.documents.times import moment_of, text_of
from federation.node import outbox
from federation.node.database import atomic
from federation.node.outbox import GiveUpError, Message
from federation.service.orders import send_event
from federation.vocabulary.ids import PartyId, new_id
from marketplace.orders.domain.values import Part
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store

TOPIC = "hub.word"
QUEUE = "sync"
UNNUMBERED = 1


class WordDue(msgspec.Struct, frozen=True):
    """The outbox's note of a word: as an event, with the moment it is about; its number is given when it is said."""

    shop_order_id: UUID
    event: OrderEvent


async def say(part: Part, body: EventBody, now: datetime) -> None:
    """In the caller's transaction: have the part's boutique told this."""
    event = checks.make_event(str(new_id()), str(part.id), UNNUMBERED, body, text_of(now))
    due = WordDue(part.id, event)
    await outbox.enqueue(TOPIC, f"words:{part.id}", due, key=f"{TOPIC}:{event.id}", queue=QUEUE, now=now)


async def deliver(message: Message) -> None:
    """Number a word and hand it to its conversation, once."""
    due = message.read(WordDue)
    part = await part_store.by_id(due.shop_order_id)
    order = None if part is None else await order_store.by_id(part.order_id)
    body = checks.event_body(due.event)
    if part is None or order is None or body is None:
        raise GiveUpError(f"{TOPIC}: no shop order {due.shop_order_id}, or no word we know")
    async with atomic():
        await message.done()
        said_at = moment_of(due.event.at)
        await send_event(PartyId(order.hub_id), PartyId(part.shop_id), str(part.id), body, said_at)
