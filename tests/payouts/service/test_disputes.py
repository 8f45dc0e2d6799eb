"""Disputes from inquiry to won or lost, over the real services and PostgreSQL: who bears what, and who gets it back."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from payouts import service
from payouts.domain.dispute import ChosenLine
from payouts.errors import DisputeChoiceError, RefundRefusedError
from payouts.invariants import check_books
from payouts.service.claiming import write_off_claim
from payouts.service.dispute_reads import at_stake
from payouts.service.dispute_sweeps import sweep_disputes
from payouts.service.disputes import choose_lines, lift_warning
from payouts.service.exposure import exposure
from payouts.service.solvency import watch
from payouts.settings import PayoutSettings
from payouts.store import disputes as store
from payouts.store import rows
from tests.payouts.scene import MemoryScene, provider_id
from tests.payouts.shopper import Shopper
from tests.payouts.worked_example import ORDER, PART_A, PART_B, PART_C, SHARES, TOTAL, A, B, C, euro, in_yen

pytestmark = pytest.mark.apps("payouts.piccolo_app")

WHOLE = TOTAL
DAY = 86_400
RING = service.RefundRequest(
    refund_id=UUID(int=900), order_id=ORDER, shop_order_id=PART_C, parts=(service.RefundPart("ring", quantity=1),)
)


async def owed_back(shop_id: str) -> int:
    """What a shop owes the hub."""
    return sum(money.owed_back.amount_minor for money in await service.shop_money(shop_id))


async def statuses(shop_id: str) -> set[str]:
    """Where a shop's shares stand."""
    return {each.status.value for each in await service.settlements(shop_id)}


async def test_an_inquiry_freezes_and_moves_no_money(scene: MemoryScene, shopper: Shopper) -> None:
    """Asked about, nothing is booked; nothing is sent until the bank is satisfied, then everything goes on."""
    await shopper.buys()
    before = await scene.balances()
    dispute = await shopper.disputes(WHOLE, inquiry=True)
    assert (dispute.status.value, dispute.funds.value, dispute.refundable) == ("inquiry", "none", True)
    await scene.release(PART_A, PART_B, PART_C)
    await scene.sweep()
    assert await statuses(A) == {"held"}
    assert await scene.balances() == before
    assert [alert.kind for alert in await service.alerts()] == ["dispute-asked"]
    stake = (await at_stake())["EUR"]
    assert (stake.undecided, stake.amount, stake.inquiries, stake.asked) == (0, euro(0), 1, WHOLE)
    assert (await shopper.decides(dispute, "inquiry_closed")).status.value == "closed"
    await scene.sweep()
    assert await statuses(A) == {"sent"}
    assert await service.alerts() == []
    await scene.check()


async def test_an_inquiry_that_becomes_a_dispute_calls_a_person_anew(scene: MemoryScene, shopper: Shopper) -> None:
    """Only now the bank has taken the payment back; who read of the inquiry must hear of it."""
    await shopper.buys()
    dispute = await shopper.disputes(euro(1000), inquiry=True)
    scene.provider.disputes.escalate(dispute.provider_id)
    await scene.hear()
    assert {alert.kind for alert in await service.alerts()} == {"shortfall", "dispute-opened"}
    assert (await at_stake())["EUR"].amount == euro(1000)


async def test_a_dispute_of_shipping_alone_is_lost(scene: MemoryScene, shopper: Shopper) -> None:
    """The hub has no part in shipping: nothing of its own is given up, and the boutique owes what its parcel cost."""
    await shopper.buys(PART_A, PART_B, PART_C)
    before = await scene.balances()
    dispute = await shopper.disputes(euro(690), "product_not_received")
    async with atomic():
        await choose_lines(scene.pay, dispute.id, [ChosenLine(str(PART_A), "shipping", 690)], "ada", clock.now())
    await scene.drain()
    lost = await shopper.decides(dispute, "lost")
    assert (lost.status.value, lost.funds.value) == ("lost", "lost")
    assert (await scene.balances())["hub:commission"] == before["hub:commission"]
    await scene.check()


