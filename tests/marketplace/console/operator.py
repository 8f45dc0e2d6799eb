"""An operator at a browser, and somebody who is none."""

from contextlib import AbstractAsyncContextManager
from urllib.parse import urlsplit

import httpx
import msgspec
from litestar import Litestar

from federation.node import accounts, clock, signin
from marketplace.app import create_app
from tests.marketplace.markup import faults
from tests.marketplace.orders.world import World
from tests.support.clients import client, form
from tests.support.postgres import Urls

APPS = ("federation.piccolo_app", "payouts.piccolo_app", "marketplace.piccolo_app")
OPERATOR_EMAIL = "op@example.com"


def app_of(world: World, urls: Urls) -> Litestar:
    """The hub's web process over the world's database, with its till and its boutiques."""
    settings = msgspec.structs.replace(world.hub.settings, database_url=urls.app)
    return create_app(settings, msgspec.structs.replace(world.hub, settings=settings))


async def sign_in(world: World, browser: httpx.AsyncClient, role: str = accounts.OPERATOR, scope: str = "") -> None:
    """Sign in as somebody with this role, as a mailed link does it."""
    email = OPERATOR_EMAIL if role == accounts.OPERATOR else f"{role}@example.com"
    account_id = await accounts.ensure_account(email, role)
    await accounts.grant(account_id, role, scope)
    link = await signin.create_link(world.hub.settings, account_id, clock.now())
    assert (await form(browser, urlsplit(link).path, {})).status_code == 303


def visiting(world: World, urls: Urls) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    """A browser at the hub."""
    return client(app_of(world, urls))


async def read(browser: httpx.AsyncClient, path: str) -> str:
    """The page at `path`, which must be there and sound."""
    answer = await browser.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:600]}"
    assert faults(answer.text) == [], path
    return answer.text
