"""A hub taking in a shop's log, by push or by pull alike: all of a batch in one transaction, then countersigned.

Invariants: a hub's copy never shrinks and never holds a line that no signed root covers; what it has cosigned and
what it projects into listings are committed together. A bad record is taken as history, quarantined and reported.
Two signed roots for one size freeze the replica, with both notes kept as proof.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import msgspec

from federation import limits
from federation.batches import Batch
from federation.conversations.messages import PushReceipt, Quarantine
from federation.conversations.replica import REPLICA, ReplicaState, step
from federation.documents.keys import PublicKey, SigningKey
from federation.errors import CopyLoadingError, ReplicaFrozenError
from federation.log import checkpoint, intake, leaves
from federation.log.checkpoint import SignedCheckpoint
from federation.log.errors import EpochMismatchError, ForkDetectedError, RootMismatchError
from federation.log.leaves import Leaf
from federation.log.records import Judgement
from federation.log.tree import Range
from federation.node.database import atomic
from federation.ports import HubDesk
from federation.records import HostedParty, LogHead, Replica, StoredLeaf
from federation.service import catalogue, epochs, forking, growth, peers, reading, remembering, served
from federation.service.judging import judged_in_turns
from federation.store import logs, replicas
from federation.vocabulary.errors import NotFoundError, QuotaError
from federation.vocabulary.ids import PartyId

DAMAGED = "our copy contradicts what the shop signed and proves nothing against it: its rows are damaged here"


class _Taking(msgspec.Struct, frozen=True):
    """A batch at the door: whose it is, what we hold, what it claims and who may have signed that."""

    desk: HubDesk
    hub: HostedParty
    shop_id: PartyId
    replica: Replica
    head: LogHead
    signed: SignedCheckpoint
    keys: Sequence[PublicKey]
    now: datetime


async def take_batch(
    desk: HubDesk, ends: tuple[HostedParty, PartyId], batch: Batch, old_size: int, now: datetime, *, shop_size: int = 0
) -> PushReceipt:
    """Take a batch of a shop's log into the hub's copy; `ends` are (hub, shop). Call outside a transaction.

    `shop_size` is how far the shop is known to reach, when that is further than this batch. Raises as
    `federation.log.intake.check_batch` does, and ReplicaFrozenError; a proven fork freezes the replica first.
    """
    hub, shop_id = ends
    keys = await peers.keys_of(shop_id, now)
    signed = checkpoint.parse(batch.note)
    try:
        async with atomic():
            replica = await unfrozen(hub.id, shop_id)
            if replica.state == "snapshotting":
                raise CopyLoadingError("a snapshot of this log is being loaded here: push again when that is done")
            head = await locked_head(hub.id, shop_id, now)
            refuse_other_epoch(head, signed)
            if replica.kept_note and not shop_size:
                raise CopyLoadingError("this log is being fetched from its first line: push again when that is done")
            await refuse_fork(head, signed, keys)
            taking = _Taking(desk, hub, shop_id, replica, head, signed, keys, now)
            receipt = await _take(taking, batch.lines, old_size)
            await _record(taking, receipt, shop_size)
            agrees = await _agrees(replica, receipt.size)
    except ForkDetectedError:
        await freeze((hub.id, shop_id), batch.note, now)
        raise
    except RootMismatchError as error:
        await _mark_mismatch((hub.id, shop_id), error.detail, now)
        raise
    if not agrees:
        await refuse_other_beginning(replica, now)
    return receipt


async def unfrozen(hub_id: PartyId, shop_id: PartyId) -> Replica:
    """The replica, locked; raises ReplicaFrozenError after a proven fork, NotFoundError for a shop not followed."""
    replica = await replicas.replica(hub_id, shop_id, lock=True)
    if replica is None:
        raise NotFoundError(f"{hub_id} does not follow {shop_id}")
    if replica.state == "frozen":
        raise ReplicaFrozenError(
            f"{shop_id} signed two histories (GET /replicas/{shop_id}/fork proves it): its owner must open a new epoch "
            "with a root key"
        )
    return replica


async def locked_head(hub_id: PartyId, shop_id: PartyId, now: datetime) -> LogHead:
    """The end of the hub's copy, locked; opened when this is the first look."""
    head = await logs.head(hub_id, shop_id, lock=True)
    if head is None:
        await logs.open_log(LogHead(hub_id, shop_id, catalogue.FIRST_EPOCH, 0, b"", b"", now))
        head = await logs.head(hub_id, shop_id, lock=True)
    if head is None:
        raise NotFoundError(f"{hub_id} holds no log of {shop_id}")
    return head


