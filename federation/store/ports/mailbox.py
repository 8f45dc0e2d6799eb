"""Mailboxes: requests of hosted parties to peers that nobody can connect to, and the answers on their way back.

Every method stands on its own, outside any transaction: what is put must be seen by others at once.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from federation.vocabulary.ids import PartyId


class MailboxRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A signed request on its way; `number` is 0 until the store has given one."""

    id: UUID
    local_id: PartyId
    remote_id: PartyId
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    expires_at: datetime
    number: int = 0


class MailboxAnswer(msgspec.Struct, frozen=True):
    """The answer to a request, not believed yet."""

    status: int
    headers: dict[str, str]
    body: bytes


class Bell(Protocol):
    """Rings when something was put under a topic; may also ring for nothing, or miss a ring: look again anyway."""

    async def wait(self, seconds: float) -> None:
        """Return at the next ring since the last wait, at the latest after so long."""


class MailboxStore(Protocol):
    """Queries over mailboxes; `ends` are (hosted party that asks, peer that is asked)."""

    async def put(self, request: MailboxRequest, now: datetime, *, requests_max: int, bytes_max: int) -> bool:
        """Put a request in and ring for its receiver; False when so much is waiting there already."""

    async def waiting(
        self, ends: tuple[PartyId, PartyId], after: int, now: datetime, *, limit: int
    ) -> list[MailboxRequest]:
        """The oldest requests numbered above `after` that are neither answered nor expired."""

    async def answer(
        self, ends: tuple[PartyId, PartyId], request_id: UUID, answer: MailboxAnswer, now: datetime
    ) -> bool:
        """Keep the first answer to a request and ring for whoever asked; False when nobody waits for it."""

    async def take_answer(self, request_id: UUID) -> MailboxAnswer | None:
        """Take an answered request out with its answer; None while there is no answer."""

    async def drop(self, request_id: UUID) -> None:
        """Take a request out, answered or not."""

    async def forget_expired(self, now: datetime) -> int:
        """Drop what nobody waits for any more; returns how many."""

    async def visited(self, ends: tuple[PartyId, PartyId], now: datetime) -> None:
        """Record that the peer has looked into its mailbox."""

    async def last_visit(self, ends: tuple[PartyId, PartyId]) -> datetime | None:
        """When the peer last looked into its mailbox."""

    async def waiting_among(self, local_id: PartyId, after: Mapping[PartyId, int], now: datetime) -> list[PartyId]:
        """For which of these peers something waits, numbered above what stands with each."""

    def requests_for(self, *pairs: tuple[PartyId, PartyId]) -> AbstractAsyncContextManager[Bell]:
        """A bell for requests put in for any of these peers from now on."""

    def answer_to(self, request_id: UUID) -> AbstractAsyncContextManager[Bell]:
        """A bell for the answer to a request from now on."""
