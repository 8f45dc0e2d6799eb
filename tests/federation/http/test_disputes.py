"""A boutique asks what is disputed of its sales, and hands in what speaks for it."""

from datetime import datetime
from uuid import UUID

import pytest

from federation import limits
from federation.conversations.disputes import Dispute, Disputes, EvidenceFile, Statement
from federation.documents.times import text_of
from federation.node import clock
from federation.ports import HandedIn
from federation.service import disputes
from federation.service.calls import PeerCall, call
from federation.service.disputes import Pair as Ends
from federation.vocabulary.errors import ConflictError, NotFoundError, PeerRefusedError, RecordInvalidError
from federation.vocabulary.ids import PartyId
from tests.federation.nodes import Pair
from tests.support.evidence_files import pdf, png

DISPUTE = UUID("01920000-0000-7000-8000-0000000000d1")


class Hearing:
    """A hub with one dispute, of the shop that asks; it is over once somebody says so."""

    def __init__(self) -> None:
        self.takes = "yes"
        self.said: Statement | None = None
        self.files: list[HandedIn] = []
        self.files_sent = 0

    async def disputes(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> Disputes:
        del hub_id, shop_id
        return Disputes(at=text_of(now), disputes=(self._told(now),))

    async def state(
        self, hub_id: PartyId, shop_id: PartyId, dispute_id: UUID, statement: Statement, now: datetime
    ) -> Dispute:
        del hub_id, shop_id
        self._open(dispute_id)
        self.said = statement
        return self._told(now)

    async def hand_in(
        self, hub_id: PartyId, shop_id: PartyId, dispute_id: UUID, file: HandedIn, now: datetime
    ) -> Dispute:
        del hub_id, shop_id
        self._open(dispute_id)
        self.files.append(file)
        return self._told(now)

    def _open(self, dispute_id: UUID) -> None:
        if dispute_id != DISPUTE:
            raise NotFoundError("there is no such dispute of yours")
        if self.takes != "yes":
            raise ConflictError("the bank has decided")

    def _told(self, now: datetime) -> Dispute:
        return Dispute(
            id=str(DISPUTE),
            order_id=str(DISPUTE),
            state="open",
            reason="product_not_received",
            amount=12_333,
            currency="EUR",
            opened_at=text_of(now),
            takes=self.takes,  # type: ignore[arg-type]
            handed_in_at=text_of(now) if self.takes == "answered" else None,
            said=self.said,
            said_at=None if self.said is None else text_of(now),
            files=tuple(
                EvidenceFile(
                    kind=one.kind,
                    media_type=one.media_type,
                    sha256="0" * 64,
                    size=1,
                    received_at=text_of(now),
                    handed_in_at=text_of(now) if place < self.files_sent else None,
                )
                for place, one in enumerate(self.files)
            ),
        )


async def test_what_speaks_for_a_boutique_reaches_its_hub(pair: Pair) -> None:
    """A statement and files whose bytes are what they are called; afterwards the dispute says what the hub has."""
    hearing, ends = Hearing(), (pair.shop.party_id, pair.hub.party_id)
    pair.hub.fed.hearing = hearing
    said = Statement(by="Ada", text="It was handed over.", carrier="Poste", tracking="PT-1", shipped_on="2026-11-20")
    with pair.shop.here() as fed:
        (known,) = (await disputes.ask_disputes(fed, ends, clock.now())).disputes
        assert (known.amount, known.takes, known.said) == (12_333, "yes", None)
        assert (await disputes.make_statement(fed, ends, DISPUTE, said, clock.now())).said == said
        after = await disputes.hand_in(fed, ends, DISPUTE, ("delivery", pdf()), clock.now())
        after = await disputes.hand_in(fed, ends, DISPUTE, ("product", png()), clock.now())
        assert [(one.kind, one.media_type) for one in after.files] == [
            ("delivery", "application/pdf"),
            ("product", "image/png"),
        ]
        with pytest.raises(RecordInvalidError, match="whole PDF"):
            await disputes.hand_in(fed, ends, DISPUTE, ("other", b"MZ\x90"), clock.now())
        hearing.takes = "decided"
        with pytest.raises(PeerRefusedError) as over:
            await disputes.make_statement(fed, ends, DISPUTE, said, clock.now())
        with pytest.raises(PeerRefusedError) as unknown:
            await disputes.make_statement(fed, ends, UUID(int=7), said, clock.now())
    assert (over.value.peer_slug, unknown.value.peer_slug) == ("conflict", "not-found")
    assert [one.content for one in hearing.files] == [pdf(), png()]


async def test_a_hub_believes_bytes_and_no_names(pair: Pair) -> None:
    """Another content type than the bytes', an unknown kind, a program, too much, too often: each is refused."""
    hearing, ends = Hearing(), (pair.shop.party_id, pair.hub.party_id)
    pair.hub.fed.hearing = hearing
    assert await refused(pair, ends, "delivery", pdf(), "image/png") == "record-invalid"
    assert await refused(pair, ends, "delivery", b"MZ\x90\x00", "application/pdf") == "record-invalid"
    assert await refused(pair, ends, "gossip", pdf(), "application/pdf") == "not-found"
    long = pdf(limits.EVIDENCE_FILE_BYTES_MAX)
    assert await refused(pair, ends, "delivery", long, "application/pdf") == "too-large"
    with pair.shop.here() as fed:
        now = clock.now()
        with pytest.raises(PeerRefusedError) as often:
            for _ in range(2 * limits.EVIDENCE_PER_MINUTE_MAX + 1):
                await disputes.ask_disputes(fed, ends, now)
    assert often.value.peer_slug == "quota"
    assert hearing.files == []


async def refused(pair: Pair, ends: Ends, kind: str, content: bytes, media_type: str) -> str:
    """How the hub refuses a file that a shop's own program would never send."""
    ask = PeerCall(
        local_id=ends[0],
        remote_id=ends[1],
        method="POST",
        path=f"/disputes/{DISPUTE}/files/{kind}",
        body=content,
        content_type=media_type,
        idempotency_key="k",
    )
    with pair.shop.here() as fed, pytest.raises(PeerRefusedError) as error:
        await call(fed, ask, clock.now())
    return str(error.value.peer_slug)


async def test_where_nobody_hears_there_is_nothing(pair: Pair) -> None:
    """A hub without disputes, and any shop, say that there is no such thing."""
    with pair.shop.here() as fed, pytest.raises(PeerRefusedError) as nobody:
        await disputes.ask_disputes(fed, (pair.shop.party_id, pair.hub.party_id), clock.now())
    assert nobody.value.peer_slug == "not-found"
