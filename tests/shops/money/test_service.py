"""A boutique looks at its account at a hub: what is kept, what does not fit, and papers that are checked first."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from federation.conversations.accounts import AccountState, Position
from federation.documents.errors import BadSignatureError
from federation.documents.keys import SigningKey
from federation.errors import PeerMismatchError
from federation.node import clock
from federation.node.database import atomic
from federation.service.accounts import Pair as Ends
from federation.vocabulary.errors import NotFoundError
from federation.vocabulary.money import AMOUNT_MINOR_MAX
from shops.money import service, store
from shops.money.domain.copies import Wanted
from tests.federation.nodes import Pair
from tests.shops.money.books import AT, Books, line, signed


async def test_movements_are_kept_read_on_and_read_anew_when_they_do_not_add_up(
    pair: Pair, ends: Ends, books: Books
) -> None:
    """Only the end is asked for again; one that became visible late is found; what never adds up is said, once."""
    books.page_lines = 2
    books.sell(100, 200, 300, -50)
    with pair.shop.here() as fed:
        seen = await service.look(fed, ends, clock.now())
        assert (seen.silence, seen.copy.lines, seen.copy.is_whole, seen.copy.adds_up) == ("", 4, True, True)
        pages = books.pages
        await service.look(fed, ends, clock.now(), fresh_seconds=3600)
        assert books.pages == pages, "told a moment ago"
        books.sell(*[1] * 60, first=10)
        books.sell(7, first=5)
        seen = await service.look(fed, ends, clock.now())
        assert (seen.copy.lines, seen.copy.adds_up) == (65, True)
        newest = await store.movements(*ends, Wanted(), oldest_first=False, offset=0, limit=1)
        assert newest[0].in_all_minor == books.held, "the late one counts in all that came after it"
        await store.forget_lines(*ends)
        async with atomic():
            await store.add_lines(*ends, [each for each in books.lines_there if each.id != 5])
        seen = await service.look(fed, ends, clock.now())
        assert (seen.copy.lines, seen.copy.adds_up) == (65, True), "the late one was far from the end: read anew"
        books.held += 1
        assert not (await service.look(fed, ends, clock.now())).copy.adds_up
        pages = books.pages
        assert not (await service.look(fed, ends, clock.now())).copy.adds_up
        assert books.pages - pages < 31, "read anew once, not at every visit"


async def test_the_list_is_narrowed_and_carries_what_is_owed_in_all(pair: Pair, ends: Ends, books: Books) -> None:
    """A debt lowers what is owed in all; filters, days and moves between own accounts are as asked."""
    order = "01900000-0000-7000-8000-000000000001"
    books.lines_there = [
        line(1, 1000, 1000, order="G-1", order_id=order, at="2026-11-01T00:00:00Z"),
        line(2, -1000, 0, kind="released", order="G-1", order_id=order),
        line(3, 1000, 1000, kind="released", account="releasable", order="G-1", order_id=order),
        line(4, 300, 300, kind="refund", account="owed", order="G-2", at="2026-11-23T23:59:59Z"),
    ]
    with pair.shop.here() as fed:
        await service.look(fed, ends, clock.now())

        async def shown(**wanted: Any) -> list[tuple[int, int]]:
            found = await store.movements(*ends, Wanted(**wanted), oldest_first=True, offset=0, limit=10)
            return [(one.line_id, one.in_all_minor) for one in found]

        assert await shown() == [(1, 1000), (2, 0), (3, 1000), (4, 700)]
        assert await shown(only_changes=True) == [(1, 1000), (4, 700)]
        assert await shown(order="g-2") == [(4, 700)]
        assert await shown(kind="refund") == [(4, 700)]
        assert await shown(account="releasable") == [(3, 1000)]
        assert await shown(since=clock.now().date().replace(2026, 11, 2), only_changes=True) == [(4, 700)]
        assert await shown(until=clock.now().date().replace(2026, 11, 22)) == [(1, 1000), (2, 0), (3, 1000)]
        assert await shown(since=date.min, until=date.max) == await shown()
        assert await shown(currency="USD") == []
        assert [one.line_id for one in await store.movements_of_order(*ends, UUID(order))] == [1, 2, 3]
        assert await store.cut_lines(*ends, 3)
        assert await shown() == [(2, 0), (3, 1000), (4, 700)], "what was owed in all stays when the oldest go"
        assert not await store.cut_lines(*ends, 3)


async def test_a_hub_that_is_away_or_refuses_leaves_what_it_told(pair: Pair, ends: Ends, books: Books) -> None:
    """The copy stays with its time, and the page learns why it is not newer."""
    books.sell(100)
    now = clock.now()
    with pair.shop.here() as fed:
        await service.look(fed, ends, now)
        pair.way.lose_requests = 1
        seen = await service.look(fed, ends, now + timedelta(seconds=60))
        assert (seen.silence, seen.copy.lines, seen.copy.told_at) == ("away", 1, now)
        books.lines_there = [line(1, 1, 1), line(1, 1, 2)]
        await store.forget_lines(*ends)
        assert (await service.look(fed, ends, now)).silence == "strange"
        pair.hub.fed.bookkeeper = None
        seen = await service.look(fed, ends, now)
        assert (seen.silence, seen.copy.state is None) == ("refused", False)
    nobody = (ends[0], type(ends[1])("h1" + "a" * 32))
    with pair.shop.here() as fed:
        assert (await service.look(fed, nobody, now)).copy.told_at is None


async def test_what_cannot_be_shown_is_not_kept(pair: Pair, ends: Ends, books: Books) -> None:
    """An unknown currency or a day that is none makes the hub's answer a strange one, and what was told stays."""
    books.sell(100)
    right, now = books.lines_there, clock.now()
    with pair.shop.here() as fed:
        before = (await service.look(fed, ends, now)).copy
        await store.forget_lines(*ends)
        for wrong in ({"currency": "ZZZ"}, {"at": "2026-02-30T00:00:00Z"}):
            books.lines_there = [line(1, 100, 100, **wrong)]
            seen = await service.look(fed, ends, now)
            assert (seen.silence, seen.copy.state, seen.copy.lines) == ("strange", before.state, 0)
        books.lines_there = right
        for state in (
            AccountState(at=AT, standing="ready", positions=(Position(currency="ZZZ", held=1),)),
            AccountState(at="2026-13-01T00:00:00Z", standing="ready"),
        ):
            books.state = state
            seen = await service.look(fed, ends, now)
            assert (seen.silence, seen.copy.state) == ("strange", before.state)


