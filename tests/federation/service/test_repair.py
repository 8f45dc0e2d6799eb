"""A hub's copy looked over and mended: rows lost, altered, strayed; what is served; budgets; what it costs."""

from datetime import timedelta

import pytest

from federation import limits
from federation.batches import Batch
from federation.errors import PeerMismatchError
from federation.log.errors import ForkDetectedError
from federation.log.leaves import build_leaf, parse_leaf
from federation.node import clock, database
from federation.recon.state import RepairNote
from federation.service import forking, intake, parties, pull, repair, replicas, tending
from federation.service.repair import Outcome
from federation.store import logs, repairs
from federation.vocabulary.errors import PeerRefusedError, PeerUnreachableError
from tests.federation.goods import product
from tests.federation.nodes import Pair
from tests.federation.service.test_catalogue import append

SPOILT = (
    "DELETE FROM fed_leaf WHERE seq IN (3, 17, 39)",
    "UPDATE fed_leaf SET line = overlay(line PLACING 'X'::bytea FROM 90) WHERE seq IN (3, 39)",
    (
        "UPDATE fed_leaf SET line = l, hash = sha256('\\x00'::bytea || l) FROM (SELECT id AS i,"
        " overlay(line PLACING 'X'::bytea FROM 90) AS l FROM fed_leaf WHERE seq = 5) x WHERE id = i"
    ),
    "UPDATE fed_leaf SET hash = sha256(hash) WHERE seq = 7",
    "UPDATE fed_leaf SET key = 'product/other' WHERE seq = 7",
    "UPDATE fed_leaf SET line = '' WHERE seq = 7",
    "UPDATE fed_log SET peaks = sha256(peaks) || substring(peaks FROM 33) WHERE size > 0",
    "DELETE FROM fed_node",
    (
        "INSERT INTO fed_leaf (holder_id, party_id, epoch, seq, key, operation, line, hash)"
        " SELECT holder_id, party_id, epoch, seq + 100, key, operation, line, hash FROM fed_leaf WHERE seq = 2"
    ),
)
"""What somebody may do to a hub's rows."""


async def publish(pair: Pair, count: int, first: int = 0) -> None:
    """Append some products and let them reach the hub."""
    await append(pair.shop, *(product(number) for number in range(first, first + count)))
    await pair.settle()


async def damage(pair: Pair, statement: str, *values: object) -> None:
    """Do something to the hub's rows that nobody should."""
    with pair.hub.here():
        await database.execute(statement, *values)


async def look(pair: Pair) -> Outcome:
    """Let the hub look its copy over, once."""
    with pair.hub.here() as fed:
        return await repair.look_over(fed, (pair.hub.party_id, pair.shop.party_id), clock.now())


async def tend(pair: Pair, later: timedelta = timedelta()) -> tuple[str, RepairNote]:
    """Let the hub tend its copy; returns its state and what is remembered."""
    ends = (pair.hub.party_id, pair.shop.party_id)
    with pair.hub.here() as fed:
        await tending.tend(fed, ends, clock.now() + later)
        (view,) = await replicas.replica_states(pair.hub.party_id, clock.now())
        return view.state, await repairs.note(*ends)


async def rows(pair: Pair, side: str) -> list[tuple[int, str, bytes, bytes]]:
    """The rows of a log on one side."""
    with (pair.hub if side == "hub" else pair.shop).here():
        found = await database.fetch("SELECT seq, key, line, hash FROM fed_leaf ORDER BY seq")
    return [(row["seq"], row["key"], row["line"], row["hash"]) for row in found]


async def test_a_whole_copy_costs_one_round(pair: Pair) -> None:
    """Nothing differs: one question, one answer, nothing written, and the copy stays live."""
    await publish(pair, 40)
    outcome = await look(pair)
    assert (outcome.causes, outcome.rounds, outcome.records) == ([], 1, 0)
    assert outcome.bytes_moved < 400


