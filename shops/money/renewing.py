"""Keeping the copies of a boutique's accounts fresh though nobody looks: a hub that dies, or is left, has told by then.

Every hub that has or had the boutique's money is asked by and by (`domain.renewal`), and every paper that it has issued
is fetched, checked and kept. Invariants: who asks has said before that it will be asked again, so that nothing is
forgotten with a process; what one hub says keeps no other from being asked; what was wanted while a hub was being asked
is asked for once more; a run ends in time, and what it did not reach is still due. Opens its own transactions.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from federation.node.database import atomic
from federation.service import links, pull
from federation.service.context import Federation
from federation.vocabulary.errors import GalleriaError, PeerRefusedError, PeerUnreachableError
from federation.vocabulary.ids import PartyId, any_between
from shops import store as boutiques
from shops.money import service, store
from shops.money.domain.copies import Copy
from shops.money.domain.renewal import OLD, SOON, SPREAD, Renewal, rest
from shops.money.service import Pair, Seen, Silence

TOLD_BY = frozenset({"accepted", "suspended", "ended"})
"""Links under which there can be money."""
PAIRS_MAX = 200
RUN_SECONDS = 20.0
"""A run begins nothing new after so long, and a paper that has not come whole by then is fetched the next time."""
TURN = timedelta(minutes=10)
"""So long after it was begun a hub is asked again by whom nothing was noted."""
FIRST_SECONDS = 600.0
"""New accounts are asked for the first time spread over so long."""
LAST_SECONDS = 10.0
"""How long a boutique that is to leave waits for its hubs' last words."""

_log = structlog.get_logger(__name__)


async def want(shop_id: PartyId, hub_id: PartyId, now: datetime) -> None:
    """Ask a hub soon: it has said something about money. In the caller's transaction."""
    await store.want_renewal(shop_id, hub_id, now + SOON * any_between(*SPREAD), now)


async def want_missing(now: datetime) -> None:
    """Sweep: see to it that every hub with money of a boutique that lives here is asked, whatever linked the two."""
    for boutique in await boutiques.boutiques():
        if boutique.departed:
            continue
        known = await store.renewals(boutique.shop_id)
        told_by = [link.remote_id for link in await links.links(boutique.shop_id) if link.state in TOLD_BY]
        for hub_id in told_by:
            if hub_id not in known:
                due_at = now + timedelta(seconds=any_between(0, FIRST_SECONDS))
                async with atomic():
                    await store.want_renewal(boutique.shop_id, hub_id, due_at, now)


async def renew_due(fed: Federation, now: datetime) -> int:
    """Sweep: ask the hubs that are due, a few at once; returns how many were due."""
    until = asyncio.get_running_loop().time() + RUN_SECONDS
    due = await store.due_renewals(now, PAIRS_MAX)

    async def one(pair: Pair) -> None:
        if asyncio.get_running_loop().time() < until and await store.take_renewal(*pair, now, now + TURN):
            await renew(fed, pair, until, now)

    await pull.for_each_peer(due, one)
    return len(due)


async def renew_all(fed: Federation, shop_id: PartyId, now: datetime) -> None:
    """Ask every hub of a boutique at once, as it is about to leave: what they have told by then goes with it."""
    until = asyncio.get_running_loop().time() + LAST_SECONDS
    pairs = [(shop_id, link.remote_id) for link in await links.links(shop_id) if link.state in TOLD_BY]
    await pull.for_each_peer(pairs, lambda pair: renew(fed, pair, until, now))


async def renew(fed: Federation, pair: Pair, until: float, now: datetime) -> None:
    """Ask a hub, fetch its papers until then by the loop's clock, and note when it is asked again.

    Whatever goes wrong with one hub is noted as its strange answer, and stops nobody who is asked beside it.
    """
    try:
        await _renew(fed, pair, until, now)
    except Exception:  # noqa: BLE001 - an edge: what one hub says, or a mistake of ours about it, keeps no other
        _log.exception("renewal_failed", shop=pair[0], hub=pair[1])
        await _save(pair, "strange", None, now, is_whole=False)


