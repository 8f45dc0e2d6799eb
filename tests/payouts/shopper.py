"""The shopper of the worked example and the bank that asks for the money back."""

from typing import Any
from uuid import UUID

from federation.vocabulary.money import Money
from payouts.domain.dispute_records import DisputeRecord
from payouts.store import disputes as store
from tests.payouts.scene import MemoryScene, provider_id


class Shopper:
    """A shopper's bank in a scene: opens disputes of the worked example and decides them."""

    def __init__(self, scene: MemoryScene) -> None:
        self.scene = scene
        self.payment_id = ""

    async def buys(self, *released: UUID) -> None:
        self.payment_id = provider_id(await self.scene.buy())
        if released:
            await self.scene.release(*released)

    async def disputes(self, amount: Money, reason: str = "general", *, inquiry: bool = False) -> DisputeRecord:
        number = self.scene.provider.disputes.open(self.payment_id, amount, reason, inquiry=inquiry)
        await self.scene.hear()
        return await self.found(number)

    async def decides(self, dispute: DisputeRecord, outcome: Any) -> DisputeRecord:
        self.scene.provider.disputes.decide(dispute.provider_id, outcome)
        await self.scene.hear()
        return await self.found(dispute.provider_id)

    async def found(self, number: str) -> DisputeRecord:
        dispute = await store.by_provider_id(number)
        assert dispute is not None
        return dispute
