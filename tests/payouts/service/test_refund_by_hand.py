"""A refund that the provider will not pay: two people settle it, once, and whatever the provider says later is met."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic, execute, fetch_value
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from payouts import service
from payouts.adapters.memory import Fault
from payouts.adapters.memory.books import PLATFORM, Cause
from payouts.domain.adjustment import Proposal
from payouts.domain.records import RefundRecord
from payouts.domain.refund_by_hand import HandPayment
from payouts.errors import IllegalMoveError, ProviderRefusedError, RefundRefusedError
from payouts.service import adjusting, float_moves
from payouts.service import refund_by_hand as by_hand
from payouts.service.disputes import see_dispute
from payouts.service.reconciling import reconcile
from payouts.service.refund_payment import observe_refund
from payouts.store import rows
from tests.payouts.scene import MemoryScene, provider_id
from tests.payouts.service.test_doubted_money import RING, decided, has, one_ring, ring_waiting, sent_back, tried_again
from tests.payouts.service.test_releasing import at_once
from tests.payouts.worked_example import ORDER, PART_A, PART_B, PART_C, SHARES, TOTAL, C, euro, in_yen

pytestmark = pytest.mark.apps("payouts.piccolo_app")

ADA, BOB = "ada@example.com", "bob@example.com"
WAITED_FOR = "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))"


async def wish(
    refund_id: UUID, *, transferred: int = 0, given: int = 0, left_bank: int | None = None, currency: str = "EUR"
) -> HandPayment:
    """That so much was transferred today and so much given by a dispute."""
    return HandPayment(
        id=new_id(),
        refund_id=refund_id,
        transferred=Money(transferred, currency),
        given=Money(given, currency),
        left_bank=euro(transferred if left_bank is None else left_bank),
        paid_on=clock.now().date() if transferred else None,
        reference="GAL 4711" if transferred else "",
        reason="the provider does not pay it",
    )


async def propose(said: HandPayment, by: str = ADA) -> None:
    async with atomic():
        await by_hand.propose(said, by, clock.now())


async def approve(scene: MemoryScene, said: HandPayment, by: str = BOB) -> None:
    async with atomic():
        await by_hand.approve(scene.pay, said.id, by, clock.now())


async def settle(scene: MemoryScene, said: HandPayment) -> None:
    """Proposed by one, approved by another, and what follows."""
    await propose(said)
    await approve(scene, said)
    await scene.drain()


async def refund_of(refund_id: UUID) -> RefundRecord:
    found = await rows.refunds.get(refund_id)
    assert found is not None
    return found


async def standing(refund_id: UUID) -> tuple[str, str]:
    found = await service.refund_by_id(refund_id)
    assert found is not None
    return found.status, found.standing


async def alert_kinds() -> set[str]:
    return {each.kind for each in await service.alerts()}


async def refused(scene: MemoryScene, request: service.RefundRequest | None = None) -> service.RefundView:
    """A refund that the provider has refused."""
    scene.provider.faults.append(Fault("refund", ProviderRefusedError("the card is closed")))
    refund = await scene.refund(request or one_ring())
    assert refund.status == "failed"
    return refund


async def test_two_people_pay_a_failed_refund_from_the_bank(scene: MemoryScene) -> None:
    """Nobody alone, nobody twice, never again at the provider; the boutique bears its part, the bank's float knows."""
    await scene.buy()
    await scene.release(PART_A, PART_B, PART_C)
    refund = await refused(scene)
    assert "refund-failed" in await alert_kinds()
    said = await wish(refund.id, transferred=4_850)
    await propose(said)
    await propose(said, by=BOB)
    with pytest.raises(RefundRefusedError, match="another proposal"):
        await propose(msgspec.structs.replace(said, reason="something else"))
    with pytest.raises(RefundRefusedError, match="already"):
        await propose(await wish(refund.id, transferred=4_850), by=BOB)
    with pytest.raises(RefundRefusedError, match="somebody else"):
        await approve(scene, said, by=ADA)
    with pytest.raises(Exception, match="two_people"):
        await execute("UPDATE pay_refund_by_hand SET status = 'approved', decided_by = proposed_by, decided_at = now()")
    with pytest.raises(RefundRefusedError, match="another way"):
        await tried_again(scene, refund.id)
    assert (await scene.balances())["customer:refund_due"] == -4_850
    await approve(scene, said)
    await approve(scene, said)
    with pytest.raises(IllegalMoveError):
        await approve(scene, said, by="cleo@example.com")
    with pytest.raises(IllegalMoveError):
        await tried_again(scene, refund.id)
    await scene.sweep(later_seconds=14_400)
    assert await standing(refund.id) == ("paid_by_hand", "paid-by-hand")
    assert scene.provider.refunds == {}
    books = await scene.balances()
    assert (books.get("customer:refund_due", 0), books["bank"]) == (0, -4_850)
    assert await has(C) == 9_988 - 4_499
    assert ("refund", str(refund.id), "paid_by_hand") in scene.listener.heard
    assert not await alert_kinds() & {"refund-failed", "refund-waits"}
    assert await float_moves.needed("EUR") == euro(4_850)
    (paid,) = await by_hand.paid_from_bank()
    assert (paid.left_bank, paid.bank_reference) == (euro(4_850), "GAL 4711")
    await scene.check()


