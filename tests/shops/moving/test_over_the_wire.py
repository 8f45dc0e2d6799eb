"""One command at the new node moves a boutique: it asks, fetches, takes in and lets everybody hear."""

import contextlib
from datetime import timedelta

import msgspec
import pytest

from federation.archive.wish import ExportAsked, ExportWish, claim_of, sign_wish
from federation.documents import json
from federation.documents.keys import SigningKey
from federation.documents.times import text_of
from federation.node import clock
from federation.node.database import atomic
from federation.node.door import DoorResponse
from federation.service import parties
from federation.vocabulary.errors import (
    ConflictError,
    GalleriaError,
    NotAllowedError,
    PeerRefusedError,
    PeerUnreachableError,
)
from shops.moving import store
from shops.moving.arrival import notes, steps
from shops.moving.arrival.steps import Moved, Wanted, Watch
from shops.moving.handover import store as handovers
from shops.moving.handover.service import Counter, make_ticket
from shops.moving.service import asking, taking_out
from tests.shops.house import opened
from tests.shops.moving.houses import NEW, OLD, Quarter

ADDRESS = f"http://{OLD}"


class KilledError(Exception):
    """The process ends here."""


class Guide:
    """Follows a move; while it waits, the workers of all nodes work. A `mortal` one dies once at every moment."""

    def __init__(self, town: Quarter, *, mortal: bool = False, dies_at: str = "") -> None:
        self.town = town
        self.steps: list[str] = []
        self.survived: set[str] = set()
        self.mortal = mortal
        self.dies_at = dies_at

    def watch(self) -> Watch:
        """How the move tells this guide."""
        return Watch(step=self._step, told=self._told, pause=self._pause)

    def _step(self, step: str) -> None:
        self.steps.append(step)
        self._moment(step)

    def _told(self, what: str, done: int, whole: int) -> None:
        self._moment(f"{what} {done}/{whole}")

    async def _pause(self, _seconds: float) -> None:
        await self.town.settle()

    def _moment(self, name: str) -> None:
        if name == self.dies_at or (self.mortal and name not in self.survived):
            self.survived.add(name)
            raise KilledError(name)


def wanted(town: Quarter, ticket: str = "") -> Wanted:
    """The town's boutique is to live at the new node."""
    return Wanted(party_id=town.shop.shop_id, old=ADDRESS, root_seed=town.shop.root_seed, ticket=ticket)


async def moved(town: Quarter, guide: Guide, order: Wanted | None = None) -> Moved:
    """The whole command at the new node."""
    with town.new.here():
        order = order or wanted(town)
        await steps.look(town.new.fed, town.new.settings, order, clock.now())
        return await steps.move(town.new.fed, town.new.settings, order, guide.watch())


async def ticket_of(town: Quarter) -> str:
    """A ticket that the owner has made in the portal of the old node."""
    with town.old.here():
        async with atomic():
            return await make_ticket(town.shop.shop_id, clock.now())


async def lives_at_the_new_node(town: Quarter) -> None:
    """Everything is there once, the old node sends everybody on, and the hub follows."""
    with town.new.here():
        counts = await store.counts(town.shop.shop_id)
        assert (counts.products, counts.orders) == (3, 1)
        assert (await parties.identity_of(town.shop.shop_id)).address == f"http://{NEW}"
    with town.old.here():
        assert (await taking_out.departure(town.shop.shop_id)).moved_to == f"http://{NEW}"


async def test_the_root_key_alone_moves_a_boutique(town: Quarter) -> None:
    """Nothing is carried by hand: it stops, is fetched, taken in, its hub has heard; no trace of the way is left."""
    guide = Guide(town)
    told = await moved(town, guide)
    assert guide.steps == list(steps.STEPS)
    assert (told.products, told.orders, told.hubs, told.hubs_waiting, told.old_node_heard) == (3, 1, 1, (), True)
    await lives_at_the_new_node(town)
    folder = notes.folder_of(town.new.settings)
    assert [path.suffix for path in folder.iterdir()] == [".lock"]


async def test_a_ticket_opens_once(town: Quarter) -> None:
    """The owner's ticket stands in for a signature; whoever finds it afterwards can begin nothing with it."""
    ticket = await ticket_of(town)
    await moved(town, Guide(town), wanted(town, ticket))
    await lives_at_the_new_node(town)
    requests = [one for one in town.way.passages if one.url.endswith("/export") and one.body]
    assert all(json.decode(one.body, ExportAsked).wish == "" for one in requests)


async def test_a_found_ticket_opens_nothing(town: Quarter) -> None:
    """A ticket that was changed for one secret is refused to every other, and so is a wrong one."""
    ticket = await ticket_of(town)
    with pytest.raises(KilledError):
        await moved(town, Guide(town, dies_at="fetch"), wanted(town, ticket))
    notes.forget(notes.folder_of(town.new.settings), town.shop.shop_id)
    for other in (ticket, "nonsense"):
        with pytest.raises(PeerRefusedError, match="opens nothing"):
            await moved(town, Guide(town), wanted(town, other))


@pytest.mark.parametrize("means", ["the root key", "a ticket"])
async def test_killed_anywhere_it_goes_on(town: Quarter, means: str) -> None:
    """A command that ends at any moment has lost nothing: the same again goes on, until the boutique lives here."""
    order = wanted(town, await ticket_of(town) if means == "a ticket" else "")
    guide, is_there = Guide(town, mortal=True), False
    while not is_there:
        with contextlib.suppress(KilledError):
            await moved(town, guide, order)
            is_there = True
    assert set(steps.STEPS) < guide.survived
    await lives_at_the_new_node(town)


