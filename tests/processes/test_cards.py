"""Cards that are declined, and a payment provider that loses, doubles, swaps and refuses: the money adds up."""

import asyncio

import pytest

from tests.processes.books import adds_up
from tests.processes.buyer import Buyer, buy
from tests.processes.goods import MANY
from tests.processes.world import World

ASTRAY = dict.fromkeys(
    ("checkout/sessions", "transfers", "payouts"), ("drop_response", "drop_request", "refuse_500", "fail_after")
) | {"refunds": ("drop_request", "refuse_500", "drop_response")}
"""What goes wrong, in this order: of a refund whose answer was lost the hub hears by an event and asks no more."""

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="package")]


async def test_declined_then_paid(world: World) -> None:
    """A declined card charges nothing and keeps the pieces; the next card pays, once."""
    buyer = Buyer(world, world.shelf("alba").line(MANY))
    await buyer.check_out()
    await buyer.use_card("decline")
    order = await buyer.order()
    assert order is not None
    assert (order.state, order.paid.amount_minor) == ("paying", 0)
    await buyer.pay()
    await buyer.until_parts()
    await adds_up(world)


async def test_given_up(world: World) -> None:
    """A shopper who gives up on the provider's page is charged nothing, and every piece comes back."""
    buyer = Buyer(world, world.shelf("alba").line(MANY), world.shelf("brina").line(MANY))
    await buyer.check_out()
    await buyer.use_card("give_up")
    await buyer.walk_away()
    order = await buyer.until_state({"held", "cancelled"})
    await buyer.walk_away()
    order = await buyer.until_state({"cancelled"})
    assert order.paid.amount_minor == 0
    await adds_up(world)


async def test_paid_after_the_order_was_ended(world: World) -> None:
    """Money that comes for an order already ended goes back whole."""
    buyer = Buyer(world, world.shelf("cima").line(MANY))
    await buyer.check_out()
    await world.misfortune("refuse_500", "/v1/checkout/sessions/", times=50)
    await buyer.walk_away()
    await buyer.until_state({"cancelled"})
    await buyer.pay()
    await world.forget_misfortunes()
    await adds_up(world)
    returned = await world.rows(
        world.hub,
        "SELECT r.status, r.amount_minor, p.received_minor FROM pay_refund r JOIN pay_payment p ON p.id = r.payment_id "
        "JOIN hub_order o ON o.id = p.order_id WHERE o.checkout_key = $1",
        buyer.key,
    )
    assert [(row["status"], row["amount_minor"]) for row in returned] == [("succeeded", returned[0]["received_minor"])]


async def test_events_go_astray(world: World) -> None:
    """Events lost, told twice and out of order: paid, shipped and paid out all the same."""
    for kind in ("drop", "duplicate", "reorder", "drop"):
        await world.misfortune(kind, "events", times=2)
    buyer = await buy(world, world.shelf("alba").line(MANY), world.shelf("brina").line(MANY))
    await buyer.until_parts()
    await world.ship("alba", "brina")
    await buyer.until_parts({"shipped"})
    await world.forget_misfortunes()
    await adds_up(world)


async def test_calls_go_astray(world: World) -> None:
    """Answers cut off after the deed, requests lost, errors: each payment, transfer, refund and payout is made once."""
    for path, kinds in ASTRAY.items():
        for kind in kinds:
            await world.misfortune(kind, f"POST /v1/{path}")
    buyers = [Buyer(world, world.shelf("alba").line(MANY, 2)), Buyer(world, world.shelf("cima").line(MANY, 2))]
    await asyncio.gather(*(buyer.check_out() for buyer in buyers))
    await asyncio.gather(*(buyer.pay() for buyer in buyers))
    await asyncio.gather(*(buyer.until_parts() for buyer in buyers))
    assert buyers[0].answer is not None
    await world.give_one_back(buyers[0].answer.token, "alba")
    await world.ship("alba", "cima")
    for buyer in buyers:
        await buyer.until_parts({"shipped"})
    await adds_up(world)
    assert await world.misfortunes() == [], "a misfortune never happened: nothing was proven"
