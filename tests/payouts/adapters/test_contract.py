"""What every payment provider promises: the same suite for the one in memory and for Stripe (a stand-in)."""

from collections.abc import AsyncIterator

import pytest

from federation.node import clock
from federation.vocabulary.money import Money
from payouts.adapters.memory import MemoryProvider
from payouts.errors import (
    AccountNotReadyError,
    InsufficientBalanceError,
    ProviderConflictError,
    ProviderRefusedError,
)
from payouts.ports import AccountState, PaymentState
from tests.payouts.lab import MemoryWorld, World
from tests.payouts.stripe_lab import stripe_world
from tests.payouts.worked_example import euro

DELAY_SECONDS = 3600


@pytest.fixture(params=["memory", "stripe", "stripe-v1"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A provider where accounts need papers and money is available an hour after it came."""
    if request.param == "memory":
        yield MemoryWorld(MemoryProvider(clock.now(), accounts_ready=False, funds_delay_seconds=DELAY_SECONDS))
        return
    interface = "v1" if request.param == "stripe-v1" else "v2"
    async with stripe_world(interface, funds_delay_seconds=DELAY_SECONDS) as around:
        yield around


async def paid(world: World, amount: Money, *, key: str = "pi:1") -> PaymentState:
    """A payment whose card paid."""
    made = await world.provider.create_payment(f"ref-{key}", amount, "Two hats", "http://127.0.0.1:7999/order/t", key)
    await world.pay(made.id)
    return await world.provider.get_payment(made.id)


async def ready_account(world: World, shop: str = "shop-a") -> AccountState:
    """An account that can take money."""
    made = await world.provider.create_account(shop, "Shop A", "FR", "EUR", f"acct:{shop}")
    await world.complete_account(made.id)
    return await world.provider.get_account(made.id)


async def test_payment_from_request_to_available_money(world: World) -> None:
    """A payment is open, then succeeded with its fee, then settled once its money is available."""
    made = await world.provider.create_payment("ref", euro(10000), "Hats", "http://127.0.0.1:7999/", "pi")
    assert (made.status, made.reference, made.amount, made.received) == ("open", "ref", euro(10000), euro(0))
    assert made.id in made.redirect_url
    await world.pay(made.id)
    seen = await world.provider.get_payment(made.id)
    assert (seen.status, seen.received, seen.fee, seen.settled) == ("succeeded", euro(10000), euro(165), False)
    balance = await world.provider.balance()
    assert (sum(m.amount_minor for m in balance.available), sum(m.amount_minor for m in balance.pending)) == (0, 9835)
    await world.advance(DELAY_SECONDS)
    assert (await world.provider.get_payment(made.id)).settled
    assert (await world.provider.balance()).available == (euro(9835),)


async def test_declined_card_leaves_payment_open(world: World) -> None:
    """A refusal is told and the payment can still be paid."""
    made = await world.provider.create_payment("ref", euro(500), "Hats", "http://127.0.0.1:7999/", "pi")
    await world.decline(made.id)
    seen = await world.provider.get_payment(made.id)
    assert seen.status == "open"
    assert seen.last_error
    await world.pay(made.id)
    assert (await world.provider.get_payment(made.id)).status == "succeeded"


async def test_cancelling_closes_an_open_payment_only(world: World) -> None:
    """A cancelled payment is over; one that was paid stays paid."""
    made = await world.provider.create_payment("ref", euro(500), "Hats", "http://127.0.0.1:7999/", "pi")
    assert (await world.provider.cancel_payment(made.id, "can")).status == "cancelled"
    other = await paid(world, euro(500), key="pi:2")
    assert (await world.provider.cancel_payment(other.id, "can:2")).status == "succeeded"
    third = await world.provider.create_payment("ref3", euro(500), "Hats", "http://127.0.0.1:7999/", "pi:3")
    await world.give_up(third.id)
    assert (await world.provider.get_payment(third.id)).status == "cancelled"


async def test_same_key_gives_the_same_object(world: World) -> None:
    """A repeated call makes nothing new; the same key with other parameters is refused."""
    first = await world.provider.create_payment("ref", euro(500), "Hats", "http://127.0.0.1:7999/", "pi")
    assert await world.provider.create_payment("ref", euro(500), "Hats", "http://127.0.0.1:7999/", "pi") == first
    with pytest.raises(ProviderConflictError):
        await world.provider.create_payment("ref", euro(501), "Hats", "http://127.0.0.1:7999/", "pi")


async def test_refusals_are_replayed_under_their_key(world: World) -> None:
    """After a business refusal the same key refuses again though the reason is gone; a new key works."""
    account = await world.provider.create_account("shop-a", "Shop A", "FR", "EUR", "acct")
    assert not account.ready
    assert account.standing == "papers"
    payment = await paid(world, euro(10000))
    for _ in range(2):
        with pytest.raises(AccountNotReadyError):
            await world.provider.transfer("s1", account.id, euro(100), payment.id, "tr:s1:1")
        await world.complete_account(account.id)
    sent = await world.provider.transfer("s1", account.id, euro(100), payment.id, "tr:s1:2")
    assert sent.amount == euro(100)
    assert list(await world.provider.transfers_of("s1", payment.id)) == [sent]


async def test_transfers_never_exceed_their_payment(world: World) -> None:
    """Money is sent before it is available, lands as pending, and never sums to more than was paid."""
    account, payment = await ready_account(world), await paid(world, euro(10000))
    await world.provider.transfer("s1", account.id, euro(9000), payment.id, "tr:s1:1")
    with pytest.raises(ProviderRefusedError):
        await world.provider.transfer("s2", account.id, euro(1001), payment.id, "tr:s2:1")
    seen = await world.provider.get_account(account.id)
    assert (seen.available_in("EUR"), [money for money in seen.pending if money]) == (euro(0), [euro(9000)])
    with pytest.raises(InsufficientBalanceError):
        await world.provider.payout("p1", account.id, euro(9000), "po:p1:1")
    await world.advance(DELAY_SECONDS)
    assert (await world.provider.get_account(account.id)).available_in("EUR") == euro(9000)


async def test_nothing_is_sent_of_an_unpaid_payment(world: World) -> None:
    """A transfer needs a payment that succeeded."""
    account = await ready_account(world)
    made = await world.provider.create_payment("ref", euro(500), "Hats", "http://127.0.0.1:7999/", "pi")
    with pytest.raises(ProviderRefusedError):
        await world.provider.transfer("s1", account.id, euro(100), made.id, "tr:s1:1")


async def test_reversal_takes_no_more_than_there_is(world: World) -> None:
    """A reversal is bounded by its transfer and by what the account has available."""
    account, payment = await ready_account(world), await paid(world, euro(10000))
    sent = await world.provider.transfer("s1", account.id, euro(9000), payment.id, "tr:s1:1")
    with pytest.raises(InsufficientBalanceError):
        await world.provider.reverse_transfer("c1", sent.id, euro(100), "trr:1")
    await world.advance(DELAY_SECONDS)
    back = await world.provider.reverse_transfer("c1", sent.id, euro(4000), "trr:2")
    assert back.amount == euro(4000)
    assert list(await world.provider.reversals_of(sent.id)) == [back]
    with pytest.raises(ProviderRefusedError):
        await world.provider.reverse_transfer("c2", sent.id, euro(5001), "trr:3")
    assert (await world.provider.transfers_of("s1", payment.id))[0].reversed == euro(4000)
    assert (await world.provider.get_account(account.id)).available_in("EUR") == euro(5000)


async def test_refund_waits_for_balance_and_never_exceeds(world: World) -> None:
    """A refund without funds is pending and paid when they come; refunds never sum to more than was paid."""
    payment = await paid(world, euro(10000))
    refund = await world.provider.refund("r1", payment.id, euro(4000), "re:r1:1")
    assert (refund.status, refund.reason, refund.reference) == ("pending", "insufficient_funds", "r1")
    await world.advance(DELAY_SECONDS)
    assert (await world.provider.get_refund(refund.id)).status == "succeeded"
    assert [each.id for each in await world.provider.refunds_of("r1", payment.id)] == [refund.id]
    assert list(await world.provider.refunds_of("r2", payment.id)) == []
    with pytest.raises(ProviderRefusedError):
        await world.provider.refund("r2", payment.id, euro(6001), "re:r2:1")
    assert (await world.provider.balance()).available == (euro(9835 - 4000),)


async def test_payout_arrives_or_comes_back(world: World) -> None:
    """A payout is in transit, then paid; from a bank that refuses, it fails and the money is back."""
    account, payment = await ready_account(world), await paid(world, euro(10000))
    await world.provider.transfer("s1", account.id, euro(9000), payment.id, "tr:s1:1")
    await world.advance(DELAY_SECONDS)
    first = await world.provider.payout("p1", account.id, euro(4000), "po:p1:1")
    assert (first.status, first.reference) == ("in_transit", "p1")
    await world.advance(1)
    assert (await world.provider.get_payout(first.id)).status == "paid"
    assert [each.id for each in await world.provider.payouts_of("p1", account.id)] == [first.id]
    assert list(await world.provider.payouts_of("p2", account.id)) == []
    await world.break_bank(account.id)
    second = await world.provider.payout("p2", account.id, euro(5000), "po:p2:1")
    await world.advance(1)
    seen = await world.provider.get_payout(second.id)
    assert (seen.status, seen.failure) == ("failed", "account_closed")
    assert (await world.provider.get_account(account.id)).available_in("EUR") == euro(5000)


async def test_events_are_listed_in_order_and_from_a_point_on(world: World) -> None:
    """Everything that happened is listed, and again from any event on."""
    payment = await paid(world, euro(10000))
    await world.advance(DELAY_SECONDS)
    events = list(await world.provider.list_events("", 100))
    told = [event.object_id for event in events if event.object_kind == "payment"]
    assert {(await world.provider.get_payment(each)).id for each in told} == {payment.id}
    assert list(await world.provider.list_events(events[0].id, 100)) == events[1:]
    assert list(await world.provider.list_events("", 1)) == events[:1]


async def test_what_does_not_exist_is_refused(world: World) -> None:
    """Unknown objects are definite refusals, not outages."""
    for look in (world.provider.get_payment, world.provider.get_account, world.provider.get_refund):
        with pytest.raises(ProviderRefusedError):
            await look("nothing/of this name?")
    with pytest.raises(ProviderRefusedError):
        await world.provider.get_payout("nothing")
    payment = await paid(world, euro(500))
    assert list(await world.provider.transfers_of("nothing", payment.id)) == []


async def test_money_in_another_currency_is_exchanged(world: World) -> None:
    """The platform gets its own currency at the provider's rate; shops are sent no more than that, in that alone."""
    account, yen = await ready_account(world), Money(10_000, "JPY")
    await world.move_rate("JPY", "160")
    payment = await paid(world, yen)
    assert (payment.received, payment.gross, payment.exchange_rate) == (yen, euro(6_250), "0.006250")
    assert payment.fee == euro(88 + 25)
    with pytest.raises(ProviderRefusedError):
        await world.provider.transfer("s1", account.id, yen, payment.id, "tr:s1:1")
    with pytest.raises(ProviderRefusedError):
        await world.provider.transfer("s2", account.id, euro(6_251), payment.id, "tr:s2:1")
    sent = await world.provider.transfer("s3", account.id, euro(5_000), payment.id, "tr:s3:1")
    assert sent.amount == euro(5_000)
    balance = await world.provider.balance()
    assert {money.currency for money in (*balance.available, *balance.pending) if money} == {"EUR"}


async def test_a_refund_costs_what_the_day_makes_of_it(world: World) -> None:
    """The shopper gets the yen that were paid; what leaves the balance follows the rate of the refund's day."""
    await world.move_rate("JPY", "160")
    float_, payment = await paid(world, euro(50_000), key="pi:float"), await paid(world, Money(10_000, "JPY"))
    assert float_.gross == euro(50_000)
    await world.advance(DELAY_SECONDS)
    await world.move_rate("JPY", "125")
    made = await world.provider.refund("r1", payment.id, Money(4_000, "JPY"), "re:r1:1")
    assert (made.status, made.taken) == ("succeeded", euro(3_200))
    with pytest.raises(ProviderRefusedError):
        await world.provider.refund("r2", payment.id, Money(6_001, "JPY"), "re:r2:1")
