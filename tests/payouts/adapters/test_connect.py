"""What the providers promise that know Stripe Connect's finer parts: the one in memory, and Stripe (a stand-in)."""

from collections.abc import AsyncIterator

import pytest

from federation.node import clock
from payouts.adapters.memory import MemoryProvider
from payouts.errors import AccountNotReadyError, InsufficientBalanceError, ProviderRefusedError
from payouts.ports import PaymentState, PayoutTerms
from tests.payouts.adapters.test_contract import DELAY_SECONDS, paid, ready_account
from tests.payouts.lab import MemoryWorld, World
from tests.payouts.stripe_lab import stripe_world
from tests.payouts.worked_example import euro


@pytest.fixture(params=["memory", "stripe", "stripe-v1"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A provider where accounts need papers and money is available an hour after it came."""
    if request.param == "memory":
        yield MemoryWorld(MemoryProvider(clock.now(), accounts_ready=False, funds_delay_seconds=DELAY_SECONDS))
        return
    interface = "v1" if request.param == "stripe-v1" else "v2"
    async with stripe_world(interface, funds_delay_seconds=DELAY_SECONDS) as around:
        yield around


async def test_a_transfer_out_of_no_payment_needs_the_balance(world: World) -> None:
    """What the hub gives out of its own money is found again by its reference, and never more than is available."""
    account, payment = await ready_account(world), await paid(world, euro(10000))
    with pytest.raises(InsufficientBalanceError):
        await world.provider.transfer("s1", account.id, euro(9000), "", "tr:s1:1")
    await world.advance(DELAY_SECONDS)
    sent = await world.provider.transfer("s1", account.id, euro(9000), "", "tr:s1:2")
    assert list(await world.provider.transfers_of("s1", "")) == [sent]
    assert list(await world.provider.transfers_of("s1", payment.id)) == []
    assert (await world.provider.get_account(account.id)).available_in("EUR") == euro(9000)


async def test_payout_terms_are_kept(world: World) -> None:
    """An account is paid out by hand until it is told otherwise, and what it was told is answered."""
    account = await ready_account(world)
    assert await world.provider.payout_terms(account.id) == PayoutTerms()
    terms = PayoutTerms(interval="weekly", days=(2, 5), minimum=(euro(500),), delay_days=7, debit_negative=True)
    assert await world.provider.set_payout_terms(account.id, terms, "terms:1") == terms
    assert await world.provider.payout_terms(account.id) == terms
    monthly = PayoutTerms(interval="monthly", days=(15,))
    assert await world.provider.set_payout_terms(account.id, monthly, "terms:2") == monthly


async def held(world: World, key: str = "pi:1") -> PaymentState:
    """A payment of 100.00 whose card holds the money."""
    made = await world.provider.create_payment(
        f"ref-{key}", euro(10000), "Two hats", "http://127.0.0.1:7999/order/t", key, capture="manual"
    )
    await world.pay(made.id)
    return await world.provider.get_payment(made.id)


async def test_held_money_is_taken_once_and_in_part(world: World) -> None:
    """A card that is held counts as nothing received; one capture takes a part, and the rest is let go."""
    seen = await held(world)
    assert (seen.status, seen.received, seen.capturable) == ("authorised", euro(0), euro(10000))
    assert seen.capture_before is not None
    with pytest.raises(ProviderRefusedError):
        await world.provider.capture_payment(seen.id, euro(10001), "cap:0")
    taken = await world.provider.capture_payment(seen.id, euro(6000), "cap:1")
    assert (taken.status, taken.received, taken.gross, taken.capturable) == ("succeeded", euro(6000), euro(6000), None)
    assert await world.provider.capture_payment(seen.id, euro(6000), "cap:1") == taken
    assert (await world.provider.capture_payment(seen.id, euro(4000), "cap:2")).received == euro(6000)
    account = await ready_account(world)
    with pytest.raises(ProviderRefusedError):
        await world.provider.transfer("s1", account.id, euro(6001), seen.id, "tr:s1:1")
    with pytest.raises(ProviderRefusedError):
        await world.provider.refund("r1", seen.id, euro(6001), "re:r1:1")


async def test_cancelling_lets_go_what_is_held(world: World) -> None:
    """A held payment can be given up; nothing was taken and nothing can be any more."""
    seen = await held(world)
    assert (await world.provider.cancel_payment(seen.id, "can:1")).status == "cancelled"
    assert (await world.provider.capture_payment(seen.id, euro(100), "cap:1")).status == "cancelled"
    assert not any((*(await world.provider.balance()).available, *(await world.provider.balance()).pending))


async def test_a_hold_ends_by_itself(world: World) -> None:
    """What nobody takes in a week is let go."""
    seen = await held(world)
    await world.advance(7 * 86_400 + 1)
    assert (await world.provider.get_payment(seen.id)).status == "cancelled"


async def test_ways_to_pay_that_cannot_hold_take_at_once(world: World) -> None:
    """Asked to hold, a way to pay without that takes the whole sum as if it had not been asked."""
    made = await world.provider.create_payment(
        "ref", euro(10000), "Two hats", "http://127.0.0.1:7999/order/t", "pi:1", capture="manual"
    )
    await world.pay_at_once(made.id)
    seen = await world.provider.get_payment(made.id)
    assert (seen.status, seen.received) == ("succeeded", euro(10000))


async def test_papers_are_handed_in_on_a_page_made_for_one_visit(world: World) -> None:
    """Each request for a page makes another one; the same request again, under its key, the same."""
    made = await world.provider.create_account("shop-a", "Shop A", "FR", "EUR", "acct:a")
    assert made.standing == "papers"
    here = "http://127.0.0.1:7999/portal/a/getting-paid"
    first = await world.provider.account_link(made.id, here, here, "link:1")
    again = await world.provider.account_link(made.id, here, here, "link:1")
    other = await world.provider.account_link(made.id, here, here, "link:2")
    assert (first == again, first.url == other.url) == (True, False)
    assert first.expires_at is not None
    assert (await world.provider.get_account(made.id)).standing == "papers"


async def test_a_closed_account_stays_closed(world: World) -> None:
    """An account that is gone takes nothing."""
    account, payment = await ready_account(world), await paid(world, euro(10000))
    await world.close_account(account.id)
    assert (await world.provider.get_account(account.id)).standing == "closed"
    with pytest.raises(AccountNotReadyError):
        await world.provider.transfer("s1", account.id, euro(100), payment.id, "tr:s1:1")
