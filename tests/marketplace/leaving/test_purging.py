"""Who ordered is forgotten by rule, and only then."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from federation.node import clock, database
from federation.node.database import Database, atomic
from federation.store import conversations
from federation.vocabulary.ids import PartyId
from marketplace.leaving import service
from tests.marketplace.listings.builders import shop_id_of
from tests.marketplace.orders.world import APPS, World

pytestmark = pytest.mark.apps(*APPS)


async def bought(world: World, *letters: str) -> str:
    """An order with a part at each of these boutiques, as it was placed there."""
    token = await world.buy(dict.fromkeys(letters, 1))
    async with atomic():
        for letter in letters:
            part = await world.part(token, letter)
            ends = (PartyId(str(world.hub_id)), PartyId(shop_id_of(letter)))
            await conversations.open_conversation(*ends, str(part.id), b'{"email": "ada@example.com"}', clock.now())
    return token


async def leaves(world: World, letter: str) -> None:
    """A boutique ends its link with the hub."""
    async with atomic():
        await world.desk.link_changed(world.hub_id, PartyId(shop_id_of(letter)), "ended", "", clock.now())


async def known(world: World, token: str) -> tuple[str, bool]:
    """The e-mail that the hub has of an order, and whether it still has the words of any part."""
    order_id = await world.order_id(token)
    row = await database.fetch_one(
        "SELECT email, address->>'country' AS country FROM hub_order WHERE id = $1", order_id
    )
    assert row is not None
    assert row["country"] == "IT"
    kept = await database.fetch_value(
        "SELECT count(*) FROM fed_conversation c JOIN hub_shop_order p ON p.id::text = c.order_id "
        "WHERE p.order_id = $1 AND (c.document <> '' OR EXISTS (SELECT FROM fed_event_out e "
        "WHERE (e.remote_id, e.order_id) = (c.remote_id, c.order_id) AND e.body <> ''))",
        order_id,
    )
    return row["email"], kept > 0


async def after(days: int) -> int:
    """The sweep, so many days later."""
    return await service.purge(_in(days))


def _in(days: int) -> datetime:
    return clock.now() + timedelta(days=days)


@pytest.fixture
async def world(committed: Database, tmp_path: Path) -> World:
    """A hub with the boutiques a, b and c."""
    made = World(tmp_path)
    await made.open()
    return made


async def test_people_are_forgotten_when_no_boutique_of_their_order_is_left(world: World) -> None:
    """After 790 days and not before, and not while one boutique of a shared order stays; amounts are never touched."""
    alone, shared, others = await bought(world, "a"), await bought(world, "a", "b"), await bought(world, "c")
    sums = await database.fetch("SELECT id, total_minor, number FROM hub_order ORDER BY 1")
    await leaves(world, "a")
    assert await after(789) == 0
    assert await known(world, alone) == ("ada@example.com", True)
    assert await after(791) == 1
    assert await known(world, alone) == ("", False)
    assert await known(world, shared) == ("ada@example.com", True)
    await leaves(world, "b")
    assert await after(791) == 1
    assert await after(792) == 0
    assert await known(world, shared) == ("", False)
    assert await known(world, others) == ("ada@example.com", True)
    assert await database.fetch("SELECT id, total_minor, number FROM hub_order ORDER BY 1") == sums
