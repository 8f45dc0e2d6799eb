"""Orders between a hosted party and a peer, and their numbered events each way.

Every method takes part in the caller's transaction and decides nothing.
"""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from federation.records import EventRecord, ReceivedEvent, SaidEvent
from federation.vocabulary.ids import PartyId


class ConversationStore(Protocol):
    """Queries over orders between a hosted party and a peer, and their numbered events each way."""

    async def open_conversation(
        self, local_id: PartyId, remote_id: PartyId, order_id: str, document: bytes, now: datetime
    ) -> bool:
        """Begin the conversation about an order; False when it has begun. A document fills an empty one."""

    async def document(self, local_id: PartyId, remote_id: PartyId, order_id: str) -> bytes | None:
        """The order as it was placed, byte for byte."""

    async def last_in(self, local_id: PartyId, remote_id: PartyId, order_id: str) -> int | None:
        """The number of the last event taken, the conversation locked; None while no order has been placed."""

    async def add_event_in(
        self, ends: tuple[PartyId, PartyId], order_id: str, event: EventRecord, now: datetime
    ) -> None:
        """Remember an event taken from the peer; `ends` are (local, remote)."""

    async def received(self, ends: tuple[PartyId, PartyId], order_id: str, sequence: int) -> ReceivedEvent | None:
        """The event taken under that number, byte for byte, and when."""

    async def buffer(self, ends: tuple[PartyId, PartyId], order_id: str, event: EventRecord, now: datetime) -> None:
        """Keep an event that came before the one it follows; the same again changes nothing."""

    async def buffered_count(self, ends: tuple[PartyId, PartyId], order_id: str) -> int:
        """How many events of an order wait for one before them."""

    async def take_buffered(self, ends: tuple[PartyId, PartyId], order_id: str, sequence: int) -> EventRecord | None:
        """Take the waiting event of that number out; those before it, which came meanwhile, are dropped."""

    async def next_out(self, local_id: PartyId, remote_id: PartyId, order_id: str, now: datetime) -> int:
        """Take the next number of the events we send about an order."""

    async def add_event_out(self, ends: tuple[PartyId, PartyId], order_id: str, event: EventRecord) -> None:
        """Keep an event until the peer has acknowledged it; `ends` are (local, remote)."""

    async def events_out(
        self, ends: tuple[PartyId, PartyId], order_id: str, from_sequence: int | None
    ) -> list[EventRecord]:
        """Events we sent or must send: those not acknowledged, or all from a number on, in order."""

    async def orders_waiting(self, local_id: PartyId, remote_id: PartyId) -> list[str]:
        """The orders with events that the peer has not acknowledged."""

    async def orders_of(self, ends: tuple[PartyId, PartyId], after: str, limit: int) -> list[str]:
        """The orders placed between a hosted party and a peer, by id after one."""

    async def acknowledge(self, event_id: UUID, receipt: str, now: datetime) -> None:
        """Record that the peer has taken an event, with its receipt if it gave one."""

    async def events_of(
        self, ends: tuple[PartyId, PartyId], order_id: str, *, sent: bool, after: int, limit: int
    ) -> list[bytes]:
        """The events one side told of an order, by rising number after one: ours (`sent`) or the peer's."""

    async def last_numbers(self, ends: tuple[PartyId, PartyId], order_id: str) -> tuple[int, int]:
        """The last number told by us and by the peer; zeros when nothing was."""

    async def restore_event_out(
        self, ends: tuple[PartyId, PartyId], order_id: str, event: EventRecord, now: datetime
    ) -> None:
        """Remember an event of ours that the peer showed us: it has it, and our numbers go on after it."""

    async def renumber_out(self, ends: tuple[PartyId, PartyId], order_id: str, event: EventRecord) -> None:
        """Give an event that was not acknowledged another number and other bytes; our numbers go on after it."""

    async def events(self, local_id: PartyId, remote_id: PartyId, order_id: str) -> list[SaidEvent]:
        """All events of an order, both ways."""
