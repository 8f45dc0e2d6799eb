"""A boutique asks its hub about its account, and gets its papers with their bytes."""

import asyncio
import hashlib
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from federation import limits
from federation.conversations import checks
from federation.conversations.accounts import (
    AccountLine,
    AccountLines,
    AccountState,
    Paper,
    PaperFile,
    PaperForm,
    Papers,
    Position,
)
from federation.errors import PeerMismatchError
from federation.node import clock
from federation.service import accounts
from federation.service.tally import Tally
from federation.vocabulary.errors import PeerRefusedError, PeerUnreachableError, QuotaError, RecordInvalidError
from federation.vocabulary.ids import PartyId
from tests.federation.nodes import Pair

WHEN = "2026-11-22T08:00:00Z"
PAPER_ID = "01900000-0000-7000-8000-000000000001"
LONG = b"%PDF" + b"\xff" * limits.PAPER_PART_BYTES_MAX


def line(line_id: int) -> AccountLine:
    """A movement."""
    return AccountLine(
        id=line_id, at=WHEN, kind="sale", account="held", currency="EUR", amount=100, balance=100 * line_id
    )


class Bookkeeper:
    """A hub's books of three movements and one paper; it remembers who asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.ids: tuple[int, ...] = (1, 2, 3)

    async def account(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> AccountState:
        del now
        self.asked.append((hub_id, shop_id))
        return AccountState(at=WHEN, standing="ready", positions=(Position(currency="EUR", held=300),))

    async def lines(self, hub_id: PartyId, shop_id: PartyId, after: int, limit: int) -> AccountLines:
        self.asked.append((hub_id, shop_id))
        found = [line(each) for each in self.ids if each > after]
        return AccountLines(tuple(found[:limit]), more=len(found) > limit)

    async def papers(self, hub_id: PartyId, shop_id: PartyId) -> Papers:
        self.asked.append((hub_id, shop_id))
        file = PaperFile("pdf", hashlib.sha256(LONG).hexdigest(), len(LONG))
        return Papers((paper(file),))

    async def paper(self, hub_id: PartyId, shop_id: PartyId, paper_id: UUID, form: PaperForm) -> bytes | None:
        self.asked.append((hub_id, shop_id))
        return LONG if (str(paper_id), form) == (PAPER_ID, "pdf") else None


def paper(*files: PaperFile) -> Paper:
    """A statement's head."""
    return Paper(
        id=PAPER_ID, kind="statement", number="S-2026-1", currency="EUR", period_start="2026-11-01T00:00:00Z",
        period_end="2026-12-01T00:00:00Z", issued_at=WHEN, total=300, files=files,
    )  # fmt: skip


async def test_a_boutique_reads_its_account_and_papers(pair: Pair) -> None:
    """Who asks is known by the signature; pages follow each other; a long paper comes whole, or is refused."""
    books = Bookkeeper()
    pair.hub.fed.bookkeeper = books
    ends = (pair.shop.party_id, pair.hub.party_id)
    with pair.shop.here() as fed:
        state = await accounts.ask_account(fed, ends, clock.now())
        assert (state.standing, state.positions[0].held) == ("ready", 300)
        page = await accounts.ask_lines(fed, ends, 1, clock.now())
        assert ([each.id for each in page.lines], page.more) == ([2, 3], False)
        (head,) = (await accounts.ask_papers(fed, ends, clock.now())).papers
        assert await accounts.ask_file(fed, ends, head, head.files[0], clock.now()) == LONG
        other = msgspec.structs.replace(head.files[0], sha256="0" * 64)
        with pytest.raises(PeerMismatchError):
            await accounts.ask_file(fed, ends, head, other, clock.now())
        with pytest.raises(PeerRefusedError) as missing:
            await accounts.ask_file(fed, ends, head, msgspec.structs.replace(other, form="csv"), clock.now())
        assert missing.value.peer_slug == "not-found"
        parts = len(books.asked)
        with pytest.raises(PeerUnreachableError):
            over = asyncio.get_running_loop().time()
            await accounts.ask_file(fed, ends, head, head.files[0], clock.now(), until=over)
        assert len(books.asked) == parts, "time was up before it began"
        books.ids = (2, 2)
        with pytest.raises(PeerMismatchError):
            await accounts.ask_lines(fed, ends, 0, clock.now())
    assert set(books.asked) == {(pair.hub.party_id, pair.shop.party_id)}


async def test_only_a_hub_that_keeps_books_answers_and_only_so_often(pair: Pair) -> None:
    """A hub without books says so; one that is asked too often says when to ask again."""
    ends = (pair.shop.party_id, pair.hub.party_id)
    with pair.shop.here() as fed, pytest.raises(PeerRefusedError) as nobody:
        await accounts.ask_account(fed, ends, clock.now())
    assert nobody.value.peer_slug == "not-found"
    pair.hub.fed.bookkeeper = Bookkeeper()
    pair.hub.fed.account_reads = Tally(0)
    with pair.shop.here() as fed, pytest.raises(PeerRefusedError) as often:
        await accounts.ask_papers(fed, ends, clock.now())
    assert often.value.peer_slug == "quota"


async def test_a_stranger_learns_nothing(strangers: Pair) -> None:
    """Without a link no account is told of."""
    strangers.hub.fed.bookkeeper = Bookkeeper()
    await strangers.propose()
    with strangers.shop.here() as fed, pytest.raises(PeerRefusedError) as stranger:
        await accounts.ask_account(fed, (strangers.shop.party_id, strangers.hub.party_id), clock.now())
    assert stranger.value.peer_slug == "not-linked"


def test_each_pair_is_counted_by_the_minute() -> None:
    """One boutique's questions do not use up another's, and the next minute is a new one."""
    tally, at = Tally(1), datetime(2026, 11, 22, 8, 0, 50, tzinfo=UTC)
    tally.admit(("hub", "a"), at)
    tally.admit(("hub", "b"), at)
    with pytest.raises(QuotaError) as often:
        tally.admit(("hub", "a"), at)
    assert often.value.retry_after_seconds == 10
    tally.admit(("hub", "a"), at.replace(minute=1))


def test_what_a_hub_tells_is_bounded() -> None:
    """An amount no reader holds exactly, a code that is no code and a page too long are refused."""
    for wrong in ({"amount": 2**53}, {"kind": "Sale!"}, {"account": "bank"}, {"currency": "euro"}):
        told = msgspec.to_builtins(line(1)) | wrong
        with pytest.raises(RecordInvalidError):
            checks.read(msgspec.json.encode({"lines": [told]}), AccountLines)
    page = {"lines": [msgspec.to_builtins(line(each)) for each in range(1, limits.ACCOUNT_LINES_MAX + 2)]}
    with pytest.raises(RecordInvalidError):
        checks.read(msgspec.json.encode(page), AccountLines)
