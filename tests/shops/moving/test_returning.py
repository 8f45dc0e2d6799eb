"""A boutique comes back to a node that it had left, and a node deletes what one has left behind."""

import msgspec
import pytest

from federation.archive.errors import ArchiveRefusedError
from federation.node import clock, database
from federation.node.database import atomic
from federation.service.catalogue import log_state
from federation.store.carried import CARRIED as FEDERATION_ROWS
from federation.vocabulary.errors import ConflictError
from federation.vocabulary.ids import new_id
from shops.inventory.service import levels
from shops.moving import store
from shops.moving.service import clearing
from tests.shops.moving.houses import NEW, OLD, House, Quarter
from tests.shops.moving.test_moving import rows_of


async def rows_left(house: House, town: Quarter) -> dict[str, int]:
    """The tables of a node in which the boutique still has rows."""
    left = {}
    with house.here():
        for carried in (*FEDERATION_ROWS, *store.CARRIED):
            sql = f"SELECT count(*) FROM {carried.table} WHERE {carried.where}"  # noqa: S608 - our tables
            left[carried.table] = await database.fetch_value(sql, town.shop.shop_id)
    return {table: count for table, count in left.items() if count}


async def back(town: Quarter, *, at: House, to: House) -> None:
    """The boutique moves on with all it has."""
    path = town.path.with_name("back.zip")
    await at.take_out(town.shop.shop_id, path)
    await to.take_in(path.read_bytes(), town.shop.root_seed)
    await town.settle()


async def test_it_comes_back_and_leaves_nothing_behind(town: Quarter) -> None:
    """Over rows that are still there or deleted before, it goes on with what happened meanwhile; hubs follow."""
    shop_id = town.shop.shop_id
    first = await town.leave()
    with town.old.here(), pytest.raises(ConflictError, match="no other node"):
        await clearing.clear(town.old.settings, shop_id)
    with pytest.raises(ConflictError, match="stay"):
        await town.old.take_in(first, town.shop.root_seed)
    await town.new.take_in(first, town.shop.root_seed)
    await town.settle()
    with town.new.here():
        async with atomic():
            await levels.set_levels(shop_id, {("dress2-42", "main"): 9}, "correction", new_id(), clock.now())
        before = await log_state(shop_id)
    with pytest.raises(ArchiveRefusedError, match="older"):
        await town.old.take_in(first, town.shop.root_seed)
    await back(town, at=town.new, to=town.old)
    with town.old.here():
        after = await log_state(shop_id)
        assert after.size >= before.size
        stock = await database.fetch_value("SELECT on_hand FROM shop_register WHERE variant_id = 'dress2-42'")
    assert (stock, town.hub.hub_desk.stock["dress2-42"]) == (9, 9)

    with town.new.here():
        cleared = await clearing.clear(town.new.settings, shop_id)
        again = await clearing.clear(town.new.settings, shop_id)
    assert (cleared.products, cleared.orders, cleared.moved_to, again.products) == (3, 1, f"http://{OLD}", 0)
    left = await rows_left(town.new, town)
    assert left.keys() <= {"fed_peer", "fed_peer_operation"}
    for path, status in (("profile", 410), ("operations", 200), ("checkpoint", 404)):
        url = f"http://{NEW}/fed/v1/{shop_id}/{path}"
        answer = await town.way.request("GET", url, headers={}, body=b"", max_bytes=65_536)
        assert answer.status in {status, 410}, (path, msgspec.json.decode(answer.body))
    with town.old.here():
        rows = await rows_of(shop_id)
    await back(town, at=town.old, to=town.new)
    with town.new.here():
        assert (await rows_of(shop_id))["shop_product"] != []
        assert (await rows_of(shop_id))["shop_order"] == rows["shop_order"]
