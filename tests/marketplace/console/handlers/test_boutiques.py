"""Boutiques in the console, with a real shop node behind them."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from federation.documents.profile import OUTBOX_ADDRESS
from federation.log import forks
from federation.node import accounts, clock, database, signin
from federation.node.database import atomic
from federation.node.web import web_node
from federation.records import ForkFound
from federation.service import comparing, links, parties
from federation.store import forks as fork_store
from federation.store import mailbox
from federation.vocabulary.ids import PartyId
from marketplace.accounts.setup import hub_profile_url
from marketplace.listings import boutiques, records
from marketplace.media.domain.reasons import Reason
from marketplace.media.store import pictures
from shops import service as shop_service
from tests.federation.log.histories import HUB, SHOP, signed, story
from tests.marketplace.console.operator import read
from tests.marketplace.house import OPERATOR, House, house
from tests.marketplace.listings.builders import bad, profile
from tests.marketplace.test_sale import line
from tests.support.clients import BROWSER_HEADERS, csrf_token, form
from tests.support.postgres import Server


@pytest.fixture
async def running_house(pg: Server, tmp_path: Path) -> AsyncIterator[House]:
    """A hub and a shop node."""
    async with house(pg, tmp_path) as made:
        yield made


@pytest.fixture
async def desk(running_house: House) -> AsyncIterator[httpx.AsyncClient]:
    """The operator's browser at the hub."""
    app = running_house.hub_app
    settings = web_node(app).settings
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=settings.public_url, headers=BROWSER_HEADERS) as browser:
        with running_house.at_hub():
            async with atomic():
                account_id = await accounts.ensure_account(OPERATOR, "Operator")
                link = await signin.create_link(settings, account_id, clock.now())
        assert (await form(browser, urlsplit(link).path, {})).status_code == 303
        yield browser


async def propose(running: House) -> PartyId:
    """A boutique that asks to be let in and has not been answered."""
    with running.at_hub():
        address = await hub_profile_url(running.hub.settings)
    with running.at_shop():
        async with atomic():
            opened = await shop_service.open_shop(
                running.shop_settings, profile("aurora"), "owner@example.com", clock.now()
            )
        words = "We weave <in Como>"
        await links.propose_link(running.shop_fed, opened.shop_id, address, clock.now(), words)
    await running.work()
    return opened.shop_id


async def test_before_anybody_asks(desk: httpx.AsyncClient) -> None:
    """Without boutiques the page gives the address that boutiques need; an unknown boutique is not found."""
    page = await read(desk, "/console/boutiques")
    assert "No boutique has asked yet" in page
    assert re.search(r"/fed/v1/h1\w+/profile", page)
    assert (await desk.get("/console/boutiques/s1nobody")).status_code == 404


async def test_a_boutique_is_let_in_put_on_hold_and_opened_again(running_house: House, desk: httpx.AsyncClient) -> None:
    """It asks, the overview says so, one button lets it in; another holds it, the first opens it again."""
    shop_id = await propose(running_house)
    assert "1 boutique asks to be let in" in await read(desk, "/console")
    one = f"/console/boutiques/{shop_id}"
    page = await read(desk, one)
    assert "We weave &lt;in Como&gt;" in page
    assert "not yet read" in page
    fields = {"csrf_token": csrf_token(page)}
    steps = [("accept", "It is let in", "open"), ("suspend", "It is on hold", "on hold"), ("accept", "let in", "open")]
    for decision, said, state in steps:
        answer = await desk.post(f"{one}/{decision}?from=one", data=fields)
        assert answer.headers["location"] == one
        page = await read(desk, one)
        assert said in page
        assert f"</span> {state}</span>" in page
    assert (await desk.post("/console/boutiques/s1nobody/accept", data=fields)).status_code == 404


async def test_an_ended_link_is_not_opened_by_the_operator_alone(running_house: House, desk: httpx.AsyncClient) -> None:
    """A boutique that left has to ask again: a late button is answered with a sentence."""
    shop_id = await propose(running_house)
    fields = {"csrf_token": csrf_token(await read(desk, "/console/boutiques"))}
    with running_house.at_shop():
        async with atomic():
            await links.end_link(running_house.shop_fed, shop_id, running_house.hub_id, clock.now())
    await running_house.work()
    assert (await desk.post(f"/console/boutiques/{shop_id}/accept", data=fields)).status_code == 303
    page = await read(desk, "/console/boutiques")
    assert "ended</span>" in page


async def test_an_open_boutique_with_its_log_and_plots(running_house: House, desk: httpx.AsyncClient) -> None:
    """Once its catalogue has arrived it stands in table and plots, and its own page tells how much is held."""
    shop_id = await running_house.open_shop(profile("aurora"), [line("p1", 3), line("p2", 1)])
    page = await read(desk, "/console/boutiques")
    assert page.count('<table class="bars"') == 2
    one = await read(desk, f"/console/boutiques/{shop_id}")
    assert "3 held" in one  # the profile and two pieces
    assert "3 of 3" in one
    assert "None: everything it publishes could be read" in one
    assert "accepts each order by hand" in one


