"""Payouts that the provider made by its own schedule: exactly what it lists of them is claimed."""

import asyncio
from datetime import datetime

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic, execute, fetch_value
from federation.vocabulary.money import Money
from payouts import service
from payouts.adapters.memory import Fault
from payouts.adapters.memory.books import Cause, Move
from payouts.domain.records import PayoutRecord
from payouts.errors import ProviderBusyError
from payouts.service.automatic_payouts import LIST_PATIENCE, TRANSFER_PATIENCE, UNEXPLAINED, UNLISTED
from payouts.service.bank_payouts import observe_payout, pay_out_now, run_payouts
from payouts.store.audit import broken_rules
from tests.payouts.scene import MemoryScene
from tests.payouts.worked_example import ORDER, PART_A, PART_B, PART_C, A, C, euro

pytestmark = pytest.mark.apps("payouts.piccolo_app")

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def account_with_money(scene: MemoryScene, shop_id: str = A) -> str:
    """The worked example with everything sent; a shop's account at the provider."""
    await scene.buy()
    await scene.release(PART_A, PART_B, PART_C)
    account = await service.account_of(shop_id)
    assert account is not None
    return str(account.provider_id)


async def look(scene: MemoryScene, number: str, shop_id: str = A, *, now: datetime | None = None) -> PayoutRecord:
    """The payout of this number as it is known after the provider was asked about it."""
    await observe_payout(scene.pay, scene.provider.payouts[number], now or scene.now)
    return next(one for one in await service.payouts(shop_id) if one.provider_id == number)


async def told(kind: str = UNEXPLAINED) -> int:
    """How many alerts of a kind are open."""
    return [alert.kind for alert in await service.alerts()].count(kind)


async def test_more_than_we_sent_is_claimed_as_far_as_it_is_ours(scene: MemoryScene) -> None:
    """All that lay there through us, the rest beside it with an alert; told twice it is one; come back, all is free."""
    account = await account_with_money(scene)
    scene.provider.move(account, euro(500), scene.now)
    made = scene.provider.pay_out_by_itself(account)
    for _ in range(2):
        payout = await look(scene, made)
    assert (payout.shop_id, payout.automatic, payout.amount_minor, payout.other_minor) == (A, True, 13_390, 500)
    assert (payout.list_due, await told()) == (False, 1)
    assert await run_payouts(scene.pay, clock.now()) == 2
    scene.provider.arrive(made)
    await scene.hear()
    assert (await service.shop_money(A))[0].paid_out == euro(12_890)
    assert [change.status for change in scene.listener.payouts if change.shop_id == A][-1] == "paid"
    await scene.check()
    scene.provider.failing_banks.add(account)
    scene.provider.arrive(made)
    await scene.hear()
    assert {one.status.value for one in await service.payouts(A)} == {"failed"}
    stranger = msgspec.structs.replace(scene.provider.payouts[made], id="po_x", account_id="acct_nobody")
    await observe_payout(scene.pay, stranger, scene.now)
    assert len(await service.payouts()) == 3
    await scene.check()


async def test_less_than_was_free_is_claimed_to_the_movement(scene: MemoryScene) -> None:
    """Two of three transfers are listed: those are claimed and no other, which our own payout takes afterwards."""
    account = await account_with_money(scene)
    sent = [one.id for one in scene.provider.transfers.values() if one.account_id == account]
    amounts = {one: scene.provider.transfers[one].amount.amount_minor for one in sent}
    last = sent[-1]
    payout = await look(scene, scene.provider.pay_out_by_itself(account, [last]))
    assert (payout.amount_minor, payout.other_minor, await told()) == (amounts[last], 0, 0)
    await pay_out_now(scene.pay, A, clock.now())
    assert sorted(one.amount_minor for one in await service.payouts(A)) == sorted(
        [amounts[last], 12_890 - amounts[last]]
    )
    await scene.check()


async def test_nothing_is_claimed_before_the_provider_has_listed_it(scene: MemoryScene) -> None:
    """On its way, nothing is called paid out and none of ours is begun; listed after it arrived, the boutique hears."""
    account = await account_with_money(scene)
    made = scene.provider.pay_out_by_itself(account, listed=False)
    scene.provider.move(account, euro(20_000), scene.now)
    payout = await look(scene, made)
    assert (payout.list_due, payout.other_minor, await told()) == (True, 12_890, 0)
    await pay_out_now(scene.pay, A, clock.now())
    scene.provider.arrive(made)
    await scene.hear()
    assert (await service.shop_money(A))[0].paid_out == euro(0)
    assert len(await service.payouts(A)) == 1
    payout_state = scene.provider.payouts[made]
    scene.provider.payouts[made] = msgspec.structs.replace(payout_state, listing="complete")
    await scene.sweep()
    (payout,) = await service.payouts(A)
    assert (payout.status.value, payout.list_due, payout.other_minor) == ("paid", False, 0)
    assert (await service.shop_money(A))[0].paid_out == euro(12_890)
    assert sum(part.amount.amount_minor for part in scene.listener.payouts[-1].parts) == 12_890
    await scene.check()