async def test_a_refund_in_yen_leaves_our_bank_in_euro(scene: MemoryScene) -> None:
    """The debt of the shopper's currency ends; what the rate of the day made of it is the exchange's result."""
    scene.listener.shares = in_yen(SHARES)
    await scene.open_accounts()
    payment = await scene.ask(amount=Money(TOTAL.amount_minor, "JPY"))
    scene.provider.pay(provider_id(payment))
    await scene.hear()
    refund = await refused(scene)
    came_to = (await refund_of(refund.id)).settled_minor or 0
    await settle(scene, await wish(refund.id, transferred=4_850, left_bank=came_to + 3, currency="JPY"))
    books = await scene.balances()
    assert (books["bank"], books["hub:fx"], books.get("fx", 0)) == (-came_to - 3, 3, 0)
    assert await scene.balances("JPY") == {}
    await scene.check()


async def all_of_c_refused(scene: MemoryScene) -> tuple[service.RefundView, str]:
    """C alone was bought from, all of it is to go back and does not; 30.00 of it are disputed: refund, dispute."""
    scene.listener.shares, scene.listener.coupon_minor = (SHARES[2],), 0
    await scene.open_accounts()
    payment = await scene.ask(amount=euro(10_988))
    scene.provider.pay(provider_id(payment))
    await scene.hear()
    whole = service.RefundRequest(
        refund_id=new_id(),
        order_id=ORDER,
        shop_order_id=PART_C,
        parts=(service.RefundPart("ring", quantity=2),),
        shipping=True,
    )
    refund = await refused(scene, whole)
    number = scene.provider.disputes.open(provider_id(payment), euro(3_000), "general", inquiry=False)
    await scene.hear()
    return refund, number


async def corrected(scene: MemoryScene, account: str, amount_minor: int) -> None:
    """An account of the hub's own is put right by two people."""
    wanted = Proposal(id=new_id(), amount=euro(amount_minor), reason="paid by bank", hub_account=account)
    async with atomic():
        await adjusting.propose(wanted, ADA, scene.pay.settings, clock.now())
        await adjusting.approve(wanted.id, BOB, clock.now())


async def told_of_hand(refund_id: UUID) -> tuple[int, int, int]:
    """What is said to have left our bank, to have been given by a dispute, and to be owed still."""
    found = await service.refund_by_id(refund_id)
    assert found is not None
    assert found.by_hand is not None
    hand = found.by_hand
    return hand.transferred.amount_minor, hand.given.amount_minor, hand.owed.amount_minor


