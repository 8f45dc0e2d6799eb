"""A poisoned record: history like any other, shown to nobody, told to the shop however its lines reached the hub."""

import pytest

from federation.node import clock
from federation.service import own_history, pull, refusals
from tests.federation.goods import product, with_title
from tests.federation.nodes import Pair
from tests.federation.service.test_catalogue import append


@pytest.mark.parametrize("way", ["push", "pull"])
async def test_the_shop_learns_which_record_and_why_until_it_is_put_right(pair: Pair, way: str) -> None:
    """Lines before and after it are shown; the shop hears of it alone, and of nothing once a good one follows."""
    pair.hub.hub_desk.refuses = {"product/p2"}
    await append(pair.shop, product(1), product(2), product(3))
    if way == "push":
        await pair.settle()
    with pair.hub.here() as fed:
        await pull.pull_recorded(fed, (pair.hub.party_id, pair.shop.party_id), clock.now())
    assert set(pair.hub.hub_desk.records) == {"product/p1", "product/p3"}
    with pair.shop.here() as fed:
        if way == "pull":
            await own_history.compare_with_hubs(fed, clock.now())
        (heard,) = await refusals.heard(pair.shop.party_id)
        assert (heard.key, heard.hub_name, heard.errors[0].code) == ("product/p2", "Galleria", "odd")
        assert await refusals.heard(pair.shop.party_id, "product/p1") == []
    pair.hub.hub_desk.refuses = set()
    await append(pair.shop, with_title(product(2), "Mended"))
    await pair.settle()
    with pair.shop.here() as fed:
        await own_history.compare_with_hubs(fed, clock.now())
        assert await refusals.heard(pair.shop.party_id) == []
