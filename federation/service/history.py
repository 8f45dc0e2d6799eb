"""What was said about an order between a hosted party and a peer, both ways, for the people who look into it."""

from datetime import datetime

import msgspec

from federation.conversations import checks
from federation.conversations.messages import EventBody, OrderEvent
from federation.documents.times import moment_of
from federation.store import conversations as store
from federation.vocabulary.ids import PartyId


class SaidOfOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One event of an order. `arrived_at` is when we took it, or when the peer acknowledged ours (None: not yet).

    `body` is None for a kind this version does not know. `receipt` is the peer's signed word that it has ours.
    """

    sent: bool
    sequence: int
    kind: str
    body: EventBody | None
    at: datetime
    arrived_at: datetime | None
    event_id: str = ""
    receipt: str = ""


async def order_history(local_id: PartyId, remote_id: PartyId, order_id: str) -> list[SaidOfOrder]:
    """All events of an order in the order in which they were made; none for an order that was never placed."""
    said = []
    for one in await store.events(local_id, remote_id, order_id):
        event = checks.read(one.body, OrderEvent)
        said.append(
            SaidOfOrder(
                sent=one.sent,
                sequence=event.sequence,
                kind=event.kind,
                body=checks.event_body(event),
                at=moment_of(event.at),
                arrived_at=one.arrived_at,
                event_id=event.id,
                receipt=one.receipt,
            )
        )
    return sorted(said, key=lambda one: (one.at, one.sent, one.sequence))