async def test_rows_that_somebody_spoilt_are_mended(pair: Pair) -> None:
    """Whatever was lost, altered, hidden or added in the hub's rows, afterwards they are the shop's again."""
    await publish(pair, 40)
    for number, statement in enumerate(SPOILT, start=1):
        await damage(pair, statement)
        state, note = await tend(pair)
        assert (state, note.repairs) == ("live", number), statement
        assert await rows(pair, "hub") == await rows(pair, "shop"), statement
    assert (await look(pair)).causes == []
    await publish(pair, 3, first=40)
    assert len(await rows(pair, "hub")) == 43


async def test_damage_on_our_own_disk_is_no_fork(pair: Pair) -> None:
    """Spoilt hashes, nodes and peaks do not make two histories of one: the shop is believed, the copy mended."""
    await publish(pair, 40)
    for statement in ("UPDATE fed_leaf SET hash = sha256(hash)", "UPDATE fed_node SET hash = sha256(hash)"):
        await damage(pair, statement)
    with pair.hub.here() as fed:
        await pull.pull_recorded(fed, (pair.hub.party_id, pair.shop.party_id), clock.now())
        (view,) = await replicas.replica_states(pair.hub.party_id, clock.now())
    assert (view.state, view.last_error) == ("live", "")
    assert (await tend(pair))[0] == "live"
    assert await rows(pair, "hub") == await rows(pair, "shop")


async def test_superseded_leaves_are_mended_too(pair: Pair) -> None:
    """History counts: an older version of a key, altered with its hash, is found by comparing all leaves."""
    await publish(pair, 10)
    await append(pair.shop, product(4, title={"en": "Another"}))
    await pair.settle()
    await damage(
        pair,
        "UPDATE fed_leaf SET line = l, hash = sha256('\\x00'::bytea || l) FROM (SELECT id AS i,"
        " overlay(line PLACING 'X'::bytea FROM 90) AS l FROM fed_leaf WHERE seq = 4) x WHERE id = i",
    )
    assert (await look(pair)).causes == ["rows"]
    assert await rows(pair, "hub") == await rows(pair, "shop")


async def test_what_is_served_is_the_fold_of_the_log(pair: Pair) -> None:
    """Listings lost, altered or left over are projected again from the log (I1)."""
    await publish(pair, 20)
    desk = pair.hub.hub_desk
    before = dict(desk.records)
    del desk.records["product/p3"]
    desk.records["product/p4"] = desk.records["product/p5"]
    desk.records["product/ghost"] = desk.records["product/p6"]
    outcome = await look(pair)
    assert outcome.causes == ["served"]
    assert outcome.records == 3
    assert desk.records == before


async def test_quarantined_records_are_not_projected_again(pair: Pair) -> None:
    """What the desk refused stays refused: the good version before it is the one to be shown."""
    await publish(pair, 3)
    pair.hub.hub_desk.refuses.add("product/p1")
    await append(pair.shop, product(1, title={"en": "Refused"}))
    await pair.settle()
    assert (await look(pair)).causes == []


async def test_cost_follows_the_difference(pair: Pair) -> None:
    """Mending two rows of four hundred moves little more than the two rows."""
    await publish(pair, 400)
    whole = sum(len(line) for _, _, line, _ in await rows(pair, "shop"))
    await damage(pair, "DELETE FROM fed_leaf WHERE seq IN (100, 300)")
    outcome = await look(pair)
    assert outcome.records == 2
    assert outcome.bytes_moved < whole / 20


async def test_a_shop_that_hands_out_what_it_did_not_sign_is_not_believed(pair: Pair) -> None:
    """Leaves that the signed root does not cover are refused; the copy waits under repair and serves the rest."""
    await publish(pair, 30)
    await damage(pair, "DELETE FROM fed_leaf WHERE seq = 8")
    with pair.shop.here():
        await database.execute(
            "UPDATE fed_leaf SET line = l, hash = sha256('\\x00'::bytea || l) FROM (SELECT id AS i,"
            " overlay(line PLACING 'X'::bytea FROM 90) AS l FROM fed_leaf WHERE seq = 8) x WHERE id = i"
        )
    state, note = await tend(pair)
    assert state == "repairing"
    assert note.window_sessions == 1
    assert [seq for seq, *_ in await rows(pair, "hub")] == [place for place in range(30) if place != 8]


