"""Writing what a party has in the federation into an archive: identity, log with every signature, links, orders.

Call inside one transaction that sees one state of the database (`node.rows.one_snapshot`); nothing is changed.
"""

import msgspec

from federation.archive import form, history
from federation.archive.container import ArchiveWriter, LineWriter
from federation.archive.form import LogEnd
from federation.archive.history import KeptCheckpoint, KeptOperation
from federation.documents.identity import IdentityState
from federation.documents.times import text_of
from federation.log.tree import Range
from federation.node import rows
from federation.records import HostedParty, LogHead
from federation.service import parties
from federation.store import logs
from federation.store import parties as store
from federation.store.carried import CARRIED
from federation.vocabulary.ids import PartyId

LINES_AT_ONCE = 2_000


class PartyMember(msgspec.Struct, frozen=True, kw_only=True):
    """`identity/party.json`: what the node knows of the party beside its operations."""

    id: PartyId
    kind: str
    name: str
    created_at: str


class Written(msgspec.Struct, frozen=True):
    """What was written of a party, for the manifest."""

    party: HostedParty
    state: IdentityState
    logs: tuple[LogEnd, ...]


async def write_party(writer: ArchiveWriter, party_id: PartyId) -> Written:
    """Write identity, logs and the federation's rows of a party; raises NotFoundError."""
    party = await parties.party(party_id)
    told = PartyMember(id=party.id, kind=party.kind, name=party.name, created_at=text_of(party.created_at))
    writer.add(form.PARTY, msgspec.json.encode(told) + b"\n")
    with writer.member(form.OPERATIONS) as member:
        for operation in await store.seen_operations(party_id):
            member.write(msgspec.json.encode(KeptOperation(operation.data.decode(), operation.first_seen)))
    ends = [await _write_log(writer, head) for head in await _heads(party_id)]
    for carried in CARRIED:
        await write_rows(writer, carried, party_id)
    return Written(party, await parties.identity_of(party_id), tuple(ends))


async def write_rows(writer: ArchiveWriter, carried: rows.Carried, party_id: PartyId) -> None:
    """Write a table's rows of the party as one member."""
    with writer.member(carried.member) as member:
        async for line in rows.lines(carried, party_id):
            member.write(line)


async def _heads(party_id: PartyId) -> list[LogHead]:
    """The ends of the party's own log in every epoch, the first one first."""
    newest = await logs.head(party_id, party_id)
    if newest is None:
        return []
    past = [await logs.past_head(party_id, party_id, epoch) for epoch in range(1, newest.epoch)]
    return [*(head for head in past if head is not None), newest]


async def _write_log(writer: ArchiveWriter, head: LogHead) -> LogEnd:
    with writer.member(history.lines_name(head.epoch)) as member:
        await _write_lines(member, head)
    with writer.member(history.checkpoints_name(head.epoch)) as member:
        for kept in await logs.checkpoints_after(head, 0, head.size):
            member.write(msgspec.json.encode(KeptCheckpoint(size=kept.size, note=kept.note.decode())))
    root = Range.decode(head.size, head.peaks).root()
    return LogEnd(epoch=head.epoch, size=head.size, root=root.hex())


async def _write_lines(member: LineWriter, head: LogHead) -> None:
    for start in range(0, head.size, LINES_AT_ONCE):
        for line in await logs.lines(head, start, min(start + LINES_AT_ONCE, head.size)):
            member.write(line)
