"""A hub looking for itself: missed pushes, shops that roll back, fork, or send what they did not sign."""

from collections.abc import Callable

import pytest

from federation.documents.keys import SigningKey
from federation.errors import ReplicaFrozenError
from federation.log import checkpoint
from federation.node import clock, database
from federation.node.door import DoorResponse
from federation.records import ReplicaView
from federation.service import pull, recovery, replicas
from federation.store import parties as party_store
from tests.federation.goods import product
from tests.federation.nodes import Pair
from tests.federation.service.test_catalogue import append
from tests.federation.service.test_reservations import hold, wish


async def look(pair: Pair) -> ReplicaView:
    """Let the hub pull once; returns how it then stands with the shop."""
    with pair.hub.here() as fed:
        await pull.pull_recorded(fed, (pair.hub.party_id, pair.shop.party_id), clock.now())
        (view,) = await replicas.replica_states(pair.hub.party_id, clock.now())
    return view


async def publish(pair: Pair, count: int) -> None:
    """Append some products and let them reach the hub."""
    await append(pair.shop, *(product(number) for number in range(count)))
    await pair.settle()


async def roll_back(pair: Pair, size: int) -> None:
    """Set the shop's log back to an earlier checkpoint, as a restored backup would."""
    with pair.shop.here():
        await database.execute("DELETE FROM fed_leaf WHERE seq >= $1", size)
        await database.execute("DELETE FROM fed_checkpoint WHERE size > $1", size)
        note = await database.fetch_value("SELECT note FROM fed_checkpoint WHERE size = $1", size)
        await database.execute("UPDATE fed_log SET size = $1, note = $2, peaks = ''", size, note)
        await database.execute("UPDATE fed_delivery SET acked_size = $1", size)


async def test_pull_finds_what_push_missed(pair: Pair) -> None:
    """With every push lost, one look brings the whole catalogue, in batches, and counts what push had missed."""
    pair.way.only, pair.way.lose_requests = f"{pair.hub.party_id}/log/", 1_000
    await publish(pair, 450)
    view = await look(pair)
    assert (view.size, view.shop_size, view.found_by_pull, view.state) == (450, 450, 450, "live")
    assert len(pair.hub.hub_desk.records) == 450


async def test_a_new_shop_is_fetched_whole_and_pushes_nothing(strangers: Pair) -> None:
    """Once linked, a hub fetches the catalogue in its own time, a few batches to a message; no line is sent unasked."""
    count = 200 * pull.BATCHES_PER_MESSAGE + 30
    await append(strangers.shop, *(product(number) for number in range(count)))
    await strangers.link()
    with strangers.hub.here():
        (view,) = await replicas.replica_states(strangers.hub.party_id, clock.now())
    assert (view.size, view.found_by_pull, view.state) == (count, count, "live")
    await strangers.shop.drain_later()
    with strangers.shop.here():
        (told,) = await replicas.sync_states(strangers.shop.party_id)
    assert told.acked_size == count


async def test_a_look_at_a_complete_copy_changes_nothing(pair: Pair) -> None:
    """After a push the pull finds nothing, and the replica stays live."""
    await publish(pair, 3)
    view = await look(pair)
    assert (view.size, view.found_by_pull, view.state, view.last_error) == (3, 0, "live", "")
    assert view.last_pull_at is not None


async def test_the_sweep_leaves_complete_copies_alone(pair: Pair) -> None:
    """A live replica is not asked again at once; one that lags is."""
    await publish(pair, 1)
    await look(pair)
    before = len(pair.way.passages)
    with pair.hub.here() as fed:
        await pull.pull_due(fed, clock.now())
        assert len(pair.way.passages) == before
        await pull.pull_due(fed, clock.now() + pull.LIVE_INTERVAL)
    assert len(pair.way.passages) == before + 1


async def test_a_shop_that_goes_back_takes_nothing_with_it(pair: Pair) -> None:
    """A shop restored from an old copy is reported; the hub's size never falls and its listings stay."""
    await append(pair.shop, product(1))
    await publish(pair, 0)
    await append(pair.shop, product(2))
    await pair.settle()
    await roll_back(pair, 0)
    view = await look(pair)
    assert (view.size, view.state) == (2, "live")
    assert "gone back" in view.last_error
    assert set(pair.hub.hub_desk.records) == {"product/p1", "product/p2"}


async def test_a_restored_shop_fetches_its_own_end_back(pair: Pair) -> None:
    """A shop restored from an old copy finds its published lines at the hub before it pushes anything new."""
    await append(pair.shop, product(1))
    await append(pair.shop, product(2))
    await pair.settle()
    await roll_back(pair, 0)
    with pair.shop.here() as fed:
        head = await recovery.recover_end(fed, (pair.shop.party_id, pair.hub.party_id), clock.now())
    assert head.size == 2
    await append(pair.shop, product(3))
    await pair.settle()
    view = await look(pair)
    assert (view.size, view.state, view.last_error) == (3, "live", "")


