"""What the outbox and the idempotency keys ask of the node's own database.

Every method takes part in the caller's transaction and decides nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec


class NewMessage(msgspec.Struct, frozen=True, kw_only=True):
    """An effect to be written down."""

    key: str
    queue: str
    topic: str
    subject: str
    body: bytes
    due_at: datetime
    created_at: datetime
    retry_until: datetime
    correlation_id: str


class ClaimedMessage(msgspec.Struct, frozen=True):
    """One delivery of a row. `claim` is the fence: only the latest claim may finish the row."""

    id: int
    queue: str
    topic: str
    subject: str
    key: str
    body: bytes
    attempts: int
    claim: int
    correlation_id: str


class DeadLetter(msgspec.Struct, frozen=True):
    """A message nobody will try again unless it is replayed."""

    id: int
    queue: str
    topic: str
    subject: str
    key: str
    attempts: int
    last_error: str
    created_at: datetime
    finished_at: datetime


class KeptAnswer(msgspec.Struct, frozen=True):
    """An answer given under an idempotency key, and the SHA-256 of what it answered."""

    content_sha256: bytes
    status: int
    media_type: str
    body: bytes


class MessageStore(Protocol):
    """Rows of the outbox."""

    async def add(self, message: NewMessage) -> bool:
        """Write a message down; False when its key was used before."""
        ...

    async def rearm(self, message: NewMessage) -> bool:
        """Write a message down, or give the one of its key a new body and, if it was done or dead, its turn anew.

        One that is due keeps its lease or its pause. Returns whether it has become due by this; then the queue's topic
        rings (`wake.topic_of`).
        """
        ...

    async def claim(
        self, queue: str, now: datetime, until: datetime, *, after: str, most: int, full: Sequence[str] = ()
    ) -> list[ClaimedMessage]:
        """Lease the first due message of up to `most` subjects past `after` (from the first one when empty).

        Subjects that begin with one of `full` are passed over.
        """
        ...

    async def postpone(self, message_id: int, claim: int, due_at: datetime) -> None:
        """Let a message wait until `due_at` as if it had not been claimed."""
        ...

    async def finish(self, message_id: int, claim: int, body: bytes, now: datetime) -> bool:
        """Mark a message done, or due at once when its body is another by now; False when that claim is outdated."""
        ...

    async def set_back(
        self, message_id: int, claim: int, *, error: str, due_at: datetime, is_final: bool, now: datetime
    ) -> Literal["due", "dead"] | None:
        """Let a message wait until `due_at`, or bury it when that is final or past its last retry.

        Returns what has become of it; None when that claim no longer holds it.
        """
        ...

    async def dead_letters(self, limit: int) -> list[DeadLetter]:
        """The newest dead letters first."""
        ...

    async def replay(self, message_id: int, now: datetime, retry_until: datetime) -> str | None:
        """Make a dead letter due again; returns its queue, None when there is no such dead letter."""
        ...

    async def waiting(self, queue: str) -> int:
        """How many messages of a queue are neither done nor dead."""
        ...

    async def empty_finished(self, before: datetime) -> int:
        """Empty the bodies of messages done before a moment; returns how many."""
        ...


class AnswerStore(Protocol):
    """Answers kept by scope and idempotency key."""

    async def begin(self, scope: str, key: str) -> bool:
        """Keep the key from others until the end of the transaction; False when another has it."""
        ...

    async def find(self, scope: str, key: str) -> KeptAnswer | None:
        """The answer given under a key."""
        ...

    async def keep(self, scope: str, key: str, answer: KeptAnswer) -> None:
        """Keep an answer from this moment on."""
        ...

    async def forget(self, before: datetime) -> int:
        """Drop answers kept since before a moment; returns how many."""
        ...
