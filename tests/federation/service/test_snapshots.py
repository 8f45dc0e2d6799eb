"""Snapshots between two nodes: made, loaded, broken off, gone on with, and what is refused of them."""

import hashlib
from collections.abc import Callable

import msgspec
import pytest

from federation import limits
from federation.conversations.repair_messages import Manifest
from federation.documents import json, notes
from federation.documents.keys import SigningKey
from federation.documents.notes import Note
from federation.errors import SnapshotPendingError
from federation.log import checkpoint
from federation.log.checkpoint import Checkpoint
from federation.node import clock, database
from federation.service import bootstrap, parties, pull, reading, remembering, replicas, snapshots, tending
from federation.service.bootstrap import LoadDue
from federation.store import logs, repairs
from federation.store import snapshots as store
from federation.vocabulary.errors import GalleriaError, NotFoundError
from tests.federation.goods import product
from tests.federation.nodes import Pair
from tests.federation.service.test_catalogue import append
from tests.federation.service.test_peers import may_refresh
from tests.federation.service.test_repair import damage, look, rows, tend
from tests.federation.several import open_epoch

COUNT = 60
CUT = snapshots.Cut(lines_max=10, hashes_max=25)


async def stock_shop(pair: Pair) -> None:
    """A shop with COUNT leaves over fewer keys, one of them deleted, and a snapshot of them."""
    await append(pair.shop, *(product(number) for number in range(COUNT - 6)))
    await append(pair.shop, *(product(number, title={"en": "Newer"}) for number in range(5)))
    from_catalogue = product(9)
    await append(pair.shop, type(from_catalogue)("del", from_catalogue.key))
    with pair.shop.here():
        assert await snapshots.make(pair.shop.party_id, pair.shop.party_id, clock.now(), cut=CUT)


async def state(pair: Pair) -> tuple[str, int]:
    """The copy's state and size."""
    with pair.hub.here():
        (view,) = await replicas.replica_states(pair.hub.party_id, clock.now())
    return view.state, view.size


async def test_a_big_shop_arrives_by_snapshot(strangers: Pair) -> None:
    """First contact with a big shop: chunks, not batches; then every hash is there, and each key's newest line."""
    pair = strangers
    pair.hub.fed.log_gap_max = 20
    await stock_shop(pair)
    await pair.link()
    assert await state(pair) == ("live", COUNT)
    assert not any("/log/1?" in passage for passage in map(str, pair.way.passages))
    ours, theirs = await rows(pair, "hub"), await rows(pair, "shop")
    assert [row[3] for row in ours] == [row[3] for row in theirs]
    kept = {row[0]: row for row in ours if row[2]}
    assert len(kept) == COUNT - 6
    assert all(kept[row[0]] == row for row in theirs if row[0] in kept)
    assert set(pair.hub.hub_desk.records) == {f"product/p{number}" for number in range(COUNT - 6) if number != 9}
    assert (await look(pair)).causes == []
    with pair.hub.here():
        note = await repairs.note(pair.hub.party_id, pair.shop.party_id)
        head = await logs.head(pair.hub.party_id, pair.shop.party_id)
    assert (note.last_cause, note.last_records, note.progress_total) == ("snapshot", COUNT - 6, 0)
    assert head is not None
    assert pair.hub.party_id.encode() in head.note
    with pair.hub.here():
        for start in (0, 3):
            with pytest.raises(NotFoundError, match="load a snapshot"):
                await reading.batch_from(head, start)
    await append(pair.shop, product(1_000))
    await pair.settle()
    assert await state(pair) == ("live", COUNT + 1)


async def test_a_snapshot_is_loaded_once_however_much_came_after_it(strangers: Pair) -> None:
    """The one that is offered may lie further back than a copy reads on: it is not loaded again, the log is read."""
    pair = strangers
    pair.hub.fed.log_gap_max = 20
    await stock_shop(pair)
    await append(pair.shop, *(product(number) for number in range(3_000, 3_030)))
    await pair.link()
    await pair.settle()
    assert await state(pair) == ("live", COUNT + 30)
    asked = [passage.url for passage in pair.way.passages if "/snapshot?" in passage.url]
    assert len(asked) <= 2


