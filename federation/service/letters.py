"""Messages that were given up, for people: what was to be told, to whom, about which order, why not, and sending again.

Invariant: a boutique's owner sees and sends again only what is said by or about that boutique.
"""

from datetime import datetime

import msgspec

from federation.node import outbox
from federation.store import parties
from federation.vocabulary.ids import PartyId

LETTERS_MAX = 500
REFUSED = " refused: "
"""How a peer's refusal begins in an error (`federation.service.calls`)."""


class Undelivered(msgspec.Struct, frozen=True, kw_only=True):
    """A message nobody will try again unless it is sent again.

    `peer_id` is the party it was for and `order_id` the order it is about, empty where there is none. `refusal` is what
    the peer said against it; empty when no answer came, or the failure was our own: then `error` alone says more.
    """

    id: int
    topic: str
    subject: str
    queue: str
    peer_id: str
    peer_name: str
    order_id: str
    refusal: str
    error: str
    attempts: int
    since: datetime
    given_up_at: datetime


async def undelivered(party_id: PartyId | None = None, limit: int = LETTERS_MAX) -> list[Undelivered]:
    """What could not be delivered on this node, newest first; of one party only, if it is named."""
    letters = [one for one in await outbox.dead_letters(LETTERS_MAX) if party_id is None or party_id in one.subject]
    return [await _told(one) for one in letters[:limit]]


async def _told(letter: outbox.DeadLetter) -> Undelivered:
    ids = letter.subject.split(":")
    peer_id, order_id = "", ""
    if letter.topic.startswith("fed.") and len(ids) > 1:
        peer_id, order_id = ids[1], ids[2] if len(ids) > 2 else ""  # noqa: PLR2004 - (local, remote, order)
    peer = await parties.peer(PartyId(peer_id)) if peer_id else None
    return Undelivered(
        id=letter.id,
        topic=letter.topic,
        subject=letter.subject,
        queue=letter.queue,
        peer_id=peer_id,
        peer_name=peer.name if peer is not None else "",
        order_id=order_id,
        refusal=letter.last_error.partition(REFUSED)[2],
        error=letter.last_error,
        attempts=letter.attempts,
        since=letter.created_at,
        given_up_at=letter.finished_at,
    )


async def send_again(message_id: int, now: datetime, party_id: PartyId | None = None) -> bool:
    """Give one its days anew; False when it is not there (any more), or not this party's."""
    if party_id is not None and all(one.id != message_id for one in await undelivered(party_id)):
        return False
    return await outbox.replay(message_id, now)


async def send_all_again(now: datetime, party_id: PartyId | None = None) -> int:
    """Give all of them their days anew; returns how many there were."""
    return sum([await outbox.replay(one.id, now) for one in await undelivered(party_id)])
