"""A boutique that leaves the hub: what shoppers see in its place, what is kept, and how it comes back."""

from datetime import timedelta

import httpx
import pytest

from federation.node import clock, database
from federation.node.database import atomic
from federation.vocabulary.ids import PartyId
from marketplace.desk import GalleryDesk
from marketplace.leaving import service
from marketplace.leaving.domain.keeping import RULES, kept_until, to_delete_before
from marketplace.listings import indexer
from tests.marketplace.gallery import Gallery
from tests.marketplace.listings.builders import shop_id_of
from tests.marketplace.markup import faults
from tests.marketplace.orders.world import APPS

pytestmark = pytest.mark.apps(*APPS)

SHOP = PartyId(shop_id_of("a"))
PAGE, PIECE = "/b/zagara-figlie", "/b/zagara-figlie/p/orange-grove-shirt-dress"
FORWARD = "https://zagara.example/shop"


async def leave(gallery: Gallery, forward: str = "") -> None:
    """The boutique ends its link, and says where it is now when `forward` is given."""
    desk = GalleryDesk(gallery.hub.settings)
    async with atomic():
        await desk.link_changed(gallery.world.hub_id, SHOP, "ended", "", clock.now())
        if forward:
            await desk.forwarded(gallery.world.hub_id, SHOP, forward, clock.now())
    await indexer.drain(gallery.hub.catalog, clock.now())


async def listed(table: str) -> int:
    """Rows of the boutique that left."""
    return int(await database.fetch_value(f"SELECT count(*) FROM {table} WHERE shop_id = $1", SHOP))  # noqa: S608 - ours


@pytest.mark.parametrize("language", ["en", "it"])
async def test_its_pages_say_where_it_is(gallery: Gallery, browser: httpx.AsyncClient, language: str) -> None:
    """Its page and those of its pieces are gone for good, name where it is now, and are sound."""
    await leave(gallery, FORWARD)
    for path in (PAGE, PIECE):
        answer = await browser.get(path, headers={"accept-language": language})
        assert answer.status_code == 410
        assert f'href="{FORWARD}"' in answer.text
        assert "zagara.example/shop" in answer.text
        assert faults(answer.text) == []


async def test_a_boutique_need_not_say_where_it_goes(gallery: Gallery, browser: httpx.AsyncClient) -> None:
    """Without a word from it the page names no place."""
    await leave(gallery)
    answer = await browser.get(PAGE)
    assert answer.status_code == 410
    assert "did not say where" in answer.text


async def test_nothing_of_it_is_found_or_kept_on_show(gallery: Gallery, browser: httpx.AsyncClient) -> None:
    """From that moment it is in no list, no search and no table of listings; the others stay."""
    assert await listed("hub_product") > 0
    await leave(gallery)
    for path in ("/boutiques", "/search?q=orange+grove+shirt", "/"):
        assert "zagara-figlie" not in (await browser.get(path)).text
    for table in ("hub_product", "hub_variant", "hub_stock", "hub_quarantine"):
        assert await listed(table) == 0, table
    assert await database.fetch_value("SELECT count(*) FROM hub_product") > 0


async def test_what_was_kept_goes_by_rule(gallery: Gallery) -> None:
    """The copy of its log goes after its period, its last checkpoint stays; twice is no error."""
    await leave(gallery)
    for days, purged in ((29, False), (31, True), (32, True)):
        await service.purge(clock.now() + timedelta(days=days))
        moment = await database.fetch_value("SELECT log_purged_at FROM hub_departure WHERE shop_id = $1", SHOP)
        assert (moment is not None) is purged


def test_every_rule_has_its_ground() -> None:
    """Each kind of thing is named once with the law it follows; what is never deleted has no date."""
    now = clock.now()
    assert len({rule.subject for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.ground
        assert (kept_until(rule.subject, now) is None) is (rule.kept is None)
    assert to_delete_before("log", now) < now
    with pytest.raises(LookupError):
        to_delete_before("order", now)
