"""A hub loading a copy from the shop's snapshot: of a big shop at first contact, after a long gap or great damage.

Order: the signed manifest; all leaf hashes, believed only when they make the signed root (and, where the copy has a
root already, continue it); then the newest leaf of each key, each proven by the hash in its place; then the copy's
end, countersigned. Each chunk is taken in a transaction of its own with the count of chunks taken, so a load goes on
where it was broken off. Invariants: the copy's size moves once, at the end; the hashes are complete, lines of
superseded leaves are not kept; nothing is listed of a later epoch before its first line is known to be what a root
key's word says. Boutiques become visible with their profile, whose key stands last.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec

from federation.conversations.messages import Quarantine
from federation.conversations.repair_messages import HashChunk, Manifest
from federation.documents.keys import SigningKey
from federation.errors import PeerMismatchError
from federation.log import checkpoint
from federation.log.checkpoint import Checkpoint
from federation.log.records import EPOCH_KEY
from federation.log.tree import HASH_BYTES
from federation.node import outbox
from federation.node.database import atomic, detached
from federation.ports import AcceptedRecord, HubDesk
from federation.recon.state import SnapshotLoad
from federation.records import LogHead
from federation.service import epochs, growth, intake, pacing, parties, served
from federation.service.calls import PeerCall, call
from federation.service.chunks import Chunk, JudgedLeaf, checked, fitting, grown_from, hashes_in
from federation.service.context import Federation
from federation.service.replica_moves import move
from federation.store import logs, repairs, replicas, snapshots
from federation.vocabulary.errors import NotFoundError, PeerRefusedError
from federation.vocabulary.ids import PartyId, new_id

TOPIC = "fed.bootstrap"
QUEUE = pacing.QUEUE
CHUNKS_PER_RUN = 100
"""After so many chunks of one shop, or `pacing.TURN_SECONDS`, the others have their turn; a further message follows."""
FAILURES_MAX = 3
"""Snapshots of one shop that may turn out wrong before its log is read instead."""

Ends = tuple[PartyId, PartyId]


class LoadDue(msgspec.Struct, frozen=True):
    """The outbox's note that a snapshot is on its way into a hub's copy; `turn` tells one note from the next."""

    hub_id: PartyId
    shop_id: PartyId
    turn: str = ""


class _Checked(msgspec.Struct, frozen=True):
    """A chunk that has come and fits: hashes end to end, or leaves as they were judged; `weight` on the wire."""

    weight: int
    leaves: tuple[JudgedLeaf, ...] = ()
    part: bytes = b""


class _Loading(msgspec.Struct, frozen=True):
    """A load at work: whose, what it consists of, and what it will have led to."""

    desk: HubDesk
    load: SnapshotLoad
    manifest: Manifest
    goal: Checkpoint
    head: LogHead

    @property
    def ends(self) -> Ends:
        return PartyId(self.load.hub_id), PartyId(self.load.shop_id)

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        return (*self.manifest.hashes, *self.manifest.lines)


async def begin(fed: Federation, ends: Ends, now: datetime, *, failures: int = 0, further: bool = False) -> None:
    """Ask for the shop's snapshot and begin to load it; `ends` are (hub, shop). Call outside a transaction.

    To get `further` it must reach beyond our copy: the one that is offered may be what we have just loaded.

    Raises PeerRefusedError (`snapshot-pending`) when there is none yet, PeerMismatchError for one that is not whole or
    does not reach so far.
    """
    head = await logs.head(*ends)
    size = 1 if head is None else max(1, head.size + further)
    exchange = PeerCall(local_id=ends[0], remote_id=ends[1], method="GET", path="/snapshot", query=f"at-least={size}")
    note = (await call(fed, exchange, now)).body
    told, goal = await checked(ends[1], note, now)
    async with atomic():
        await intake.unfrozen(*ends)
        head = await intake.locked_head(*ends, now)
        if goal.size < head.size + further or goal.origin != checkpoint.origin_of(ends[1], head.epoch):
            raise PeerMismatchError(f"{ends[1]} offers a snapshot of {goal.size} leaves; {head.size} are held here")
        await snapshots.end_load(*ends)
        await repairs.drop_beyond(head, head.size)
        await snapshots.save_load(SnapshotLoad(*ends, note, now, failures=failures))
        await move(ends, "gap")
        await move(ends, "snapshot")
        await _progress(ends, 0, len(told.hashes) + len(told.lines))
        await announce(ends, now)


async def announce(ends: Ends, now: datetime) -> None:
    """Have a load go on after the caller's transaction."""
    subject = f"{TOPIC}:{ends[0]}:{ends[1]}"
    await outbox.rearm(TOPIC, subject, LoadDue(*ends, turn=str(new_id())), key=subject, queue=QUEUE, now=now)


