"""A boutique leaves a node with everything and goes on at another."""

import msgspec
import pytest

from federation.node import clock, database
from federation.node.database import atomic
from federation.service.catalogue import log_state
from federation.service.parties import identity_of
from federation.store import logs
from federation.store.carried import CARRIED as FEDERATION_ROWS
from federation.vocabulary.errors import ConflictError, NotAllowedError
from federation.vocabulary.ids import PartyId, new_id
from shops import store as boutiques
from shops.errors import DepartedError
from shops.inventory.service import levels
from shops.moving import store
from shops.moving.service import taking_out
from tests.shops.moving.houses import NEW, OLD, PASSWORD, Quarter


async def rows_of(shop_id: PartyId) -> dict[str, list[dict[str, object]]]:
    """Everything a node knows of a boutique, but for counters of the database and where its key file lay."""
    found = {}
    for carried in (*FEDERATION_ROWS, *store.CARRIED):
        sql = f"SELECT * FROM {carried.table} WHERE {carried.where} ORDER BY {carried.order}"  # noqa: S608 - our tables
        rows = await database.fetch(sql, shop_id)
        left = {"recovery_file", "departed"} | ({"id"} if carried.table not in {"fed_peer", "fed_link"} else set())
        found[carried.table] = [{name: value for name, value in row.items() if name not in left} for row in rows]
    return found


async def a_return(town: Quarter) -> None:
    """A return is under way at the old node, an event has come before its turn, and another has its receipt."""
    order_id = await database.fetch_value("SELECT order_id FROM shop_order")
    mine, now, return_id = (town.shop.shop_id, town.hub.party_id), clock.now(), new_id()
    await database.execute(
        "INSERT INTO shop_return (shop_id, hub_id, order_id, return_id, state, withdrawal, note, address, "
        "requested_at, changed_at) VALUES ($1, $2, $3, $4, 'authorised', true, 'Too small', $5, $6, $6)",
        *(*mine, order_id, return_id, b'{"town":"Palermo"}', now),
    )
    await database.execute(
        "INSERT INTO shop_return_line (shop_id, hub_id, return_id, line_id, quantity, reason) "
        "VALUES ($1, $2, $3, 'line', 1, 'size')",
        *(*mine, return_id),
    )
    for table, place in (("fed_event_early", 7), ("fed_event_out", 1)):
        moment = "received_at" if table == "fed_event_early" else "acked_at"
        await database.execute(
            f"INSERT INTO {table} (event_id, local_id, remote_id, order_id, sequence, body, {moment}) "  # noqa: S608 - ours
            "VALUES ($1, $2, $3, $4, $5, $6, $7)",
            *(new_id(), *mine, str(order_id), place, b"\xff event", now),
        )
    await database.execute("UPDATE fed_event_out SET receipt = 'signed by the hub'")


async def test_everything_arrives(town: Quarter) -> None:
    """Rows, log, people, holds and returns are at the new node what they were at the old one: same size, same root."""
    with town.old.here():
        await a_return(town)
    made = await town.old.take_out(town.shop.shop_id, town.path)
    with town.old.here():
        before, log_before = await rows_of(town.shop.shop_id), await log_state(town.shop.shop_id)
        people = await store.people(town.shop.shop_id)
    taken = await town.new.take_in(town.path.read_bytes(), town.shop.root_seed)
    for table in ("shop_return", "shop_return_line", "fed_event_early", "fed_event_out"):
        assert len(before[table]) == 1, table
    with town.new.here():
        assert await rows_of(town.shop.shop_id) == before
        log = await log_state(town.shop.shop_id)
        assert (log.epoch, log.size) == (log_before.epoch, log_before.size)
        assert log.note.split(b"\n")[:3] == log_before.note.split(b"\n")[:3]
        assert await store.people(town.shop.shop_id) == people
        assert (await identity_of(town.shop.shop_id)).address == f"http://{NEW}"
    assert (taken.products, taken.orders, taken.size) == (3, 1, made.manifest.logs[-1].size)
    assert (taken.hubs, taken.old_node_heard) == (1, True)


