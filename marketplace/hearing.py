"""Hearing boutiques about disputes of their sales: the hub's answer to `federation.ports.Hearing`.

Carries what payouts knows into the words of the protocol and back; decides nothing.
"""

import re
from datetime import datetime
from uuid import UUID

from federation.conversations.disputes import Dispute, Disputes, DisputeState, EvidenceFile, Statement
from federation.documents.times import text_of
from federation.ports import HandedIn
from federation.vocabulary.ids import PartyId
from payouts.domain.dispute import DisputeStatus
from payouts.domain.dispute_records import DisputeRecord
from payouts.domain.hearing import FileHead, Hearing, StatementRecord
from payouts.service import hearings
from payouts.service.hearings import FileSaid

OTHER = "other"
STATES: dict[DisputeStatus, DisputeState] = {
    DisputeStatus.INQUIRY: "inquiry",
    DisputeStatus.OPEN: "open",
    DisputeStatus.EVIDENCE: "answered",
    DisputeStatus.WON: "won",
    DisputeStatus.LOST: "lost",
    DisputeStatus.PREVENTED: "prevented",
    DisputeStatus.CLOSED: "closed",
}
_WORD = re.compile(r"[a-z][a-z_]{0,39}")


class HubHearing:
    """Answers out of one hub's disputes."""

    async def disputes(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> Disputes:
        """What is disputed of the boutique's sales."""
        del hub_id
        found = await hearings.hearings_of(shop_id, now)
        return Disputes(at=text_of(now), disputes=tuple(map(told, found)))

    async def state(
        self, hub_id: PartyId, shop_id: PartyId, dispute_id: UUID, statement: Statement, now: datetime
    ) -> Dispute:
        """Keep what the boutique says."""
        del hub_id
        said = StatementRecord(
            dispute_id=dispute_id,
            shop_id=shop_id,
            said_by=statement.by,
            words=statement.text,
            carrier=statement.carrier,
            tracking=statement.tracking,
            shipped_on=statement.shipped_on,
            delivered_on=statement.delivered_on,
            said_at=now,
        )
        return told(await hearings.state(said, now))

    async def hand_in(
        self, hub_id: PartyId, shop_id: PartyId, dispute_id: UUID, file: HandedIn, now: datetime
    ) -> Dispute:
        """Keep a file."""
        del hub_id
        said = FileSaid(
            dispute_id=dispute_id,
            shop_id=shop_id,
            kind=file.kind,
            media_type=file.media_type,
            content=file.content,
        )
        return told(await hearings.hand_in(said, now))


def told(heard: Hearing) -> Dispute:
    """A dispute as its boutique is told of it."""
    dispute, said = heard.dispute, heard.said
    return Dispute(
        id=str(dispute.id),
        order_id=str(heard.shop_order_id),
        state=STATES[dispute.status],
        reason=dispute.reason if _WORD.fullmatch(dispute.reason) else OTHER,
        amount=heard.amount.amount_minor,
        currency=heard.amount.currency,
        opened_at=text_of(dispute.opened_at),
        due_at=None if dispute.due_at is None else text_of(dispute.due_at),
        closed_at=None if dispute.closed_at is None else text_of(dispute.closed_at),
        takes=heard.takes,
        handed_in_at=None if dispute.handed_in_at is None else text_of(dispute.handed_in_at),
        said=None if said is None else _statement(said),
        said_at=None if said is None else text_of(said.said_at),
        files=tuple(
            EvidenceFile(
                kind=one.kind,
                media_type=one.media_type,
                sha256=one.sha256.hex(),
                size=one.size,
                received_at=text_of(one.received_at),
                handed_in_at=_given_at(dispute, one),
            )
            for one in heard.files
        ),
    )


def _given_at(dispute: DisputeRecord, file: FileHead) -> str | None:
    """When the bank was given a file: with the answer that names it."""
    goes = file.goes_as is not None and file.provider_file is not None
    return text_of(dispute.handed_in_at) if goes and dispute.handed_in_at is not None else None


def _statement(said: StatementRecord) -> Statement:
    return Statement(
        by=said.said_by,
        text=said.words,
        carrier=said.carrier,
        tracking=said.tracking,
        shipped_on=said.shipped_on,
        delivered_on=said.delivered_on,
    )