async def test_a_load_goes_on_where_it_broke_off(pair: Pair) -> None:
    """Chunk by chunk, each in a transaction of its own: whoever goes on takes the next one, and nothing twice."""
    pair.way.only, pair.way.lose_requests = f"{pair.hub.party_id}/log/", 1_000
    pair.hub.fed.log_gap_max = 20
    await stock_shop(pair)
    ends = (pair.hub.party_id, pair.shop.party_id)
    with pair.hub.here() as fed:
        await bootstrap.begin(fed, ends, clock.now())
        seen = []
        while await bootstrap.go_on(fed, ends, clock.now(), chunks_max=1):
            note = await repairs.note(*ends)
            seen.append((note.progress_done, note.progress_total))
            assert (await replicas.replica_states(ends[0], clock.now()))[0].state == "snapshotting"
    assert seen == [(number, 9) for number in range(1, 9)]
    assert (await state(pair))[1] == COUNT


async def test_pushes_wait_while_a_snapshot_is_loaded(pair: Pair) -> None:
    """A push that comes meanwhile waits, which is no failure; the shop sends it again and nothing is lost."""
    pair.hub.fed.log_gap_max = 20
    await stock_shop(pair)
    ends = (pair.hub.party_id, pair.shop.party_id)
    with pair.hub.here() as fed:
        await bootstrap.begin(fed, ends, clock.now())
    await append(pair.shop, product(2_000))
    await pair.shop.drain()
    with pair.shop.here():
        (told,) = await replicas.sync_states(pair.shop.party_id)
    assert (told.last_error, told.acked_size) == ("", 0)
    await pair.settle()
    await pair.shop.drain_later()
    await pair.settle()
    with pair.hub.here() as fed:
        await pull.pull_recorded(fed, ends, clock.now())
    assert await state(pair) == ("live", COUNT + 1)


async def test_a_look_meanwhile_leaves_the_load_alone(pair: Pair) -> None:
    """Whoever looks at the shop while its snapshot is being loaded does not begin with it anew."""
    pair.way.only, pair.way.lose_requests = f"{pair.hub.party_id}/log/", 1_000
    pair.hub.fed.log_gap_max = 20
    await stock_shop(pair)
    ends = (pair.hub.party_id, pair.shop.party_id)
    with pair.hub.here() as fed:
        await bootstrap.begin(fed, ends, clock.now())
        assert await bootstrap.go_on(fed, ends, clock.now(), chunks_max=1)
        await pull.pull_recorded(fed, ends, clock.now())
        await tending.tend(fed, ends, clock.now())
        load = await store.load(*ends)
    assert load is not None
    assert load.taken == 1
    assert (await state(pair))[0] == "snapshotting"


async def test_a_copy_that_is_forgotten_meanwhile_ends_the_load(pair: Pair) -> None:
    """Nothing of a load outlives its copy, and whoever goes on with it stops without a word and makes no new one."""
    await stock_shop(pair)
    ends = (pair.hub.party_id, pair.shop.party_id)
    with pair.hub.here() as fed:
        await bootstrap.begin(fed, ends, clock.now())
        assert await bootstrap.go_on(fed, ends, clock.now(), chunks_max=1)
        begun = await store.load(*ends)
        assert begun is not None
        async with database.atomic():
            await remembering.forget_copy(*ends)
        assert await store.load(*ends) is None
        assert await store.parts(begun) == []
        assert not await bootstrap.go_on(fed, ends, clock.now())
        assert await logs.head(*ends) is None


