"""Every movement of the provider's balance beside the ledger: matched, booked, or in suspense until a person speaks."""

from datetime import timedelta

import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from payouts import service
from payouts.adapters.memory import Fault
from payouts.adapters.memory.books import PLATFORM, Cause
from payouts.domain.ledger import AccountKind
from payouts.domain.recon import DOUBTFUL, OURS, THEIRS
from payouts.errors import DisputeChoiceError, ProviderRefusedError, ProviderUnavailableError
from payouts.service.reconciling import assign, reconcile
from payouts.standin import refunds
from payouts.store import recon
from tests.payouts.scene import MemoryScene, provider_id
from tests.payouts.stripe_lab import stripe_world
from tests.payouts.stripe_scene import StripeScene
from tests.payouts.worked_example import ORDER, PART_A, PART_B, PART_C, euro

pytestmark = pytest.mark.apps("payouts.piccolo_app")

RING = service.RefundRequest(
    refund_id=new_id(), order_id=ORDER, shop_order_id=PART_C, parts=(service.RefundPart("ring", quantity=1),)
)


async def unexplained() -> list[int]:
    """What is left over today, by currency."""
    today = clock.now().date()
    return [day.unexplained for day in await recon.days(today, today)]


def test_every_type_of_the_design_is_mapped() -> None:
    """The list of the design, each word with one meaning; whatever is not in it is unknown."""
    wanted = {
        *("charge", "payment", "refund", "payment_refund", "refund_failure", "adjustment"),
        *("transfer", "transfer_refund", "transfer_cancel", "transfer_failure"),
        *("payout", "payout_failure", "payout_cancel", "topup", "connect_collection_transfer"),
        *("stripe_fee", "stripe_fx_fee", "tax_fee", "reserve_hold", "reserve_release"),
        *("payout_minimum_balance_hold", "payout_minimum_balance_release"),
    }
    known = [*OURS, *THEIRS, *DOUBTFUL]
    assert wanted <= set(known)
    assert len(known) == len(set(known))


async def test_a_whole_life_leaves_nothing_over(scene: MemoryScene) -> None:
    """Paid, sent, refunded, clawed back, disputed, decided: each movement has its one transaction, read once."""
    payment = await scene.buy()
    await scene.release(PART_A, PART_B, PART_C)
    await scene.refund(RING)
    await scene.hear()
    number = scene.provider.disputes.open(provider_id(payment), euro(12333), "general", inquiry=False)
    await scene.hear()
    scene.provider.disputes.decide(number, "lost")
    await scene.hear()
    fresh = await reconcile(scene.pay, clock.now())
    assert fresh == len([each for each in scene.provider.moves if not each.account_id])
    assert await reconcile(scene.pay, clock.now()) == 0
    assert await recon.unmatched() == []
    assert await unexplained() == [0]
    assert await recon.only_ours(clock.now()) == []
    await scene.check()


async def test_every_kind_the_provider_causes_is_booked_where_it_belongs(scene: MemoryScene) -> None:
    """Fees, payouts to our bank, top-ups, reserves, collections: one posting each, and the balances agree."""
    await scene.buy()
    for number, kind in enumerate(THEIRS, start=1):
        scene.provider.take_from_platform(euro(number), kind)
    await reconcile(scene.pay, clock.now())
    assert await recon.unmatched() == []
    balances = await scene.balances()
    of = {kind: number for number, kind in enumerate(THEIRS, start=1)}
    banked = sum(number for kind, number in of.items() if THEIRS[kind] is AccountKind.BANK)
    kept = sum(number for kind, number in of.items() if THEIRS[kind] is AccountKind.PROVIDER_RESERVED)
    assert (balances["bank"], balances["provider:reserved"]) == (banked, kept)
    assert await unexplained() == [0]
    await scene.check()


async def test_what_the_provider_did_a_second_time_waits_in_suspense(scene: MemoryScene) -> None:
    """Two transfers for one share: the first is ours, the second a person's to look at; the reading goes on."""
    await scene.buy()
    await scene.release(PART_A, PART_B, PART_C)
    made = next(iter(scene.provider.transfers.values()))
    scene.provider.move(PLATFORM, -made.amount, scene.provider.now, Cause("transfer", made.id, made.reference))
    scene.provider.take_from_platform(euro(100), "topup")
    await reconcile(scene.pay, clock.now())
    assert [each.source for each in await recon.unmatched()] == [made.id]
    assert (await scene.balances())["suspense"] == made.amount.amount_minor
    assert [alert.kind for alert in await service.alerts()] == ["suspense"]
    await scene.check()


