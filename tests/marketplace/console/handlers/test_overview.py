"""The console's overview."""

import httpx
import pytest

from tests.marketplace.console.operator import APPS, read
from tests.marketplace.orders.world import World

pytestmark = pytest.mark.apps(*APPS)


async def test_a_new_house_says_what_to_do_first(desk: httpx.AsyncClient) -> None:
    """Before any boutique is linked the overview leads to where boutiques appear, and invents no figures."""
    page = await read(desk, "/console")
    assert "No boutique is open yet" in page
    assert "Money in" not in page
    assert "None yet." in page
    assert "Nothing was sold in the last 30 days" in page


async def test_figures_and_latest_orders(world: World, desk: httpx.AsyncClient) -> None:
    """After a sale the order is listed, commission stands in the figures, and the books balance."""
    token = await world.buy({"a": 1, "b": 1})
    page = await read(desk, "/console")
    assert f'href="/console/orders/{await world.order_id(token)}"' in page
    assert "Money in EUR" in page
    assert "€20.00" in page  # ten per cent of twice 100.00
    assert "do not balance" not in page
    assert page.count('<rect class="column unfinished"') == 1  # today
