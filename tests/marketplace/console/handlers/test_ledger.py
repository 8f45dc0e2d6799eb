"""The trial balance in the console."""

import httpx
import pytest

from tests.marketplace.console.operator import APPS, read
from tests.marketplace.listings.builders import shop_id_of
from tests.marketplace.orders.world import World

pytestmark = pytest.mark.apps(*APPS)


async def test_the_empty_ledger_says_when_it_begins(desk: httpx.AsyncClient) -> None:
    """Without entries there is a sentence and no table."""
    assert "it begins with the first payment" in await read(desk, "/console/trial-balance")


async def test_accounts_by_name_come_to_zero(world: World, desk: httpx.AsyncClient) -> None:
    """After a sale each account stands with its boutique's name, and the sum of all is shown to be nothing."""
    await world.buy({"a": 1, "b": 2})
    page = await read(desk, "/console/trial-balance")
    assert "Shop-a, held" in page
    assert "Commission earned" in page
    assert "The sum of all accounts is €0.00" in page


async def test_one_account_shows_its_entries(world: World, desk: httpx.AsyncClient) -> None:
    """An account's entries stand with what they are about; an unknown account or currency has none."""
    await world.buy({"a": 1})
    code = f"shop:{shop_id_of('a')}:held"
    page = await desk.get("/console/trial-balance", params={"account": code, "currency": "EUR"})
    assert "Shop-a, held, EUR" in page.text
    assert "€94.70" in page.text
    assert "This account has no entries" in await read(desk, "/console/trial-balance?account=nobody&currency=EUR")
    assert "no entries" not in await read(desk, "/console/trial-balance?account=nobody&currency=ZZZ")
