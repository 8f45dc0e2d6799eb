"""What is said to a bank about a dispute: written, handed in once, refused, or given up."""

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.errors import RecordInvalidError
from payouts import service
from payouts.adapters.memory import Fault
from payouts.domain.dispute_records import DisputeRecord
from payouts.domain.evidence import Evidence, HandIn
from payouts.errors import DisputeChoiceError, ProviderUnavailableError
from payouts.service import hearings
from payouts.service.evidence import AnswerKind, answer, write_evidence
from tests.payouts.scene import MemoryScene
from tests.payouts.shopper import Shopper
from tests.payouts.worked_example import PART_A, PART_B, PART_C, euro
from tests.support.evidence_files import pdf, png

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
    assert scene.provider.disputes.evidence == {dispute.provider_id: HandIn(texts=told)}
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


async def test_a_hand_in_of_before_the_key_was_written_into_it_does_not_stand_in_the_way(
    scene: MemoryScene, shopper: Shopper
) -> None:
    """Given by an earlier release, whose answer was lost: the provider says that it has it, and a person is told."""
    await shopper.buys(PART_A, PART_B, PART_C)
    dispute = await shopper.disputes(euro(12333))
    async with atomic():
        await write_evidence(dispute.id, Evidence(uncategorized_text="It arrived."), clock.now())
        await answer(dispute.id, "evidence", clock.now())
    before = HandIn(texts=Evidence(uncategorized_text="As it was put then."))
    await scene.provider.disputes.submit_evidence(dispute.provider_id, before, f"dpe:{dispute.id}:1")
    await scene.drain()
    assert (await shopper.found(dispute.provider_id)).answer.value == "refused"
    assert "answer-refused" in {alert.kind for alert in await service.alerts()}


async def told(shopper: Shopper, dispute: DisputeRecord, kind: AnswerKind, slot: str | None = "receipt") -> None:
    """Say that it arrived, with every file as one thing, and hand it in so; no word about the files for None."""
    slots = {} if slot is None else {one.id: slot for one in await hearings.files_of(dispute.id)}
    async with atomic():
        await write_evidence(dispute.id, Evidence(uncategorized_text="It arrived."), clock.now(), slots)
        await answer(dispute.id, kind, clock.now())


async def test_files_are_given_once_a_draft_first_then_for_good(scene: MemoryScene, shopper: Shopper) -> None:
    """The file goes with the draft, which changes nothing else; the hand-in names it again; a late file stays out."""
    await shopper.buys(PART_A)
    dispute = await shopper.disputes(euro(12333))
    with pytest.raises(RecordInvalidError):
        await hearings.add_own(dispute.id, "policy", b"MZ", clock.now())
    for _ in range(2):
        await hearings.add_own(dispute.id, "policy", pdf(), clock.now())
    with pytest.raises(DisputeChoiceError, match="nobody has decided"):
        await told(shopper, dispute, "draft", None)
    with pytest.raises(DisputeChoiceError, match="choose of each file"):
        await told(shopper, dispute, "draft", "gossip")
    await told(shopper, dispute, "draft")
    await hearings.add_own(dispute.id, "other", png(), clock.now())
    scene.provider.faults.append(Fault("upload_evidence", ProviderUnavailableError("lost"), when="after"))
    await scene.drain()
    await scene.drain(later_seconds=3600)
    staged = await shopper.found(dispute.provider_id)
    assert (staged.answer.value, staged.status.value, staged.is_answered) == ("none", "open", False)
    assert staged.staged_at is not None
    assert staged.handed_in_at is None
    (file_id,) = scene.provider.disputes.files
    assert scene.provider.disputes.evidence[dispute.provider_id].draft
    with pytest.raises(DisputeChoiceError, match="nobody has decided"):
        await told(shopper, dispute, "evidence", None)
    await told(shopper, dispute, "evidence", "")
    await scene.drain()
    given = await shopper.found(dispute.provider_id)
    assert (given.answer.value, given.staged_at, given.handed_in_at) == ("given", None, given.answered_at)
    assert "dispute-opened" not in {alert.kind for alert in await service.alerts()}, "it is answered"
    handed = scene.provider.disputes.evidence[dispute.provider_id]
    assert (handed.draft, handed.replaces, handed.files) == (False, True, {}), "a person left the file out after all"
    assert list(scene.provider.disputes.files) == [file_id]


async def test_too_late_or_decided_nothing_is_handed_in(scene: MemoryScene, shopper: Shopper) -> None:
    """After the day, and after the decision, each is refused in its own words; giving up is late as well as early."""
    await shopper.buys(PART_A)
    dispute = await shopper.disputes(euro(12333))
    assert dispute.due_at is not None
    await write_evidence(dispute.id, Evidence(uncategorized_text="It arrived."), clock.now())
    kinds: tuple[AnswerKind, ...] = ("draft", "evidence")
    for kind in kinds:
        with pytest.raises(DisputeChoiceError, match="too late"):
            await answer(dispute.id, kind, dispute.due_at)
    await shopper.decides(dispute, "lost")
    with pytest.raises(DisputeChoiceError, match="decided this dispute"):
        await answer(dispute.id, "acceptance", dispute.due_at)
