"""Judging a party's archive and writing what it has in the federation at a new node.

Invariants: everything is checked before anything is written: the manifest's signature, the operations, every line and
signed size of every log, every hub's countersignature, every row's owner. Then all of it is written in the caller's
transaction or none. A party is hosted once: a second arrival is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from federation.archive import form, history
from federation.archive.container import ArchiveReader
from federation.archive.errors import ArchiveRefusedError
from federation.archive.form import LogEnd, Manifest
from federation.archive.history import KeptCheckpoint, KeptOperation
from federation.documents import rivals
from federation.documents.identity import IdentityState, SeenOperation
from federation.documents.keys import PublicKey
from federation.documents.profile import endpoint_of
from federation.log import checkpoint
from federation.log.tree import Range
from federation.node import rows
from federation.node.rows import Carried
from federation.records import LogHead
from federation.service import growth
from federation.service.archiving import PartyMember
from federation.store import logs
from federation.store.carried import CARRIED
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import PartyId

READABLE = "read-me/"
"""Members for people; what they say is said elsewhere, so nothing is read of them."""
OWNERS = frozenset({"shop_id", "local_id", "party_id", "holder_id"})
ROWS_AT_ONCE = 500
LOG_BYTES_MAX = 64 * 2**20


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """An archive that is what it says it is, and may be written."""

    reader: ArchiveReader
    manifest: Manifest
    told: PartyMember
    operations: tuple[SeenOperation, ...]
    state: IdentityState
    keys: tuple[PublicKey, ...]
    columns: Mapping[str, Mapping[str, str]]

    @property
    def party_id(self) -> PartyId:
        return self.manifest.party

    def rows(self, carried: Carried) -> Iterator[tuple[int, dict[str, object]]]:
        """The rows of a table with their line numbers; none when the archive is older than the table."""
        member = next((item for item in self.manifest.members if item.name == carried.member), None)
        if member is None:
            return
        for number, line in self.reader.lines(member):
            try:
                row = rows.read_line(line, self.columns[carried.table])
                _check_owner(carried, row, self.party_id)
            except GalleriaError as error:
                raise ArchiveRefusedError(error.detail, member=carried.member, line=number) from error
            yield number, row


async def judge(reader: ArchiveReader, further: Sequence[Carried], others: Sequence[str], now: datetime) -> Judged:
    """Check everything that the federation knows of; `further` are the node's own tables, `others` further members.

    Raises ArchiveRefusedError naming the member and, where there is one, the line.
    """
    manifest, note = form.read_manifest(reader.manifest_note())
    reader.check_names(manifest)
    operations = tuple(_operations(reader, manifest))
    try:
        resolution = rivals.resolve(operations, int(now.timestamp()))
    except GalleriaError as error:
        raise ArchiveRefusedError(error.detail, member=form.OPERATIONS) from error
    form.check_signature(manifest, note, resolution.state)
    if resolution.state.retired:
        raise ArchiveRefusedError("the party has retired: nobody can go on for it", member=form.OPERATIONS)
    all_of_them = (*CARRIED, *further)
    _check_known(manifest, [item.member for item in all_of_them], others)
    columns = {item.table: {one.name: one.kind for one in await rows.columns_of(item)} for item in all_of_them}
    judged = Judged(
        reader=reader,
        manifest=manifest,
        told=_told(reader, manifest),
        operations=operations,
        state=resolution.state,
        keys=tuple(life.key for life in resolution.keys),
        columns=columns,
    )
    roots = _check_logs(judged)
    peers = _check_peers(judged, int(now.timestamp()))
    _check_deliveries(judged, roots, peers)
    for carried in all_of_them:
        for _ in judged.rows(carried):
            pass
    for member in manifest.members:
        if member.name.startswith(READABLE) or member.name == form.SEALED_KEY:
            for _ in reader.checked(member.name, member.size_bytes, member.sha256):
                pass
    return judged


def require_continued(judged: Judged, known: Sequence[SeenOperation], head: LogHead | None) -> None:
    """Refuse an archive that does not go on from what this node has of the party, from when it lived here.

    Raises ArchiveRefusedError: an older archive, or one of another history.
    """
    told = {item.data for item in judged.operations}
    if any(item.data not in told for item in known):
        raise ArchiveRefusedError(
            "operations are missing that this node knows: it is older than what is here", member=form.OPERATIONS
        )
    if head is None:
        return
    origin = checkpoint.origin_of(judged.party_id, head.epoch)
    if _check_logs(judged).get((origin, head.size)) != Range.decode(head.size, head.peaks).root():
        raise ArchiveRefusedError(
            f"it does not begin with the {head.size} lines that are here: it is older, or another history",
            member=form.MANIFEST,
        )


async def write_logs(judged: Judged, now: datetime) -> None:
    """Write every log of the party as its own, from the first line; in the caller's transaction."""
    party_id = judged.party_id
    for number, end in enumerate(judged.manifest.logs):
        for grown in _grown(judged, end):
            note = grown.kept.note.encode()
            head = LogHead(party_id, party_id, end.epoch, grown.tree.size, grown.tree.encode(), note, now)
            if grown.leaves:
                await growth.keep(head, grown.leaves, grown.nodes)
            elif number == 0:
                await logs.open_log(head)
                await logs.add_checkpoint(head, 0)
            else:
                await logs.begin_epoch(head)
                await logs.add_checkpoint(head, 0)


