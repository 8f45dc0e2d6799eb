"""A hub tending its copies: each is looked over by and by, mended within its budget, loaded anew when that is cheaper.

The life cycle (`federation.conversations.replica`) moves here: `mismatch` with the first difference, `repaired` when
none is left, `budget_spent` and `budget_back` by the note's window, `snapshot` when too much is missing. Invariants:
one copy's trouble is written down and never stops another's turn; what a repair cost is kept for people to see.
"""

from datetime import datetime, timedelta

import msgspec
import structlog

from federation import limits
from federation.node.database import atomic
from federation.recon.state import RepairNote
from federation.service import bootstrap, pull, repair
from federation.service.bootstrap import LoadDue
from federation.service.context import Federation
from federation.service.repair import Ends, Outcome
from federation.service.replica_moves import move, state_of
from federation.store import repairs, replicas
from federation.vocabulary.errors import GalleriaError, NotFoundError, PeerRefusedError
from federation.vocabulary.ids import any_between

_log = structlog.get_logger(__name__)

PAIRS_PER_SWEEP = 16
"""So many copies are looked over in one sweep; the others come next, the longest waiting first."""
RETRY = timedelta(seconds=60)
UNABLE_REST = timedelta(days=1)
"""How long a shop that has nothing to compare its log by is left alone with that."""


async def tend_due(fed: Federation, now: datetime) -> int:
    """Look over the copies that are due; returns how many."""
    if fed.hub_desk is None:
        return 0
    window_began = now - timedelta(seconds=limits.REPAIR_WINDOW_SECONDS)
    due = (await repairs.due(now, window_began))[:PAIRS_PER_SWEEP]
    await pull.for_each_peer(due, lambda ends: tend(fed, ends, now))
    return len(due)


async def tend(fed: Federation, ends: Ends, now: datetime) -> None:
    """Look over one copy and write down what came of it; `ends` are (hub, shop). Call outside a transaction."""
    note, state = await repairs.note(*ends), await state_of(ends)
    if state == "throttled" and note.window_over(now):
        state = await move(ends, "budget_back")
    if state == "repairing" and note.spent and not note.window_over(now):
        await move(ends, "budget_spent")
        return
    try:
        if state == "snapshotting":
            await _load_on(ends, note, now)
        elif state in {"live", "repairing"}:
            outcome = await repair.look_over(fed, ends, now)
            await _conclude(ends, outcome, now)
            if outcome.wants_snapshot:
                await bootstrap.begin(fed, ends, now)
    except GalleriaError as error:
        _log.info("repair_failed", hub=ends[0], shop=ends[1], slug=error.slug, detail=error.detail)
        await _failed(ends, error, now)


async def _load_on(ends: Ends, note: RepairNote, now: datetime) -> None:
    """See to it that a load goes on, in the queue of bulk work, whatever has become of the word that it does."""
    async with atomic():
        await bootstrap.announce(ends, now)
        await repairs.save_note(msgspec.structs.replace(note, next_at=now + RETRY))


async def load_announced(fed: Federation, due: LoadDue, now: datetime) -> None:
    """Take some chunks of what is due. A failure is written down and left to the sweep."""
    ends = (due.hub_id, due.shop_id)
    try:
        await load_further(fed, ends, now)
    except GalleriaError as error:
        _log.info("load_failed", hub=ends[0], shop=ends[1], slug=error.slug, detail=error.detail)
        await _failed(ends, error, now)


async def load_further(fed: Federation, ends: Ends, now: datetime) -> None:
    """Take the next chunks of a snapshot; the rest, or what came after it, follows by a further message."""
    more = await bootstrap.go_on(fed, ends, now)
    async with atomic():
        await (bootstrap.announce(ends, now) if more else pull.announce(*ends, now))


async def _conclude(ends: Ends, outcome: Outcome, now: datetime) -> None:
    """Write down a look that came to an end, and leave `repairing` when nothing differs any more."""
    async with atomic():
        note = msgspec.structs.replace(
            await repairs.note(*ends), looked_at=now, next_at=now + timedelta(seconds=_interval())
        )
        if outcome.causes:
            note = mended(note, outcome, now)
        await repairs.save_note(note)
        if not outcome.wants_snapshot:
            await move(ends, "repaired")


def mended(note: RepairNote, outcome: Outcome, now: datetime) -> RepairNote:
    """The note after a repair that changed something."""
    return msgspec.structs.replace(
        note.charged(outcome.bytes_moved, now),
        repairs=note.repairs + 1,
        last_at=now,
        last_cause=",".join(dict.fromkeys(outcome.causes)),
        last_rounds=outcome.rounds,
        last_bytes=outcome.bytes_moved,
        last_records=outcome.records,
    )


async def _failed(ends: Ends, error: GalleriaError, now: datetime) -> None:
    """A look that broke off counts against the budget once something is known to differ."""
    async with atomic():
        note = msgspec.structs.replace(await repairs.note(*ends), next_at=now + rest_after(error))
        if await state_of(ends) == "repairing":
            note = note.charged(0, now)
        await repairs.save_note(note)
        await replicas.record_error(*ends, error.detail, now)


def rest_after(error: GalleriaError) -> timedelta:
    """How long to leave a copy alone after a look that broke off."""
    is_unable = isinstance(error, PeerRefusedError) and error.peer_slug == NotFoundError.slug
    return UNABLE_REST if is_unable else RETRY


def _interval() -> float:
    return limits.REPAIR_INTERVAL_SECONDS + any_between(-limits.REPAIR_JITTER_SECONDS, limits.REPAIR_JITTER_SECONDS)
