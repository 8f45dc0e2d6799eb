"""Proofs that a shop signed two histories: the first one about each epoch, whoever found it.

Every method takes part in the caller's transaction and decides nothing.
"""

from typing import Protocol

from federation.records import ForkFound
from federation.vocabulary.ids import PartyId


class ForkStore(Protocol):
    """Queries over kept fork proofs, by the party that keeps them and the shop they are about."""

    async def add_fork(self, holder_id: PartyId, fork: ForkFound) -> bool:
        """Keep a proof; False when one about that epoch is kept already."""

    async def fork(self, holder_id: str, shop_id: str, epoch: int) -> ForkFound | None:
        """The proof about an epoch of a shop's log."""

    async def forks(self, holder_id: PartyId, shop_id: PartyId) -> list[ForkFound]:
        """All proofs about a shop, the latest epoch first."""
