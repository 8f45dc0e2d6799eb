"""Copies of stock registers and addresses that are left alone: the same rows in PostgreSQL and in memory."""

from datetime import timedelta

import pytest

from federation.conversations import stock
from federation.conversations.messages import StockRegister
from federation.conversations.stock import Tally
from federation.node.database import Database
from federation.store import contacts, parties, registers, replicas
from tests.federation.store.conftest import GENESIS, HUB, NOW, SHOP, hosted, met

A = StockRegister(variant_id="a", quantity=3, vseq=1)
B = StockRegister(variant_id="b", location="attic", quantity=0, vseq=2)

pytestmark = pytest.mark.usefixtures("store_db")


async def followed() -> None:
    """A hub that follows a shop."""
    await parties.add_party(hosted(HUB), [GENESIS])
    await parties.save_peer(met(SHOP), [GENESIS])
    await replicas.open_replica(HUB, SHOP)
    await registers.open_table(HUB, SHOP)


async def test_a_table_and_what_it_comes_to(store_db: Database) -> None:
    """Registers replace one another by place; the tally is kept beside them; pages follow each other."""
    await followed()
    assert await registers.tally(HUB, SHOP) == Tally()
    assert await registers.tally(HUB, met(SHOP).id + "x") is None  # type: ignore[arg-type]
    tally = Tally().moved((), (A, B))
    await registers.put(HUB, SHOP, (A, B))
    newer = StockRegister(variant_id="a", quantity=1, vseq=3)
    await registers.put(HUB, SHOP, (newer,))
    await registers.save_tally(HUB, SHOP, tally.moved((A,), (newer,)), None, NOW)
    assert (await registers.tally(HUB, SHOP)).heartbeat == stock.heartbeat((newer, B))  # type: ignore[union-attr]
    assert await registers.at_places(HUB, SHOP, [("a", "main"), ("b", "main")]) == [newer]
    first = await registers.page(HUB, SHOP, None, 1)
    assert first == [newer]
    assert await registers.page(HUB, SHOP, stock.place_of(first[0]), 5) == [B]


async def test_hearing_never_goes_back_but_from_the_future(store_db: Database) -> None:
    """An older word changes nothing; a time that has not come yet gives way to any."""
    await followed()
    for heard_at, now, kept in (
        (NOW, NOW, NOW),
        (NOW - timedelta(seconds=9), NOW, NOW),
        (NOW - timedelta(hours=1), NOW - timedelta(minutes=30), NOW - timedelta(hours=1)),
    ):
        await registers.save_tally(HUB, SHOP, Tally(), heard_at, now)
        views = await replicas.views(HUB)
        assert [view["last_stock_at"] for view in views] in ([], [kept])


async def test_other_shops_are_company_while_they_are_heard(store_db: Database) -> None:
    """A hub knows whether any shop but one was heard from since a moment; the one itself is no company."""
    await followed()
    assert not await registers.heard_beside(HUB, SHOP, NOW)
    await registers.save_tally(HUB, SHOP, Tally(), NOW, NOW)
    assert not await registers.heard_beside(HUB, SHOP, NOW)
    other = met(SHOP).id[:-1] + "z"
    assert await registers.heard_beside(HUB, other, NOW)  # type: ignore[arg-type]
    assert not await registers.heard_beside(HUB, other, NOW + timedelta(seconds=1))  # type: ignore[arg-type]


async def test_addresses_are_left_alone_for_a_time(store_db: Database) -> None:
    """The later end of a rest holds; what answers is forgotten."""
    assert await contacts.resting_until("a.example") is None
    await contacts.rest("a.example", NOW + timedelta(seconds=9), "silent", NOW)
    await contacts.rest("a.example", NOW + timedelta(seconds=4), "silent", NOW)
    assert await contacts.resting(NOW) == [("a.example", NOW + timedelta(seconds=9))]
    assert await contacts.resting(NOW + timedelta(seconds=9)) == []
    await contacts.forget("a.example")
    assert await contacts.resting_until("a.example") is None