async def test_a_list_that_never_comes_is_given_up_after_some_days(scene: MemoryScene) -> None:
    """What lay there then counts as paid out, not what came since; a person is told, and no payout takes it again."""
    account = await account_with_money(scene)
    made = scene.provider.pay_out_by_itself(account, listed=False)
    await look(scene, made, now=clock.now())
    scene.provider.arrive(made)
    await scene.hear()
    await execute(
        "INSERT INTO pay_movement (shop_id, settlement_id, reference, amount_minor, currency, created_at)"
        " SELECT shop_id, settlement_id, 'since', -100, currency, $1 FROM pay_movement WHERE shop_id = $2 LIMIT 1",
        clock.now() + LIST_PATIENCE,
        A,
    )
    payout = await look(scene, made, now=clock.now() + LIST_PATIENCE * 2)
    assert (payout.list_due, payout.other_minor) == (False, 0)
    assert (await told(), await told(UNLISTED)) == (0, 1)
    free = "SELECT string_agg(reference, '') FROM pay_movement WHERE payout_id IS NULL AND shop_id = $1"
    assert await fetch_value(free, A) == "since"
    assert sum(part.amount.amount_minor for part in scene.listener.payouts[-1].parts) == 12_890
    await execute("DELETE FROM pay_movement WHERE reference = 'since'")
    scene.provider.move(account, euro(5_000), scene.now)
    await pay_out_now(scene.pay, A, clock.now())
    assert len(await service.payouts(A)) == 1
    assert (await service.shop_money(A))[0].paid_out == euro(12_890)


@pytest.mark.parametrize("is_back", [True, False])
async def test_a_list_that_cannot_be_read_hides_nothing_of_the_payout(
    scene: MemoryScene,
    is_back: bool,  # noqa: FBT001 - it arrives, or comes back
) -> None:
    """A key may not read it: that it came back is known all the same; one that arrived is given up after some days."""
    account = await account_with_money(scene)
    made = scene.provider.pay_out_by_itself(account)
    scene.provider.failing_banks |= {account} if is_back else set()
    scene.provider.arrive(made)
    scene.provider.faults.append(Fault("payout_contents", ProviderBusyError("no permission"), times=2))
    payout = await look(scene, made)
    assert (payout.status.value, payout.list_due) == ("failed", False) if is_back else ("paid", True)
    assert await told("payout-failed") == is_back
    await execute("UPDATE pay_payout SET created_at = created_at - $1::interval", LIST_PATIENCE * 2)
    assert not (await look(scene, made)).list_due
    assert await told(UNLISTED) == (not is_back)
    await scene.check()


async def test_a_return_and_a_list_at_once_wait_for_each_other(scene: MemoryScene) -> None:
    """Told that it came back and what was in it in one moment, both end: nobody holds what the other waits for."""
    account = await account_with_money(scene)
    made = scene.provider.pay_out_by_itself(account)
    listed = scene.provider.payouts[made]
    early = msgspec.structs.replace(listed, listing="pending")
    await observe_payout(scene.pay, early, scene.now)
    back = msgspec.structs.replace(early, status="failed", failure="account_closed")
    is_held, is_over = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with atomic():
            await execute("SELECT 1 FROM pay_payout FOR UPDATE")
            is_held.set()
            await is_over.wait()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(hold())
        await is_held.wait()
        for number, seen in enumerate((back, listed), start=1):
            tasks.create_task(observe_payout(scene.pay, seen, scene.now))
            await waiting(number)
        is_over.set()
    assert [(one.status.value, one.list_due) for one in await service.payouts(A)] == [("failed", False)]


async def waiting(number: int) -> None:
    """Until so many transactions of this database wait for a lock."""
    while await fetch_value(WAITING) < number:  # noqa: ASYNC110 - waits for the database
        await asyncio.sleep(0.01)


async def test_what_comes_back_is_claimed_again_by_the_next_one(scene: MemoryScene) -> None:
    """A payout fails; the next is made of its return alone, and claims what the first was made of; also a third."""
    account = await account_with_money(scene)
    scene.provider.failing_banks.add(account)
    for _ in range(2):
        made = scene.provider.pay_out_by_itself(account)
        assert (await look(scene, made)).other_minor == 0
        scene.provider.arrive(made)
        await scene.hear()
    scene.provider.failing_banks.clear()
    made = scene.provider.pay_out_by_itself(account)
    await look(scene, made)
    scene.provider.arrive(made)
    await scene.hear()
    statuses = sorted((one.status.value, one.other_minor) for one in await service.payouts(A))
    assert statuses == [("failed", 0), ("failed", 0), ("paid", 0)]
    assert ((await service.shop_money(A))[0].paid_out, await told()) == (euro(12_890), 0)
    await scene.check()