async def go_on(fed: Federation, ends: Ends, now: datetime, *, chunks_max: int = CHUNKS_PER_RUN) -> bool:
    """Take the next chunks of a load; whether more are to come. Call outside a transaction.

    A snapshot that turns out wrong is given up for a new one, and after FAILURES_MAX for the log.
    """
    load = await snapshots.load(*ends)
    if load is None or fed.hub_desk is None:
        await move(ends, "pull")
        return False
    told, goal = await checked(ends[1], load.manifest, now)
    head = await logs.head(*ends)
    if head is None:
        return False
    loading = _Loading(fed.hub_desk, load, told, goal, head)
    try:
        return await _take_chunks(fed, loading, now, chunks_max)
    except PeerMismatchError:
        await _give_up(fed, loading, now)
        raise


async def _take_chunks(fed: Federation, loading: _Loading, now: datetime, chunks_max: int) -> bool:
    """Take chunks one after another; while one is written the next is fetched and checked."""
    chunks, taken = loading.chunks, loading.load.taken
    end = min(len(chunks), taken + chunks_max)
    until = asyncio.get_running_loop().time() + pacing.TURN_SECONDS
    in_company = await pacing.in_company(*loading.ends, now)
    hashes: Sequence[bytes] = ()
    ahead: asyncio.Task[_Checked] | None = None
    for number in range(taken, end):
        if number >= len(loading.manifest.hashes) and not hashes:
            hashes = await _hashes(loading)
        here = await (ahead or _fetch(fed, loading, chunks[number], hashes, now))
        ahead = None
        if hashes and number + 1 < end:
            with detached():
                ahead = asyncio.create_task(_fetch(fed, loading, chunks[number + 1], hashes, now))
        try:
            async with fed.bulk_pace.step(in_company=in_company):
                is_ours = await _take(loading, number, here, now)
        except BaseException:
            _let_go(ahead)
            raise
        is_over = asyncio.get_running_loop().time() >= until and number + 1 < end
        if not is_ours or is_over:
            _let_go(ahead)
            return is_ours
    if end < len(chunks):
        return True
    await _finish(loading, hashes or await _hashes(loading), now)
    return False


def _let_go(ahead: asyncio.Task[_Checked] | None) -> None:
    if ahead is not None:
        ahead.cancel()


async def _fetch(fed: Federation, loading: _Loading, chunk: Chunk, hashes: Sequence[bytes], now: datetime) -> _Checked:
    """A chunk from the shop, checked as far as it can be by itself and by the hashes."""
    hub_id, shop_id = loading.ends
    exchange = PeerCall(local_id=hub_id, remote_id=shop_id, method="GET", path=f"/snapshot/{chunk.sha256}")
    try:
        body = (await call(fed, exchange, now)).body
    except PeerRefusedError as error:
        if error.peer_slug != NotFoundError.slug:
            raise
        raise PeerMismatchError(f"{shop_id} offers a snapshot of which a chunk is missing") from error
    if hashlib.sha256(body).hexdigest() != chunk.sha256:
        raise PeerMismatchError(f"{shop_id} sent a chunk that is not the one its manifest names")
    if isinstance(chunk, HashChunk):
        return _Checked(len(body), part=hashes_in(chunk, body))
    return _Checked(len(body), tuple(await fitting(chunk, body, hashes)))


async def _take(loading: _Loading, number: int, here: _Checked, now: datetime) -> bool:
    """Take one chunk in; False when another run of this load has been faster.

    Its COMMIT need not reach the disk before the next chunk: what a crash takes away is loaded again, and `_finish`
    waits for all before anybody is told of the copy.
    """
    async with atomic(waits=False):
        load = await snapshots.load(*loading.ends, lock=True)
        if load is None or load.taken != number or load.manifest != loading.load.manifest:
            return False
        if here.leaves:
            put = repairs.put_leaves if loading.head.size else logs.add_leaves
            await put(loading.head, [growth.stored(one.leaf) for one in here.leaves])
            await _project(loading, here.leaves, now)
        else:
            await snapshots.put_part(load, number, here.part)
        await snapshots.save_load(
            msgspec.structs.replace(load, taken=number + 1, bytes_taken=load.bytes_taken + here.weight)
        )
        await _progress(loading.ends, number + 1, len(loading.chunks))
    return True


