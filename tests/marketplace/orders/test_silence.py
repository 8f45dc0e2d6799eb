"""A boutique that does not answer: reminded, then given up and exactly its part given back; longer if asked for."""

from datetime import datetime, timedelta

import pytest

from federation.conversations.messages import Accepted, Shipped
from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from marketplace.errors import OrderNotFoundError, OrderStateError
from marketplace.orders import silence
from payouts import service as payouts
from tests.marketplace.listings.builders import shop_id_of
from tests.marketplace.orders.world import APPS, PRICE_MINOR, SHIPPING_MINOR, World

pytestmark = pytest.mark.apps(*APPS)
PART_MINOR = PRICE_MINOR + SHIPPING_MINOR
DAYS = 300_000
"""How far the workers' time moves on, in seconds: past what was written two days from now."""


def after(hours: float) -> datetime:
    """A moment so many hours from now."""
    return clock.now() + timedelta(hours=hours)


async def test_a_silent_boutique_is_given_up_and_only_its_part_comes_back(world: World) -> None:
    """At half its time nothing ends, at its end its part is cancelled and refunded, told to it, once; others go on."""
    token = await world.buy({"a": 1, "b": 1})
    await world.says("b", token, Accepted())
    assert await silence.answer_silence(after(20)) == 0
    assert await silence.answer_silence(after(25)) == 1
    assert await silence.answer_silence(after(26)) == 0
    assert await world.states(token) == {"a": "placed", "b": "accepted"}
    for _ in range(2):
        await silence.answer_silence(after(48.1))
    await world.work(DAYS)
    assert await world.states(token) == {"a": "cancelled", "b": "accepted"}
    assert world.refunded() == PART_MINOR
    assert (await world.told("a"))[1] == "cancelled"
    assert (await world.part(token, "a")).reason == silence.SILENT
    assert set((await payouts.trial_balance_totals()).values()) == {0}


async def test_a_word_that_comes_after_all_revives_nothing(world: World) -> None:
    """Accepted and even sent after it was given up: history; the shopper reads that a parcel may come."""
    token = await world.buy({"a": 1})
    await silence.answer_silence(after(49))
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped())
    await world.work(DAYS)
    part = await world.part(token, "a")
    assert (part.state, world.refunded()) == ("cancelled", PART_MINOR)
    assert "refuse the parcel" in part.reason


async def test_one_that_never_got_the_order_is_given_up_too(world: World) -> None:
    """While placing is still tried, time runs as well; afterwards nothing is placed any more."""
    world.boutiques.silent(shop_id_of("a"), "place_order", times=500)
    token = await world.hold({"a": 1})
    await world.pay(token)
    await world.work(rounds=2)
    assert await world.states(token) == {"a": "confirmed"}
    await silence.answer_silence(after(49))
    await world.work(DAYS)
    assert (await world.states(token), world.refunded()) == ({"a": "cancelled"}, PART_MINOR)
    assert world.boutiques.orders == {}


async def test_the_operator_gives_longer_or_does_not_wait(world: World) -> None:
    """More time moves the end, no time is now; what has been answered cannot be given up."""
    token = await world.buy({"a": 1, "b": 1})
    part, other = await world.part(token, "a"), await world.part(token, "b")
    async with atomic():
        await silence.give_longer(part.id, 72, clock.now())
        await silence.give_up_now(other.id, clock.now())
    await silence.answer_silence(after(49))
    assert await world.states(token) == {"a": "placed", "b": "cancelled"}
    await world.says("a", token, Accepted())
    await silence.answer_silence(after(80))
    assert (await world.states(token))["a"] == "accepted"
    for call in (silence.give_longer(part.id, 1, clock.now()), silence.give_up_now(part.id, clock.now())):
        with pytest.raises(OrderStateError):
            async with atomic():
                await call
    with pytest.raises(OrderNotFoundError):
        async with atomic():
            await silence.give_longer(new_id(), 1, clock.now())
