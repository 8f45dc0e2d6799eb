"""One place begins so many orders at a boutique and no more; everybody else goes on buying there."""

import pytest

from federation.node import clock
from federation.node.database import execute, fetch_value
from marketplace.errors import CheckoutCrowdedError
from marketplace.orders import checkout, crowding
from tests.marketplace.orders.world import APPS, World

pytestmark = pytest.mark.apps(*APPS)

COPIES = """
WITH copy AS (
    INSERT INTO hub_order (id, hub_id, token, number, checkout_key, state, currency, language, email, note, address,
        total_minor, paid_minor, redirect_url, due_at, created_at, updated_at)
    SELECT gen_random_uuid(), hub_id, token || n, number || n, checkout_key || n, state, currency, language, email,
        note, address, total_minor, paid_minor, redirect_url, due_at, created_at, updated_at
    FROM hub_order, generate_series(2, $1) n RETURNING id
), parts AS (
    INSERT INTO hub_shop_order SELECT (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(),
        'order_id', copy.id, 'number', p.number || copy.id, 'reservation_id', gen_random_uuid()))).*
    FROM hub_shop_order p, copy
)
INSERT INTO hub_checkout_client (order_id, client, at) SELECT id, $2, now() FROM copy
"""
"""The one order there is, many times over."""

HERE, THERE = b"h" * 16, b"t" * 16


async def test_one_place_cannot_take_all_that_a_boutique_lets_be_held(world: World) -> None:
    """Past the bound a place is refused at that boutique alone; other places buy; a cancelled order makes room."""
    token = await world.begin(await world.fill({"a": 1}), client=HERE)
    await checkout.hold_all(world.hub, token, clock.now())
    await execute(COPIES, crowding.OPEN_ORDERS_MAX, HERE)
    with pytest.raises(CheckoutCrowdedError) as refused:
        await world.begin(await world.fill({"a": 1}), client=HERE)
    assert refused.value.retry_after_seconds == 60
    await world.begin(await world.fill({"b": 1}), client=HERE)
    await world.begin(await world.fill({"a": 1}), client=THERE)
    await world.begin(await world.fill({"a": 1}))
    await checkout.stop(token, clock.now())
    await world.begin(await world.fill({"a": 1}), client=HERE)


async def test_places_are_forgotten(world: World) -> None:
    """Nothing is remembered of where an order came from once no reservation can be open."""
    await world.begin(await world.fill({"a": 1}), client=HERE)
    await crowding.forget_places(clock.now())
    assert await fetch_value("SELECT count(*) FROM hub_checkout_client") == 1
    await crowding.forget_places(clock.now() + crowding.REMEMBERED)
    assert await fetch_value("SELECT count(*) FROM hub_checkout_client") == 0
