"""What a boutique is told of its money while it speaks itself: nobody waits in a circle, no word is lost."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from federation.conversations.messages import Accepted, Declined, EventBody, Shipped
from federation.node import clock
from federation.node.database import atomic
from federation.service.orders import hold_conversation
from federation.store import conversations
from federation.vocabulary.ids import PartyId
from federation.vocabulary.money import Money
from marketplace.orders.domain.values import Part
from payouts.store import rows
from tests.marketplace.orders.world import APPS, World

pytestmark = pytest.mark.apps(*APPS)

Move = Callable[[World, Part], Awaitable[None]]


async def _share_sent(world: World, part: Part) -> None:
    """A share reached the boutique's account."""
    await world.hub.payments.listener.settlement_changed(part.id, "sale", "sent", Money(100, "EUR"), clock.now())


async def _exchanged(world: World, part: Part) -> None:
    """What the payment came to is known."""
    await world.hub.payments.listener.payment_settled(part.order_id, clock.now())


@pytest.mark.parametrize(
    ("move", "said", "told"),
    [
        (_share_sent, (Accepted(), Shipped()), "transferred"),
        (_exchanged, (Declined("A moth got to it first."),), "settled"),
    ],
)
async def test_money_and_a_boutique_that_speaks_never_wait_in_a_circle(
    world: World, move: Move, said: tuple[EventBody, ...], told: str
) -> None:
    """A word that moves money and money that makes a word meet in the worst moment: both are done, both are heard."""
    token = await world.buy({"a": 1})
    for word in said[:-1]:
        await world.says("a", token, word)
    part = await world.part(token, "a")
    ends = (world.hub_id, PartyId(part.shop_id))
    async with atomic():
        await conversations.open_conversation(*ends, str(part.id), b"the order", clock.now())
    heard_so_far = (await world.told("a")).count(told)
    is_heard, is_moved = asyncio.Event(), asyncio.Event()

    async def boutique_speaks() -> None:
        async with atomic():
            await hold_conversation(*ends, str(part.id))
            is_heard.set()
            await is_moved.wait()
            await world.says("a", token, said[-1])

    async def money_moves() -> None:
        async with atomic():
            await rows.payment_alive(part.order_id, lock=True)
            await rows.settlements_of(part.id, lock=True)
            is_moved.set()
            await is_heard.wait()
            await move(world, part)

    async with asyncio.TaskGroup() as both:
        both.create_task(boutique_speaks())
        both.create_task(money_moves())
    await world.work()
    assert (await world.told("a")).count(told) > heard_so_far
