"""A hub looking for itself: each shop's checkpoint by and by, and whatever its pushes did not bring.

Push is a hint, pull by size is the truth. A short gap is closed at once; what is left after BATCHES_PER_MESSAGE waits
in the queue of bulk work and comes at its pace (`pacing`), and meanwhile the shop need push nothing. Invariants: what
is pulled passes the same intake as what is pushed; a shop that has gone back behind our copy is left alone and
reported, one that has forked is frozen.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import msgspec
import structlog

from federation import limits
from federation.batches import Batch, decode
from federation.errors import CopyLoadingError, PeerMismatchError, SnapshotPendingError
from federation.log import checkpoint
from federation.log.checkpoint import Checkpoint
from federation.log.errors import ForkDetectedError, RootMismatchError
from federation.node import clock, outbox
from federation.node.database import atomic, detached
from federation.recon.state import way_for
from federation.records import HostedParty, LogHead, Replica
from federation.service import bootstrap, epochs, forking, intake, pacing, parties, peers, remembering
from federation.service.calls import PeerCall, call
from federation.service.context import Federation
from federation.service.pacing import BulkPace
from federation.service.replica_moves import state_of
from federation.store import links, logs, repairs, replicas
from federation.vocabulary.errors import GalleriaError, NotFoundError, PeerRefusedError
from federation.vocabulary.ids import PartyId, new_id

_log = structlog.get_logger(__name__)

TOPIC = "fed.pull"
REST_TOPIC = "fed.pull.rest"
QUEUE = "sync"
BATCHES_PER_MESSAGE = 5
"""After so many batches of one shop the others have their turn; the rest is bulk."""
BULK_LINES = BATCHES_PER_MESSAGE * limits.BATCH_OPERATIONS_MAX
"""A gap of more lines is fetched at the pace of bulk work."""
FETCHING = timedelta(seconds=60)
"""A gap of which some was fetched so lately is being closed: nothing has to be pushed into it."""
PUSH_AGAIN_SECONDS = 5

CONCURRENT_PEERS_MAX = 8
LIVE_INTERVAL = timedelta(seconds=30)
"""How long a shop whose copy is complete is left alone; others are looked at in every sweep."""

Pair = tuple[PartyId, PartyId]


class PullDue(msgspec.Struct, frozen=True):
    """The outbox's note that a hub has a shop's catalogue to fetch; `turn` tells one about the rest from others."""

    hub_id: PartyId
    shop_id: PartyId
    turn: str = ""


async def announce(hub_id: PartyId, shop_id: PartyId, now: datetime) -> None:
    """Have a shop's catalogue fetched after the caller's transaction, behind the words on its way to that shop."""
    due = PullDue(hub_id, shop_id)
    await outbox.enqueue(TOPIC, f"{hub_id}:{shop_id}", due, key=f"{TOPIC}:{new_id()}", queue=QUEUE, now=now)


async def pull_announced(fed: Federation, due: PullDue, now: datetime) -> None:
    """Fetch some of what is due; the rest follows as bulk. A failure is written down and left to the sweep."""
    await _look(fed, (due.hub_id, due.shop_id), now)


async def _look(fed: Federation, ends: Pair, now: datetime) -> int:
    """Close a short gap, begin to close a long one; returns how many lines were found."""
    found = await pull_recorded(fed, ends, now)
    if found and await state_of(ends) == "catching_up":
        async with atomic():
            await announce_rest(ends, now)
    return found


async def announce_rest(ends: Pair, now: datetime) -> None:
    """Have what is missing of a long log fetched after the caller's transaction, at the pace of bulk work."""
    subject = f"{REST_TOPIC}:{ends[0]}:{ends[1]}"
    due = PullDue(*ends, turn=str(new_id()))
    await outbox.rearm(REST_TOPIC, subject, due, key=subject, queue=pacing.QUEUE, now=now)


async def pull_rest(fed: Federation, due: PullDue, now: datetime) -> None:
    """Fetch on for a turn, at the pace of bulk work; what is left is announced anew.

    A short gap of a copy that was complete is what pushes are bringing: it is left to them.
    """
    ends = (due.hub_id, due.shop_id)
    turn = _Turn(fed.bulk_pace, in_company=await pacing.in_company(*ends, now))
    found = await pull_recorded(fed, ends, now, turn)
    if found and await state_of(ends) == "catching_up":
        async with atomic():
            await announce_rest(ends, clock.now())


async def refuse_while_fetched(ends: Pair, now: datetime) -> None:
    """Raise CopyLoadingError for a push while the hub is closing a long gap in its copy by itself."""
    replica = await replicas.replica(*ends)
    if replica is not None and await is_fetched(replica, now):
        raise CopyLoadingError(
            "this log is being fetched, for much of it is missing here: push again in a while",
            retry_after_seconds=PUSH_AGAIN_SECONDS,
        )


