"""Links, and what a shop has delivered along them.

Every method takes part in the caller's transaction and decides nothing.
"""

from datetime import datetime
from typing import Protocol

from federation.conversations.link import LinkState
from federation.records import Delivery, Link, LinkView, SyncState
from federation.vocabulary.ids import PartyId


class LinkStore(Protocol):
    """Queries over links, and what a shop has delivered along them."""

    async def link(self, local_id: str, remote_id: str, *, lock: bool = False) -> Link | None:
        """The link between two parties, held until the end of the transaction when `lock`."""

    async def save_link(self, link: Link, remote_proof: bytes | None) -> None:
        """Store a link as it now stands; a proof replaces the one before, None keeps it."""

    async def state(self, local_id: str, remote_id: str) -> LinkState | None:
        """Where the link of two parties stands; None without one."""

    async def views(self, local_id: PartyId) -> list[LinkView]:
        """All links of a hosted party, newest proposal first."""

    async def accepted_remotes(self, local_id: PartyId) -> list[PartyId]:
        """The peers with which a hosted party has an accepted link, by id."""

    async def accepted_pairs(self, kind: str) -> list[tuple[PartyId, PartyId]]:
        """(local, remote) of every accepted link of the hosted parties of a kind."""

    async def collecting_pairs(self, address: str, ended_since: datetime) -> list[tuple[PartyId, PartyId]]:
        """(local, remote) of the links of hosted parties at `address`; of ended ones those ended since a moment."""

    async def silent_pairs(self, since: datetime) -> list[tuple[PartyId, PartyId, datetime | None]]:
        """(shop, hub, when) of every accepted link whose hub has heard no stock of the hosted shop since a moment."""

    async def lagging_pairs(self, before: datetime, failed_before: datetime) -> list[tuple[PartyId, PartyId]]:
        """(shop, hub) of every accepted link whose hub lacks lines that the hosted shop signed before a moment.

        Those whose last push failed later than `failed_before` are left out: the outbox or a person is at it.
        """

    async def troubled_pairs(self, since: datetime, silent: tuple[datetime, datetime]) -> list[tuple[PartyId, PartyId]]:
        """(local, remote) of every accepted link over which something has failed since a moment and not gone since.

        At a hub also of those whose shop's stock was last in step within `silent`, from the one moment to the other.
        """

    async def open_delivery(self, shop_id: PartyId, hub_id: PartyId) -> None:
        """Begin to count what a hub has acknowledged; nothing when that has begun."""

    async def delivery(self, shop_id: str, hub_id: str) -> Delivery | None:
        """What a hub has acknowledged of a shop."""

    async def record_size(
        self,
        shop_id: PartyId,
        hub_id: PartyId,
        size: int,
        now: datetime,
        *,
        cosigned_note: bytes = b"",
        quarantined: int = 0,
    ) -> None:
        """Record the size that a hub says it holds, with its cosigned checkpoint when it gave one."""

    async def record_stock(self, shop_id: PartyId, hub_id: PartyId, vseq: int, echo: int, now: datetime) -> None:
        """Record up to which vseq a hub has a shop's stock, and the echo of its receipt, which came `now`."""

    async def record_compared(self, shop_id: PartyId, hub_id: PartyId, now: datetime) -> None:
        """Record that a shop has read back what a hub holds of its stock."""

    async def record_stock_error(self, shop_id: PartyId, hub_id: PartyId, error: str, now: datetime) -> None:
        """Record why the last stock message to a hub failed; the next that succeeds clears it."""

    async def record_error(self, shop_id: PartyId, hub_id: PartyId, error: str, now: datetime) -> None:
        """Record why the last push to a hub failed; the next that succeeds clears it."""

    async def sync_states(self, shop_id: PartyId) -> list[SyncState]:
        """What each hub has of a shop, by the hub's name."""

    async def cosigned_note(self, shop_id: PartyId, hub_id: PartyId) -> bytes:
        """The newest checkpoint of a shop that a hub has countersigned; empty before the first."""