async def test_an_epoch_that_begins_meanwhile_ends_the_load(pair: Pair) -> None:
    """A snapshot of the epoch before never becomes the copy of the new one, which would look like two histories."""
    pair.way.only, pair.way.lose_requests = f"{pair.hub.party_id}/log/", 1_000
    pair.hub.fed.log_gap_max = 20
    await stock_shop(pair)
    ends = (pair.hub.party_id, pair.shop.party_id)
    with pair.hub.here() as fed:
        await bootstrap.begin(fed, ends, clock.now())
        assert await bootstrap.go_on(fed, ends, clock.now(), chunks_max=1)
    await open_epoch(pair.shop)
    pair.way.lose_requests = 0
    await may_refresh(pair.hub)
    await pair.shop.drain_later()
    with pair.hub.here() as fed:
        assert not await bootstrap.go_on(fed, ends, clock.now())
        pair.hub.fed.log_gap_max = COUNT
        await pull.pull(fed, ends, clock.now())
        head = await logs.head(*ends)
    assert await state(pair) == ("live", COUNT - 6)
    assert head is not None
    assert head.note.startswith(f"{ends[1]}/catalog/2\n".encode())


Alter = Callable[[Manifest], Manifest]


async def offer(pair: Pair, alter: Alter) -> None:
    """Let the shop sign another manifest than the one it made."""
    with pair.shop.here():
        shop = await parties.party(pair.shop.party_id)
        made = await store.made(shop.id, shop.id)
        assert made is not None
        told = json.decode(notes.parse(made.manifest, bytes_max=2**20).text.encode(), Manifest)
        text = json.encode(alter(told)).decode() + "\n"
        note = Note(text, (notes.sign(text, shop.id, SigningKey.from_seed(shop.sign_seed)),)).encode()
        await database.execute("UPDATE fed_snapshot SET manifest = $1", note)


async def load(pair: Pair) -> str:
    """Let the hub load the shop's snapshot; returns why it did not."""
    ends = (pair.hub.party_id, pair.shop.party_id)
    with pair.hub.here() as fed:
        try:
            await bootstrap.begin(fed, ends, clock.now())
            while await bootstrap.go_on(fed, ends, clock.now()):
                pass
        except GalleriaError as error:
            return error.detail
    return ""


def without(told: Manifest, **changes: object) -> Manifest:
    """The manifest with some of it changed."""
    return json.decode(json.encode(json.decode(json.encode(told), dict) | changes), Manifest)


async def test_more_than_a_reader_loads_is_left_to_the_log(pair: Pair) -> None:
    """A manifest of more leaves than may be held at once is refused before a hash is fetched, however small it is."""
    await stock_shop(pair)
    with pair.shop.here():
        shop = await parties.party(pair.shop.party_id)
    key = SigningKey.from_seed(shop.sign_seed)
    much = Checkpoint(checkpoint.origin_of(shop.id, 1), limits.SNAPSHOT_LEAVES_MAX + 1, bytes(32))
    await offer(pair, lambda told: without(told, checkpoint=checkpoint.sign(much, key).decode()))
    assert "more than a reader loads" in await load(pair)


async def test_what_does_not_add_up_is_not_begun(pair: Pair) -> None:
    """A manifest with a hole, a chunk too many, keys out of order or another checkpoint is refused before a chunk."""
    await stock_shop(pair)
    wrong: list[Alter] = [
        lambda told: without(told, hashes=told.hashes[1:]),
        lambda told: without(told, hashes=told.hashes[:-1]),
        lambda told: without(told, lines=told.lines[:-1]),
        lambda told: without(told, lines=told.lines[::-1]),
        lambda told: without(told, keys=told.keys + 1),
        lambda told: without(told, checkpoint=told.checkpoint.replace("\n60\n", "\n61\n")),
    ]
    with pair.shop.here():
        made = await database.fetch_value("SELECT manifest FROM fed_snapshot")
    for alter in wrong:
        await offer(pair, alter)
        assert await load(pair)
        with pair.shop.here():
            await database.execute("UPDATE fed_snapshot SET manifest = $1", made)
    assert await state(pair) == ("live", 0)


