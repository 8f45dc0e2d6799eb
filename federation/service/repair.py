"""Keeping a hub's copy of a log whole: looking it over, reconciling it with the shop, mending what differs.

Order: our own rows against the root that we cosigned (altered lines, holes, stray rows, subtree roots); then, at the
same size, what is served against the fold of the log; then our newest leaves against the shop's by range
reconciliation, and what is served once more when some were lacking. Invariants: no leaf is written that is not proven
under a root we hold; the copy's size never changes here; the state is `repairing` from the first difference on until
the kept hashes make the signed root again.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from federation import limits
from federation.conversations.repair_messages import LeavesRequest
from federation.errors import PeerMismatchError
from federation.log import checkpoint
from federation.log.leaves import Leaf
from federation.node.database import atomic
from federation.recon.state import way_for
from federation.records import LogHead
from federation.service import growth, recon, served
from federation.service.calls import PeerCall
from federation.service.chunks import grown_from
from federation.service.context import Federation
from federation.service.recon import Found, Scope
from federation.service.replica_moves import move
from federation.store import logs, repairs
from federation.vocabulary.ids import PartyId

Ends = tuple[PartyId, PartyId]


class Damage(msgspec.Struct, frozen=True):
    """What is wrong with the rows of a copy, found without asking anyone."""

    places: tuple[int, ...] = ()
    """Leaves whose line is altered or missing."""
    strays: bool = False
    """Rows beyond the copy's end."""
    wrong_root: bool = False
    """The kept hashes, where complete, do not make the signed root."""
    wrong_tree: bool = False
    """Peaks or subtree roots are not those of the kept hashes."""

    @property
    def any(self) -> bool:
        return bool(self.places or self.strays or self.wrong_root or self.wrong_tree)


class _Rows(msgspec.Struct, frozen=True):
    """A copy's rows as they are: hash by place, places that contradict their lines, subtree roots."""

    kept: dict[int, bytes]
    misfits: frozenset[int]
    nodes: dict[tuple[int, int], bytes]


class Outcome(msgspec.Struct):
    """What looking a copy over came to, and what it cost."""

    causes: list[str] = msgspec.field(default_factory=list)
    rounds: int = 0
    bytes_moved: int = 0
    records: int = 0
    wants_snapshot: bool = False
    shop_lacks: int = 0

    def paid(self, found: Found) -> None:
        self.rounds += found.rounds
        self.bytes_moved += found.bytes_exchanged


class _Case(msgspec.Struct, frozen=True):
    """A copy under the hand: whose, its end, and what comes of it."""

    fed: Federation
    ends: Ends
    head: LogHead
    outcome: Outcome
    now: datetime

    def call_for(self, path: str) -> PeerCall:
        return PeerCall(local_id=self.ends[0], remote_id=self.ends[1], method="POST", path=path)


async def look_over(fed: Federation, ends: Ends, now: datetime) -> Outcome:
    """Look over a hub's copy and mend it; `ends` are (hub, shop). Call outside a transaction.

    Raises PeerError when the shop cannot be asked, PeerMismatchError when what it sends is not what it signed; the
    copy then stays as it is and in its state.
    """
    outcome = Outcome()
    async with atomic():
        head = await logs.head(*ends, lock=True)
        if head is None or head.size == 0:
            return outcome
        rows = await _rows(head)
    case = _Case(fed, ends, head, outcome, now)
    damage = await _damage(head, rows)
    if damage.any:
        await move(ends, "mismatch")
        await _mend_rows(case, damage)
    if outcome.wants_snapshot:
        return outcome
    await _show(case)  # before the shop is asked: it may be unable to answer
    if await _compare(case):
        await _show(case)
    return outcome


async def _rows(head: LogHead) -> _Rows:
    kept, misfits = dict(await repairs.kept_hashes(head)), await repairs.misfits(head)
    return _Rows(kept, frozenset(misfits), await repairs.kept_nodes(head))


async def _damage(head: LogHead, rows: _Rows) -> Damage:
    """What is wrong with the rows, as far as they tell by themselves."""
    told = checkpoint.parse(head.note).checkpoint
    missing = [place for place in range(head.size) if place not in rows.kept]
    places = tuple(sorted({place for place in rows.misfits if place < head.size}.union(missing)))
    strays = len(rows.kept) + len(missing) > head.size
    if missing:
        return Damage(places, strays)
    grown = await grown_from([rows.kept[place] for place in range(head.size)])
    wrong_root = grown.tree.root() != told.root or told.size != head.size
    nodes = {(node.level, node.place): node.hash for node in grown.nodes}
    wrong_tree = not wrong_root and (grown.tree.encode() != head.peaks or nodes != rows.nodes)
    return Damage(places, strays, wrong_root and not places, wrong_tree)


