"""A hub looking for itself: each shop's checkpoint by and by, and whatever its pushes did not bring.

Push is a hint, pull by size is the truth. Invariants: what is pulled passes the same intake as what is pushed; a
shop that has gone back behind our copy is left alone and reported, one that has forked is frozen.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from federation import batches
from federation.errors import PeerMismatchError, SnapshotPendingError
from federation.log import checkpoint
from federation.log.checkpoint import Checkpoint
from federation.log.errors import ForkDetectedError, RootMismatchError
from federation.node import outbox
from federation.node.database import atomic, detached
from federation.ports import HubDesk
from federation.recon.state import way_for
from federation.records import HostedParty, LogHead
from federation.service import bootstrap, epochs, forking, intake, parties, peers, remembering
from federation.service.calls import PeerCall, call
from federation.service.context import Federation
from federation.service.replica_moves import state_of
from federation.store import links, repairs, replicas
from federation.vocabulary.errors import GalleriaError, NotFoundError, PeerRefusedError
from federation.vocabulary.ids import PartyId, new_id

_log = structlog.get_logger(__name__)

TOPIC = "fed.pull"
QUEUE = "sync"
BATCHES_PER_RUN = 50
BATCHES_PER_MESSAGE = 5
"""After so many batches of one shop the others have their turn; the rest is fetched by a further message."""

CONCURRENT_PEERS_MAX = 8
LIVE_INTERVAL = timedelta(seconds=30)
"""How long a shop whose copy is complete is left alone; others are looked at in every sweep."""

Pair = tuple[PartyId, PartyId]


class PullDue(msgspec.Struct, frozen=True):
    """The outbox's note that a hub has a shop's catalogue to fetch."""

    hub_id: PartyId
    shop_id: PartyId


async def announce(hub_id: PartyId, shop_id: PartyId, now: datetime) -> None:
    """Have a shop's catalogue fetched after the caller's transaction, behind the words on its way to that shop."""
    due = PullDue(hub_id, shop_id)
    await outbox.enqueue(TOPIC, f"{hub_id}:{shop_id}", due, key=f"{TOPIC}:{new_id()}", queue=QUEUE, now=now)


async def pull_announced(fed: Federation, due: PullDue, now: datetime) -> None:
    """Fetch some of what is due; the rest follows. A failure is written down and left to the sweep."""
    found = await pull_recorded(fed, (due.hub_id, due.shop_id), now, batches_max=BATCHES_PER_MESSAGE)
    replica = await replicas.replica(due.hub_id, due.shop_id)
    if found and replica is not None and replica.state not in {"live", "frozen"}:
        async with atomic():
            await announce(due.hub_id, due.shop_id, now)


async def pull_due(fed: Federation, now: datetime) -> int:
    """Look at every linked shop that is due; returns how many lines were found that no push had brought."""
    due = []
    for hub_id, shop_id in await links.accepted_pairs("hub"):
        replica = await replicas.replica(hub_id, shop_id)
        if replica is None or replica.state in {"frozen", "snapshotting"}:
            continue
        rested = replica.last_pull_at is None or now - replica.last_pull_at >= LIVE_INTERVAL
        if rested or replica.state != "live":
            due.append((hub_id, shop_id))
    found = [0]

    async def look(pair: Pair) -> None:
        found[0] += await pull_recorded(fed, pair, now)

    await for_each_peer(due, look)
    return found[0]


async def for_each_peer(pairs: Sequence[Pair], work: Callable[[Pair], Awaitable[None]]) -> None:
    """Do `work` for each pair of parties, a few at once, outside the caller's transaction."""
    gate = asyncio.Semaphore(CONCURRENT_PEERS_MAX)

    async def one(pair: Pair) -> None:
        async with gate:
            await work(pair)

    with detached():
        async with asyncio.TaskGroup() as group:
            for pair in pairs:
                group.create_task(one(pair))


async def pull_recorded(fed: Federation, ends: Pair, now: datetime, *, batches_max: int = BATCHES_PER_RUN) -> int:
    """Pull, and write down why when that fails; returns how many lines were found."""
    try:
        return await pull(fed, ends, now, batches_max=batches_max)
    except GalleriaError as error:
        _log.info("pull_failed", hub=ends[0], shop=ends[1], slug=error.slug, detail=error.detail)
        async with atomic():
            await replicas.record_error(*ends, error.detail, now)
        return 0