async def test_a_spent_budget_rests_and_comes_back(pair: Pair) -> None:
    """Repairs beyond the budget wait for the next window; the copy is throttled meanwhile, then mended."""
    await publish(pair, 30)
    await damage(pair, "DELETE FROM fed_leaf WHERE seq = 8")
    ends = (pair.hub.party_id, pair.shop.party_id)
    with pair.hub.here():
        await database.execute("UPDATE fed_replica SET state = 'repairing'")
        spent = RepairNote(
            hub_id=ends[0], shop_id=ends[1], window_at=clock.now(), window_sessions=limits.REPAIR_SESSIONS_MAX
        )
        await repairs.save_note(spent)
    assert (await tend(pair))[0] == "throttled"
    assert (await tend(pair))[0] == "throttled"
    state, note = await tend(pair, timedelta(seconds=limits.REPAIR_WINDOW_SECONDS))
    assert (state, note.window_sessions, note.last_cause) == ("live", 1, "rows")


async def test_the_sweep_looks_when_a_copy_is_due(pair: Pair) -> None:
    """A copy is looked over once it is live, then ten minutes later give or take two, and at once after a push miss."""
    await publish(pair, 3)
    with pair.hub.here() as fed:
        now = clock.now()
        assert await tending.tend_due(fed, now) == 1
        assert await tending.tend_due(fed, now) == 0
        assert await tending.tend_due(fed, now + timedelta(seconds=721)) == 1
        await repairs.hasten(pair.hub.party_id, pair.shop.party_id, now)
        assert await tending.tend_due(fed, now) == 1


def test_a_shop_that_compares_nothing_is_left_alone_for_a_day() -> None:
    """Reconciliation is a shop's choice; every other failure is tried again within minutes."""
    unable = PeerRefusedError("no such place", peer_slug="not-found", peer_status=404, peer_retry="never")
    assert tending.rest_after(unable) == timedelta(days=1)
    assert tending.rest_after(PeerUnreachableError("silence")) == timedelta(minutes=1)


async def test_rows_damaged_here_are_no_fork(pair: Pair) -> None:
    """A shop is not frozen for our own broken rows: what would prove nothing is not kept, and the copy is mended."""
    await publish(pair, 3)
    await publish(pair, 3, first=3)
    ends = (pair.hub.party_id, pair.shop.party_id)
    with pair.shop.here():
        own = await logs.head(pair.shop.party_id, pair.shop.party_id)
        assert own is not None
        older = await logs.checkpoint_at(own, 3)
        assert older is not None
    await damage(pair, "UPDATE fed_leaf SET hash = sha256(hash) WHERE seq = 1")
    await damage(pair, "DELETE FROM fed_node")
    await damage(pair, "DELETE FROM fed_checkpoint WHERE size < 6")
    with pair.hub.here():
        hub = await parties.party(ends[0])
        with pytest.raises(ForkDetectedError):
            await intake.take_batch(pair.hub.hub_desk, (hub, ends[1]), Batch(older, ()), 6, clock.now())
        (view,) = await replicas.replica_states(ends[0], clock.now())
        assert (view.state, await forking.standing(*ends, 1)) == ("repairing", None)
    assert (await tend(pair))[0] == "live"


def test_a_peer_that_answers_past_the_question_is_asked_no_more() -> None:
    """Proven leaves that nobody asked for bring a repair no nearer to its end."""
    leaf = parse_leaf(build_leaf(5, "put", "product/p", None, record_type="fed.product/1", body=b"{}"))
    assert repair.still_wanted([5, 7], [], [leaf]) == ([7], [])
    assert repair.still_wanted([], [bytes.fromhex(leaf.hash)], [leaf]) == ([], [])
    with pytest.raises(PeerMismatchError):
        repair.still_wanted([7], [bytes(32)], [leaf])
