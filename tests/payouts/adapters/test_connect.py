"""What the providers promise that know Stripe Connect's finer parts: the one in memory, and Stripe (a stand-in)."""

from collections.abc import AsyncIterator

import pytest

from federation.node import clock
from payouts.adapters.memory import MemoryProvider
from payouts.errors import InsufficientBalanceError
from payouts.ports import PayoutTerms
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
