"""Moving a boutique to this node from beginning to end; each step can be taken again, so any run goes on anywhere.

The order is the point: everything that can be refused is looked at before the boutique stops at its old node; the
secret is written down before it is asked for; the archive is whole before it is judged; all of it is taken in within
one transaction; and only then do the old node and the hubs hear of it, as often as it takes.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from federation.archive.wish import ExportAsked, ExportState, ExportWish, claim_of, sign_wish
from federation.documents.keys import SigningKey
from federation.documents.profile import OUTBOX_ADDRESS
from federation.documents.times import text_of
from federation.node import clock
from federation.service import announcing, link_changes, parties
from federation.service.context import Federation
from federation.store import links as link_store
from federation.store import parties as party_store
from federation.vocabulary.errors import ConflictError, NotAllowedError
from federation.vocabulary.ids import PartyId, new_token
from shops import store as boutiques
from shops.moving import store
from shops.moving.arrival import fetching, notes
from shops.moving.arrival.fetching import Fetch, Pause
from shops.moving.arrival.notes import MoveNote
from shops.moving.arrival.old_node import OldNode
from shops.moving.service import old_home, rebasing, taking_in
from shops.moving.service.rebasing import RebaseDue
from shops.moving.service.taking_in import Arrival
from shops.moving.service.taking_out import Told, nobody
from shops.settings import ShopNodeSettings

Step = Literal["stop", "fetch", "take-in", "tell", "pictures", "hubs"]
STEPS: tuple[Step, ...] = ("stop", "fetch", "take-in", "tell", "pictures", "hubs")
POLL_SECONDS = 0.5
HUBS_WAIT_SECONDS = 60.0
TOPICS = (announcing.TOPIC, link_changes.TOPIC)
"""What a hub must have heard to follow a boutique."""


def _no_step(_step: Step) -> None:
    """Tells nobody."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The boutique, the node it lives at (scheme and authority), its root key; a ticket, unless the root key asks."""

    party_id: PartyId
    old: str
    root_seed: bytes
    ticket: str = ""

    def __repr__(self) -> str:
        return f"Wanted({self.party_id}, {self.old})"


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told of steps as they begin and of how far each is, and how to wait."""

    step: Callable[[Step], None] = _no_step
    told: Told = nobody
    pause: Pause = asyncio.sleep


class Prospect(msgspec.Struct, frozen=True, kw_only=True):
    """What a move would bring; `lives_here` once it is taken in, `is_resumed` when a run before began it."""

    name: str
    handle: str
    lives_here: bool
    is_resumed: bool
    products: int = 0
    orders: int = 0
    media_bytes: int = 0


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A boutique that lives here now. `hubs_waiting` names the hubs that have not heard of it yet."""

    shop_id: PartyId
    handle: str
    address: str
    products: int
    orders: int
    pictures: int
    published_again: int
    hubs: int
    hubs_waiting: tuple[str, ...]
    old_node_heard: bool
    seconds: float


async def look(fed: Federation, settings: ShopNodeSettings, wanted: Wanted, now: datetime) -> Prospect:
    """See what a move would bring and refuse what could not end well, before anything stops anywhere.

    Raises NotAllowedError for another root key, ConflictError, PeerError, OSError for a disk without room.
    """
    folder = notes.folder_of(settings)
    note = notes.read(folder, wanted.party_id)
    if await _lives_here(wanted.party_id):
        boutique = await boutiques.boutique(wanted.party_id)
        name = boutique.profile.name
        return Prospect(name=name, handle=boutique.handle, lives_here=True, is_resumed=note is not None)
    if wanted.old == settings.public_url:
        raise ConflictError(f"{wanted.old} is this node itself: name the one that the boutique lives at")
    node = OldNode(fed, wanted.old, wanted.party_id)
    state = await node.identity(int(now.timestamp()))
    if state.address not in {wanted.old, OUTBOX_ADDRESS}:
        raise ConflictError(f"{wanted.party_id} lives at {state.address} by its own word: name that address")
    if SigningKey.from_seed(wanted.root_seed).public not in state.root_keys:
        raise NotAllowedError(f"this is not the root key of {wanted.party_id}: look for its recovery file")
    secret = note.secret if note is not None and note.old == wanted.old else new_token()
    told = await node.ask(_asked(settings, wanted, secret, now, stop=False))
    named = await store.boutique_named(told.handle)
    if named not in {None, wanted.party_id}:
        raise ConflictError(f"another boutique of this node is called {told.handle}: move this one to another node")
    fetching.require_room(folder, 2 * told.media_bytes)
    return Prospect(
        name=told.name,
        handle=told.handle,
        lives_here=False,
        is_resumed=note is not None and note.old == wanted.old,
        products=told.products,
        orders=told.orders,
        media_bytes=told.media_bytes,
    )


