"""Two nodes never act for one boutique, whenever its owner changes her mind; and who says who has heard."""

import asyncio
import hashlib
from datetime import timedelta

import msgspec
import pytest

from federation.archive.wish import ExportAsked, claim_of
from federation.node import clock, database
from federation.node.database import atomic
from federation.node.door import DoorResponse
from federation.service import announcing, link_changes
from federation.vocabulary.errors import ConflictError, NotAllowedError
from federation.vocabulary.ids import new_id
from shops.errors import BeingTakenInError
from shops.moving import store
from shops.moving.arrival import notes
from shops.moving.handover import store as handovers
from shops.moving.handover.service import Counter, make_ticket
from shops.moving.service import asking, taking_out
from shops.moving.service.asking import ArchiveDue
from shops.moving.service.taking_in import Arrival, take_in
from tests.shops.moving.houses import NEW, Quarter
from tests.shops.moving.test_over_the_wire import Guide, KilledError, lives_at_the_new_node, moved, ticket_of
from tests.shops.moving.test_refusing import empty

SECRET = "secret"


async def test_an_old_node_that_sells_again_meanwhile_keeps_the_boutique(town: Quarter) -> None:
    """It stays there while the rows are being written here: nothing of it is kept here."""
    await town.leave()

    def sells_again(answer: DoorResponse) -> DoorResponse:
        return msgspec.structs.replace(answer, status=200)

    def told(what: str, _done: int, _whole: int) -> None:
        if what == "rows":
            town.way.only, town.way.tamper = "/profile", sells_again

    with town.new.here(), town.path.open("rb") as source, pytest.raises(ConflictError, match="still acts"):
        arrival = Arrival(root_seed=town.shop.root_seed, told=told)
        await take_in(town.new.fed, town.new.settings, source, arrival, clock.now())
    assert await empty(town)


async def test_who_has_everything_may_take_it_in_undisturbed(town: Quarter) -> None:
    """Once all of it was fetched the boutique cannot stay for a quarter of an hour, and is told so; then it can."""
    with pytest.raises(KilledError):
        await moved(town, Guide(town, dies_at="take-in"))
    with town.old.here():
        with pytest.raises(BeingTakenInError, match=f"{NEW} has fetched everything") as refused:
            await taking_out.stay(town.shop.shop_id, clock.now() + timedelta(minutes=14))
        assert (await taking_out.departure(town.shop.shop_id)).has_left
        await taking_out.stay(town.shop.shop_id, refused.value.until)
        assert not (await taking_out.departure(town.shop.shop_id)).has_left
    notes.forget(notes.folder_of(town.new.settings), town.shop.shop_id)
    await moved(town, Guide(town))
    await lives_at_the_new_node(town)


async def test_a_stop_that_is_refused_leaves_no_claim(town: Quarter) -> None:
    """While a file is being brought in nothing stops, and nobody has the right to a later archive."""
    asked = ExportAsked(claim=claim_of(SECRET), to=f"http://{NEW}", stop=True, ticket=await ticket_of(town))
    with town.old.here():
        await database.execute(
            "INSERT INTO shop_import (shop_id, import_id, file_name, content, state, next_line, lines_total, imported, "
            "unchanged, rejected, started_at) VALUES ($1, $2, 'stock.csv', ''::bytea, 'waiting', 1, 1, 0, 0, 0, now())",
            *(town.shop.shop_id, new_id()),
        )
        with pytest.raises(ConflictError, match="being brought in"):
            await Counter(town.old.settings).ask(town.shop.shop_id, asked, clock.now())
        known = await handovers.handover(town.shop.shop_id)
        assert known is not None
        assert (known.claim, known.redeemed_by) == ("", "")


async def test_a_claim_opens_only_what_was_stopped_for_it(town: Quarter) -> None:
    """A claim of before the stop opens nothing, and a new ticket takes it away."""
    shop_id, counter = town.shop.shop_id, Counter(town.old.settings)
    await ticket_of(town)
    with town.old.here():
        await handovers.set_claim(shop_id, claim_of(SECRET), f"http://{NEW}", clock.now(), by_ticket=True)
        with pytest.raises(NotAllowedError):
            await counter.state(shop_id, SECRET)
        await town.old.take_out(shop_id, town.path)
        with pytest.raises(NotAllowedError):
            await counter.state(shop_id, SECRET)
        await taking_out.stay(shop_id, clock.now())
        async with atomic():
            await make_ticket(shop_id, clock.now())
            await handovers.set_claim(shop_id, claim_of(SECRET), f"http://{NEW}", clock.now(), by_ticket=True)
            await make_ticket(shop_id, clock.now())
        known = await handovers.handover(shop_id)
        assert known is not None
        assert known.claim == ""


async def test_who_was_given_up_on_has_not_heard(town: Quarter) -> None:
    """A hub has heard of a move once its message is delivered: not while it waits, nor when it is a dead letter."""
    shop_id, topics = town.shop.shop_id, (announcing.TOPIC, link_changes.TOPIC)
    with town.old.here():
        assert await store.peers_to_tell(shop_id, topics) == []
        async with atomic():
            await announcing.announce_operations(shop_id, clock.now())
        assert await store.peers_to_tell(shop_id, topics) == [town.hub.party_id]
        await database.execute(
            "UPDATE node_outbox SET state = 'dead', finished_at = now() WHERE topic = $1 AND state = 'due'",
            announcing.TOPIC,
        )
        assert await store.peers_to_tell(shop_id, topics) == [town.hub.party_id]
        async with atomic():
            await announcing.announce_operations(shop_id, clock.now())
    await town.settle()
    with town.old.here():
        assert await store.peers_to_tell(shop_id, topics) == []


async def cut_off(town: Quarter, due: ArchiveDue, told: str, patience_seconds: float) -> store.AskedArchive | None:
    """What is said of an archive whose making is cut off at its first wait after `told` is there."""
    folder = asking.path_of(town.old.settings, due.shop_id).parent
    task = asyncio.create_task(asking.make(town.old.settings, due, clock.now(), patience_seconds))
    while not (folder / told).exists():
        assert not task.done()
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return await store.archive(due.shop_id)


async def test_an_archive_that_is_cut_off_is_not_made_for_ever(town: Quarter) -> None:
    """Cut off while it is written it has failed, in words; once the file has its name it is ready."""
    shop_id, now = town.shop.shop_id, clock.now()
    due = ArchiveDue(shop_id, now)
    with town.old.here():
        path = asking.path_of(town.old.settings, shop_id)
        await asking.ask(shop_id, now, leave=False)
        stopped = await cut_off(town, due, f"{shop_id}.progress", 3_600)
        assert stopped is not None
        assert stopped.state == "asked"
        failed = await cut_off(town, due, f"{shop_id}.progress", 0)
        assert failed is not None
        assert (failed.state, failed.reason) == ("failed", asking.TOO_LONG)
        await asking.ask(shop_id, now, leave=False)
        ready = await cut_off(town, due, f"{shop_id}.zip", 0)
        assert ready is not None
        assert (ready.state, ready.sha256) == ("ready", hashlib.sha256(path.read_bytes()).hexdigest())
