"""What anybody may ask the hub about what it lists."""

import httpx
import pytest

from tests.marketplace.orders.world import APPS

pytestmark = pytest.mark.apps(*APPS)


async def test_a_boutique_is_listed_leaf_by_leaf(browser: httpx.AsyncClient) -> None:
    """Each product with the leaf that proves it, by id; what comes after an id, and nothing after the last."""
    (shop,) = [
        one for one in (await browser.get("/api/v1/listings")).json()["shops"] if one["handle"] == "zagara-figlie"
    ]
    whole = (await browser.get("/api/v1/listings/zagara-figlie")).json()
    leaves = {one["product_id"]: one["leaf_hash"] for one in whole["products"]}
    assert (len(leaves), whole["shop_id"]) == (shop["listings"], shop["shop_id"])
    for product_id, leaf_hash in leaves.items():
        page = (await browser.get(f"/api/v1/products/zagara-figlie/{product_id}")).json()
        assert page["leaf_hash"] == leaf_hash
    assert whole["following"] is None
    ids = sorted(leaves)
    rest = (await browser.get("/api/v1/listings/zagara-figlie", params={"after": ids[-2]})).json()
    assert [one["product_id"] for one in rest["products"]] == ids[-1:]
    assert (await browser.get("/api/v1/listings/nobody")).status_code == 404


async def test_one_boutique_is_searched_alone(browser: httpx.AsyncClient) -> None:
    """Everything a boutique lists is found when its id narrows an empty search."""
    listings = (await browser.get("/api/v1/listings")).json()
    for shop in listings["shops"]:
        found = (await browser.get("/api/v1/search", params={"q": "", "shop": shop["shop_id"]})).json()
        assert found["total"] == shop["listings"]
        assert {hit["shop_id"] for hit in found["hits"]} == {shop["shop_id"]}