async def test_what_a_lost_dispute_gave_is_not_paid_again(scene: MemoryScene) -> None:
    """Of 109.88 the bank gave 30.00: so much is written off, the rest transferred; nobody decides it for the bank.

    The hub's loss is none. When the bank thinks again, the 30.00 wait in suspense and a person is told; paid from our
    bank, two corrections end them.
    """
    refund, number = await all_of_c_refused(scene)
    said = await wish(refund.id, transferred=7_988, given=3_000)
    with pytest.raises(RefundRefusedError, match="bank has taken this payment back"):
        await propose(said)
    await decided(scene, number, "lost")
    assert (await scene.balances())["hub:write_off"] == 3_000
    assert await standing(refund.id) == ("failed", "not-sent")
    found = await by_hand.situation(refund.id, clock.now())
    assert found.owed is not None
    assert (found.owed.given_at_most, found.owed.unborne) == (euro(3_000), euro(3_000))
    with pytest.raises(RefundRefusedError, match=r"no more than 30\.00 EUR"):
        await propose(await wish(refund.id, given=10_988))
    await settle(scene, said)
    books = await scene.balances()
    assert {books.get(code, 0) for code in ("customer:refund_due", "hub:write_off", "hub:commission")} == {0}
    assert books["bank"] == -7_988
    word = await service.banks_word(ORDER, "EUR")
    assert (word.given, word.of_parts) == (euro(3_000), {})
    assert await told_of_hand(refund.id) == (7_988, 3_000, 0)
    await scene.check()
    scene.provider.disputes.appeal(number)
    await scene.hear()
    await decided(scene, number, "won")
    books = await scene.balances()
    assert (books["suspense"], books.get("hub:write_off", 0)) == (-3_000, 0)
    (told,) = [each for each in await service.alerts() if each.kind == "refund-part-owed"]
    assert "30.00 EUR lies in suspense for it" in told.message
    assert await standing(refund.id) == ("paid_by_hand", "paid-by-hand")
    assert await told_of_hand(refund.id) == (7_988, 0, 3_000)
    await scene.check()
    for account, amount in (("bank", -3_000), ("suspense", 3_000)):
        await corrected(scene, account, amount)
    books = await scene.balances()
    assert [books.get(code, 0) for code in ("bank", "suspense", "hub:adjustment")] == [-10_988, 0, 0]
    await service.clear_alert(told.id, clock.now())
    assert await told_of_hand(refund.id) == (10_988, 0, 0)
    await scene.check()


async def test_a_refund_that_a_dispute_paid_is_written_off_and_owed_again_when_that_is_won(scene: MemoryScene) -> None:
    """Paid, disputed and lost, then sent back: the shopper has it once, which only people can know.

    The boutique bears both until a correction gives it back, and a person is told so.
    """
    payment = await scene.buy()
    refund = await scene.refund(one_ring())
    (made,) = scene.provider.refunds.values()
    number = scene.provider.disputes.open(provider_id(payment), RING, "general", inquiry=False)
    await scene.hear()
    await decided(scene, number, "lost")
    scene.provider.refunds[made.id] = msgspec.structs.replace(made, status="failed", reason="lost card")
    scene.provider.move(PLATFORM, RING, scene.provider.now, Cause("refund_failure", made.id, made.reference))
    await reconcile(scene.pay, clock.now())
    assert await standing(refund.id) == ("failed", "came-back")
    assert sum(each.amount_minor for each in (await service.banks_word(ORDER, "EUR")).of_parts.values()) == 4_850
    owed = (await by_hand.situation(refund.id, clock.now())).owed
    assert owed is not None
    assert (owed.given_at_most, owed.unborne) == (RING, euro(0))
    await settle(scene, await wish(refund.id, given=4_850))
    assert await standing(refund.id) == ("written_off", "void")
    books = await scene.balances()
    assert (books.get("customer:refund_due", 0), books["hub:write_off"]) == (0, -4_850)
    assert "refund-borne-twice" in await alert_kinds()
    assert sum(each.amount_minor for each in (await service.banks_word(ORDER, "EUR")).of_parts.values()) == 0
    await scene.check()
    scene.provider.disputes.appeal(number)
    await scene.hear()
    await decided(scene, number, "won")
    await scene.sweep(later_seconds=7_200)
    assert await standing(refund.id) == ("succeeded", "paid-back")
    assert (await scene.balances()).get("hub:write_off", 0) == 0
    await scene.check()