@pytest.mark.parametrize("kind", ["mystery", "transfer_failure", "charge", "refund", "transfer", "transfer_refund"])
async def test_what_nothing_of_ours_explains_waits_in_suspense(scene: MemoryScene, kind: str) -> None:
    """An unknown word, or a known one without anything of ours behind it: suspense, an alert, and a person's word."""
    await scene.buy()
    scene.provider.take_from_platform(euro(700), kind)
    await reconcile(scene.pay, clock.now())
    [move] = await recon.unmatched()
    assert (await scene.balances())["suspense"] == 700
    assert [alert.kind for alert in await service.alerts()] == ["suspense"]
    for to, note in ((AccountKind.SUSPENSE, "x"), (AccountKind.HELD, "x"), (AccountKind.BANK, " ")):
        with pytest.raises(DisputeChoiceError):
            async with atomic():
                await assign(move.id, to, note, "ada", clock.now())
    async with atomic():
        await assign(move.id, AccountKind.BANK, "moved by hand", "ada", clock.now())
    with pytest.raises(DisputeChoiceError):
        async with atomic():
            await assign(move.id, AccountKind.BANK, "again", "ada", clock.now())
    balances = await scene.balances()
    assert (balances["bank"], "suspense" in balances) == (700, False)
    assert await recon.unmatched() == []
    await scene.check()


async def test_our_own_work_under_way_is_waited_for(scene: MemoryScene) -> None:
    """A transfer whose answer was lost is waited for, told of after a day, and matched once we know of it."""
    await scene.buy()
    scene.provider.faults.append(Fault("transfer", ProviderUnavailableError("cut off"), when="after", times=2))
    await scene.release(PART_B)
    await reconcile(scene.pay, clock.now())
    assert {move.state.value for move in await recon.unmatched()} == {"waiting"}
    await reconcile(scene.pay, clock.now() + timedelta(hours=25))
    assert {alert.kind for alert in await service.alerts()} == {"move-waiting"}
    await scene.sweep()
    await reconcile(scene.pay, clock.now())
    assert await recon.unmatched() == []
    assert await unexplained() == [0]


async def test_a_dispute_nobody_told_of_is_read_by_its_movement(scene: MemoryScene) -> None:
    """No event, no sweep: the movement leads to the dispute, which is booked and borne."""
    payment = await scene.buy()
    scene.provider.disputes.open(provider_id(payment), euro(500), "general", inquiry=False)
    await reconcile(scene.pay, clock.now())
    assert await recon.unmatched() == []
    assert (await scene.balances())["hub:dispute_fees"] == 2000
    await scene.check()


async def test_a_provider_without_a_list_is_left_in_peace(scene: MemoryScene) -> None:
    """No list, no reconciliation, no alert."""
    await scene.buy()
    scene.provider.faults.append(Fault("balance_transactions", ProviderRefusedError("none"), times=9))
    assert await reconcile(scene.pay, clock.now()) == 0
    assert await service.alerts() == []


async def test_days_explain_fees_to_come_and_what_is_on_the_way(scene: MemoryScene) -> None:
    """Money that waits for a day: the fee is taken there and not here yet, and exactly that is the difference."""
    scene.provider.funds_delay = timedelta(days=1)
    await scene.buy()
    await reconcile(scene.pay, clock.now())
    today = clock.now().date()
    [day] = await recon.days(today, today)
    assert (day.difference, day.fees_to_come, day.on_the_way, day.unexplained) == (-512, 512, 0, 0)
    tomorrow = today + timedelta(days=1)
    assert [each.unexplained for each in await recon.days(today, tomorrow)] == [0, 0]


async def test_a_refund_that_comes_back_is_owed_again(committed: object) -> None:
    """Paid, then returned by the shopper's bank: owed once more, found by its movement though no event came."""
    async with stripe_world() as lab:
        scene = StripeScene(lab)
        await scene.buy()
        made = await scene.refund(RING)
        assert made.status == "succeeded"
        [refund] = scene.made("refund")
        refunds.fail(lab.state, refund["id"], "expired_or_canceled_card")
        await reconcile(scene.pay, clock.now())
        assert await recon.unmatched() == []
        assert (await scene.balances())["customer:refund_due"] == -4850
        again = await service.refund_by_id(made.id)
        assert again is not None
        assert again.status == "failed"
        await scene.check(quiet=False)
        async with atomic():
            await service.retry_refund(made.id, clock.now())
        await scene.drain()
        await reconcile(scene.pay, clock.now())
        assert "customer:refund_due" not in await scene.balances()
        assert await unexplained() == [0]
        await scene.check()


async def test_a_sale_that_the_list_does_not_hold_yet_is_only_ours(scene: MemoryScene) -> None:
    """Between two readings of the list the books are ahead, by exactly what the column says."""
    scene.provider.take_from_platform(euro(1), "stripe_fee")
    await reconcile(scene.pay, clock.now())
    await scene.buy()
    today = clock.now().date()
    [day] = await recon.days(today, today)
    assert (day.only_ours, day.unexplained) == (34759 - 512, 0)
    await reconcile(scene.pay, clock.now())
    [day] = await recon.days(today, today)
    assert (day.only_ours, day.unexplained) == (0, 0)