async def is_fetched(replica: Replica, now: datetime) -> bool:
    """Whether a long gap in a copy is being closed as bulk work."""
    lately = replica.last_pull_at is not None and now - replica.last_pull_at < FETCHING
    if replica.state != "catching_up" or not lately:
        return False
    head = await logs.head(replica.hub_id, replica.shop_id)
    return head is not None and replica.shop_size - head.size > BULK_LINES


async def pull_due(fed: Federation, now: datetime) -> int:
    """Look at every linked shop that is due; returns how many lines were found that no push had brought."""
    due = []
    for hub_id, shop_id in await links.accepted_pairs("hub"):
        replica = await replicas.replica(hub_id, shop_id)
        if replica is None or replica.state in {"frozen", "snapshotting"} or await is_fetched(replica, now):
            continue
        rested = replica.last_pull_at is None or now - replica.last_pull_at >= LIVE_INTERVAL
        if rested or replica.state != "live":
            due.append((hub_id, shop_id))
    found = [0]

    async def look(pair: Pair) -> None:
        found[0] += await _look(fed, pair, now)

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


class _Turn:
    """How long fetching goes on: a few batches in a row, or as bulk work for TURN_SECONDS at its pace."""

    def __init__(self, pace: BulkPace | None = None, *, in_company: bool = False) -> None:
        self._pace = pace
        self._in_company = in_company
        self._batches = 0
        self._until = asyncio.get_running_loop().time() + pacing.TURN_SECONDS

    @property
    def is_bulk(self) -> bool:
        return self._pace is not None

    @property
    def is_over(self) -> bool:
        if self._pace is None:
            return self._batches >= BATCHES_PER_MESSAGE
        return asyncio.get_running_loop().time() >= self._until

    @asynccontextmanager
    async def step(self) -> AsyncIterator[None]:
        """While a batch that has come is taken in."""
        self._batches += 1
        if self._pace is None:
            yield
            return
        async with self._pace.step(in_company=self._in_company):
            yield


async def pull_recorded(fed: Federation, ends: Pair, now: datetime, turn: _Turn | None = None) -> int:
    """Pull, and write down why when that fails; returns how many lines were found."""
    try:
        return await pull(fed, ends, now, turn)
    except GalleriaError as error:
        _log.info("pull_failed", hub=ends[0], shop=ends[1], slug=error.slug, detail=error.detail)
        async with atomic():
            await replicas.record_error(*ends, error.detail, now)
        return 0


async def pull(fed: Federation, ends: Pair, now: datetime, turn: _Turn | None = None) -> int:
    """Compare a shop's checkpoint with our copy and fetch what is missing; `ends` are (hub, shop).

    Raises PeerError, ForkDetectedError (the replica is frozen then), or what the intake refuses.
    """
    hub_id, shop_id = ends
    hub = await parties.party(hub_id)
    desk, turn, state = fed.hub_desk, turn or _Turn(), await state_of(ends)
    if desk is None or state == "snapshotting":
        return 0  # to begin anew with a snapshot that is being loaded would never come to an end
    note = await _checkpoint_note(fed, ends, now)
    await epochs.follow(fed, ends, checkpoint.epoch_of(checkpoint.parse(note).checkpoint), now)
    was_live = state == "live"
    told, head = await _compare(hub, shop_id, note, now)
    size = head.size
    found = 0
    if turn.is_bulk and was_live and told.size - size <= BULK_LINES:
        return 0
    way = way_for(gap=told.size - size, gap_max=fed.log_gap_max)
    if way == "snapshot" and await _loads(fed, ends, now):
        return 0
    while size < told.size and not turn.is_over:
        try:
            batch = await _fetch_batch(fed, (hub, shop_id), (size, told), now)
            async with turn.step():
                receipt = await intake.take_batch(desk, (hub, shop_id), batch, size, now, shop_size=told.size)
        except RootMismatchError:
            await forking.accuse(fed, ends, note, now)
            raise
        size = receipt.size
        found += receipt.accepted
    if found and was_live:
        await repairs.hasten(*ends, now)
    return found


async def _loads(fed: Federation, ends: Pair, now: datetime) -> bool:
    """Whether the shop has a snapshot that is being loaded from now on; without one that leads on its log is read."""
    try:
        await bootstrap.begin(fed, ends, now, further=True)
    except PeerRefusedError as error:
        if error.peer_slug not in {SnapshotPendingError.slug, NotFoundError.slug}:
            raise
        return False
    except PeerMismatchError as error:
        _log.info("snapshot_left", hub=ends[0], shop=ends[1], detail=error.detail)
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


async def _fetch_batch(
    fed: Federation, ends: tuple[HostedParty, PartyId], goal: tuple[int, Checkpoint], now: datetime
) -> Batch:
    """One batch on the way from our size to the shop's."""
    hub, shop_id = ends
    ours, told = goal
    epoch = told.origin.rpartition("/")[2]
    exchange = PeerCall(local_id=hub.id, remote_id=shop_id, method="GET", path=f"/log/{epoch}", query=f"from={ours}")
    batch = decode((await call(fed, exchange, now)).body)
    if not batch.lines:
        raise PeerMismatchError(f"{shop_id} signed {told.size} lines and sends none after {ours}")
    return batch
