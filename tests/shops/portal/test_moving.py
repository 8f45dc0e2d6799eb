"""The page "Move to another node", and the portal of a boutique that does not live here any more."""

import html
import re

import httpx
import pytest

from federation.archive.wish import ExportAsked, ExportState, claim_of
from federation.documents.profile import OUTBOX_ADDRESS
from federation.node import clock
from federation.node.database import atomic
from federation.node.outbox import Outbox
from federation.service import departures
from federation.vocabulary.ids import PartyId, new_id
from shops.inventory.service import levels
from shops.moving.handover.service import Counter
from shops.moving.service import taking_out
from shops.moving.tasks import moving_handlers
from shops.settings import ShopNodeSettings
from tests.marketplace.markup import faults
from tests.shops.house import APPS, stocked
from tests.support.clients import form

pytestmark = pytest.mark.apps(*APPS)

HOME = "/portal/atelier-nove"
PAGE = f"{HOME}/move"
NEW = "https://new.example"
PAGES = (
    "", "/orders", "/returns", "/products", "/products/dress", "/stock", "/import", "/money", "/hubs", "/keys",
    "/profile", "/leave",
)  # fmt: skip
CHANGES = (
    "/profile", "/stock", "/stock/sell", "/new-product", "/products/dress", "/products/dress/withdraw", "/import",
    "/import-settings", "/hubs/propose", "/undelivered", "/orders/1/accept", "/returns/1/authorise",
)  # fmt: skip


async def worked(settings: ShopNodeSettings) -> None:
    """Let the node's worker do what waits."""
    await Outbox(moving_handlers(settings)).drain("import", clock.now())


async def left(shop_id: PartyId, address: str = NEW) -> None:
    """The boutique lives at another address now."""
    await taking_out.leave(shop_id, clock.now())
    async with atomic():
        await departures.gone_to(shop_id, address, clock.now())


async def asked(settings: ShopNodeSettings, shop_id: PartyId, ticket: str) -> ExportState:
    """The new node uses the ticket."""
    wanted = ExportAsked(claim=claim_of("secret"), to=NEW, stop=True, ticket=ticket)
    return await Counter(settings, 4_096).ask(shop_id, wanted, clock.now())


async def test_a_ticket_is_shown_once_and_used_once(
    browser: httpx.AsyncClient, settings: ShopNodeSettings, shop_id: PartyId
) -> None:
    """The page shows the whole command once; it follows the way of the boutique from there to its new node."""
    assert faults((await browser.get(PAGE)).text) == []
    made = await form(browser, PAGE, {}, action=f"{PAGE}/ticket")
    assert faults(made.text) == []
    command = re.search(r"galleria shops move \S+ --ticket (\S+) --root-key", html.unescape(made.text))
    assert command is not None
    waiting = (await browser.get(PAGE)).text
    assert "waits to be used" in waiting
    assert command[1] not in waiting
    counter, secret = Counter(settings, 4_096), "secret"
    assert (await asked(settings, shop_id, command[1])).state == "making"
    assert "being written" in (await browser.get(PAGE)).text
    await worked(settings)
    state = await counter.state(shop_id, secret)
    await counter.part(shop_id, secret, state.sha256, 0)
    fetching = (await browser.get(PAGE)).text
    assert "fetches it: " in fetching
    assert "new.example asked for" in fetching
    assert faults(fetching) == []
    await left(shop_id)
    moved = (await browser.get(PAGE)).text
    assert f'href="{NEW}/@atelier-nove"' in moved
    assert faults(moved) == []


async def test_a_ticket_may_be_taken_back(
    browser: httpx.AsyncClient, settings: ShopNodeSettings, shop_id: PartyId
) -> None:
    """Taken back, it opens nothing; used, it cannot be taken back any more, but the boutique may stay."""
    await form(browser, PAGE, {}, action=f"{PAGE}/ticket")
    await form(browser, PAGE, {}, action=f"{PAGE}/withdraw")
    assert "opens nothing any more" in (await browser.get(PAGE)).text
    made = await form(browser, PAGE, {}, action=f"{PAGE}/ticket")
    found = re.search(r"--ticket (\S+)", html.unescape(made.text))
    assert found is not None
    await asked(settings, shop_id, found[1])
    await form(browser, PAGE, {}, action=f"{PAGE}/withdraw")
    assert "used already" in (await browser.get(PAGE)).text
    await form(browser, PAGE, {}, action=f"{HOME}/leave/stay")
    assert "Make my moving ticket" in (await browser.get(PAGE)).text


async def test_all_can_be_read_and_nothing_changed(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Of a boutique that has moved every page says where to, and every form is refused in a plain sentence."""
    await stocked(shop_id, 1)
    await left(shop_id)
    for path in PAGES:
        page = await browser.get(f"{HOME}{path}")
        assert page.status_code == httpx.codes.OK, path
        assert f'has moved to <a href="{NEW}/portal/atelier-nove">new.example</a>' in page.text, path
        assert faults(page.text) == [], path
    for path in CHANGES:
        answer = await form(browser, f"{HOME}/leave", {}, action=f"{HOME}{path}")
        assert answer.headers["location"] == f"{HOME}/leave?unchanged=1", path
    said = await browser.get(f"{HOME}/leave?unchanged=1")
    assert "Nothing was changed: your boutique does not live here any more" in said.text


async def test_a_boutique_on_its_way_says_so(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Between stopping and living elsewhere, shoppers and its owner are told, and its pieces stay to be seen."""
    await stocked(shop_id, 1)
    await taking_out.leave(shop_id, clock.now())
    assert "is moving to another place" in (await browser.get("/@atelier-nove")).text
    assert "is moving to another place" in (await browser.get("/@atelier-nove/p/dress")).text
    assert "has stopped here" in (await browser.get(f"{HOME}/stock")).text


@pytest.mark.parametrize(
    ("address", "site", "piece"),
    [(NEW, f'href="{NEW}/@atelier-nove"', f"{NEW}/@atelier-nove/p/dress"), (OUTBOX_ADDRESS, "no address", "")],
)
async def test_shoppers_are_sent_on(
    browser: httpx.AsyncClient, shop_id: PartyId, address: str, site: str, piece: str
) -> None:
    """Its site says that it has moved and where to, its pieces lead there, and so does the node's front page."""
    async with atomic():
        await stocked(shop_id, 1)
        await levels.set_levels(shop_id, {("dress-42", "main"): 2}, "correction", new_id(), clock.now())
    await left(shop_id, address)
    front = await browser.get("/@atelier-nove")
    assert "has moved" in front.text
    assert site in front.text
    assert faults(front.text) == []
    page = await browser.get("/@atelier-nove/p/dress")
    assert (page.status_code, page.headers.get("location", "")) == ((308, piece) if piece else (200, ""))
    assert "has moved" in (await browser.get("/")).text