async def test_hubs_follow(town: Quarter) -> None:
    """The hub hears of the move, keeps what it has countersigned, and takes what is published from there."""
    await town.move()
    await town.settle()
    with town.hub.here():
        before = await logs.head(town.hub.party_id, town.shop.shop_id)
    with town.new.here():
        async with atomic():
            await levels.set_levels(town.shop.shop_id, {("dress2-42", "main"): 9}, "correction", new_id(), clock.now())
    await town.settle()
    assert before is not None
    with town.new.here():
        own = await log_state(town.shop.shop_id)
    assert (before.size, before.note.split(b"\n")[2]) == (own.size, own.note.split(b"\n")[2])
    assert town.hub.hub_desk.stock["dress2-42"] == 9
    assert any(NEW in passage.url for passage in town.way.passages)


async def test_the_old_node_acts_no_more(town: Quarter) -> None:
    """Nothing of a boutique that left changes at the old node, and whoever asks there is told where it lives."""
    await town.move()
    with town.old.here(), pytest.raises(DepartedError):
        async with atomic():
            await boutiques.lock(town.shop.shop_id)
    profile = f"http://{OLD}/fed/v1/{town.shop.shop_id}/profile"
    answer = await town.way.request("GET", profile, headers={}, body=b"", max_bytes=65_536)
    assert answer.status == 410
    assert msgspec.json.decode(answer.body)["expected"] == f"http://{NEW}"


async def test_it_may_stay_after_all(town: Quarter) -> None:
    """As long as it lives nowhere else, a boutique that was leaving goes on where it was."""
    await town.leave()
    with town.old.here():
        await taking_out.stay(town.shop.shop_id, clock.now())
        async with atomic():
            await boutiques.lock(town.shop.shop_id)
    await town.move()
    with town.old.here(), pytest.raises(ConflictError, match="two nodes"):
        await taking_out.stay(town.shop.shop_id, clock.now())


async def test_stock_goes_on_counting(town: Quarter) -> None:
    """The first change at the new node bears a vseq above every one told before."""
    made = await town.old.take_out(town.shop.shop_id, town.path)
    await town.new.take_in(town.path.read_bytes(), town.shop.root_seed)
    with town.new.here():
        async with atomic():
            await levels.set_levels(town.shop.shop_id, {("dress2-42", "main"): 9}, "correction", new_id(), clock.now())
        assert await boutiques.vseq(town.shop.shop_id) > made.manifest.vseq > 0


async def test_an_archive_is_taken_in_once(town: Quarter) -> None:
    """The second time is refused in words, and changes nothing."""
    await town.move()
    with pytest.raises(ConflictError, match="lives here already"):
        await town.new.take_in(town.path.read_bytes(), town.shop.root_seed)


async def test_a_boutique_lives_in_one_place(town: Quarter) -> None:
    """While it acts at its old node, or nobody can tell, or the archive is older than its end there, it is refused."""
    await town.old.take_out(town.shop.shop_id, town.path, leave=False)
    early = town.path.read_bytes()
    with pytest.raises(ConflictError, match="still acts"):
        await town.new.take_in(early, town.shop.root_seed, is_old_node_gone=True)
    await town.leave()
    with pytest.raises(ConflictError, match="make a last one"):
        await town.new.take_in(early, town.shop.root_seed, is_old_node_gone=True)
    gone = town.way.apps.pop(OLD)
    with pytest.raises(ConflictError, match="does not answer"):
        await town.new.take_in(early, town.shop.root_seed)
    taken = await town.new.take_in(early, town.shop.root_seed, is_old_node_gone=True)
    assert not taken.old_node_heard
    town.way.apps[OLD] = gone


async def test_nobody_takes_a_boutique_without_its_key(town: Quarter) -> None:
    """Without the root key, or with another one, an archive is taken in nowhere else."""
    await town.old.take_out(town.shop.shop_id, town.path, password=PASSWORD)
    data = town.path.read_bytes()
    for root_seed, password in ((b"", ""), (b"\1" * 32, ""), (b"", PASSWORD)):
        with pytest.raises(NotAllowedError):
            await town.new.take_in(data, root_seed, password)
