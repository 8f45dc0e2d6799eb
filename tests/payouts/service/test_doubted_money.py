"""Money a bank doubts or has taken is not paid a second time, nor sent on, whatever came first."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from payouts import service
from payouts.adapters.memory import Fault
from payouts.errors import IllegalMoveError, ProviderRefusedError, ProviderUnavailableError, RefundRefusedError
from payouts.service import dispute_reads
from payouts.service.dispute_sweeps import sweep_disputes
from payouts.service.disputes import lift_warning
from payouts.service.reconciling import reconcile
from payouts.service.refund_payment import observe_refund
from payouts.store import disputes as store
from tests.payouts.scene import MemoryScene, provider_id
from tests.payouts.worked_example import ORDER, PART_A, PART_B, PART_C, SHARES, TOTAL, A, B, C, euro, in_yen

pytestmark = pytest.mark.apps("payouts.piccolo_app")


def one_ring() -> service.RefundRequest:
    """One of the two rings."""
    parts = (service.RefundPart("ring", quantity=1),)
    return service.RefundRequest(refund_id=new_id(), order_id=ORDER, shop_order_id=PART_C, parts=parts)


async def disputed(scene: MemoryScene, payment_id: str, *, inquiry: bool = False) -> str:
    """The shopper's bank takes a part back, or asks about it; the dispute's id at the provider."""
    number = scene.provider.disputes.open(payment_id, euro(1000), "general", inquiry=inquiry)
    await scene.hear()
    return number


async def decided(scene: MemoryScene, number: str, outcome: Any) -> None:
    """The bank decides."""
    scene.provider.disputes.decide(number, outcome)
    await scene.hear()


async def statuses() -> set[str]:
    """Where shop A's shares stand."""
    return {each.status.value for each in await service.settlements(A)}


async def standing(refund_id: UUID) -> tuple[str, str]:
    """A refund's state, and where it stands for its shopper."""
    found = await service.refund_by_id(refund_id)
    assert found is not None
    return found.status, found.standing


async def tried_again(scene: MemoryScene, refund_id: UUID) -> None:
    """A person has a refund tried again, and what follows from it."""
    async with atomic():
        await service.retry_refund(refund_id, clock.now())
    await scene.drain()


async def has(shop_id: str) -> int:
    """What a shop was sent in all, less what it owes back."""
    return sum(money.sent.amount_minor - money.owed_back.amount_minor for money in await service.shop_money(shop_id))


async def decided_again(scene: MemoryScene, number: str) -> None:
    """What was lost is won after an appeal."""
    scene.provider.disputes.appeal(number)
    await scene.hear()
    await decided(scene, number, "won")


async def test_a_failed_refund_is_tried_again_only_once_the_bank_has_decided(scene: MemoryScene) -> None:
    """Refused while a dispute of 10.00 is undecided; once that is lost the ring, which it did not pay, can be paid."""
    payment = await scene.buy()
    scene.provider.faults.append(Fault("refund", ProviderRefusedError("no")))
    refund = await scene.refund(one_ring())
    assert refund.status == "failed"
    number = await disputed(scene, provider_id(payment))
    with pytest.raises(RefundRefusedError, match="bank has taken this payment back"):
        await tried_again(scene, refund.id)
    await decided(scene, number, "lost")
    await tried_again(scene, refund.id)
    assert await standing(refund.id) == ("failed", "not-sent")
    found = await service.refund_by_id(refund.id)
    assert found is not None
    assert "charged back" in found.error
    scene.provider.disputes.known.clear()
    await tried_again(scene, refund.id)
    assert await standing(refund.id) == ("succeeded", "paid-back")
    await scene.check()


async def test_a_refund_that_is_void_cannot_be_tried_again(scene: MemoryScene) -> None:
    """The bank paid it: an operator's second look pays nothing more."""
    payment = await scene.buy()
    scene.provider.faults.append(Fault("refund", ProviderRefusedError("no")))
    refund = await scene.refund(one_ring())
    number = scene.provider.disputes.open(provider_id(payment), TOTAL, "general", inquiry=False)
    await scene.hear()
    await decided(scene, number, "lost")
    assert await standing(refund.id) == ("voided", "void")
    with pytest.raises(IllegalMoveError):
        await tried_again(scene, refund.id)
    assert scene.provider.refunds == {}


async def test_a_refund_on_its_way_waits_while_the_bank_has_the_money(scene: MemoryScene) -> None:
    """Decided before the dispute and not paid yet: it stands, a person is told, and it is paid once that is won."""
    payment = await scene.buy()
    scene.provider.faults.append(Fault("refund", ProviderUnavailableError("cut off"), "before"))
    assert (await scene.refund(one_ring())).status == "submitting"
    number = await disputed(scene, provider_id(payment))
    await scene.drain(later_seconds=3600)
    await scene.sweep(later_seconds=7200)
    assert scene.provider.refunds == {}
    assert "refund-waits" in {alert.kind for alert in await service.alerts()}
    await decided(scene, number, "won")
    await scene.sweep(later_seconds=14_400)
    assert [each.status for each in scene.provider.refunds.values()] == ["succeeded"]


