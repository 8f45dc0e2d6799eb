"""The bar of a demonstration tells how many boutiques have come, until all are there."""

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic
from marketplace.app import create_app
from marketplace.listings import records, service
from tests.marketplace.gallery import Gallery
from tests.marketplace.listings.builders import shop_id_of
from tests.marketplace.orders.world import APPS
from tests.support.clients import client

pytestmark = pytest.mark.apps(*APPS)


@pytest.mark.parametrize(("expected", "told"), [(6, True), (4, False), (3, False), (0, False)])
async def test_the_bar_counts_until_all_are_here(gallery: Gallery, expected: int, *, told: bool) -> None:
    """Four of six have arrived: told on every page in the reader's language; of four, or uncounted: nothing."""
    settings = msgspec.structs.replace(gallery.hub.settings, boutiques_expected=expected)
    hub = msgspec.structs.replace(gallery.hub, settings=settings)
    app = create_app(settings, hub)
    app.template_engine.engine.globals["environment"] = "demo"  # type: ignore[union-attr]
    async with client(app) as browser:
        for path in ("/", "/search", "/boutiques", "/basket"):
            answer = await browser.get(path)
            assert answer.status_code == 200, answer.text
            assert ("4 of 6 boutiques have arrived so far." in answer.text) is told
        italian = (await browser.get("/boutiques?lang=it")).text
        assert ("Finora sono arrivate 4 boutique su 6." in italian) is told


async def test_a_boutique_has_arrived_with_its_first_piece(gallery: Gallery) -> None:
    """One that is let in but has sent nothing, or is on hold, is not counted."""
    now, hub_id = clock.now(), str(gallery.world.hub_id)
    async with atomic():
        await records.take_link(hub_id, shop_id_of("z"), "accepted", "Late", now)
    assert await service.open_boutiques() == 4
    async with atomic():
        await records.take_link(hub_id, shop_id_of("a"), "suspended", "", now)
    assert await service.open_boutiques() == 3