async def test_a_lying_shop_gets_nothing_listed_by_it(pair: Pair) -> None:
    """A snapshot that is whole and is not what was signed is given up, three times; then the log is read instead."""
    await stock_shop(pair)

    def swapped(told: Manifest) -> Manifest:
        first, second, *rest = told.hashes
        names = (
            msgspec.structs.replace(first, sha256=second.sha256),
            msgspec.structs.replace(second, sha256=first.sha256),
        )
        return without(told, hashes=(*names, *rest))

    await offer(pair, swapped)
    assert "signed root" in await load(pair)
    for _ in range(bootstrap.FAILURES_MAX - 1):
        assert (await state(pair))[0] == "snapshotting"
        with pair.hub.here() as fed:
            await tending.load_announced(fed, LoadDue(pair.hub.party_id, pair.shop.party_id), clock.now())
    assert await state(pair) == ("catching_up", 0)
    assert pair.hub.hub_desk.records == {}
    assert await rows(pair, "hub") == []
    with pair.hub.here() as fed:
        await pull.pull_recorded(fed, (pair.hub.party_id, pair.shop.party_id), clock.now())
    assert await state(pair) == ("live", COUNT)


async def test_a_wrong_chunk_is_refused(pair: Pair) -> None:
    """Other keys than the manifest says, other bytes, a chunk that is missing: nothing of it stays."""
    await stock_shop(pair)

    def older(told: Manifest) -> Manifest:
        first, second, *rest = told.lines
        return without(told, lines=(msgspec.structs.replace(first, sha256=second.sha256), second, *rest))

    await offer(pair, older)
    assert "keys that its manifest says" in await load(pair)
    await damage_shop(pair, "UPDATE fed_snapshot_chunk SET body = body || 'x'::bytea")
    assert "not the one its manifest names" in await load(pair)
    await damage_shop(pair, "DELETE FROM fed_snapshot_chunk")
    assert "chunk is missing" in await load(pair)
    assert await rows(pair, "hub") == []


async def test_a_snapshot_of_a_forged_line_is_refused(pair: Pair) -> None:
    """A line that was put in a chunk after signing does not have the hash in its place."""
    await stock_shop(pair)
    with pair.shop.here():
        await database.execute(
            "UPDATE fed_leaf SET line = convert_to(replace(convert_from(line, 'UTF8'), 'Dress 20', 'Cheat 20'), 'UTF8')"
        )
        await snapshots.make(pair.shop.party_id, pair.shop.party_id, clock.now(), cut=CUT)
    assert "not the one that the shop signed" in await load(pair)


async def test_great_damage_is_mended_by_a_snapshot(pair: Pair) -> None:
    """A hub that lost most of its rows takes a snapshot, at its own size, and is whole and live again."""
    await append(pair.shop, *(product(number) for number in range(320)))
    await pair.settle()
    await damage(pair, "DELETE FROM fed_leaf WHERE seq > 20")
    await damage(pair, "UPDATE fed_leaf SET hash = sha256(hash) WHERE seq = 3")
    pair.hub.hub_desk.records.clear()
    assert (await tend(pair))[0] == "repairing"
    await pair.settle()
    await tend(pair)
    await pair.settle()
    assert await state(pair) == ("live", 320)
    assert await rows(pair, "hub") == await rows(pair, "shop")
    assert len(pair.hub.hub_desk.records) == 320


async def test_a_hub_offers_snapshots_of_its_copies(pair: Pair) -> None:
    """Whoever follows a shop through a hub finds a manifest signed by the hub, of the countersigned copy."""
    await append(pair.shop, *(product(number) for number in range(30)))
    await pair.settle()
    with pair.hub.here(), pytest.raises(SnapshotPendingError):
        await snapshots.manifest(pair.hub.party_id, pair.shop.party_id, 1, clock.now())
    await pair.settle()
    with pair.hub.here():
        data = await snapshots.manifest(pair.hub.party_id, pair.shop.party_id, 30, clock.now())
        told = json.decode(notes.parse(data, bytes_max=2**20).text.encode(), Manifest)
        assert pair.hub.party_id in told.checkpoint
        assert (
            hashlib.sha256(
                await snapshots.chunk(pair.hub.party_id, pair.shop.party_id, told.lines[0].sha256)
            ).hexdigest()
            == told.lines[0].sha256
        )


async def damage_shop(pair: Pair, statement: str) -> None:
    """Do something to the shop's rows."""
    with pair.shop.here():
        await database.execute(statement)