@pytest.mark.parametrize("cut_off", ["before", "refused"])
async def test_a_refund_that_the_bank_paid_is_void(scene: MemoryScene, cut_off: str) -> None:
    """The whole payment is lost while a ring was to go back: the bank has paid it, and the shop bears it once.

    Whatever became of asking the provider. When the bank thinks again, the ring is owed and paid.
    """
    payment = await scene.buy()
    scene.provider.take_from_platform(euro(-5000), "topup")
    await reconcile(scene.pay, clock.now())
    await scene.release(PART_A, PART_B, PART_C)
    error = ProviderRefusedError("no") if cut_off == "refused" else ProviderUnavailableError("cut off")
    scene.provider.faults.append(Fault("refund", error, "before"))
    refund = await scene.refund(one_ring())
    scene.provider.faults.clear()
    number = scene.provider.disputes.open(provider_id(payment), TOTAL, "general", inquiry=False)
    await scene.hear()
    await scene.drain(later_seconds=3600)
    assert scene.provider.refunds == {}
    await decided(scene, number, "lost")
    await scene.sweep(later_seconds=7200)
    await scene.sweep(later_seconds=14_400)
    assert await standing(refund.id) == ("voided", "void")
    books = await scene.balances()
    assert {code for code in books if code.startswith(("customer", "hub:"))} == {
        "hub:provider_fees",
        "hub:dispute_fees",
    }
    assert not {alert.kind for alert in await service.alerts()} & {"refund-waits", "refund-failed"}
    assert {shop: await has(shop) for shop in (A, B, C)} == {A: 0, B: 0, C: 0}
    await scene.check()
    await decided_again(scene, number)
    await scene.sweep(later_seconds=21_600)
    assert [each.status for each in scene.provider.refunds.values()] == ["succeeded"]
    assert await standing(refund.id) == ("succeeded", "paid-back")
    assert {shop: await has(shop) for shop in (A, B, C)} == {A: 12890, B: 9050, C: 9988 - 4499}
    await scene.check()


RING = euro(4850)
"""What one of the two rings cost its shopper."""


async def ring_waiting(scene: MemoryScene) -> tuple[str, UUID]:
    """All is sent to the shops, and a ring goes back that the provider has no funds for; payment and refund."""
    payment = await scene.buy()
    await scene.release(PART_A, PART_B, PART_C)
    scene.provider.faults.append(Fault("reverse_transfer", ProviderUnavailableError("later"), "before"))
    scene.provider.take_from_platform(euro(20_000), "stripe_fee")
    refund = await scene.refund(one_ring())
    assert refund.status == "pending"
    return provider_id(payment), refund.id


async def sent_back(scene: MemoryScene) -> None:
    """The provider gives a refund up."""
    [made] = scene.provider.refunds.values()
    failed = msgspec.structs.replace(made, status="failed", reason="insufficient_funds", taken=None)
    scene.provider.refunds[made.id] = failed
    await observe_refund(scene.pay, failed, clock.now())
    await scene.drain()


async def settled_down(scene: MemoryScene) -> None:
    """Everything that waits is taken up until nothing changes any more."""
    for later in (7_200, 14_400):
        await scene.sweep(later_seconds=later)
        await sweep_disputes(scene.pay, clock.now() + timedelta(seconds=later))
        await scene.drain(later_seconds=later)


@pytest.mark.parametrize("amount", [TOTAL, RING], ids=["whole", "ring"])
@pytest.mark.parametrize("fails", ["before", "during", "after"])
async def test_a_waiting_refund_that_fails_is_void_whenever_it_fails(
    scene: MemoryScene, amount: Money, fails: str
) -> None:
    """The bank paid the ring by a dispute that is lost: it is borne once, whatever came first."""
    payment, refund = await ring_waiting(scene)
    if fails == "before":
        await sent_back(scene)
    number = scene.provider.disputes.open(payment, amount, "general", inquiry=False)
    await scene.hear()
    if fails == "during":
        await sent_back(scene)
        await settled_down(scene)
    await decided(scene, number, "lost")
    if fails == "after":
        await sent_back(scene)
    await settled_down(scene)
    assert await standing(refund) == ("voided", "void")
    books = await scene.balances()
    assert (books.get("customer:refund_due", 0), books.get("hub:write_off", 0), books.get("hub:fx", 0)) == (0, 0, 0)
    owed = {shop: await has(shop) for shop in (A, B, C)}
    assert owed == ({A: 0, B: 0, C: 0} if amount == TOTAL else {A: 12890, B: 9050, C: 9988 - 4499})
    await scene.check(quiet=False)