async def test_an_inquiry_leaves_refunds_open_and_a_chargeback_does_not(scene: MemoryScene, shopper: Shopper) -> None:
    """Refundable, a ring goes back; escalated, the rest is refused in a sentence that says why."""
    await shopper.buys(PART_A, PART_B, PART_C)
    dispute = await shopper.disputes(euro(1000), inquiry=True)
    assert (await scene.refund(RING)).status in {"pending", "succeeded"}
    scene.provider.disputes.escalate(dispute.provider_id)
    await scene.hear()
    again = msgspec.structs.replace(RING, refund_id=new_id())
    with pytest.raises(RefundRefusedError, match="bank has taken this payment back"):
        await scene.refund(again)
    await shopper.decides(dispute, "won")
    await scene.refund(again)


async def test_a_whole_payment_is_borne_in_full_by_everybody(scene: MemoryScene, shopper: Shopper) -> None:
    """Every shop owes exactly what it was sent, the hub sets its commission aside; lost, the books are as if unsold."""
    await shopper.buys(PART_A, PART_B, PART_C)
    dispute = await shopper.disputes(WHOLE)
    assert dispute.funds.value == "borne"
    assert (await scene.balances())["hub:dispute_provision"] == 3359 + 472 - 1000
    await scene.check()
    dispute = await shopper.decides(dispute, "lost")
    assert (dispute.status.value, dispute.funds.value) == ("lost", "lost")
    calls = {alert.kind for alert in await service.alerts() if alert.reference == str(dispute.id)}
    assert calls == {"dispute-lost"}, "nobody is asked to answer what is decided"
    await scene.check()
    assert {code: amount for code, amount in (await scene.balances()).items() if code.startswith("hub:")} == {
        "hub:provider_fees": 512,
        "hub:dispute_fees": 2000,
    }
    assert [await owed_back(shop) for shop in (A, B, C)] == [0, 0, 0]