async def move(fed: Federation, settings: ShopNodeSettings, wanted: Wanted, watch: Watch) -> Moved:
    """Let a boutique live here, going on wherever a run before has stopped. Call outside a transaction.

    Raises what `look`, `fetch` and `take_in` raise; whatever it was, the same again goes on.
    """
    folder = notes.folder_of(settings)
    with notes.held(folder, wanted.party_id):
        note = notes.read(folder, wanted.party_id)
        if note is None or note.old != wanted.old:
            began_at = clock.now().timestamp()
            note = MoveNote(party=wanted.party_id, old=wanted.old, secret=new_token(), began_at=began_at)
            notes.write(folder, note)
        if not await _lives_here(wanted.party_id):
            archive = await _fetched(fed, settings, wanted, note, watch)
            watch.step("take-in")
            await _take_in(fed, settings, archive, wanted, watch)
        moved = await _announced(fed, note, watch)
        notes.forget(folder, wanted.party_id)
    return moved


async def _lives_here(party_id: PartyId) -> bool:
    party = await party_store.party(party_id)
    return party is not None and party.left_at is None


def _asked(settings: ShopNodeSettings, wanted: Wanted, secret: str, now: datetime, *, stop: bool) -> ExportAsked:
    claim = claim_of(secret)
    if wanted.ticket:
        return ExportAsked(claim=claim, to=settings.public_url, stop=stop, ticket=wanted.ticket)
    wish = ExportWish(party=wanted.party_id, address=wanted.old, at=text_of(now), claim=claim, stop=stop)
    signed = sign_wish(wish, SigningKey.from_seed(wanted.root_seed))
    return ExportAsked(claim=claim, to=settings.public_url, stop=stop, wish=signed)


async def _fetched(fed: Federation, settings: ShopNodeSettings, wanted: Wanted, note: MoveNote, watch: Watch) -> Path:
    """The boutique's last archive, once it has stopped and all of it is here."""
    node = OldNode(fed, wanted.old, wanted.party_id)
    watch.step("stop")
    state = await node.ask(_asked(settings, wanted, note.secret, clock.now(), stop=True))
    while state.state == "making":
        watch.told("archive", state.done, state.whole)
        await watch.pause(POLL_SECONDS)
        state = await node.state(note.secret)
    if state.state != "ready":
        raise ConflictError(_not_ready(node, state))
    watch.step("fetch")
    folder = notes.folder_of(settings)
    order = Fetch(node=node, secret=note.secret, state=state, folder=folder, told=watch.told, pause=watch.pause)
    return await fetching.fetch(order)


def _not_ready(node: OldNode, state: ExportState) -> str:
    if state.state == "here":
        return f"{state.name} goes on at {node.host}: somebody there let it stay. Nothing was taken in here"
    return f"{node.host} could not write the archive ({state.reason}): its operator sees to that, then run this again"


async def _take_in(fed: Federation, settings: ShopNodeSettings, archive: Path, wanted: Wanted, watch: Watch) -> None:
    with archive.open("rb") as source:
        arrival = Arrival(root_seed=wanted.root_seed, told=watch.told)
        await taking_in.take_in(fed, settings, source, arrival, clock.now())


async def _announced(fed: Federation, note: MoveNote, watch: Watch) -> Moved:
    """What follows once the boutique lives here: its old node, its pictures and its hubs."""
    shop_id = note.party
    watch.step("tell")
    operations = [text.encode() for text in (await parties.own_operations(shop_id)).operations]
    address = (await parties.identity_of(shop_id)).address
    heard = address == note.old or await _told_old(fed, note, operations, watch)
    watch.step("pictures")
    stays = address in {note.old, OUTBOX_ADDRESS}
    again = 0 if stays else await rebasing.rebase(RebaseDue(shop_id, note.old, address), clock.now())
    watch.step("hubs")
    waiting = await _hubs_waiting(shop_id, watch)
    counts, boutique = await store.counts(shop_id), await boutiques.boutique(shop_id)
    return Moved(
        shop_id=shop_id,
        handle=boutique.handle,
        address=address,
        products=counts.products,
        orders=counts.orders,
        pictures=len(await store.pictures(shop_id)),
        published_again=again,
        hubs=len(await link_store.accepted_remotes(shop_id)),
        hubs_waiting=tuple(waiting),
        old_node_heard=heard,
        seconds=clock.now().timestamp() - note.began_at,
    )


async def _told_old(fed: Federation, note: MoveNote, operations: list[bytes], watch: Watch) -> bool:
    """Whether the old node has heard where the boutique lives, after a few attempts."""
    for pause_seconds in fetching.PAUSES_SECONDS[:3]:
        if await old_home.tell(fed, note.old, note.party, operations):
            return True
        await watch.pause(pause_seconds)
    return await old_home.tell(fed, note.old, note.party, operations)


async def _hubs_waiting(shop_id: PartyId, watch: Watch) -> list[str]:
    """Hubs that have not heard after a while; the node's worker goes on telling them."""
    hubs, waited = len(await link_store.accepted_remotes(shop_id)), 0.0
    waiting = await store.peers_to_tell(shop_id, TOPICS)
    while waiting and waited < HUBS_WAIT_SECONDS:
        watch.told("hubs", max(hubs - len(waiting), 0), hubs)
        await watch.pause(POLL_SECONDS)
        waited += POLL_SECONDS
        waiting = await store.peers_to_tell(shop_id, TOPICS)
    return waiting