def refuse_other_epoch(head: LogHead, signed: SignedCheckpoint) -> None:
    """Raise EpochMismatchError for a checkpoint of the same shop's log in another epoch than our copy's."""
    epoch = checkpoint.epoch_of(signed.checkpoint)
    if signed.checkpoint.origin.startswith(f"{head.party_id}/") and epoch != head.epoch:
        raise EpochMismatchError(f"{head.party_id} is here in epoch {head.epoch}, not {epoch}", expected=head.epoch)


async def refuse_fork(head: LogHead, signed: SignedCheckpoint, keys: Sequence[PublicKey]) -> None:
    """Raise ForkDetectedError when a verified checkpoint at or below our size has another root than our copy."""
    told = checkpoint.verify(signed, checkpoint.origin_of(head.party_id, head.epoch), keys)
    if told.size > head.size:
        return
    if await _root_at(head, told.size) != told.root:
        raise ForkDetectedError(f"{told.origin} has two signed roots at size {told.size}")


async def _root_at(head: LogHead, size: int) -> bytes:
    """The root of our copy at a size it has had: as it was countersigned where a note of that size is kept.

    Rows may be damaged on our own disk, and that is no fork; without a note they are all there is.
    """
    note = head.note if size == head.size else await logs.checkpoint_at(head, size)
    return checkpoint.parse(note).checkpoint.root if note else await reading.root_at(head, size)


async def agrees_with_memory(replica: Replica, head: LogHead) -> bool:
    """Whether our copy begins with what is remembered of an earlier one, as far as it has come.

    In the caller's transaction; what has been found to agree is remembered no longer.
    """
    if not replica.kept_note or not remembering.is_settled(replica, head):
        return True
    kept = checkpoint.parse(replica.kept_note).checkpoint
    if head.epoch == checkpoint.epoch_of(kept) and await reading.root_at(head, kept.size) != kept.root:
        return False
    await replicas.keep_note(replica.hub_id, replica.shop_id, b"")
    return True


async def _agrees(replica: Replica, size: int) -> bool:
    head = await logs.head(replica.hub_id, replica.shop_id) if replica.kept_note and size else None
    return head is None or await agrees_with_memory(replica, head)


async def refuse_other_beginning(replica: Replica, now: datetime) -> None:
    """Freeze a copy that contradicts what is remembered of an earlier one; raises ForkDetectedError."""
    await freeze((replica.hub_id, replica.shop_id), replica.kept_note, now)
    raise ForkDetectedError(f"{replica.shop_id} does not begin with what was countersigned here before")


async def freeze(ends: tuple[PartyId, PartyId], note: bytes, now: datetime) -> None:
    """Stop following a shop, with the proof that `note` contradicts our copy; without one our copy is to be mended."""
    head = await logs.head(*ends)
    if head is not None and not await forking.keep_apart(ends[0], await forking.prove(head, note, now), now):
        await _mark_mismatch(ends, DAMAGED, now)


async def _mark_mismatch(ends: tuple[PartyId, PartyId], reason: str, now: datetime) -> None:
    """Note that a shop's signed root is not that of our copy with its lines: one of the two must be repaired."""
    async with atomic():
        replica = await replicas.replica(*ends, lock=True)
        if replica is not None and REPLICA.allows(replica.state, "mismatch"):
            await replicas.set_state(*ends, step(replica.state, "mismatch"))
        await replicas.record_error(*ends, reason, now)


def followed(state: ReplicaState, *, caught_up: bool) -> ReplicaState:
    """The replica's state after lines were taken (or found complete); under repair it stays so until it is whole."""
    if state == "desynced":
        state = step(state, "pull")
    elif state == "live" and not caught_up:
        state = step(state, "gap")
    return step(state, "caught_up") if caught_up and state in {"catching_up", "live"} else state