async def test_a_part_is_spread_over_what_is_left_in_proportion(scene: MemoryScene, shopper: Shopper) -> None:
    """Half of everything, and half of the ring that is left after one was refunded."""
    await shopper.buys(PART_A, PART_B, PART_C)
    await scene.refund(RING)
    await scene.hear()
    dispute = await shopper.disputes(euro((34759 - 4850) // 2))
    lines = {each.line_id: each.paid for each in await store.lines_of(dispute.id, 1) if each.line_id != "shipping"}
    assert lines == {"dress": 5821, "scarf": 1698, "shoes": 3925, "ring": 2425}
    await scene.check(quiet=False)


async def test_shares_still_with_us_bear_it_without_a_debt(scene: MemoryScene, shopper: Shopper) -> None:
    """Nothing was sent: what is held sinks; won, it stands as before and is sent; nobody ever owed anything."""
    await shopper.buys()
    before = await scene.balances()
    dispute = await shopper.disputes(WHOLE)
    assert [await owed_back(shop) for shop in (A, B, C)] == [0, 0, 0]
    assert not [code for code in await scene.balances() if code.startswith("shop:")]
    await shopper.decides(dispute, "won")
    after = await scene.balances()
    assert after.pop("hub:dispute_fees") == 2000
    assert after | {"provider:available": after["provider:available"] + 2000} == before
    await scene.release(PART_A, PART_B, PART_C)
    assert await statuses(A) == await statuses(C) == {"sent"}
    await scene.check()


async def test_lost_shares_that_were_never_sent_are_at_their_end(scene: MemoryScene, shopper: Shopper) -> None:
    """Nothing is left to send of them, and no sweep waits for them."""
    await shopper.buys()
    await shopper.decides(await shopper.disputes(WHOLE), "lost")
    assert await statuses(A) == await statuses(B) == {"refunded"}
    await scene.check()


async def test_only_the_shops_concerned_are_frozen_once_lines_are_chosen(scene: MemoryScene, shopper: Shopper) -> None:
    """Not received: all wait until a person says it is about the ring; then A and B are sent what is theirs."""
    await shopper.buys()
    dispute = await shopper.disputes(euro(9700), "product_not_received")
    assert (dispute.wants_lines, dispute.funds.value) == (True, "taken")
    await scene.release(PART_A, PART_B, PART_C)
    assert await statuses(A) == {"held"}
    ring = (ChosenLine(str(PART_C), "ring", 9700),)
    async with atomic():
        await choose_lines(scene.pay, dispute.id, ring, "ada", clock.now())
    await scene.drain()
    await scene.sweep()
    assert await statuses(A) == {"sent"}
    assert await statuses(C) == {"held"}
    with pytest.raises(DisputeChoiceError):
        async with atomic():
            await choose_lines(scene.pay, dispute.id, ring, "ada", clock.now())
    await scene.check(quiet=False)


@pytest.mark.parametrize(
    "chosen",
    [
        (),
        (ChosenLine(str(PART_C), "ring", 9701),),
        (ChosenLine(str(PART_C), "hat", 1),),
        (ChosenLine(str(PART_C), "ring", 5000), ChosenLine(str(PART_C), "ring", 5000)),
        (ChosenLine(str(PART_A), "dress", 11643),),
    ],
)
async def test_a_choice_that_does_not_fit_is_refused(
    scene: MemoryScene, shopper: Shopper, chosen: tuple[ChosenLine, ...]
) -> None:
    """Nothing, more than is left of a line, a line of nobody, one twice, more than is disputed: nothing is booked."""
    await shopper.buys()
    dispute = await shopper.disputes(euro(9700), "product_not_received")
    with pytest.raises(DisputeChoiceError):
        async with atomic():
            await choose_lines(scene.pay, dispute.id, chosen, "ada", clock.now())
    assert (await shopper.found(dispute.provider_id)).funds.value == "taken"


async def test_what_no_line_bears_is_the_hubs(scene: MemoryScene, shopper: Shopper) -> None:
    """A person says only the scarf did not come, of a larger dispute: the rest is set aside, and lost, written off."""
    await shopper.buys(PART_A, PART_B, PART_C)
    dispute = await shopper.disputes(euro(5000), "product_not_received")
    async with atomic():
        await choose_lines(scene.pay, dispute.id, (ChosenLine(str(PART_A), "scarf", 3396),), "ada", clock.now())
    await scene.drain()
    dispute = await shopper.decides(dispute, "lost")
    assert dispute.excess_minor == 1604
    assert (await scene.balances())["hub:write_off"] == 1604
    await scene.check()


async def test_nobody_chooses_and_all_bear_it_after_some_days(scene: MemoryScene, shopper: Shopper) -> None:
    """Five days without a word: everything in proportion, so that claims do not come too late."""
    await shopper.buys(PART_A, PART_B, PART_C)
    dispute = await shopper.disputes(euro(9000), "product_not_received")
    (before,) = await exposure(clock.now())
    assert before.disputed == before.float_needed == euro(9000), "the bank has it, and nobody bears it yet"
    await sweep_disputes(scene.pay, clock.now().replace(year=clock.now().year + 1))
    assert (await shopper.found(dispute.provider_id)).funds.value == "borne"
    await scene.drain()
    await scene.check()


async def test_a_won_dispute_is_sent_again_and_what_was_written_off_is_not(
    scene: MemoryScene, shopper: Shopper
) -> None:
    """C was paid out and could not give back; half of nothing is asked twice: the hub has its write-off again."""
    await shopper.buys(PART_A, PART_B, PART_C)
    account = await service.account_of(C)
    assert account is not None
    scene.provider.move(account.provider_id or "", euro(-9988), scene.provider.now)
    dispute = await shopper.disputes(WHOLE)
    assert await owed_back(C) == 9988
    for claim in await store.claims_of(dispute.id):
        if claim.shop_id == C and claim.amount_minor == 990:
            async with atomic():
                await write_off_claim(claim.id, "too small to pursue", "ada", clock.now())
    await shopper.decides(dispute, "won")
    await scene.sweep()
    assert (await scene.balances()).get("hub:write_off", 0) == 0
    assert [await owed_back(shop) for shop in (A, B, C)] == [0, 0, 0]
    again = {each.shop_id: each.amount_minor for each in await store.reinstated_by(dispute.id) if each.shop_id != B}
    assert again == {A: 12890, C: 9988 - 990}
    await scene.check()


async def test_an_appeal_takes_the_money_again_and_a_second_victory_returns_it(
    scene: MemoryScene, shopper: Shopper
) -> None:
    """Won, taken again, lost, appealed, won: after every step books and provider agree, and each fee is paid."""
    await shopper.buys(PART_A, PART_B, PART_C)
    dispute = await shopper.decides(await shopper.disputes(euro(12333)), "won")
    scene.provider.disputes.appeal(dispute.provider_id)
    await scene.hear()
    dispute = await shopper.found(dispute.provider_id)
    assert (dispute.status.value, dispute.funds.value, dispute.round) == ("open", "borne", 2)
    await scene.sweep()
    dispute = await shopper.decides(dispute, "lost")
    assert (await scene.balances())["hub:dispute_fees"] == 4000
    scene.provider.disputes.appeal(dispute.provider_id)
    await scene.hear()
    assert (await shopper.found(dispute.provider_id)).status.value == "evidence"
    dispute = await shopper.decides(dispute, "won")
    assert (dispute.status.value, dispute.funds.value) == ("won", "returned")
    await scene.sweep()
    balances = await scene.balances()
    assert balances["hub:commission"] == -3359
    assert "hub:dispute_provision" not in balances
    await scene.check()


async def test_across_a_border_money_is_taken_back_only_once_all_is_lost(scene: MemoryScene, shopper: Shopper) -> None:
    """C is in the United States: its claim waits for the decision; lost, it is reversed."""
    await shopper.buys()
    account = await rows.shop_accounts.get(C)
    assert account is not None
    await rows.shop_accounts.save(msgspec.structs.replace(account, country="US"))
    await scene.release(PART_A, PART_B, PART_C)
    dispute = await shopper.disputes(WHOLE)
    await scene.sweep()
    assert [await owed_back(shop) for shop in (A, B, C)] == [0, 0, 9988]
    await shopper.decides(dispute, "lost")
    assert await owed_back(C) == 0
    await scene.check()


async def test_across_a_border_a_victory_leaves_the_money_where_it_is(scene: MemoryScene, shopper: Shopper) -> None:
    """What was never taken back is netted from what is sent again: C has its money once."""
    await shopper.buys()
    account = await rows.shop_accounts.get(C)
    assert account is not None
    await rows.shop_accounts.save(msgspec.structs.replace(account, country="US"))
    await scene.release(PART_A, PART_B, PART_C)
    await shopper.decides(await shopper.disputes(WHOLE), "won")
    await scene.sweep()
    assert await owed_back(C) == 0
    assert sum(each.sent_minor - each.reversed_minor for each in await service.settlements(C)) == 9988
    await scene.check()


async def test_by_policy_the_shops_bear_the_fee_of_a_lost_dispute(scene: MemoryScene) -> None:
    """In proportion to what each bears, to the cent; the hub has its 20.00 as a debt."""
    settings = PayoutSettings(payout_interval_seconds=0, dispute_fee_borne_by="shop")
    charging = MemoryScene(scene.provider, settings)
    shopper = Shopper(charging)
    await shopper.buys(PART_A, PART_B, PART_C)
    await shopper.decides(await shopper.disputes(WHOLE), "lost")
    assert sum([await owed_back(shop) for shop in (A, B, C)]) == 2000
    assert "hub:dispute_fees" not in await charging.balances()
    await charging.check()


async def test_rates_that_moved_are_the_hubs_result(scene: MemoryScene) -> None:
    """Bought in yen, disputed at another rate, won at a third: shops bear and get what they were settled at."""
    scene.listener.shares = in_yen(SHARES)
    await scene.open_accounts()
    payment = await scene.ask(amount=Money(34759, "JPY"))
    scene.provider.pay(provider_id(payment))
    await scene.hear()
    await scene.release(PART_A, PART_B, PART_C)
    before = await scene.balances()
    scene.provider.rates["JPY"] *= 2
    number = scene.provider.disputes.open(provider_id(payment), Money(34759, "JPY"), "general", inquiry=False)
    await scene.hear()
    taken = await store.by_provider_id(number)
    assert taken is not None
    assert taken.taken is not None
    lost_by_rate = taken.taken_minor - sum(each.settled_components.paid for each in await store.lines_of(taken.id, 1))
    assert lost_by_rate < 0
    assert (await scene.balances())["hub:fx"] == lost_by_rate
    await scene.check()
    scene.provider.rates["JPY"] /= 4
    scene.provider.disputes.decide(number, "won")
    await scene.hear()
    await scene.sweep()
    after = await scene.balances()
    assert after["hub:fx"] < lost_by_rate
    assert {code: amount for code, amount in after.items() if code.startswith(("shop:", "recv:", "hub:comm"))} == {
        code: amount for code, amount in before.items() if code.startswith(("shop:", "recv:", "hub:comm"))
    }
    await scene.check()


async def test_events_in_any_order_twice_or_never_lead_to_one_end(scene: MemoryScene, shopper: Shopper) -> None:
    """No event is heard at all: a sweep lists what the provider knows, and running it again changes nothing."""
    await shopper.buys(PART_A, PART_B, PART_C)
    number = scene.provider.disputes.open(shopper.payment_id, euro(12333), "general", inquiry=True)
    scene.provider.disputes.escalate(number)
    scene.provider.disputes.decide(number, "lost")
    for _ in range(3):
        await sweep_disputes(scene.pay, clock.now())
        await scene.drain()
    balances = await scene.balances()
    assert (await shopper.found(number)).status.value == "lost"
    await scene.hear()
    assert await scene.balances() == balances
    await scene.check()


async def test_a_dispute_of_nobody_is_for_a_person(scene: MemoryScene, shopper: Shopper) -> None:
    """A payment that is not ours: an alert, and nothing else."""
    await shopper.buys()
    payment = await scene.provider.create_payment("not-ours", euro(100), "?", "http://x.invalid", "pi:other")
    scene.provider.pay(payment.id)
    scene.provider.disputes.open(payment.id, euro(100), inquiry=True)
    await scene.hear()
    assert "dispute-unknown" in {alert.kind for alert in await service.alerts()}


async def test_a_warning_of_fraud_holds_everything_until_somebody_has_looked(
    scene: MemoryScene, shopper: Shopper
) -> None:
    """Held up, lifted with a note, sent; heard twice it is one warning."""
    await shopper.buys()
    warning_id = scene.provider.disputes.warn(shopper.payment_id)
    await scene.hear()
    await scene.release(PART_A, PART_B, PART_C)
    assert await statuses(A) == {"held"}
    [warning] = await store.warnings_open()
    assert (warning.id, warning.order_id) == (warning_id, ORDER)
    async with atomic():
        await lift_warning(warning_id, "ada", "the shopper answered the telephone", clock.now())
    await scene.drain()
    await scene.sweep()
    assert await statuses(A) == {"sent"}
    assert await store.warnings_open() == []
    await scene.check()


async def test_what_is_due_soon_is_said_once(scene: MemoryScene, shopper: Shopper) -> None:
    """Three days before the last moment somebody is called, and not again for the same dispute."""
    await shopper.buys()
    dispute = await shopper.disputes(euro(1000))
    assert dispute.due_at is not None
    for _ in range(2):
        await sweep_disputes(scene.pay, dispute.due_at)
    due = [alert for alert in await service.alerts() if alert.kind == "dispute-due"]
    assert [alert.reference for alert in due] == [str(dispute.id)]


async def test_a_shortfall_is_told_in_the_moment_that_causes_it_and_taken_back_after(
    scene: MemoryScene, shopper: Shopper
) -> None:
    """The dispute leaves the hub owing: an alert to the cent; won and sent again, what remains is the fee's part."""
    await shopper.buys(PART_A, PART_B)
    scene.provider.take_from_platform(euro(2000), "payout")
    await shopper.disputes(euro(12333))
    assert (await service.shortfall())["EUR"] > 0
    assert [alert.kind for alert in await service.alerts()].count("shortfall") == 1
    await check_books(scene.pay, clock.now())
    [told] = [alert for alert in await service.alerts() if alert.kind == "shortfall"]
    assert str(Money((await service.shortfall())["EUR"], "EUR")) in told.message
    later = clock.now() + timedelta(hours=1)
    async with atomic():
        await watch(later)
    assert [alert for alert in await service.alerts() if alert.kind == "shortfall"] == [told], "nothing is new"
    await shopper.disputes(euro(100))
    [anew] = [alert for alert in await service.alerts() if alert.kind == "shortfall"]
    assert anew.id == told.id
    assert anew.raised_at > told.raised_at, "another sum, as it is at another time"
