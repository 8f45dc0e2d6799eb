"""The hub's real services over the real client: the worked example from the page to the bank, whatever goes wrong."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from payouts import service
from payouts.ports import PayoutTerms
from payouts.service import bank_files, float_moves, terms
from payouts.service.bank_payouts import run_payouts
from payouts.service.reconciling import reconcile
from payouts.standin import levers
from payouts.standin.faults import FaultKind
from payouts.standin.moves import move
from payouts.standin.world import Thing
from tests.payouts.service.test_bank_files import OURS, THEIRS
from tests.payouts.stripe_lab import stripe_world
from tests.payouts.stripe_scene import StripeScene
from tests.payouts.worked_example import ORDER, PART_A, PART_B, PART_C, A, B, C, euro

pytestmark = pytest.mark.apps("payouts.piccolo_app")


@pytest.fixture
async def scene(committed: object) -> AsyncIterator[StripeScene]:
    """A hub on a database of its own and a stand-in where money is available at once."""
    async with stripe_world() as lab:
        yield StripeScene(lab)


async def test_the_worked_example_from_the_page_to_the_bank(scene: StripeScene) -> None:
    """Paid, released, sent, one ring given back, clawed back and paid out; books and provider agree throughout.

    The refund waits at first: everything was sent to the shops, and the hub's balance suffices after the claw-back.
    """
    await scene.buy()
    await scene.check()
    await scene.release(PART_A, PART_B, PART_C)
    await scene.check()
    ring = service.RefundRequest(
        refund_id=new_id(), order_id=ORDER, shop_order_id=PART_C, parts=(service.RefundPart("ring", quantity=1),)
    )
    refund = await scene.refund(ring)
    assert refund.status == "pending"
    await scene.lab.advance(1)
    await scene.hear()
    paid = await service.refund_by_id(refund.id)
    assert paid is not None
    assert paid.status == "succeeded"
    await scene.check()
    assert await run_payouts(scene.pay, clock.now()) == 3
    await scene.lab.advance(1)
    await scene.hear()
    assert {each.shop_id: each.amount_minor for each in await service.payouts()} == {A: 12890, B: 9050, C: 9988 - 4499}
    assert {each.status.value for each in await service.payouts()} == {"paid"}
    await scene.check()


async def test_events_twice_late_in_another_order_or_never(scene: StripeScene) -> None:
    """Whatever becomes of events, the money ends where it belongs."""
    kinds: tuple[FaultKind, ...] = ("duplicate", "reorder", "drop", "delay", "reorder", "duplicate", "drop", "drop")
    for kind in kinds:
        scene.lab.fault(kind, "events")
    await scene.buy()
    await scene.lab.advance(1)
    await scene.hear()
    await scene.sweep()
    await scene.release(PART_A, PART_B, PART_C)
    await scene.sweep()
    assert {each.status.value for each in await service.settlements(A)} == {"sent"}
    assert len({each["metadata"]["reference"] for each in _transfers(scene)}) == len(_transfers(scene))
    await scene.check()


@pytest.mark.parametrize("kind", ["drop_response", "fail_after", "refuse_429", "refuse_500", "balance_insufficient"])
async def test_a_misfortune_at_every_transfer_doubles_nothing(scene: StripeScene, kind: FaultKind) -> None:
    """Each share reaches its shop once, though every transfer's first call went wrong."""
    await scene.buy()
    scene.lab.fault(kind, "POST /v1/transfers", 3)
    await scene.release(PART_A, PART_B, PART_C)
    for round_of in range(1, 5):
        await scene.sweep(200 * round_of)
    sent = {each["metadata"]["reference"]: each["amount"] for each in _transfers(scene)}
    assert (len(sent), len(_transfers(scene)), sum(sent.values())) == (7, 7, 31928)
    await scene.check()


async def test_what_an_automatic_payout_lists_is_what_it_claims(scene: StripeScene) -> None:
    """Money taken back, of others, and kept back is in the list; come back, the next one claims the same."""
    await scene.buy()
    await scene.release(PART_B, PART_C)
    await scene.lab.advance(1)
    ring = service.RefundRequest(
        refund_id=new_id(), order_id=ORDER, shop_order_id=PART_C, parts=(service.RefundPart("ring", quantity=1),)
    )
    await scene.refund(ring)
    account = await service.account_of(C)
    assert account is not None
    number = str(account.provider_id)
    move(scene.lab.state, number, ("adjustment", "dp_of_another"), 700, "eur")
    daily = PayoutTerms(interval="daily", minimum=(euro(1_000),))
    await scene.pay.provider.set_payout_terms(number, daily, "daily")
    await scene.lab.break_bank(number)
    await scene.lab.advance(86_401)
    await scene.hear()
    ours = 9_988 - 4_499
    (payout,) = await service.payouts(C)
    assert (payout.status.value, payout.amount_minor, payout.other_minor) == ("failed", ours + 700 - 1_000, 700 - 1_000)
    levers.mend_bank(scene.lab.state, number)
    await scene.lab.advance(86_401)
    await scene.hear()
    (payout,) = [one for one in await service.payouts(C) if one.status.value == "paid"]
    assert payout.amount_minor - payout.other_minor == ours
    assert (await service.shop_money(C))[0].paid_out == euro(ours)
    assert {alert.kind for alert in await service.alerts()} == {"payout-unexplained", "payout-failed"}
    await scene.check()


def _transfers(scene: StripeScene) -> list[Thing]:
    return list(scene.lab.state.things["transfer"].values())


async def test_the_provider_pays_out_by_itself_and_the_hub_to_its_own_bank(scene: StripeScene) -> None:
    """An account on a schedule of its own is paid without us, and recorded; our own payout is booked from the list."""
    await scene.buy()
    await scene.release(PART_A)
    account = await service.account_of(A)
    assert account is not None
    daily = PayoutTerms(interval="daily")
    await scene.pay.provider.set_payout_terms(str(account.provider_id), daily, "daily")
    await scene.lab.advance(86_401)
    await scene.hear()
    (payout,) = await service.payouts()
    assert (payout.shop_id, payout.automatic, payout.amount_minor, payout.other_minor) == (A, True, 12890, 0)
    assert (payout.status.value, payout.list_due) == ("paid", False)
    settings = msgspec.structs.replace(scene.pay.settings, bank=OURS)
    pay = msgspec.structs.replace(scene.pay, settings=settings)
    async with atomic():
        await terms.pay_by_bank(C, THEIRS, "two people", scene.now)
    await scene.release(PART_C)
    async with atomic():
        await float_moves.begin(pay, euro(9988), "an operator", scene.now)
    await scene.drain()
    await reconcile(scene.pay, clock.now())
    assert await bank_files.at_bank() == euro(9988)
    await scene.lab.advance(86_401)
    await scene.hear()
    assert [one.status.value for one in await float_moves.newest()] == ["paid"]
    await scene.check()
