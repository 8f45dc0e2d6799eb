"""What is said to a bank about a dispute: written, handed in once, refused, or given up."""

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic
from payouts import service
from payouts.adapters.memory import Fault
from payouts.domain.evidence import Evidence
from payouts.errors import DisputeChoiceError, ProviderUnavailableError
from payouts.service.evidence import answer, write_evidence
from tests.payouts.scene import MemoryScene
from tests.payouts.shopper import Shopper
from tests.payouts.worked_example import PART_A, PART_B, PART_C, euro

pytestmark = pytest.mark.apps("payouts.piccolo_app")


async def test_evidence_is_written_handed_in_once_and_kept(scene: MemoryScene, shopper: Shopper) -> None:
    """Written, handed in though the answer was lost on the way, then closed to changes; the provider has it once."""
    await shopper.buys(PART_A, PART_B, PART_C)
    dispute = await shopper.disputes(euro(12333))
    told = Evidence(product_description="A dress", shipping_tracking_number="X1")
    async with atomic():
        await write_evidence(dispute.id, told, clock.now())
        await answer(dispute.id, "evidence", clock.now())
        await answer(dispute.id, "evidence", clock.now())
    scene.provider.faults.append(Fault("submit_evidence", ProviderUnavailableError("lost"), when="after"))
    await scene.drain()
    await scene.drain(later_seconds=3600)
    dispute = await shopper.found(dispute.provider_id)
    assert (dispute.status.value, dispute.answer.value, dispute.said) == ("evidence", "given", told)
    assert scene.provider.disputes.evidence == {dispute.provider_id: told}
    assert scene.provider.calls_of("submit_evidence") == 1
    with pytest.raises(DisputeChoiceError):
        await write_evidence(dispute.id, told, clock.now())
    with pytest.raises(DisputeChoiceError):
        await answer(dispute.id, "acceptance", clock.now())


async def test_a_dispute_is_given_up(scene: MemoryScene, shopper: Shopper) -> None:
    """Accepted, it is lost at once and the shops bear it."""
    await shopper.buys(PART_A, PART_B, PART_C)
    dispute = await shopper.disputes(euro(12333))
    async with atomic():
        await answer(dispute.id, "acceptance", clock.now())
    await scene.drain()
    assert (await shopper.found(dispute.provider_id)).funds.value == "lost"
    await scene.check()


async def test_a_refused_answer_is_told_and_can_be_given_again(scene: MemoryScene, shopper: Shopper) -> None:
    """Nothing to say cannot be handed in; what the provider refuses is an alert, with the reason at the dispute."""
    await shopper.buys()
    dispute = await shopper.disputes(euro(1000))
    with pytest.raises(DisputeChoiceError):
        await answer(dispute.id, "evidence", clock.now())
    async with atomic():
        await write_evidence(dispute.id, Evidence(uncategorized_text="It arrived."), clock.now())
        await answer(dispute.id, "evidence", clock.now())
    scene.provider.disputes.known[dispute.provider_id] = msgspec.structs.replace(
        scene.provider.disputes.known[dispute.provider_id], status="review"
    )
    await scene.drain()
    refused = await shopper.found(dispute.provider_id)
    assert refused.answer.value == "refused"
    assert "no evidence any more" in refused.answer_error
    assert "answer-refused" in {alert.kind for alert in await service.alerts()}