async def _take(taking: _Taking, lines: Sequence[bytes], old_size: int) -> PushReceipt:
    hub, head, signed, now = taking.hub, taking.head, taking.signed, taking.now
    newest = await logs.newest(head, _keys_in(lines))
    follows = await epochs.opening_text(taking.shop_id, head.epoch, now)
    origin = checkpoint.origin_of(taking.shop_id, head.epoch)
    state = intake.LogState(origin, Range.decode(head.size, head.peaks), follows)
    fresh = intake.check_batch(state, old_size, lines, signed, taking.keys)
    line = checkpoint.cosign(signed, hub.id, SigningKey.from_seed(hub.sign_seed), int(now.timestamp()))
    note = checkpoint.with_line(signed.note.encode(), line)
    grown = LogHead(hub.id, taking.shop_id, head.epoch, fresh.tree.size, fresh.tree.encode(), note, now)
    told = await _keep(grown, fresh)
    if any(leaf.operation == "put" and not _is_live(newest.get(leaf.key)) for leaf in fresh.leaves):
        await _refuse_too_many(grown)
    accepted = intake.accept(fresh.leaves, told, lambda key: newest[key].hash.hex() if key in newest else None)
    quarantined = tuple(await _project(taking.desk, grown, (fresh.leaves, accepted), now))
    await epochs.drop_unsaid(taking.desk, head.size, grown, now)
    return PushReceipt(size=grown.size, cosignature=line, accepted=len(fresh.leaves), quarantined=quarantined)


async def _keep(grown: LogHead, fresh: intake.Grown) -> dict[int, Judgement]:
    """Keep a batch, and read what its leaves say while the database writes them."""
    if not fresh.leaves:
        return {}
    reading_them = asyncio.create_task(judged_in_turns(fresh.leaves))
    try:
        await growth.keep(grown, fresh.leaves, fresh.nodes)
        return await reading_them
    finally:
        reading_them.cancel()


async def _record(taking: _Taking, receipt: PushReceipt, shop_size: int) -> None:
    """Note where the replica stands after a batch, pulled when the shop's size came with it, else pushed."""
    hub_id, replica = taking.hub.id, taking.replica
    state = followed(replica.state, caught_up=receipt.size >= max(shop_size, replica.shop_size))
    if shop_size:
        await replicas.record_pulled(hub_id, replica.shop_id, state, shop_size, taking.now, found=receipt.accepted)
    else:
        await replicas.record_pushed(hub_id, replica.shop_id, state, receipt.size, taking.now)


async def _project(
    desk: HubDesk, head: LogHead, batch: tuple[Sequence[Leaf], intake.Accepted], now: datetime
) -> list[Quarantine]:
    """Hand the good records to the desk; returns all that will not be served, and remembers them."""
    fresh, accepted = batch
    faulty = {item.leaf.seq: item for item in accepted.quarantined}
    records = [served.record_of(leaf, accepted.records.get(leaf.seq)) for leaf in fresh if leaf.seq not in faulty]
    quarantined = [Quarantine(seq=seq, key=item.leaf.key, errors=item.errors) for seq, item in faulty.items()]
    if records:
        quarantined += await desk.records_accepted(head.holder_id, head.party_id, records, now)
    await replicas.add_quarantined(head.holder_id, head.party_id, head.epoch, quarantined, now)
    return sorted(quarantined, key=lambda item: item.seq)


def _keys_in(lines: Sequence[bytes]) -> list[str]:
    """The keys of those lines that can be read; `check_batch` refuses the others."""
    return [key for line in lines[: limits.BATCH_OPERATIONS_MAX] if (key := leaves.key_in(line)) is not None]


def _is_live(newest: StoredLeaf | None) -> bool:
    """Whether a key was published before: saying it again makes no record more."""
    return newest is not None and newest.operation == "put"


async def _refuse_too_many(head: LogHead) -> None:
    if head.size <= limits.LIVE_RECORDS_MAX:
        return
    if await logs.live_records(head.holder_id, head.party_id, "") > limits.LIVE_RECORDS_MAX:
        raise QuotaError(f"a shop has at most {limits.LIVE_RECORDS_MAX} live records at this hub: delete some")