@pytest.mark.parametrize("cut_off", ["before", "after"])
async def test_a_refund_whose_answer_was_lost_is_neither_paid_twice_nor_taken_for_unpaid(
    scene: MemoryScene, cut_off: Literal["before", "after"]
) -> None:
    """Its amount is disputed and lost: made, the shops bear both; not made, the dispute paid it. The hub bears neither.

    Nobody bears the dispute before it is known which.
    """
    payment = await scene.buy()
    await scene.release(PART_A, PART_B, PART_C)
    scene.provider.take_from_platform(euro(-20_000), "topup")
    await reconcile(scene.pay, clock.now())
    heard = len(scene.provider.events)
    scene.provider.faults.append(Fault("refund", ProviderUnavailableError("cut off"), cut_off))
    refund = await scene.refund(one_ring())
    assert refund.status == "submitting"
    del scene.provider.events[heard:]
    number = scene.provider.disputes.open(provider_id(payment), RING, "general", inquiry=False)
    await scene.hear()
    found = await store.by_provider_id(number)
    assert found is not None
    assert found.funds.value == "taken"
    assert [each.id for each in (await dispute_reads.dispute(found.id)).waits_for] == [refund.id]
    await decided(scene, number, "lost")
    await settled_down(scene)
    made = cut_off == "after"
    assert await standing(refund.id) == (("succeeded", "paid-back") if made else ("voided", "void"))
    assert len(scene.provider.refunds) == made
    books = await scene.balances()
    assert books.get("customer:refund_due", 0) == books.get("hub:write_off", 0) == 0
    shops = sum([await has(shop) for shop in (A, B, C)])
    assert (shops < 12890 + 9050 + 9988 - 4499) == made
    await scene.check()


async def test_two_disputes_set_a_refund_aside_once(scene: MemoryScene) -> None:
    """A ring is not paid back, and its amount is disputed twice: one pays the ring, the shops bear the other."""
    payment = await scene.buy()
    scene.provider.faults.append(Fault("refund", ProviderRefusedError("no")))
    refund = await scene.refund(one_ring())
    numbers = []
    for _ in range(2):
        numbers.append(scene.provider.disputes.open(provider_id(payment), RING, "general", inquiry=False))
        await scene.hear()
    for number in numbers:
        await decided(scene, number, "lost")
    assert await standing(refund.id) == ("voided", "void")
    found = [await store.by_provider_id(number) for number in numbers]
    assert [each and each.excess_minor for each in found] == [4850, 0]
    assert "hub:write_off" not in await scene.balances()
    await scene.check()


@pytest.mark.parametrize("rate", ["177.71", "185.00", "160.00"])
async def test_a_refund_in_yen_is_void_whatever_the_rate_of_the_dispute(scene: MemoryScene, rate: str) -> None:
    """Sold at 177.71, lost at another rate: the yen are paid, and what the rates made of it is the exchange's result.

    Won after all, everything of it is taken back.
    """
    scene.listener.shares = in_yen(SHARES)
    await scene.open_accounts()
    payment = await scene.ask(amount=Money(TOTAL.amount_minor, "JPY"))
    scene.provider.pay(provider_id(payment))
    await scene.hear()
    scene.provider.faults.append(Fault("refund", ProviderRefusedError("no")))
    refund = await scene.refund(one_ring())
    scene.provider.rates["JPY"] = Decimal(rate)
    whole = Money(TOTAL.amount_minor, "JPY")
    number = scene.provider.disputes.open(provider_id(payment), whole, "general", inquiry=False)
    await scene.hear()
    await decided(scene, number, "lost")
    assert await standing(refund.id) == ("voided", "void")
    books = await scene.balances()
    assert {code for code in books if code.startswith(("customer", "hub:", "fx"))} <= {
        "hub:provider_fees",
        "hub:dispute_fees",
        "hub:fx",
    }
    assert await scene.balances("JPY") == {}
    await scene.check(quiet=False)
    await decided_again(scene, number)
    found = await service.refund_by_id(refund.id)
    assert found is not None
    assert found.status != "voided"
    assert (await scene.balances()).get("hub:write_off", 0) == 0
    await scene.check(quiet=False)


async def test_doubts_older_than_the_division_hold_it_up_from_the_start(scene: MemoryScene) -> None:
    """A warning and an inquiry of money that is divided only later: nothing is sent before both are over."""
    scene.listener.books = False
    payment = await scene.buy()
    warning_id = scene.provider.disputes.warn(provider_id(payment))
    number = await disputed(scene, provider_id(payment), inquiry=True)
    assert await statuses() == set()
    scene.listener.books = True
    await scene.sweep()
    await scene.release(PART_A, PART_B, PART_C)
    assert await statuses() == {"held"}
    async with atomic():
        await lift_warning(warning_id, "ada", "the shopper answered the telephone", clock.now())
    await scene.drain()
    assert await statuses() == {"held"}
    await decided(scene, number, "inquiry_closed")
    await scene.sweep()
    assert await statuses() == {"sent"}