async def write_rows(judged: Judged, carried: Carried) -> int:
    """Write a table's rows, in the caller's transaction; returns how many."""
    batch: list[dict[str, object]] = []
    written = 0
    for _, row in judged.rows(carried):
        batch.append(row)
        if len(batch) == ROWS_AT_ONCE:
            await rows.write(carried, batch)
            written, batch = written + len(batch), []
    await rows.write(carried, batch)
    return written + len(batch)


def _operations(reader: ArchiveReader, manifest: Manifest) -> Iterator[SeenOperation]:
    for number, line in reader.lines(manifest.member(form.OPERATIONS)):
        try:
            kept = msgspec.json.decode(line, type=KeptOperation)
        except msgspec.DecodeError as error:
            raise ArchiveRefusedError(str(error), member=form.OPERATIONS, line=number) from error
        yield SeenOperation(kept.operation.encode(), kept.first_seen)


def _told(reader: ArchiveReader, manifest: Manifest) -> PartyMember:
    data = reader.data(manifest.member(form.PARTY), form.MANIFEST_BYTES_MAX)
    try:
        told = msgspec.json.decode(data, type=PartyMember)
    except msgspec.DecodeError as error:
        raise ArchiveRefusedError(str(error), member=form.PARTY) from error
    if (told.id, told.kind) != (manifest.party, manifest.kind):
        raise ArchiveRefusedError("it is about another party than the manifest", member=form.PARTY)
    return told


def _check_known(manifest: Manifest, carried: Sequence[str], others: Sequence[str]) -> None:
    logs_named = [
        name for end in manifest.logs for name in (history.lines_name(end.epoch), history.checkpoints_name(end.epoch))
    ]
    known = {form.PARTY, form.OPERATIONS, form.SEALED_KEY, form.MEDIA_INDEX, *carried, *others, *logs_named}
    for member in manifest.members:
        if member.name not in known and not member.name.startswith(READABLE):
            raise ArchiveRefusedError(
                "this program does not know what it is: bring the node to the newest version", member=member.name
            )