async def _hashes(loading: _Loading) -> list[bytes]:
    """All leaf hashes, once they make the signed root and continue what we hold; raises PeerMismatchError if not."""
    whole = b"".join(await snapshots.parts(loading.load))
    hashes = [whole[at : at + HASH_BYTES] for at in range(0, len(whole), HASH_BYTES)]
    if len(hashes) != loading.goal.size or (await grown_from(hashes)).tree.root() != loading.goal.root:
        raise PeerMismatchError("the snapshot is complete, and is not what the shop's signed root covers")
    head = loading.head
    if head.size:
        ours = checkpoint.parse(head.note).checkpoint
        if (await grown_from(hashes[: head.size])).tree.root() != ours.root:
            raise PeerMismatchError(f"the snapshot does not continue the {head.size} leaves that are held here")
    return hashes


async def _project(loading: _Loading, leaves: Sequence[JudgedLeaf], now: datetime) -> None:
    """Hand the good records to the desk, once the epoch's first line is known to be right; remember the others."""
    if leaves[-1].leaf.key >= EPOCH_KEY:
        await epochs.refuse_other_opening(loading.head, now)
    faulty, records = list[Quarantine](), list[AcceptedRecord]()
    for one in leaves:
        if isinstance(one.said, tuple):
            faulty.append(Quarantine(seq=one.leaf.seq, key=one.leaf.key, errors=one.said))
        else:
            records.append(served.record_of(one.leaf, one.said))
    if records:
        faulty += await loading.desk.records_accepted(*loading.ends, records, now)
    await replicas.add_quarantined(*loading.ends, loading.head.epoch, faulty, now)


async def _finish(loading: _Loading, hashes: Sequence[bytes], now: datetime) -> None:
    """Make the snapshot's end the copy's: every place has its hash, the tree is kept, the checkpoint countersigned."""
    ends, goal = loading.ends, loading.goal
    grown = await grown_from(hashes)
    hub = await parties.party(ends[0])
    signed = checkpoint.parse(loading.manifest.checkpoint.encode())
    line = checkpoint.cosign(signed, hub.id, SigningKey.from_seed(hub.sign_seed), int(now.timestamp()))
    note = checkpoint.with_line(signed.note.encode(), line)
    async with atomic():
        replica = await replicas.replica(*ends, lock=True)  # first, as in `begin`: else each might wait for the other
        head = await logs.head(*ends, lock=True)
        load = await snapshots.load(*ends, lock=True)
        if replica is None or head is None or load is None:
            return  # the copy has been forgotten meanwhile, or is in another epoch
        if load.taken < len(loading.chunks) or head.size > goal.size:
            return
        whole = LogHead(hub.id, ends[1], head.epoch, goal.size, grown.tree.encode(), note, now)
        await growth.fill(whole, hashes, anew=head.size == 0)
        await epochs.refuse_other_opening(whole, now)
        await repairs.replace_nodes(whole, grown.nodes)
        if head.size == goal.size:
            await repairs.replace_end(whole)
        else:
            await logs.advance(whole, 0)
        await epochs.drop_unsaid(loading.desk, head.size, whole, now)
        await snapshots.end_load(*ends)
        state = await move(ends, "loaded")
        await replicas.record_pulled(*ends, state, goal.size, now, found=goal.size - head.size)
        await _progress(ends, 0, 0)
        await _loaded(ends, load, loading.manifest.keys, now)


async def _loaded(ends: Ends, load: SnapshotLoad, keys: int, now: datetime) -> None:
    note = (await repairs.note(*ends)).charged(load.bytes_taken, now)
    await repairs.save_note(
        msgspec.structs.replace(
            note,
            repairs=note.repairs + 1,
            last_at=now,
            last_cause="snapshot",
            last_rounds=0,
            last_bytes=load.bytes_taken,
            last_records=keys,
            window_bytes=0,
        )
    )


async def _progress(ends: Ends, done: int, total: int) -> None:
    note = await repairs.note(*ends)
    await repairs.save_note(msgspec.structs.replace(note, progress_done=done, progress_total=total))


async def _give_up(fed: Federation, loading: _Loading, now: datetime) -> None:
    """Drop a load that cannot be right; the next one begins with a new manifest, after some the log is read."""
    ends, failures = loading.ends, loading.load.failures + 1
    async with atomic():
        await replicas.replica(*ends, lock=True)
        await snapshots.end_load(*ends)
        await repairs.drop_beyond(loading.head, loading.head.size)
        await _progress(ends, 0, 0)
        if failures >= FAILURES_MAX:
            await move(ends, "pull")
            return
    await begin(fed, ends, now, failures=failures)