async def test_one_that_failed_before_it_was_listed_is_looked_into(scene: MemoryScene) -> None:
    """Nobody knew what was in it; the next one lists its return, and the provider says then what that was."""
    account = await account_with_money(scene)
    lost = scene.provider.pay_out_by_itself(account, listed=False)
    await look(scene, lost)
    scene.provider.failing_banks.add(account)
    scene.provider.arrive(lost)
    await scene.hear()
    assert [(one.status.value, one.list_due) for one in await service.payouts(A)] == [("failed", False)]
    scene.provider.list_contents(lost)
    payout = await look(scene, scene.provider.pay_out_by_itself(account))
    assert (payout.amount_minor, payout.other_minor, await told()) == (12_890, 0, 0)
    await scene.check()


async def test_money_taken_back_is_listed_too(scene: MemoryScene) -> None:
    """A ring was given back before: the reversal lowers the payout and is claimed with the transfers."""
    account = await account_with_money(scene, C)
    ring = service.RefundRequest(
        refund_id=ORDER, order_id=ORDER, shop_order_id=PART_C, parts=(service.RefundPart("ring", quantity=1),)
    )
    scene.provider.take_from_platform(euro(-60_000))
    await scene.refund(ring)
    payout = await look(scene, scene.provider.pay_out_by_itself(account), C)
    assert (payout.amount_minor, payout.other_minor, await told()) == (9_988 - 4_499, 0, 0)


@pytest.mark.parametrize("is_noted", [True, False])
async def test_a_transfer_that_we_have_not_noted_is_waited_for(
    scene: MemoryScene,
    is_noted: bool,  # noqa: FBT001 - a transfer may never be noted
) -> None:
    """Listed before its answer came, it is ours a moment later; after a day it counts as somebody else's."""
    account = await account_with_money(scene)
    made = scene.provider.pay_out_by_itself(account)
    await execute("UPDATE pay_movement SET reference = 'x' || reference")
    assert (await look(scene, made)).list_due
    if is_noted:
        await execute("UPDATE pay_movement SET reference = substr(reference, 2)")
    await execute("UPDATE pay_payout SET created_at = created_at - $1::interval", TRANSFER_PATIENCE * 2)
    payout = await look(scene, made)
    assert (payout.list_due, payout.other_minor, await told()) == ((False, 0, 0) if is_noted else (False, 12_890, 1))


async def test_one_made_by_hand_at_the_provider_claims_what_was_free(scene: MemoryScene) -> None:
    """Of such a payout nobody has a list: the oldest that fit make it up, and what is left over is told."""
    account = await account_with_money(scene)
    made = scene.provider.pay_out_by_itself(account)
    by_hand = msgspec.structs.replace(scene.provider.payouts[made], listing="none", amount=euro(13_000))
    await observe_payout(scene.pay, by_hand, scene.now)
    (payout,) = await service.payouts(A)
    assert (payout.list_due, payout.other_minor, await told()) == (False, 110, 1)


async def test_money_collected_from_a_boutiques_bank_is_told_and_claims_nothing(scene: MemoryScene) -> None:
    """A payout below zero is what an account was short of, taken from its bank: no payout of ours, an alert."""
    account = await account_with_money(scene)
    made = scene.provider.pay_out_by_itself(account)
    taken = msgspec.structs.replace(scene.provider.payouts[made], amount=euro(-2_000))
    for _ in range(2):
        await observe_payout(scene.pay, taken, scene.now)
    assert (await service.payouts(A), await told("payout-collected")) == ([], 1)


async def test_what_the_provider_exchanged_counts_at_what_became_of_it(scene: MemoryScene) -> None:
    """Euro on an account of pounds: claimed at the list's pounds, told to no boutique; come back, claimed so again."""
    account = await account_with_money(scene)
    made = scene.provider.pay_out_by_itself(account)
    scene.provider.made_of[made] = [
        msgspec.structs.replace(move, money=Money(move.money.amount_minor * 8 // 10, "GBP"))
        for move in scene.provider.made_of[made]
    ]
    pounds = sum(move.money.amount_minor for move in scene.provider.made_of[made][:-1])
    state = msgspec.structs.replace(scene.provider.payouts[made], amount=Money(pounds, "GBP"))
    scene.provider.payouts[made] = state
    payout = await look(scene, made)
    assert (payout.amount, payout.other_minor, await told()) == (Money(pounds, "GBP"), 0, 0)
    scene.provider.payouts[made] = msgspec.structs.replace(state, status="paid")
    await look(scene, made)
    assert scene.listener.payouts[-1].parts == ()
    assert (await service.shop_money(A))[0].paid_out == euro(12_890)
    scene.provider.payouts[made] = msgspec.structs.replace(state, status="failed")
    await look(scene, made)
    again = msgspec.structs.replace(state, id="po_again")
    scene.provider.payouts[again.id] = again
    returned = Move(account, state.amount, scene.now, scene.now, Cause("payout_failure", made))
    scene.provider.made_of[again.id] = [returned, scene.provider.made_of[made][-1]]
    payout = await look(scene, again.id)
    assert (payout.list_due, payout.other_minor, await told()) == (False, 0, 0)
    assert await broken_rules(["payout-is-its-parts"]) == []