async def test_two_histories_freeze_the_shop(pair: Pair) -> None:
    """Two signed roots for one size are proof of a fork: nothing more is taken, held or ordered."""
    await append(pair.shop, product(1))
    await pair.settle()
    await roll_back(pair, 0)
    await append(pair.shop, product(9))
    view = await look(pair)
    assert (view.state, view.size) == ("frozen", 1)
    assert "two signed roots" in view.last_error
    with pytest.raises(ReplicaFrozenError):
        await hold(pair, wish())
    await pair.shop.drain_later()
    assert set(pair.hub.hub_desk.records) == {"product/p1"}


async def test_a_pushed_fork_freezes_too(pair: Pair) -> None:
    """The same proof arriving by push has the same end, and the shop is told why."""
    await append(pair.shop, product(1))
    await pair.settle()
    await roll_back(pair, 0)
    await append(pair.shop, product(9))
    await pair.shop.drain()
    with pair.hub.here():
        (view,) = await replicas.replica_states(pair.hub.party_id, clock.now())
    with pair.shop.here():
        (sync,) = await replicas.sync_states(pair.shop.party_id)
    assert view.state == "frozen"
    assert "two signed roots" in sync.last_error


async def test_a_longer_second_history_is_proven_by_the_shop_itself(pair: Pair) -> None:
    """Lines that do not continue what the hub holds are refused whole; asked how it grew, the shop proves its fork."""
    await append(pair.shop, product(1))
    await pair.settle()
    await roll_back(pair, 0)
    with pair.shop.here():
        await database.execute("UPDATE fed_delivery SET acked_size = 1")
    await append(pair.shop, product(8), product(9))
    view = await look(pair)
    assert (view.size, view.state) == (1, "frozen")
    assert "two histories" in view.last_error
    assert set(pair.hub.hub_desk.records) == {"product/p1"}


async def test_a_line_changed_after_signing_is_not_taken(pair: Pair) -> None:
    """A shop that serves another line than it signed is refused; the copy is untouched."""
    pair.way.only, pair.way.lose_requests = f"{pair.hub.party_id}/log/", 1_000
    await publish(pair, 2)
    with pair.shop.here():
        line = await database.fetch_value("SELECT line FROM fed_leaf WHERE seq = 1")
        await database.execute("UPDATE fed_leaf SET line = $1 WHERE seq = 1", line.replace(b"18900", b"18901"))
    view = await look(pair)
    assert view.size == 0
    assert "root" in view.last_error


async def test_a_root_the_shop_made_up_is_not_taken(pair: Pair) -> None:
    """A checkpoint signed over a root that no lines have is refused."""
    pair.way.only, pair.way.lose_requests = f"{pair.hub.party_id}/log/", 1_000
    await publish(pair, 2)
    with pair.shop.here():
        party = await party_store.party(pair.shop.party_id)
        assert party is not None
        told = checkpoint.Checkpoint(checkpoint.origin_of(pair.shop.party_id, 1), 2, b"\7" * 32)
        note = checkpoint.sign(told, SigningKey.from_seed(party.sign_seed))
        await database.execute("UPDATE fed_log SET note = $1", note)
        await database.execute("UPDATE fed_checkpoint SET note = $1 WHERE size = 2", note)
    view = await look(pair)
    assert view.size == 0
    assert pair.hub.hub_desk.records == {}


async def test_a_checkpoint_of_another_key_is_not_taken(pair: Pair) -> None:
    """A checkpoint signed with a key that the shop's operations do not name is refused."""
    pair.way.only, pair.way.lose_requests = f"{pair.hub.party_id}/log/", 1_000
    await publish(pair, 1)
    with pair.shop.here():
        note = await database.fetch_value("SELECT note FROM fed_log")
        told = checkpoint.parse(note).checkpoint
        await database.execute("UPDATE fed_log SET note = $1", checkpoint.sign(told, SigningKey.from_seed(b"x" * 32)))
    view = await look(pair)
    assert (view.size, view.shop_size) == (0, 0)
    assert "key" in view.last_error


def _without_signature(answer: DoorResponse) -> DoorResponse:
    return DoorResponse(answer.status, [pair for pair in answer.headers if "signature" not in pair[0]], answer.body)


def _other_body(answer: DoorResponse) -> DoorResponse:
    return DoorResponse(answer.status, answer.headers, answer.body + b"\n")


def _other_status(answer: DoorResponse) -> DoorResponse:
    return DoorResponse(201, answer.headers, answer.body)


@pytest.mark.parametrize("tamper", [_without_signature, _other_body, _other_status])
async def test_an_answer_that_does_not_verify_counts_for_nothing(
    pair: Pair, tamper: Callable[[DoorResponse], DoorResponse]
) -> None:
    """An answer unsigned, changed, or with another status leaves the outcome unknown and the copy untouched."""
    pair.way.only, pair.way.lose_requests = f"{pair.hub.party_id}/log/", 1_000
    await publish(pair, 1)
    pair.way.only, pair.way.lose_requests, pair.way.tamper = "", 0, tamper
    view = await look(pair)
    assert view.size == 0
    assert "without a signature we can trust" in view.last_error


async def test_an_answer_to_an_earlier_question_counts_for_nothing(pair: Pair) -> None:
    """A genuine answer of the shop, replayed to a new question, is refused: it is bound to the old one."""
    await publish(pair, 1)
    await look(pair)
    old = pair.way.answers[-1]
    pair.way.tamper = lambda _answer: old
    view = await look(pair)
    assert "without a signature we can trust" in view.last_error
