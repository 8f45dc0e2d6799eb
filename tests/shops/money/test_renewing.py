"""Copies of a boutique's accounts that are renewed though nobody looks, and its papers that come with them."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from federation import limits
from federation.node import clock
from federation.node.database import atomic, execute
from federation.service.accounts import PART_SECONDS_MIN
from federation.service.accounts import Pair as Ends
from federation.service.context import Federation
from shops.money import renewing, service, store
from shops.money.domain.renewal import AGAIN, EVERY, OLD, SOON, SPREAD, Renewal
from tests.federation.nodes import Pair
from tests.shops.money.books import Books, signed

LATER = EVERY * SPREAD[1]


async def asked(fed: Federation, ends: Ends, now: datetime) -> Renewal:
    """What is known of the hub once the sweep has run."""
    await renewing.renew_due(fed, now)
    return (await store.renewals(ends[0]))[ends[1]]


def is_in(moment: datetime, now: datetime, rest: timedelta) -> bool:
    """Whether it is about so long from now, as chance will have it."""
    return now + rest * SPREAD[0] <= moment <= now + rest * SPREAD[1]


async def wanted(ends: Ends, now: datetime) -> None:
    """The hub has said something about money."""
    async with atomic():
        await renewing.want(*ends, now)


async def test_an_account_and_its_papers_come_by_themselves(pair: Pair, ends: Ends, books: Books) -> None:
    """Due after a word about money and every few hours; what fits is kept, what does not is asked for again."""
    books.sell(100, 200)
    good = books.issue("ST-1", {"json": await signed(pair.hub, "ST-1", ends[0]), "csv": b"a,b\r\n", "pdf": b"%PDF"})
    bad = books.issue("ST-2", {"json": await signed(pair.hub, "ST-2", "s1" + "b" * 32), "csv": b"c,d\r\n"})
    now = clock.now()
    with pair.shop.here() as fed:
        await wanted(ends, now)
        assert await renewing.renew_due(fed, now) == 0, "words come in company"
        now += SOON * SPREAD[1]
        noted = await asked(fed, ends, now)
        assert (noted.failures, noted.silence, noted.papers_missing) == (0, "", 1)
        assert is_in(noted.due_at, now, EVERY)
        copy = await store.copy(*ends)
        assert (copy.told_at, copy.lines, copy.is_whole, copy.adds_up) == (now, 2, True, True)
        kept, _ = await store.kept_forms(*ends)
        assert kept == {(UUID(good.id), form) for form in ("json", "csv", "pdf")} | {(UUID(bad.id), "csv")}
        assert books.forms == ["pdf", "csv", "csv", "json", "json"], "the shortest first"
        files = books.files
        now += LATER
        books.contents[bad.id, "json"] = b"{}"
        await asked(fed, ends, now)
        assert books.files == files + 1, "only what is missing is fetched"
        pair.way.apps = {}
        assert (await service.hand_on(fed, ends, UUID(good.id), "pdf", now)).content == b"%PDF"
        await execute("UPDATE shop_boutique SET departed = true")
        assert await renewing.renew_due(fed, now + LATER) == 0, "its new node asks"


async def test_a_hub_that_is_away_is_asked_ever_less_often_and_never_given_up(
    pair: Pair, ends: Ends, books: Books
) -> None:
    """What it told stays; looking at the page in vain hurries nothing and delays nothing; one answer ends it."""
    books.sell(100)
    now = clock.now()
    with pair.shop.here() as fed:
        await wanted(ends, now - SOON * 2)
        told = await asked(fed, ends, now)
        apps, pair.way.apps = pair.way.apps, {}
        for failures in (1, 2):
            now = (await store.renewals(ends[0]))[ends[1]].due_at
            noted = await asked(fed, ends, now)
            assert (noted.failures, noted.silence) == (failures, "away")
            assert is_in(noted.due_at, now, AGAIN * 2 ** (failures - 1))
            in_vain = service.Seen(copy=await store.copy(*ends), silence="away")
            await renewing.note_visit(ends, in_vain, now)
            assert (await store.renewals(ends[0]))[ends[1]] == noted
        assert (await store.copy(*ends)).told_at == told.tried_at
        assert await renewing.untold(ends[0], now) == set()
        assert await renewing.untold(ends[0], now + OLD) == {ends[1]}
        pair.way.apps = apps
        now += AGAIN * 8
        await renewing.note_visit(ends, await service.look(fed, ends, now), now)
        assert (await store.renewals(ends[0]))[ends[1]].failures == 0
        assert await renewing.untold(ends[0], now + OLD) == set()


async def test_a_word_that_comes_while_a_hub_is_asked_is_not_forgotten(pair: Pair, ends: Ends, books: Books) -> None:
    """Its answer may be older than the word; what began and never ended is begun again, and time that is up ends it."""
    books.issue("ST-1", {"csv": b"a,b\r\n"})
    now = clock.now()
    with pair.shop.here() as fed:
        seen = await service.look(fed, ends, now)
        await wanted(ends, now + timedelta(seconds=1))
        await renewing.note(ends, seen, now, has_time=True)
        noted = (await store.renewals(ends[0]))[ends[1]]
        assert is_in(noted.due_at, now + timedelta(seconds=1), SOON)
        now += SOON * 2
        assert await store.take_renewal(*ends, now, now + renewing.TURN)
        assert not await store.take_renewal(*ends, now, now + renewing.TURN), "one asks"
        assert await renewing.renew_due(fed, now) == 0
        assert await renewing.renew_due(fed, now + renewing.TURN) == 1, "whoever began it has died"
        await execute("DELETE FROM shop_account_paper")
        await renewing.renew(fed, ends, asyncio.get_running_loop().time(), now)
        noted = (await store.renewals(ends[0]))[ends[1]]
        assert (noted.papers_missing, is_in(noted.due_at, now, SOON)) == (1, True), "there was no time for it"
        books.issue("ST-2", {"pdf": b"%" * (limits.PAPER_PART_BYTES_MAX + 1)})
        seen, books.files = await service.look(fed, ends, now), 0
        await renewing.fetch_papers(fed, ends, seen.copy, asyncio.get_running_loop().time() + 600, now)
        assert (books.files, len((await store.kept_forms(*ends))[0])) == (3, 2)
        await execute("DELETE FROM shop_account_paper WHERE form = 'pdf'")
        books.files = 0
        books.busy_until = asyncio.get_running_loop().time() + PART_SECONDS_MIN + 0.5
        assert not await renewing.fetch_papers(fed, ends, seen.copy, books.busy_until, now)
        assert books.files <= 1, "no part is begun when time is up, nor waited for"


async def test_one_hub_keeps_no_other_from_being_asked_nor_the_boutique_from_leaving(
    pair: Pair, ends: Ends, books: Books
) -> None:
    """Whatever goes wrong about one is written down and tried ever less often; the others are asked all the same."""
    books.sell(100)
    broken = (ends[0], type(ends[1])("h1" + "b" * 32))
    now = clock.now()
    with pair.shop.here() as fed:
        await execute(
            "INSERT INTO shop_account (shop_id, hub_id, state, told_at) VALUES ($1, $2, '{}', $3)", *broken, now
        )
        for each in (broken, ends):
            await wanted(each, now - SOON * 2)
        assert await renewing.renew_due(fed, now) == 2
        noted = await store.renewals(ends[0])
        assert (noted[broken[1]].silence, noted[broken[1]].failures) == ("strange", 1)
        assert is_in(noted[broken[1]].due_at, now, AGAIN)
        assert (noted[ends[1]].silence, noted[ends[1]].tried_at) == ("", now)
        await execute("UPDATE shop_account SET state = '{}'")
        await renewing.renew_all(fed, ends[0], now)
        assert (await store.renewals(ends[0]))[ends[1]].silence == "strange"
