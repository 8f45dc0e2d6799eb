"""Who may enter the console."""

import httpx
import pytest

from federation.node import accounts
from federation.vocabulary.ids import new_id
from tests.marketplace.console.operator import APPS, read, sign_in
from tests.marketplace.listings.builders import shop_id_of
from tests.marketplace.orders.world import World

pytestmark = pytest.mark.apps(*APPS)

PAGES = (
    "/console",
    "/console/boutiques",
    f"/console/boutiques/{shop_id_of('a')}",
    "/console/orders",
    f"/console/orders/{new_id()}",
    f"/console/orders/{new_id()}/refund",
    "/console/money",
    "/console/money/settlements",
    "/console/trial-balance",
    "/console/dead-letters",
    "/console/mails",
    f"/console/mails/{new_id()}",
)
FORMS = (
    f"/console/boutiques/{shop_id_of('a')}/accept",
    f"/console/boutiques/{shop_id_of('a')}/suspend",
    f"/console/boutiques/{shop_id_of('a')}/resume-payouts",
    f"/console/orders/{new_id()}/refund",
    f"/console/orders/{new_id()}/cancel",
    "/console/money/alerts/1/clear",
    f"/console/money/refunds/{new_id()}/retry",
    f"/console/money/claims/{new_id()}/write-off",
    "/console/dead-letters/1/replay",
)


async def test_guests_are_led_to_the_sign_in_page(guest: httpx.AsyncClient) -> None:
    """Nobody sees a page of the console without signing in; afterwards they come back to it."""
    for path in PAGES:
        answer = await guest.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/sign-in?next="), path


async def test_owners_of_boutiques_are_refused(world: World, guest: httpx.AsyncClient) -> None:
    """A boutique's owner is known here and still no operator: every page and every form refuses."""
    await sign_in(world, guest, accounts.OWNER, shop_id_of("a"))
    token = await a_token(guest)
    for path in PAGES:
        assert (await guest.get(path)).status_code == 403, path
    for path in FORMS:
        assert (await guest.post(path, data={"csrf_token": token})).status_code == 403, path


async def a_token(desk: httpx.AsyncClient) -> str:
    """A valid token of this session, from a page with a form."""
    page = await read(desk, "/sign-in")
    return page.split('name="csrf_token" value="')[1].split('"', maxsplit=1)[0]


async def test_forms_without_a_token_are_refused(desk: httpx.AsyncClient) -> None:
    """Another site cannot make an operator's browser act: each form needs this session's own token."""
    for path in FORMS:
        assert (await desk.post(path, data={"csrf_token": "0" * 64})).status_code == 403, path
        assert (await desk.post(path, data={"reason": "because"})).status_code == 403, path