async def test_movements_beyond_what_an_amount_can_be_are_strange(pair: Pair, ends: Ends, books: Books) -> None:
    """A page that comes to more in all is not kept; accounts or kinds that do, one against the other, do not add up."""
    most = AMOUNT_MINOR_MAX
    books.state = AccountState(at=AT, standing="ready", positions=(Position(currency="EUR", held=1),))
    books.lines_there = [line(1, most, 1), line(2, most, 1)]
    with pair.shop.here() as fed:
        seen = await service.look(fed, ends, clock.now())
        assert (seen.silence, seen.copy.lines) == ("strange", 0)
        for first in range(1, 2100, 2):
            books.lines_there += [line(first, most, 1, kind="referral"), line(first + 1, most, 1, account="owed")]
        del books.lines_there[:2]
        seen = await service.look(fed, ends, clock.now())
        assert (seen.silence, seen.copy.lines, seen.copy.adds_up) == ("", 2100, False)
        assert (await store.sums(*ends))["EUR", "owed"] == 1050 * most
        assert await store.sums_of_kind(*ends, "referral") == {}


async def test_a_paper_is_handed_on_only_when_it_fits(pair: Pair, ends: Ends, books: Books) -> None:
    """Bytes, signature, hub, boutique and number must be those of the head; what fits is kept."""
    good = books.issue("ST-1", {"json": await signed(pair.hub, "ST-1", ends[0]), "csv": b"a,b\r\n"})
    other = books.issue("ST-2", {"json": await signed(pair.hub, "ST-2", "s1" + "b" * 32)})
    renamed = books.issue("ST-3", {"json": await signed(pair.hub, "ST-1", ends[0])})
    forged = books.issue("ST-4", {"json": await signed(pair.hub, "ST-4", ends[0], key=SigningKey.from_seed(b"x" * 32))})
    swapped = books.issue("ST-5", {"csv": b"a,b\r\n"})
    books.contents[swapped.id, "csv"] = b"a,c\r\n"
    now = clock.now()
    with pair.shop.here() as fed:
        await service.look(fed, ends, now)
        handed = await service.hand_on(fed, ends, UUID(good.id), "json", now)
        assert handed.face is not None
        assert (handed.face.hub.id, handed.face.number) == (ends[1], "ST-1")
        assert (await service.hand_on(fed, ends, UUID(good.id), "csv", now)).content == b"a,b\r\n"
        for wrong in (other, renamed):
            with pytest.raises(PeerMismatchError):
                await service.hand_on(fed, ends, UUID(wrong.id), "json", now)
        with pytest.raises(BadSignatureError):
            await service.hand_on(fed, ends, UUID(forged.id), "json", now)
        with pytest.raises(PeerMismatchError):
            await service.hand_on(fed, ends, UUID(swapped.id), "csv", now)
        with pytest.raises(NotFoundError):
            await service.hand_on(fed, ends, UUID(good.id), "pdf", now)
        files = books.files
        pair.way.apps = {}
        assert (await service.hand_on(fed, ends, UUID(good.id), "json", now)).content == handed.content
        assert books.files == files