async def test_a_broken_line_is_taken_up_where_it_broke(town: Quarter) -> None:
    """What was fetched is not fetched again; a part that does not come is asked for again."""
    guide = Guide(town, mortal=True)
    guide.survived |= set(steps.STEPS)
    for _ in range(9):
        with contextlib.suppress(KilledError):
            await moved(town, guide)
    parts = [one.url.rpartition("=")[2] for one in town.way.passages if "/export/" in one.url]
    assert len(parts) > 2
    assert len(parts) == len(set(parts))
    town.way.only, town.way.lose_requests = "/export/", 2
    town.way.lose_answers = 1
    await moved(town, Guide(town))
    await lives_at_the_new_node(town)


async def test_another_archive_than_promised_is_not_kept(town: Quarter) -> None:
    """Bytes that were changed on the way are found out before anything is read of them; the next run fetches anew."""

    def changed(answer: DoorResponse) -> DoorResponse:
        body = answer.body[:-1] + bytes([answer.body[-1] ^ 1])
        return msgspec.structs.replace(answer, body=body)

    town.way.only, town.way.tamper = "/export/", changed
    with pytest.raises(PeerUnreachableError, match="not the archive it promised"):
        await moved(town, Guide(town))
    assert not list(notes.folder_of(town.new.settings).glob("*.zip*"))
    town.way.tamper = None
    await moved(town, Guide(town))
    await lives_at_the_new_node(town)


def asked(town: Quarter, **changed: object) -> ExportAsked:
    """What the new node sends, with a wish of the root key that differs from a good one in what is `changed`."""
    claim, key = claim_of("secret"), changed.pop("key", SigningKey.from_seed(town.shop.root_seed))
    fields = {"party": town.shop.shop_id, "address": ADDRESS, "at": text_of(clock.now()), "claim": claim, "stop": True}
    wish = ExportWish(**(fields | changed))  # type: ignore[arg-type]
    return ExportAsked(claim=claim, to=f"http://{NEW}", stop=True, wish=sign_wish(wish, key))  # type: ignore[arg-type]


BAD_WISHES: dict[str, dict[str, object]] = {
    "for another node": {"address": "http://127.0.0.1:1"},
    "of another party": {"party": "s1" + "a" * 32},
    "for another secret": {"claim": claim_of("other")},
    "only to look": {"stop": False},
    "of an hour ago": {"at": text_of(clock.now() - timedelta(hours=1))},
    "from a clock ahead": {"at": text_of(clock.now() + timedelta(hours=1))},
    "by a stranger's key": {"key": SigningKey.from_seed(b"\7" * 32)},
}


async def test_nobody_else_stops_a_boutique(town: Quarter) -> None:
    """A wish that is not the boutique's own, for this node, of now and of these words changes nothing."""
    with town.old.here():
        for name, changed in BAD_WISHES.items():
            with pytest.raises(GalleriaError):
                await Counter(town.old.settings).ask(town.shop.shop_id, asked(town, **changed), clock.now())
            assert not (await taking_out.departure(town.shop.shop_id)).has_left, name
        await Counter(town.old.settings).ask(town.shop.shop_id, asked(town), clock.now())
        assert (await taking_out.departure(town.shop.shop_id)).has_left


async def test_who_looks_changes_nothing(town: Quarter) -> None:
    """Before anything stops, the new node learns what there is; what could not end well is refused by then."""
    with town.new.here():
        found = await steps.look(town.new.fed, town.new.settings, wanted(town), clock.now())
        assert (found.products, found.orders, found.lives_here, found.is_resumed) == (3, 1, False, False)
        other = msgspec.structs.replace(wanted(town), root_seed=b"\7" * 32)
        with pytest.raises(NotAllowedError, match="not the root key"):
            await steps.look(town.new.fed, town.new.settings, other, clock.now())
        await opened(town.new.settings, found.handle)
        with pytest.raises(ConflictError, match="is called"):
            await steps.look(town.new.fed, town.new.settings, wanted(town), clock.now())
    with town.old.here():
        assert not (await taking_out.departure(town.shop.shop_id)).has_left


async def test_who_stays_takes_it_back(town: Quarter) -> None:
    """Once the owner lets the boutique stay, nothing can be fetched any more, and it may be moved again later."""
    with pytest.raises(KilledError):
        await moved(town, Guide(town, dies_at="fetch"))
    note = notes.read(notes.folder_of(town.new.settings), town.shop.shop_id)
    assert note is not None
    with town.old.here():
        counter = Counter(town.old.settings)
        assert (await counter.state(town.shop.shop_id, note.secret)).state == "ready"
        await taking_out.stay(town.shop.shop_id, clock.now())
        with pytest.raises(NotAllowedError):
            await counter.state(town.shop.shop_id, note.secret)
        assert await handovers.handover(town.shop.shop_id) is None
    await moved(town, Guide(town))
    await lives_at_the_new_node(town)


async def test_an_archive_that_could_not_be_written_is_said(town: Quarter) -> None:
    """The old node's full disk is told to the new one; run again, it is made anew."""
    folder = asking.path_of(town.old.settings, town.shop.shop_id).parent
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_bytes(b"no folder")
    with pytest.raises(ConflictError, match="could not write"):
        await moved(town, Guide(town))
    folder.unlink()
    await moved(town, Guide(town))
    await lives_at_the_new_node(town)


async def test_it_may_be_run_once_more(town: Quarter) -> None:
    """After the end the same command finds the boutique here and changes nothing."""
    await moved(town, Guide(town))
    guide = Guide(town)
    again = await moved(town, guide)
    assert guide.steps == ["tell", "pictures", "hubs"]
    assert (again.products, again.published_again) == (3, 0)