async def test_what_the_provider_pays_after_all_is_booked_once_and_told(scene: MemoryScene) -> None:
    """Told late and often: the hub's loss, a person is called; sent back to the provider, nothing is left of it."""
    await ring_waiting(scene)
    await sent_back(scene)
    [made] = scene.provider.refunds.values()
    refund = await refund_of(UUID(made.reference.partition(":")[0]))
    await settle(scene, await wish(refund.id, transferred=4_850))
    paid = msgspec.structs.replace(made, status="succeeded", reason="", taken=RING)
    scene.provider.refunds[made.id] = paid
    scene.provider.move(PLATFORM, -RING, scene.provider.now, Cause("refund", made.id, made.reference))
    for _ in range(2):
        await observe_refund(scene.pay, paid, clock.now())
    await reconcile(scene.pay, clock.now())
    assert (await scene.balances())["hub:write_off"] == 4_850
    assert "refund-paid-twice" in await alert_kinds()
    assert await standing(refund.id) == ("paid_by_hand", "paid-by-hand")
    await scene.check(quiet=False)
    scene.provider.refunds[made.id] = msgspec.structs.replace(paid, status="failed", reason="lost card")
    scene.provider.move(PLATFORM, RING, scene.provider.now, Cause("refund_failure", made.id, made.reference))
    await reconcile(scene.pay, clock.now())
    await observe_refund(scene.pay, scene.provider.refunds[made.id], clock.now())
    assert (await scene.balances()).get("hub:write_off", 0) == 0
    assert "refund-paid-twice" not in await alert_kinds()
    await scene.check(quiet=False)


async def test_what_happened_meanwhile_counts(scene: MemoryScene) -> None:
    """What was rejected cannot be approved any more, nor what was proposed for a refund that a dispute paid since."""
    payment = await scene.buy()
    refund = await refused(scene)
    mistaken = await wish(refund.id, transferred=4_850)
    await propose(mistaken)
    with pytest.raises(RefundRefusedError, match="why not"):
        async with atomic():
            await by_hand.reject(mistaken.id, ADA, " ", clock.now())
    async with atomic():
        await by_hand.reject(mistaken.id, ADA, "it was another order", clock.now())
    with pytest.raises(IllegalMoveError):
        await approve(scene, mistaken)
    said = await wish(refund.id, transferred=4_850)
    await propose(said)
    number = scene.provider.disputes.open(provider_id(payment), TOTAL, "general", inquiry=False)
    await scene.hear()
    await decided(scene, number, "lost")
    assert await standing(refund.id) == ("voided", "void")
    (told,) = [each for each in await service.alerts() if each.kind == "refund-void-transferred"]
    assert "48.50 EUR left our bank for it as well (GAL 4711)" in told.message
    with pytest.raises(RefundRefusedError, match="void by now"):
        await approve(scene, said)
    assert "bank" not in await scene.balances()
    await scene.check()


async def lost_then_won(scene: MemoryScene, refund_id: UUID, payment_id: str, meanwhile: HandPayment | None) -> None:
    """A dispute of all pays a refund, somebody turns a proposal down `meanwhile`, and it is won in the end."""
    number = scene.provider.disputes.open(payment_id, TOTAL, "general", inquiry=False)
    await scene.hear()
    await decided(scene, number, "lost")
    assert await standing(refund_id) == ("voided", "void")
    if meanwhile is not None:
        async with atomic():
            await by_hand.reject(meanwhile.id, BOB, "the bank has paid it", clock.now())
    scene.provider.disputes.appeal(number)
    await scene.hear()
    await decided(scene, number, "won")
    await scene.sweep(later_seconds=14_400)
    assert await standing(refund_id) == ("failed", "not-sent")
    assert await alert_kinds() & {"refund-failed", "refund-void-transferred"} == {"refund-failed"}
    assert scene.provider.refunds == {}


async def test_a_refund_owed_again_is_not_asked_for_while_somebody_says_it_was_settled(scene: MemoryScene) -> None:
    """Void and owed again with a transfer proposed, or turned down because it was void: a person decides, once."""
    payment = await scene.buy()
    refund = await refused(scene)
    turned_down, said = [await wish(refund.id, transferred=4_850) for _ in range(2)]
    await propose(turned_down)
    await lost_then_won(scene, refund.id, provider_id(payment), turned_down)
    await propose(said)
    await lost_then_won(scene, refund.id, provider_id(payment), None)
    with pytest.raises(RefundRefusedError, match="another way"):
        await tried_again(scene, refund.id)
    found = await service.refund_by_id(refund.id)
    assert found is not None
    assert found.proposed
    await approve(scene, said)
    await scene.sweep(later_seconds=14_400)
    assert await standing(refund.id) == ("paid_by_hand", "paid-by-hand")
    assert scene.provider.refunds == {}
    books = await scene.balances()
    assert (books.get("customer:refund_due", 0), books["bank"]) == (0, -4_850)
    assert "refund-failed" not in await alert_kinds()
    await scene.check()


