"""The trial balance in the console."""

import re
from datetime import timedelta

import httpx
import pytest

from federation.node import clock
from federation.node.database import atomic
from marketplace.console.handlers import ledger
from payouts.domain.ledger import Account, AccountKind, posting
from payouts.store import ledger as store
from tests.marketplace.console.operator import APPS, read
from tests.marketplace.listings.builders import shop_id_of
from tests.marketplace.orders.world import World

pytestmark = pytest.mark.apps(*APPS)
PAGE = "/console/trial-balance"


async def test_the_empty_ledger_says_when_it_begins(desk: httpx.AsyncClient) -> None:
    """Without entries there is a sentence and no table."""
    assert "it begins with the first payment" in await read(desk, PAGE)


async def test_accounts_by_name_come_to_zero(world: World, desk: httpx.AsyncClient) -> None:
    """After a sale each account stands with its boutique's name, and the sum of all is shown to be nothing."""
    await world.buy({"a": 1, "b": 2})
    page = await read(desk, PAGE)
    assert "Shop-a, held" in page
    assert "Commission earned" in page
    assert "The sum of all accounts is €0.00" in page


async def test_one_account_shows_its_entries(world: World, desk: httpx.AsyncClient) -> None:
    """An account's entries lead to the order they are about; an unknown one has none."""
    order_id = await world.order_id(await world.buy({"a": 1}))
    code = f"shop:{shop_id_of('a')}:held"
    page = await read(desk, f"{PAGE}/EUR/{code}")
    assert "Shop-a, held" in page
    assert "€94.70 on the credit side" in page
    assert f'href="/console/money/orders/{order_id}"' in page
    assert "Balance after" in page
    assert "Balance after" not in await read(desk, f"{PAGE}/EUR/hub:commission"), "only boutiques' accounts keep it"
    assert "This account has no entries" in await read(desk, f"{PAGE}/EUR/nobody")
    assert (await desk.get(f"{PAGE}/ZZZ/nobody")).status_code == 404
    assert "Nothing was booked here in these days" in await read(
        desk, f"{PAGE}/EUR/{code}?from=2020-01-01&to=2020-01-31"
    )


async def test_on_another_day_the_books_balance_too(world: World, desk: httpx.AsyncClient) -> None:
    """Nothing before the first sale, everything at the end of today; the file says the same as the page."""
    await world.buy({"a": 1})
    today = clock.now().date()
    assert "Nothing was booked up to this day" in await read(desk, f"{PAGE}?on={today - timedelta(days=2)}")
    page = await read(desk, f"{PAGE}?on={today + timedelta(days=1)}")
    assert "The sum of all accounts is €0.00" in page
    lines = (await desk.get(f"{PAGE}?as=csv")).content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Currency,Account,Code,Debit,Credit"
    assert any(line.startswith("EUR,Commission earned,hub:commission,,10.00") for line in lines)
    entries = (await desk.get(f"{PAGE}/EUR/hub:commission?as=csv")).content.decode("utf-8-sig").splitlines()
    assert len(entries) == 2


async def test_a_long_account_goes_on_by_key(world: World, desk: httpx.AsyncClient) -> None:
    """Older and newer pages of an account meet without a gap, whatever is booked meanwhile."""
    await world.buy({"a": 1})
    async with atomic():
        for number in range(ledger.ENTRIES + 5):
            legs = [
                (Account(AccountKind.BANK, "", "EUR"), number + 1),
                (Account(AccountKind.SUSPENSE, "", "EUR"), -number - 1),
            ]
            await store.post(posting("suspense", f"row-{number}", f"row:{number}", legs), clock.now())
    first = await read(desk, f"{PAGE}/EUR/bank")
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older is not None
    second = await read(desk, f"{PAGE}/EUR/bank{older[1]}")
    assert ("row-5<" in first, "row-4<" in first) == (True, False)
    assert ("row-5<" in second, "row-4<" in second, "row-0<" in second) == (False, True, True)
    newer = re.search(r'rel="prev" href="([^"]+)"', second)
    assert newer is not None
    assert "row-5<" in await read(desk, f"{PAGE}/EUR/bank{newer[1]}")
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in second
