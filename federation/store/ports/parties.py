"""Hosted parties and peers, and the signed operations of both.

Every method takes part in the caller's transaction and decides nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from federation.documents.identity import SeenOperation
from federation.records import HostedParty, PartyKind, Peer
from federation.vocabulary.ids import PartyId


class PartyStore(Protocol):
    """Queries over hosted parties and peers, and the signed operations of both."""

    async def add_party(self, party: HostedParty, operations: Sequence[bytes]) -> None:
        """Store a new hosted party with its operations from genesis on."""

    async def party(self, party_id: str) -> HostedParty | None:
        """The hosted party of that id."""

    async def parties(self, kind: PartyKind | None, after: str, limit: int) -> list[HostedParty]:
        """Hosted parties (of one kind) with an id above `after`, by id."""

    async def operations(self, party_id: str) -> list[bytes]:
        """A hosted party's signed operations, oldest first."""

    async def add_operation(self, party_id: PartyId, number: int, operation: bytes, sign_seed: bytes) -> None:
        """Add the next operation of a hosted party's identity, and the seed it now speaks with."""

    async def set_departure(self, party_id: PartyId, left_at: datetime | None, moved_to: str) -> None:
        """Note since when a hosted party acts elsewhere and where; None lets it act here again."""

    async def peer(self, peer_id: str) -> Peer | None:
        """The peer of that id as last fetched."""

    async def peer_operations(self, peer_id: str) -> tuple[SeenOperation, ...]:
        """A peer's signed operations as this node first saw them, oldest sight first."""

    async def save_peer(self, peer: Peer, operations: Sequence[SeenOperation]) -> None:
        """Store what was fetched of a peer; operations stored before keep their place and the time of first sight."""

    async def claim_refresh(self, peer_id: str, now: datetime, next_at: datetime) -> bool:
        """Take the one forced refresh of a peer's profile that is due; False when it was taken lately."""

    async def peers_first_seen_since(self, moment: datetime) -> int:
        """How many peers were met for the first time since `moment`."""

    async def spend_nonce(self, sender_id: PartyId, nonce: str, now: datetime) -> bool:
        """Remember a request's nonce; False when that sender spent it before."""

    async def forget_nonces(self, before: datetime) -> int:
        """Drop nonces older than any request that would still be taken; returns how many."""
