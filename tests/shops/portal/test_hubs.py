"""The page of hubs: for each what it has, holds and sold, and what the owner may decide; two stand side by side."""

from datetime import timedelta

import httpx
import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.records import Link, Peer
from federation.service import links
from federation.store import contacts
from federation.store import links as link_store
from federation.store import parties as party_store
from federation.vocabulary.ids import PartyId, new_id
from tests.shops.house import APPS, DESK, HUB, OTHER_HUB, confirmed, order_of, placed, request, stocked
from tests.shops.portal.conftest import HOME
from tests.support.clients import csrf_token

pytestmark = pytest.mark.apps(*APPS)


async def linked(shop_id: PartyId, hub_id: PartyId, name: str) -> None:
    """An accepted link with a hub of that name."""
    now, address = clock.now(), f"https://{name.lower()}.example"
    peer = Peer(hub_id, "hub", name, f"{address}/fed/v1/{hub_id}/profile", address, now, now, now)
    async with atomic():
        await party_store.save_peer(peer, ())
        link = Link(new_id(), shop_id, hub_id, "accepted", "accepted", "local", "", now, now)
        await link_store.save_link(link, None)
        await link_store.open_delivery(shop_id, hub_id)


def part_of(page: str, name: str) -> str:
    """What the page says of one hub."""
    return next(part for part in page.split('<section class="hub"')[1:] if f">{name}</a>" in part)


async def test_each_hub_shows_what_is_its_own(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Holds, orders and commission stand with the hub they belong to, and with no other."""
    await linked(shop_id, HUB, "Aurora")
    await linked(shop_id, OTHER_HUB, "Borea")
    dress = await stocked(shop_id, 9)
    await placed(shop_id, await order_of(shop_id, await confirmed(shop_id, (dress, 1))))
    async with atomic():
        await DESK.hold(shop_id, OTHER_HUB, request((dress, 1)), clock.now())
    page = (await browser.get(f"{HOME}/hubs")).text
    aurora, borea = part_of(page, "Aurora"), part_of(page, "Borea")
    assert "Orders (EUR)" in aurora
    assert "as commission" in aurora
    assert "set aside" not in aurora
    assert "Orders (EUR)" not in borea
    assert "1 shopper has pieces set aside" in borea
    assert "no two of them sell the same one" in page


async def test_a_paused_hub_is_resumed(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Pausing one hub leaves the other as it was; a paused one offers to be resumed."""
    await linked(shop_id, HUB, "Aurora")
    await linked(shop_id, OTHER_HUB, "Borea")
    page = (await browser.get(f"{HOME}/hubs")).text
    token = {"csrf_token": csrf_token(page)}
    await browser.post(f"{HOME}/hubs/{HUB}/suspend", data=token)
    page = (await browser.get(f"{HOME}/hubs")).text
    assert "Resume the link with Aurora" in part_of(page, "Aurora")
    assert "Pause the link with Borea" in part_of(page, "Borea")
    await browser.post(f"{HOME}/hubs/{HUB}/accept", data=token)
    assert {view.state for view in await links.links(shop_id)} == {"accepted"}


async def test_a_hub_that_does_not_answer_says_until_when_it_is_left_alone(
    browser: httpx.AsyncClient, shop_id: PartyId
) -> None:
    """Only that hub's card says so, and only while it lasts."""
    await linked(shop_id, HUB, "Aurora")
    await linked(shop_id, OTHER_HUB, "Borea")
    until = clock.now() + timedelta(minutes=4)
    async with atomic():
        await contacts.rest("aurora.example", until, "no answer", clock.now())
    page = (await browser.get(f"{HOME}/hubs")).text
    assert "is left alone until" in part_of(page, "Aurora")
    assert "is left alone until" not in part_of(page, "Borea")
