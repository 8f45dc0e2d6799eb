"""Whatever dies, whenever: workers and sweeps bring every order to an end in which pieces and money add up."""

# ruff: noqa: S311 - a seeded simulation, not a secret

import asyncio
import contextlib
import random
from datetime import timedelta
from typing import get_args

import pytest

from federation.node import clock
from federation.vocabulary.errors import GalleriaError
from marketplace.orders import checkout, reads
from marketplace.orders.adapters.memory import Call, ProcessKilledError
from payouts import service as payouts
from payouts.adapters.memory import Fault
from payouts.errors import ProviderUnavailableError
from tests.marketplace.listings.builders import shop_id_of
from tests.marketplace.orders.world import APPS, PRICE_MINOR, SHIPPING_MINOR, World

pytestmark = pytest.mark.apps(*APPS)

PIECES = 3
ENDED = {"refused", "released", "cancelled", "declined", "placed"}


async def settle(world: World) -> None:
    """Let time pass until nothing more happens: workers, the sweep of orders left behind, and workers again."""
    for _ in range(3):
        await world.work(rounds=30)
        await checkout.end_overdue(clock.now() + timedelta(seconds=1_000))


async def check(world: World, tokens: list[str]) -> None:
    """Pieces and money add up over all orders."""
    pieces = dict.fromkeys("abc", 0)
    kept_minor = 0
    for token in tokens:
        view = await world.view(token)
        states = await world.states(token)
        assert set(states.values()) <= ENDED, states
        for part in view.parts if view.state == "paid" else ():
            kept_minor += (part.total - part.refunded).amount_minor
            if part.state == "placed":
                pieces[part.shop.shop_id[2]] += sum(line.quantity for line in part.lines)
            else:
                assert part.refunded == part.total
    for letter in "abc":
        assert world.left(letter) + world.sold(letter) == PIECES
        assert world.sold(letter) >= pieces[letter]
    received = sum(one.received.amount_minor for one in world.till.payments.values())
    assert received - world.refunded() == kept_minor
    assert all(total == 0 for total in (await payouts.trial_balance_totals()).values())


@pytest.mark.parametrize("call", ["hold", "confirm", "place_order"])
async def test_a_process_killed_after_the_boutique_acted(world: World, call: Call) -> None:
    """The boutique did it, we never wrote it down: nothing is lost, nothing is done twice."""
    world.boutiques.kills_the_caller(shop_id_of("a"), call)
    token = await world.begin(await world.fill({"a": 1, "b": 1}))
    with contextlib.suppress(ProcessKilledError):
        await checkout.hold_all(world.hub, token, clock.now())
    if call != "hold":
        await world.pay(token)
    await settle(world)
    await check(world, [token])
    assert (await checkout.find(token)).state == ("cancelled" if call == "hold" else "paid")


async def test_a_process_killed_before_any_boutique_was_asked(world: World) -> None:
    """An order that only was begun ends by the sweep; asking for it later changes nothing."""
    token = await world.begin(await world.fill({"a": 1}))
    await settle(world)
    await checkout.hold_all(world.hub, token, clock.now())
    assert (await checkout.find(token)).state == "cancelled"
    await check(world, [token])


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_payment_page_that_did_not_come(world: World, when: str) -> None:
    """The provider's outcome is unknown: trying again leads to the one payment, and it can be paid."""
    token = await world.hold({"a": 1})
    error = ProviderUnavailableError("no answer")
    world.till.faults.append(Fault("create_payment", error, when))  # type: ignore[arg-type]
    with pytest.raises(ProviderUnavailableError):
        await checkout.proceed(world.hub, token, clock.now())
    await world.pay(token)
    await settle(world)
    assert len(world.till.payments) == 1
    assert await world.states(token) == {"a": "placed"}
    await check(world, [token])


async def test_stopping_while_paying_has_one_outcome(world: World) -> None:
    """Money and the wish to stop arrive together: sold and kept, or given back whole; never half of each."""
    token = await world.hold({"a": 1, "b": 1})
    await checkout.proceed(world.hub, token, clock.now())
    await asyncio.gather(world.money_arrives(token), checkout.stop(token, clock.now()))
    await settle(world)
    await check(world, [token])


@pytest.mark.parametrize("seed", range(8))
async def test_a_day_of_bad_luck(world: World, seed: int) -> None:
    """Shoppers who pay, stop, vanish or click twice, boutiques that fall silent, forget or sell the last piece."""
    luck = random.Random(seed)
    tokens = []
    for _ in range(6):
        wanted = {letter: luck.randint(1, 2) for letter in luck.sample("abc", luck.randint(1, 3))}
        spoil(world, luck)
        token = await world.begin(await world.fill(wanted))
        tokens.append(token)
        await shop(world, luck, token)
        if luck.random() < 0.3:
            await world.work(rounds=2)
    await settle(world)
    await check(world, tokens)


def spoil(world: World, luck: random.Random) -> None:
    """Make something of the next calls go wrong."""
    for _ in range(luck.randint(0, 3)):
        shop_id, call = shop_id_of(luck.choice("abc")), luck.choice(get_args(Call))
        kind = luck.randrange(4)
        if kind == 0:
            world.boutiques.silent(shop_id, call, times=luck.randint(1, 3))
        elif kind == 1:
            world.boutiques.loses_answer(shop_id, call)
        elif kind == 2:
            world.boutiques.kills_the_caller(shop_id, call)
        elif call == "confirm":
            world.boutiques.expire_all()


async def shop(world: World, luck: random.Random, token: str) -> None:
    """One shopper's way through the checkout, as far as it goes."""
    clicks = luck.randint(1, 2)
    asked = await asyncio.gather(
        *(checkout.hold_all(world.hub, token, clock.now()) for _ in range(clicks)), return_exceptions=True
    )
    if any(isinstance(answer, ProcessKilledError) for answer in asked):
        return
    act = luck.choice(["pay", "pay", "pay", "stop", "vanish", "late"])
    if not (await reads.held_view(token, clock.now())).can_continue or act == "vanish":
        return
    with contextlib.suppress(GalleriaError):
        await checkout.proceed(world.hub, token, clock.now())
        if act in {"stop", "late"}:
            await checkout.stop(token, clock.now())
        if act in {"pay", "late"}:
            await world.money_arrives(token)


def test_prices_of_the_simulation_leave_no_room_for_chance() -> None:
    """A part's total names its pieces: no two combinations of goods and parcel come to the same sum."""
    totals = [pieces * PRICE_MINOR + parcel for pieces in range(1, 3) for parcel in (0, SHIPPING_MINOR)]
    assert len(set(totals)) == len(totals)
