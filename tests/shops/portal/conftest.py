"""A browser at a shop node, signed in as the owner of one boutique; another boutique beside it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from federation.node import accounts, clock, signin
from federation.node.database import Database, atomic
from federation.vocabulary.ids import PartyId
from shops.app import create_app
from shops.settings import ShopNodeSettings
from tests.shops.house import opened
from tests.support.clients import client, form

HOME = "/portal/atelier-nove"


async def sign_in(browser: httpx.AsyncClient, settings: ShopNodeSettings, email: str) -> None:
    """Sign the browser in by a one-time link."""
    account = await accounts.account_by_email(email)
    assert account is not None
    async with atomic():
        link = await signin.create_link(settings, account.id, clock.now())
    answer = await form(browser, link, {})
    assert answer.status_code == httpx.codes.SEE_OTHER


@pytest.fixture
async def browser(
    committed: Database, settings: ShopNodeSettings, shop_id: PartyId
) -> AsyncIterator[httpx.AsyncClient]:
    """The owner's browser."""
    async with client(create_app(settings)) as opened_browser:
        await sign_in(opened_browser, settings, "owner@atelier-nove.example")
        yield opened_browser


@pytest.fixture
async def other_shop_id(shop_id: PartyId, settings: ShopNodeSettings) -> PartyId:
    """A boutique of somebody else on the same node."""
    return (await opened(settings, "bottega-due")).shop_id