async def _mend_rows(case: _Case, damage: Damage) -> None:
    """Fetch altered and missing leaves by their places; then by comparing histories, when the root is still wrong."""
    head, outcome = case.head, case.outcome
    keys = await logs.live_records(*case.ends, "")
    if way_for(damaged=len(damage.places), keys=keys) == "snapshot":
        outcome.wants_snapshot = True
        return
    outcome.causes.append("rows" if damage.places or damage.wrong_root else "tree")
    await _fetch(case, places=damage.places)
    if not await _rebuilt(head):
        found = await recon.ask_catalog(case.fed, case.ends, Scope(head, head.size, history=True), case.now)
        outcome.paid(found)
        await _fetch(case, hashes=sorted(found.need))
        outcome.wants_snapshot = not await _rebuilt(head)


async def _show(case: _Case) -> None:
    """Have the desk serve what our log says."""
    if case.fed.hub_desk is None:
        return
    mended = await served.mend(case.fed.hub_desk, case.head, case.now)
    case.outcome.records += mended
    case.outcome.causes += ["served"] * bool(mended)


async def _compare(case: _Case) -> bool:
    """Compare the newest leaves with the shop's at our size, and fetch what we lack; whether that was anything."""
    found = await recon.ask_catalog(case.fed, case.ends, Scope(case.head, case.head.size), case.now)
    case.outcome.paid(found)
    case.outcome.shop_lacks = len(found.have)
    if found.need:
        await move(case.ends, "mismatch")
        case.outcome.causes.append("set")
        await _fetch(case, hashes=sorted(found.need))
    return bool(found.need)


async def _fetch(case: _Case, *, places: Sequence[int] = (), hashes: Sequence[bytes] = ()) -> None:
    """Fetch leaves, each proven under the root we cosigned, and write them in their places."""
    head, outcome = case.head, case.outcome
    root = checkpoint.parse(head.note).checkpoint.root
    while places or hashes:
        part = LeavesRequest(
            epoch=head.epoch,
            size=head.size,
            places=tuple(places[: limits.RECON_LEAVES_MAX]),
            hashes=tuple(item.hex() for item in hashes[: limits.RECON_LEAVES_MAX]),
        )
        leaves, size = await recon.ask_leaves(case.fed, case.call_for("/recon/leaves"), part, root, case.now)
        outcome.bytes_moved += size
        if not leaves:
            raise PeerMismatchError(f"{case.ends[1]} has leaves, by its own word, that it does not hand out")
        async with atomic():
            await repairs.put_leaves(head, [growth.stored(leaf) for leaf in leaves])
        outcome.records += len(leaves)
        places, hashes = still_wanted(places, hashes, leaves)


def still_wanted(
    places: Sequence[int], hashes: Sequence[bytes], leaves: Sequence[Leaf]
) -> tuple[list[int], list[bytes]]:
    """What is left to ask for after an answer. Raises PeerMismatchError for one that holds nothing of it.

    Else a peer that proves the same other leaf again and again would be asked for ever.
    """
    here, told = {leaf.seq for leaf in leaves}, {bytes.fromhex(leaf.hash) for leaf in leaves}
    if here.isdisjoint(places) and told.isdisjoint(hashes):
        raise PeerMismatchError("the answer holds other leaves than those that were asked for")
    return [place for place in places if place not in here], [item for item in hashes if item not in told]


async def _rebuilt(head: LogHead) -> bool:
    """Write the tree anew from the kept hashes; False, and nothing written, when they do not make the signed root."""
    told = checkpoint.parse(head.note).checkpoint
    kept = [(seq, item) for seq, item in await repairs.kept_hashes(head) if seq < head.size]
    if [seq for seq, _ in kept] != list(range(head.size)):
        return False
    grown = await grown_from([item for _, item in kept])
    if grown.tree.root() != told.root or told.size != head.size:
        return False
    async with atomic():
        now_head = await logs.head(head.holder_id, head.party_id, lock=True)
        if now_head is None or now_head.size != head.size:
            return True  # it has grown meanwhile: the next look sees to the tree
        await repairs.drop_beyond(head, head.size)
        await repairs.replace_nodes(head, grown.nodes)
        await repairs.replace_end(msgspec.structs.replace(now_head, peaks=grown.tree.encode()))
    return True
