"""The outbox messages of this package: a topic for each effect, carrying only the id of the row it is about."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from federation.node import outbox

QUEUE = "money"


class About(msgspec.Struct, frozen=True):
    """What a message is about: a row's id, or for `pay.event` the provider's event id and for `pay.account` a shop."""

    id: str


async def send(topic: str, subject: UUID | str, occasion: str, now: datetime, delay_seconds: float = 0) -> None:
    """Have a topic's handler called for a row, once for each `occasion`; in the caller's transaction."""
    due_at = now + timedelta(seconds=delay_seconds) if delay_seconds else None
    about = About(str(subject))
    key = f"{topic}:{subject}:{occasion}"
    await outbox.enqueue(topic, str(subject), about, key=key, queue=QUEUE, now=now, due_at=due_at)