async def _renew(fed: Federation, pair: Pair, until: float, now: datetime) -> None:
    left_seconds = until - asyncio.get_running_loop().time()
    seen = await service.look(fed, pair, now, seconds=max(left_seconds, service.VISIT_SECONDS))
    has_time = bool(seen.silence) or await fetch_papers(fed, pair, seen.copy, until, now)
    await note(pair, seen, now, has_time=has_time)


async def fetch_papers(fed: Federation, pair: Pair, copy: Copy, until: float, now: datetime) -> bool:
    """Fetch what is not kept yet and check it; False when time was up before the end, or the hub had enough of it.

    The shortest come first, so that one too long for a run keeps back no others. A paper that does not fit is not kept,
    and asked for again the next time; so is one for which there is no room.
    """
    kept, room_bytes = await store.kept_forms(*pair)
    missing = [(one, file) for one in copy.papers for file in one.files if (UUID(one.id), file.form) not in kept]
    for paper, file in sorted(missing, key=lambda each: each[1].size):
        if file.size > room_bytes:
            continue
        if asyncio.get_running_loop().time() >= until:
            return False
        try:
            await service.hand_on(fed, pair, UUID(paper.id), file.form, now, until=until)
            room_bytes -= file.size
        except GalleriaError as error:
            if _is_passing(error):
                return False
            _log.warning("paper_not_kept", hub=pair[1], number=paper.number, form=file.form, detail=error.detail)
    return True


def _is_passing(error: GalleriaError) -> bool:
    """Whether it lies with the hub at this moment, and not with the paper."""
    return isinstance(error, PeerUnreachableError) or (isinstance(error, PeerRefusedError) and error.retry != "never")


async def untold(shop_id: PartyId, now: datetime) -> set[str]:
    """The hubs that tell nothing any more, for so long that the boutique should know."""
    failing = [one.hub_id for one in (await store.renewals(shop_id)).values() if one.failures]
    told = {hub_id: (await store.copy(shop_id, PartyId(hub_id))).told_at for hub_id in failing}
    return {hub_id for hub_id, told_at in told.items() if told_at is not None and now - told_at >= OLD}


async def answering(shop_id: PartyId) -> list[PartyId]:
    """The hubs that may have its money and answered when they were last asked for its account, or never were."""
    silent = {one.hub_id for one in (await store.renewals(shop_id)).values() if one.failures}
    linked = [link.remote_id for link in await links.links(shop_id) if link.state in TOLD_BY]
    return [hub_id for hub_id in linked if hub_id not in silent]


async def note_visit(pair: Pair, seen: Seen, now: datetime) -> None:
    """Write down that a hub has answered somebody who looked; that it did not is found out by asking it in turn."""
    if not seen.silence and seen.copy.told_at == now:
        kept, _ = await store.kept_forms(*pair)
        await note(pair, seen, now, has_time=not _forms(seen.copy) - kept)


async def note(pair: Pair, seen: Seen, now: datetime, *, has_time: bool) -> None:
    """Write down what came of asking a hub, and when it is asked again: soon where there was no time for everything."""
    kept, _ = await store.kept_forms(*pair)
    is_whole = has_time and (seen.copy.is_whole or seen.copy.is_cut)
    await _save(pair, seen.silence, len(_forms(seen.copy) - kept), now, is_whole=is_whole)


async def _save(pair: Pair, silence: Silence, missing: int | None, now: datetime, *, is_whole: bool) -> None:
    """Keep what came of asking; None for `missing` papers where nobody could tell: then it is as it was."""
    known = (await store.renewals(pair[0])).get(pair[1])
    before = Renewal(hub_id=pair[1], due_at=now) if known is None else known
    failures = before.failures + 1 if silence else 0
    tried = Renewal(
        hub_id=pair[1],
        due_at=now + rest(failures, any_between(*SPREAD), is_whole=is_whole),
        silence=silence,
        failures=failures,
        papers_missing=before.papers_missing if missing is None else missing,
    )
    async with atomic():
        await store.save_renewal(pair[0], tried, now)


def _forms(copy: Copy) -> set[tuple[UUID, str]]:
    return {(UUID(paper.id), file.form) for paper in copy.papers for file in paper.files}