async def test_clicks_at_once_settle_once(scene: MemoryScene) -> None:
    """Several people approve while others have it tried again: it is paid once, in one way."""
    await scene.buy()
    refund = await refused(scene)
    said = await wish(refund.id, transferred=4_850)
    await propose(said)

    async def again() -> None:
        async with atomic():
            await service.retry_refund(refund.id, clock.now())

    people = [f"person{number}@example.com" for number in range(3)]
    answers = await at_once(*(lambda by=by: approve(scene, said, by) for by in people), again, again)
    assert sum(answer is None for answer in answers) == 1
    assert all(answer is None or isinstance(answer, RefundRefusedError | IllegalMoveError) for answer in answers)
    await scene.drain(later_seconds=int(timedelta(hours=1).total_seconds()))
    assert (await scene.balances())["bank"] == -4_850
    assert scene.provider.refunds == {}
    await scene.check()


async def beside(held: Callable[[], Awaitable[object]], other: Callable[[], Awaitable[object]]) -> object:
    """One is done and not committed yet when the other begins, and is once that waits or is over; what that came to."""
    is_done, is_over = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with atomic():
            await held()
            is_done.set()
            while not (is_over.is_set() or await fetch_value(WAITED_FOR)):  # noqa: ASYNC110 - waits for the database
                await asyncio.sleep(0.01)

    async def second() -> None:
        await is_done.wait()
        try:
            await other()
        finally:
            is_over.set()

    failed, answer = await at_once(first, second)
    assert failed is None
    return answer


async def test_a_dispute_that_begins_meanwhile_pays_no_refund_that_was_paid_by_hand(scene: MemoryScene) -> None:
    """Approved and not committed yet when a dispute begins: boutiques bear that, the hub does not write it off."""
    payment = await scene.buy()
    refund = await refused(scene)
    said = await wish(refund.id, transferred=4_850)
    await propose(said)
    number = scene.provider.disputes.open(provider_id(payment), RING, "general", inquiry=False)
    assert await beside(lambda: approve(scene, said), scene.hear) is None
    await decided(scene, number, "lost")
    await scene.sweep(later_seconds=7_200)
    books = await scene.balances()
    assert (books["bank"], books.get("hub:write_off", 0)) == (-4_850, 0)
    await scene.check(quiet=False)


async def test_what_a_bank_takes_meanwhile_cannot_be_settled_by_hand(scene: MemoryScene) -> None:
    """An inquiry takes the money and is not committed yet when somebody approves: refused until that is decided."""
    payment = await scene.buy()
    refund = await refused(scene)
    said = await wish(refund.id, transferred=4_850)
    await propose(said)
    number = scene.provider.disputes.open(provider_id(payment), RING, "general", inquiry=True)
    await scene.hear()
    scene.provider.disputes.escalate(number)
    answer = await beside(lambda: see_dispute(scene.pay, number, clock.now()), lambda: approve(scene, said))
    assert isinstance(answer, RefundRefusedError)
    assert await standing(refund.id) == ("failed", "not-sent")
    await decided(scene, number, "lost")
    assert await standing(refund.id) == ("voided", "void")
    await scene.check(quiet=False)


async def test_no_refund_is_asked_for_while_a_dispute_of_its_payment_begins(scene: MemoryScene) -> None:
    """A dispute has taken the money and is not committed yet: the refund waits for what the bank decides."""
    payment = await scene.buy()
    wanted = one_ring()
    async with atomic():
        await service.refund_part(wanted, clock.now())
    number = scene.provider.disputes.open(provider_id(payment), RING, "general", inquiry=False)
    answer = await beside(lambda: see_dispute(scene.pay, number, clock.now()), scene.drain)
    assert answer is None
    assert await standing(wanted.refund_id) == ("requested", "awaits-dispute")
    await scene.check(quiet=False)
