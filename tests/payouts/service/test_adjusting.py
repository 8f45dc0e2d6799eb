"""Corrections: two people, one booking, however often somebody clicks."""

from uuid import UUID

import msgspec
import pytest

from federation.node.database import atomic, execute
from federation.vocabulary.money import Money
from payouts import service
from payouts.domain.adjustment import Proposal
from payouts.errors import AdjustmentRefusedError, IllegalMoveError
from payouts.service import adjusting
from tests.payouts.scene import MemoryScene
from tests.payouts.service.test_releasing import at_once
from tests.payouts.worked_example import PART_A, A, euro

pytestmark = pytest.mark.apps("payouts.piccolo_app")

ADA, BOB = "ada@example.com", "bob@example.com"
GIVE = Proposal(id=UUID(int=9), shop_id=A, amount=euro(1_500), reason="a parcel lost by our carrier")
TAKE = Proposal(id=UUID(int=10), shop_id=A, amount=euro(-2_000), reason="paid twice", evidence="see the mail of Monday")


async def propose(scene: MemoryScene, proposal: Proposal, by: str = ADA) -> None:
    async with atomic():
        await adjusting.propose(proposal, by, scene.pay.settings, scene.now)


async def approve(scene: MemoryScene, proposal: Proposal, by: str = BOB) -> None:
    async with atomic():
        await adjusting.approve(proposal.id, by, scene.now)


async def test_what_two_people_give_is_sent(scene: MemoryScene) -> None:
    """Nothing is booked by the proposal; approved, it is the hub's cost and reaches the boutique's account."""
    await scene.open_accounts()
    scene.provider.take_from_platform(euro(-5_000))
    await propose(scene, GIVE)
    assert await scene.balances() == {}
    await approve(scene, GIVE)
    await scene.drain()
    assert [one.amount for one in scene.provider.transfers.values()] == [euro(1_500)]
    assert await scene.balances() == {"hub:adjustment": 1_500, "provider:available": -1_500}
    await scene.check(quiet=False)


async def test_what_two_people_take_is_netted(scene: MemoryScene) -> None:
    """A boutique owes it from then on; it is set off against what it sells next."""
    await scene.buy()
    await propose(scene, TAKE)
    await approve(scene, TAKE)
    (claim,) = await service.claims(A)
    assert (claim.outstanding_minor, claim.status.value, claim.adjustment_id) == (2_000, "owed", TAKE.id)
    await scene.release(PART_A)
    assert sum(one.amount.amount_minor for one in scene.provider.transfers.values()) == 12_890 + 1_440 - 2_000
    await scene.check()


async def test_the_hub_s_own_accounts_are_put_right(scene: MemoryScene) -> None:
    """What waits in suspense can be taken out of it, against the account of corrections."""
    wish = Proposal(id=UUID(int=11), hub_account="suspense", amount=euro(700), reason="a test payment of ours")
    await propose(scene, wish)
    await approve(scene, wish)
    assert await scene.balances() == {"suspense": 700, "hub:adjustment": -700}


async def test_nobody_decides_their_own(scene: MemoryScene) -> None:
    """Neither approving nor rejecting; the database would not take it either."""
    await propose(scene, GIVE)
    with pytest.raises(AdjustmentRefusedError, match="somebody else"):
        await approve(scene, GIVE, by=ADA)
    with pytest.raises(AdjustmentRefusedError, match="somebody else"):
        async with atomic():
            await adjusting.reject(GIVE.id, ADA, "no", scene.now)
    with pytest.raises(Exception, match="pay_adjustment_two_people"):
        await execute("UPDATE pay_adjustment SET status = 'approved', decided_by = proposed_by, decided_at = now()")


async def test_the_same_proposal_again_is_one(scene: MemoryScene) -> None:
    """The same id and content answers the same, whoever sends it; other content under it is refused."""
    await propose(scene, GIVE)
    await propose(scene, GIVE)
    await propose(scene, GIVE, by=BOB)
    (known,) = await adjusting.newest()
    assert known.proposed_by == ADA
    with pytest.raises(AdjustmentRefusedError, match="another correction"):
        await propose(scene, msgspec.structs.replace(GIVE, amount=euro(1_501)))


async def test_clicks_at_once_book_once(scene: MemoryScene) -> None:
    """Five people at the button: one approval counts, the others hear that it is decided."""
    await propose(scene, TAKE)
    people = [f"person{number}@example.com" for number in range(4)]
    answers = await at_once(*(lambda by=by: approve(scene, TAKE, by) for by in [*people, people[0]]))
    assert sum(answer is None for answer in answers) in {1, 2}
    assert all(answer is None or isinstance(answer, IllegalMoveError) for answer in answers)
    assert await scene.balances() == {"hub:adjustment": -2_000, f"recv:{A}": 2_000}
    assert len(await service.claims(A)) == 1


async def test_a_rejected_one_is_over(scene: MemoryScene) -> None:
    """It says why, books nothing, and cannot be approved any more."""
    await propose(scene, GIVE)
    with pytest.raises(AdjustmentRefusedError, match="why not"):
        async with atomic():
            await adjusting.reject(GIVE.id, BOB, " ", scene.now)
    async with atomic():
        made = await adjusting.reject(GIVE.id, BOB, "the carrier pays that", scene.now)
    assert (made.status.value, made.decision_note) == ("rejected", "the carrier pays that")
    with pytest.raises(IllegalMoveError):
        await approve(scene, GIVE, by="cleo@example.com")
    assert await scene.balances() == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": euro(0)},
        {"amount": euro(100_001)},
        {"amount": euro(-100_001)},
        {"amount": Money(100, "USD")},
        {"reason": "  "},
        {"reason": "x" * 501},
        {"evidence": "x" * 2_001},
        {"hub_account": "suspense"},
        {"shop_id": ""},
        {"shop_id": "", "hub_account": "customer:refund_due"},
    ],
)
async def test_what_may_not_be_proposed(scene: MemoryScene, changes: dict[str, object]) -> None:
    """Bounded sums, a reason, one account, and never what shoppers are owed."""
    with pytest.raises(AdjustmentRefusedError):
        await propose(scene, msgspec.structs.replace(GIVE, **changes))
    assert await adjusting.newest() == []
