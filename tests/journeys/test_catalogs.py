"""Boutiques made from real export files, where such files lie: they federate, are found, and can be bought from."""

import asyncio
import json
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from federation.vocabulary.ids import PartyId
from marketplace.demo.browser import Browser
from marketplace.demo.catalogs import DESCRIPTION, OFFERS, catalog_shops
from marketplace.demo.check.shopper import Shopper
from marketplace.demo.layout import layout
from marketplace.demo.opening import OpenShop
from tests.journeys.demo import Demo, base_port
from tests.shops.importers.exports import CATALOGS

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]

OFFERED_PRODUCTS = 3_573
"""Products among the 29,954 offers of 150 shops."""

SOLD = frozenset({"placed", "accepted"})


@pytest.fixture
def demo() -> Iterator[tuple[Demo, str]]:
    """A demo of one house and every boutique of the folder, with the hub's address."""
    folder = Path(tempfile.mkdtemp(prefix="galleria-catalogs-"))
    folder.chmod(0o711)
    shown = Demo(folder / "state", "--boutiques", "1", "--catalogs", str(CATALOGS), "--port", str(base_port()))
    try:
        yield shown, shown.links()["storefront"].rstrip("/")
    finally:
        shown.end(signal.SIGTERM)
        shutil.rmtree(folder, ignore_errors=True)


async def bought(hub: str, listed: dict[str, str], pieces: dict[str, str]) -> list[str]:
    """One paid order with a piece of each of these products (by handle of the boutique); the boutiques it went to."""
    node = layout(base_port()).shop_nodes[0]
    async with Shopper(hub) as shopper:
        wanted = []
        for handle, product_id in pieces.items():
            shop = OpenShop(node=node, shop_id=PartyId(listed[handle]), handle=handle, name=handle, owner_email="")
            wanted.append(((await shopper.pieces(shop, [product_id]))[0], 1))
        answer = await shopper.check_out(wanted)
        assert answer is not None
        await shopper.pay(answer)
        order = await shopper.until_parts(answer.token, SOLD)
    return sorted(part.shop for part in order.parts)


async def looked_at(hub: str, searches: dict[str, str]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """What the hub lists, and the boutique of the first hit of each search."""
    async with Browser(hub) as browser:
        shops = (await browser.get_json("/api/v1/listings"))["shops"]
        hits = {words: (await browser.get_json(f"/api/v1/search?q={words}"))["hits"] for words in searches}
        return shops, {words: found[0]["shop"] if found else "" for words, found in hits.items()}


if (CATALOGS / DESCRIPTION).is_file() and (CATALOGS / OFFERS).is_file():

    def test_real_exports_federate_are_found_and_bought(demo: tuple[Demo, str]) -> None:
        """Each boutique lists what its files' description expects; 150 shops bring all their offers; orders arrive."""
        _, hub = demo
        expected = {
            shop["shop"]: shop["expected"].get("listed_products", shop["expected"].get("products"))
            for shop in reversed(json.loads((CATALOGS / DESCRIPTION).read_text())["shops"])
        }
        searches = {"armchairs": "Packt Sample Store", "borsa+alba": "Bottega Lupini", "crimson+tide": ""}
        shops, found = asyncio.run(looked_at(hub, searches))
        listings = {shop["handle"]: shop["listings"] for shop in shops}
        ids = {shop["handle"]: shop["shop_id"] for shop in shops}
        guests = catalog_shops(CATALOGS)
        by_name = {shop.profile.name: listings[shop.profile.handle] for shop in guests if shop.files}
        assert by_name == expected
        assert sum(listings[shop.profile.handle] for shop in guests if shop.word) == OFFERED_PRODUCTS
        assert found["armchairs"] == searches["armchairs"]
        assert found["borsa+alba"] == searches["borsa+alba"]
        assert found["crimson+tide"]
        offers = next(shop for shop in guests if shop.word == "shop-001")
        pieces = {
            "template-store-toronto": "example-t-shirt",
            "bottega-lupini-lucca": "cintura-intrecciata",
            offers.profile.handle: "shop001-81518e3d",
        }
        sold = asyncio.run(bought(hub, ids, pieces))
        assert sold == sorted(["Template Store", "Bottega Lupini", offers.profile.name])