def _check_logs(judged: Judged) -> dict[tuple[str, int], bytes]:
    """The root of every signed size of every log, once all of them are as they should be."""
    roots: dict[tuple[str, int], bytes] = {}
    epochs = [end.epoch for end in judged.manifest.logs]
    expected = list(range(1, judged.state.epoch + 1)) if judged.manifest.kind == "shop" else []
    if epochs != expected:
        raise ArchiveRefusedError(
            f"it has the epochs {epochs}, the operations speak of {expected}", member=form.MANIFEST
        )
    for end in judged.manifest.logs:
        for grown in _grown(judged, end):
            roots[checkpoint.origin_of(judged.party_id, end.epoch), grown.tree.size] = grown.tree.root()
    return roots


def _grown(judged: Judged, end: LogEnd) -> Iterator[history.Grown]:
    kept: list[KeptCheckpoint] = []
    name = history.checkpoints_name(end.epoch)
    for number, line in judged.reader.lines(judged.manifest.member(name)):
        try:
            kept.append(msgspec.json.decode(line, type=KeptCheckpoint))
        except msgspec.DecodeError as error:
            raise ArchiveRefusedError(str(error), member=name, line=number) from error
    lines = judged.reader.lines(judged.manifest.member(history.lines_name(end.epoch)))
    return history.grow(judged.party_id, end, lines, kept, judged.keys)


def _check_peers(judged: Judged, now: int) -> dict[str, tuple[PublicKey, ...]]:
    """Every key that each peer ever named, once each peer is who it says and where it says."""
    peers, operations = CARRIED[0], CARRIED[1]
    seen: dict[str, list[SeenOperation]] = {}
    for _, row in judged.rows(operations):
        moment = row["first_seen_at"]
        first = int(moment.timestamp()) if isinstance(moment, datetime) else now
        body = row["body"]
        seen.setdefault(str(row["peer_id"]), []).append(SeenOperation(body if isinstance(body, bytes) else b"", first))
    keys: dict[str, tuple[PublicKey, ...]] = {}
    for number, row in judged.rows(peers):
        peer_id = str(row["id"])
        try:
            resolution = rivals.resolve(seen.get(peer_id, []), now)
        except GalleriaError as error:
            raise ArchiveRefusedError(error.detail, member=operations.member) from error
        state = resolution.state
        at = endpoint_of(state.address, state.party_id)
        if state.party_id != peer_id or (row["base_url"], row["profile_url"]) != (state.address, f"{at}/profile"):
            raise ArchiveRefusedError("its own operations say something else", member=peers.member, line=number)
        keys[peer_id] = tuple(life.key for life in resolution.keys)
    if seen.keys() - keys.keys():
        raise ArchiveRefusedError("it has operations of a peer that is not there", member=operations.member)
    return keys


def _check_deliveries(
    judged: Judged, roots: Mapping[tuple[str, int], bytes], peers: Mapping[str, tuple[PublicKey, ...]]
) -> None:
    deliveries = next(item for item in CARRIED if item.table == "fed_delivery")
    for number, row in judged.rows(deliveries):
        note, hub_id = row["cosigned_note"], PartyId(str(row["hub_id"]))
        if not isinstance(note, bytes) or not note:
            continue
        try:
            history.check_cosigned(note, hub_id, peers.get(hub_id, ()), roots)
        except GalleriaError as error:
            raise ArchiveRefusedError(error.detail, member=deliveries.member, line=number) from error


def _check_owner(carried: Carried, row: Mapping[str, object], party_id: PartyId) -> None:
    """Refuse a row that would be another party's: an archive speaks for its own party alone."""
    if carried.mode == "shared":
        scope = str(row.get("scope", f"fed:{party_id}:"))
        if not scope.startswith(f"fed:{party_id}:"):
            raise ArchiveRefusedError("the row is another party's")
        return
    owners = {str(row[name]) for name in OWNERS & row.keys()}
    if owners != {party_id}:
        raise ArchiveRefusedError("the row is another party's")


def made_at(judged: Judged) -> datetime:
    """When the party was made, as its old node had it."""
    return datetime.fromisoformat(judged.told.created_at).astimezone(UTC)
