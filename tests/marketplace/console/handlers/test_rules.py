"""The console's page of commission rules."""

import httpx
import pytest

from federation.node.database import fetch_value
from tests.marketplace.console.operator import APPS, read
from tests.marketplace.listings.builders import shop_id_of
from tests.support.clients import csrf_token, form

pytestmark = pytest.mark.apps(*APPS)

PAGE = "/console/rules"


async def step(desk: httpx.AsyncClient, path: str, revision: str) -> httpx.Response:
    """Press a button of the list."""
    token = csrf_token((await desk.get(PAGE)).text)
    return await desk.post(path, data={"csrf_token": token, "revision": revision})


async def test_a_rule_is_added_tried_moved_and_retired(desk: httpx.AsyncClient) -> None:
    """Each step is a revision with who and what; the piece that is tried says what everybody gets."""
    page = await read(desk, PAGE)
    assert "everything else" in page
    await read(desk, f"{PAGE}/new")
    dresses = {"name": "Dresses", "category": "clothing", "currency": "EUR", "percent": "12,5", "fixed": "0.50"}
    assert (await form(desk, f"{PAGE}/new", {**dresses, "revision": "0", "note": "spring"})).status_code == 303
    own = {"name": "Shop a", "shop": shop_id_of("a"), "percent": "5", "revision": "1"}
    assert (await form(desk, f"{PAGE}/new", own)).status_code == 303
    page = await read(desk, PAGE)
    assert page.index(">Dresses<") < page.index(">Shop a<")
    assert "12.5 % + €0.50" in page
    tried = await read(desk, f"{PAGE}?shop={shop_id_of('a')}&category=dresses&price=100&country=IT")
    assert "The rule “Dresses” fits" in tried
    for amount in ("€13.00", "€2.86", "€84.14"):
        assert amount in tried
    assert (await step(desk, f"{PAGE}/rule-2/up", "2")).status_code == 303
    tried = await read(desk, f"{PAGE}?shop={shop_id_of('a')}&category=dresses&price=100&country=IT")
    assert "The rule “Shop a” fits" in tried
    assert (await step(desk, f"{PAGE}/rule-1/retire", "3")).status_code == 303
    page = await read(desk, PAGE)
    assert "Revision 4" in page
    assert "op@example.com" in page
    answer = (await desk.get("/api/v1/console/rules")).json()
    assert (answer["revision"], [rule["id"] for rule in answer["rules"]]) == (4, ["rule-2", "standard"])


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"name": "", "percent": "5"}, "Give the rule a name"),
        ({"name": "X", "percent": "five"}, "Write the percentage"),
        ({"name": "X", "percent": "51"}, "beyond its bounds"),
        ({"name": "X", "percent": "5", "fixed": "1"}, "Choose the currency"),
        ({"name": "X", "percent": "5", "currency": "EUR", "cap": "x"}, "is no amount"),
        ({"name": "X", "percent": "5", "effective": "tomorrow"}, "Write the day"),
        ({"name": "X", "percent": "5", "revision": "7"}, "Somebody has changed"),
    ],
)
async def test_a_rule_that_cannot_be_used_is_shown_again(
    desk: httpx.AsyncClient, fields: dict[str, str], word: str
) -> None:
    """With a sentence of what is wrong, as it was written; no revision is made."""
    answer = await form(desk, f"{PAGE}/new", {"revision": "0", **fields})
    assert answer.status_code == 422
    assert word in answer.text
    assert await fetch_value("SELECT count(*) FROM hub_rule_revision") == 0


async def test_only_operators_see_and_change_rules(guest: httpx.AsyncClient) -> None:
    """Nobody else reads them, by page or by API."""
    assert (await guest.get(PAGE)).status_code in {303, 401, 403}
    assert (await guest.get("/api/v1/console/rules")).status_code in {401, 403}
