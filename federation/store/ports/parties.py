"""Hosted parties and peers, and the signed operations of both.

Every method takes part in the caller's transaction and decides nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from federation.documents.identity import SeenOperation
from federation.records import Countersigned, HostedParty, PartyKind, Peer
from federation.vocabulary.ids import PartyId


class PartyStore(Protocol):
    """Queries over hosted parties and peers, and the signed operations of both."""

    async def add_party(self, party: HostedParty, operations: Sequence[SeenOperation]) -> None:
        """Store a new hosted party with its operations from genesis on; its seed lies sealed (`node.sealing`)."""

    async def party(self, party_id: str) -> HostedParty | None:
        """The hosted party of that id."""

    async def parties(self, kind: PartyKind | None, after: str, limit: int) -> list[HostedParty]:
        """Hosted parties (of one kind) with an id above `after`, by id."""

    async def operations(self, party_id: str) -> list[bytes]:
        """All signed operations of a hosted party, rivals included, in the order in which they were recorded."""

    async def seen_operations(self, party_id: str, *, lock: bool = False) -> tuple[SeenOperation, ...]:
        """All signed operations of a hosted party, rivals included, each with its first sight, in that order.

        `lock` keeps others from recording one until the transaction's end.
        """

    async def add_operation(self, party_id: PartyId, operation: SeenOperation) -> None:
        """Record one more operation of a hosted party's identity, under a lock of `seen_operations`."""

    async def set_sign_seed(self, party_id: PartyId, sign_seed: bytes) -> None:
        """Let a hosted party speak with another key from now on."""

    async def set_retired(self, party_id: PartyId, retired_at: datetime | None) -> None:
        """Note since when a hosted party has retired, or that it has not."""

    async def unsealed_parties(self) -> int:
        """How many hosted parties' seeds do not lie sealed under the secret of now; after `reseal` none."""

    async def reseal(self) -> int:
        """Seal every hosted party's seed under the secret of now; returns how many were not. Raises SealError."""

    async def countersigned(self, party_id: str) -> list[Countersigned]:
        """What hubs have countersigned of a hosted party's operations, by hub and number."""

    async def save_countersigned(self, items: Sequence[Countersigned]) -> None:
        """Keep countersignatures; of one operation by one hub, the earliest first sight stays."""

    async def set_departure(self, party_id: PartyId, left_at: datetime | None, moved_to: str) -> None:
        """Note since when a hosted party acts elsewhere and where; None lets it act here again."""

    async def peer(self, peer_id: str, *, lock: bool = False) -> Peer | None:
        """The peer of that id as last fetched; `lock` keeps others from saving it until the transaction's end."""

    async def peer_operations(self, peer_id: str) -> tuple[SeenOperation, ...]:
        """A peer's signed operations as this node first saw them, oldest sight first."""

    async def save_peer(self, peer: Peer, operations: Sequence[SeenOperation]) -> None:
        """Store what was fetched of a peer; operations stored before keep their place and the time of first sight."""

    async def parties_linked_with(self, peer_id: str) -> list[PartyId]:
        """The hosted parties that have a link with a peer, ended ones included, by id."""

    async def claim_refresh(self, peer_id: str, now: datetime, next_at: datetime) -> bool:
        """Take the one forced refresh of a peer's profile that is due; False when it was taken lately."""

    async def spend_nonce(self, sender_id: PartyId, nonce: str, now: datetime) -> bool:
        """Remember a request's nonce; False when that sender spent it before."""

    async def forget_nonces(self, before: datetime) -> int:
        """Drop nonces older than any request that would still be taken; returns how many."""