async def pull(fed: Federation, ends: Pair, now: datetime, *, batches_max: int = BATCHES_PER_RUN) -> int:
    """Compare a shop's checkpoint with our copy and fetch what is missing; `ends` are (hub, shop).

    Raises PeerError, ForkDetectedError (the replica is frozen then), or what the intake refuses.
    """
    hub_id, shop_id = ends
    hub = await parties.party(hub_id)
    desk = fed.hub_desk
    if desk is None:
        return 0
    note = await _checkpoint_note(fed, ends, now)
    await epochs.follow(fed, ends, checkpoint.epoch_of(checkpoint.parse(note).checkpoint), now)
    was_live = await state_of(ends) == "live"
    told, head = await _compare(hub, shop_id, note, now)
    size = head.size
    found = 0
    way = way_for(gap=told.size - size, gap_max=fed.log_gap_max)
    if way == "snapshot" and await _loads(fed, ends, now):
        return 0
    for _ in range(batches_max):
        if size >= told.size:
            break
        try:
            size, taken = await _pull_batch(fed, desk, (hub, shop_id), (size, told), now)
        except RootMismatchError:
            await forking.accuse(fed, ends, note, now)
            raise
        found += taken
    if found and was_live:
        await repairs.hasten(*ends, now)
    return found


async def _loads(fed: Federation, ends: Pair, now: datetime) -> bool:
    """Whether the shop has a snapshot that is being loaded from now on; without one its log is read."""
    try:
        await bootstrap.begin(fed, ends, now)
    except PeerRefusedError as error:
        if error.peer_slug not in {SnapshotPendingError.slug, NotFoundError.slug}:
            raise
        return False
    return True


async def _checkpoint_note(fed: Federation, ends: Pair, now: datetime) -> bytes:
    exchange = PeerCall(local_id=ends[0], remote_id=ends[1], method="GET", path="/checkpoint")
    return (await call(fed, exchange, now)).body


async def _compare(hub: HostedParty, shop_id: PartyId, note: bytes, now: datetime) -> tuple[Checkpoint, LogHead]:
    """The shop's verified checkpoint, and the end of our copy; freezes on a fork, refuses a shop that has shrunk."""
    signed = checkpoint.parse(note)
    keys = await peers.keys_of(shop_id, now)
    try:
        async with atomic():
            replica = await intake.unfrozen(hub.id, shop_id)
            head = await intake.locked_head(hub.id, shop_id, now)
            intake.refuse_other_epoch(head, signed)
            remembering.refuse_shrunk(replica, signed.checkpoint)
            agrees = await intake.agrees_with_memory(replica, head)
            await intake.refuse_fork(head, signed, keys)
            told = signed.checkpoint
            if told.size == head.size:
                state = intake.followed(replica.state, caught_up=True)
                await replicas.record_pulled(hub.id, shop_id, state, told.size, now, found=0)
    except ForkDetectedError:
        await intake.freeze((hub.id, shop_id), note, now)
        raise
    if not agrees:
        await intake.refuse_other_beginning(replica, now)
    if told.size < head.size:
        raise PeerMismatchError(f"{shop_id} has gone back to {told.size} lines; {head.size} were signed and are kept")
    return told, head


async def _pull_batch(
    fed: Federation, desk: HubDesk, ends: tuple[HostedParty, PartyId], goal: tuple[int, Checkpoint], now: datetime
) -> tuple[int, int]:
    """Fetch and take one batch on the way from our size to the shop's; returns our new size and how many were new."""
    hub, shop_id = ends
    ours, told = goal
    epoch = told.origin.rpartition("/")[2]
    exchange = PeerCall(local_id=hub.id, remote_id=shop_id, method="GET", path=f"/log/{epoch}", query=f"from={ours}")
    batch = batches.decode((await call(fed, exchange, now)).body)
    if not batch.lines:
        raise PeerMismatchError(f"{shop_id} signed {told.size} lines and sends none after {ours}")
    receipt = await intake.take_batch(desk, ends, batch, ours, now, shop_size=told.size)
    return receipt.size, receipt.accepted