async def test_the_list_is_narrowed_sorted_and_taken_away(running_house: House, desk: httpx.AsyncClient) -> None:
    """Filter and order stand in the address and go with the file; a filter that fits nobody says so."""
    await running_house.open_shop(profile("aurora"), [line("p1", 3)])
    page = await read(desk, "/console/boutiques?state=accepted&q=auro&sort=-silent")
    assert "1 of 1 boutiques" in page
    assert 'aria-sort="descending"' in page
    assert 'href="?q=auro&amp;state=accepted&amp;sort=-silent&amp;as=csv"' in page
    assert "No boutique fits." in await read(desk, "/console/boutiques?country=JP")
    answer = await desk.get("/console/boutiques?state=accepted&as=csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Boutique,Town,Country,Link")
    assert [cells.split(",")[0] for cells in lines[1:]] == ["Aurora"]


async def test_unreadable_records_are_shown_with_their_reasons(running_house: House, desk: httpx.AsyncClient) -> None:
    """A record the hub could not read is counted, and its boutique's page says what was wrong with it."""
    shop_id = await running_house.open_shop(profile("aurora"), [line("p1", 3)])
    with running_house.at_hub():
        async with atomic():
            await records.take_records(running_house.hub_id, shop_id, [bad(7, "product/p1")], clock.now())
    assert "Aurora: 1 record could not be read" in await read(desk, "/console")
    page = await read(desk, f"/console/boutiques/{shop_id}")
    assert "product/p1" in page
    assert "1 in an older version" in page


async def test_pictures_that_could_not_be_taken_are_shown_with_their_reasons(
    running_house: House, desk: httpx.AsyncClient
) -> None:
    """The boutique's page lists each picture that is missing, why in the operator's language, and what comes next."""
    shop_id = await running_house.open_shop(profile("aurora"), [line("p1", 3)])
    assert "None: every picture it names is here" in await read(desk, f"/console/boutiques/{shop_id}")
    now, url = clock.now(), "https://aurora.example/a.jpg"
    with running_house.at_hub():
        async with atomic():
            await pictures.note(shop_id, [("0" * 64, url), ("1" * 64, "https://aurora.example/b.svg")], now)
            await pictures.failed("0" * 64, Reason("not-sent", "the boutique's server answered 404"), now)
            await pictures.failed("1" * 64, Reason("not-shown", "not a picture we show: an SVG"), None)
    page = await read(desk, f"/console/boutiques/{shop_id}")
    assert url in page
    assert "The boutique’s server did not send it." in page
    assert "answered 404" in page
    assert page.count("no more") == 1
    italian = await read(desk, f"/console/boutiques/{shop_id}?lang=it")
    assert "non è un’immagine che mostriamo" in italian


async def test_two_signed_catalogues_are_explained(running_house: House, desk: httpx.AsyncClient) -> None:
    """A boutique's page says that it signed two catalogues, who found out, and what the operator need not do."""
    shop_id = await running_house.open_shop(profile("aurora"), [line("p1", 1)])
    proof = forks.two_roots((signed(story(1, 2)), signed(story(1, 3))), SHOP.operations)
    with running_house.at_hub():
        async with atomic():
            found = ForkFound(shop_id, 1, forks.encode(proof), "", clock.now())
            await fork_store.add_fork(running_house.hub_id, found)
            await comparing.note_hubs(
                running_house.hub_id, (f"https://other.example/fed/v1/{HUB.id}",), "", clock.now()
            )
    page = (await desk.get(f"/console/boutiques/{shop_id}")).text
    assert "It has signed two different catalogues" in page
    assert "We found it ourselves" in page
    assert f"/replicas/{shop_id}/fork" in page
    assert "https://other.example" in (await desk.get("/console/boutiques")).text


async def test_a_boutique_that_asks_can_be_turned_away(running_house: House, desk: httpx.AsyncClient) -> None:
    """Its request is gone on both sides and nothing of it is shown; a second press is answered with a sentence."""
    shop_id = await propose(running_house)
    page = await read(desk, "/console/boutiques")
    assert "Turn away" in page
    assert "Turn away" in await read(desk, f"/console/boutiques/{shop_id}")
    fields = {"csrf_token": csrf_token(page)}
    for said in ("It is turned away", "not waiting for an answer"):
        await desk.post(f"/console/boutiques/{shop_id}/decline", data=fields)
        assert said in await read(desk, "/console/boutiques")
    await running_house.work()
    with running_house.at_shop():
        assert [view.state for view in await links.links(shop_id)] == ["ended"]
    await propose_again(running_house, shop_id)
    assert "1 boutique asks to be let in" in await read(desk, "/console")


async def propose_again(running: House, shop_id: PartyId) -> None:
    """The boutique asks once more."""
    with running.at_shop():
        address = parties.profile_url(running.hub.settings, running.hub_id)
        await links.propose_link(running.shop_fed, shop_id, address, clock.now())
    await running.work()


async def test_a_boutique_behind_a_router_says_when_it_last_came(running_house: House, desk: httpx.AsyncClient) -> None:
    """Nobody can connect to it, so its page tells how it is reached and when it looked into its mailbox."""
    shop_id = await propose(running_house)
    one = f"/console/boutiques/{shop_id}"
    with running_house.at_hub():
        async with atomic():
            await boutiques.accept(running_house.hub, shop_id, clock.now())
    await running_house.work()
    assert "How it is reached" not in await read(desk, one)
    with running_house.at_hub():
        await database.execute("UPDATE fed_peer SET base_url = $1", OUTBOX_ADDRESS)
        assert "never" in (await read(desk, one)).partition("Last came")[2][:60]
        await mailbox.visited((running_house.hub_id, shop_id), clock.now())
    page = await read(desk, one)
    assert "it comes and fetches what is asked of it" in page
    assert "never" not in page.partition("Last came")[2][:60]
