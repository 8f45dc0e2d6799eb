"""Sign-in: a link that works once, is not spent by looking, and leads nowhere else; and who may do what."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from litestar import Litestar, get

from federation.node import accounts, signin
from federation.node.app import make_app
from federation.node.clock import now
from federation.node.database import Database, fetch_value
from federation.node.mail import mails
from federation.node.signin import create_link, safe_path
from federation.node.web import AnyRequest
from federation.vocabulary.errors import RecordInvalidError
from tests.support.clients import client, form, node_settings
from tests.support.postgres import Urls


@get("/console")
async def console(request: AnyRequest) -> str:
    return (await accounts.require(request, "operator")).email


@get("/portal")
async def portal(request: AnyRequest) -> str:
    return (await accounts.require(request, "owner", "s1shop")).email


@pytest.fixture
def app(database_urls: Urls, tmp_path: Path) -> Litestar:
    """An app with two doors."""
    return make_app(settings=node_settings(database_urls, tmp_path), route_handlers=[console, portal])


@pytest.fixture
async def ada(committed: Database) -> UUID:
    """An operator."""
    account_id = await accounts.ensure_account(" Ada@Example.org", "Ada")
    await accounts.grant(account_id, "operator", "")
    return account_id


@pytest.fixture
async def browser(app: Litestar, ada: UUID) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at it."""
    async with client(app) as browser:
        yield browser


async def link(ada: UUID, browser: httpx.AsyncClient, *, age_seconds: int = 0, next_path: str = "/console") -> str:
    """The path of a link made some time ago."""
    settings = node_settings(Urls("", ""), Path("/nowhere"))
    url = await create_link(settings, ada, now() - timedelta(seconds=age_seconds), next_path)
    assert url.startswith("http://127.0.0.1:7999/sign-in/")
    return urlsplit(url).path


async def test_link_signs_in_once(browser: httpx.AsyncClient, ada: UUID) -> None:
    """Opened, confirmed, led on: then the same link is worth nothing."""
    path = await link(ada, browser)
    answer = await form(browser, path, {})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
    assert (await browser.get("/console")).text == "ada@example.org"
    spent = await browser.get(path)
    assert spent.status_code == 410
    assert "already" in spent.text
    assert 'href="/sign-in"' in spent.text


async def test_looking_does_not_spend(browser: httpx.AsyncClient, ada: UUID) -> None:
    """A mail scanner may open the link as often as it likes."""
    path = await link(ada, browser)
    for _ in range(3):
        assert (await browser.get(path)).status_code == 200
    assert (await form(browser, path, {})).status_code == 303


async def test_confirming_twice_works_once(browser: httpx.AsyncClient, ada: UUID) -> None:
    """The second confirmation, from a page opened before, is refused."""
    path, other = await link(ada, browser), await link(ada, browser)
    assert (await form(browser, path, {})).status_code == 303
    assert (await form(browser, other, {}, action=path)).status_code == 410


async def test_old_or_invented_link_is_refused(browser: httpx.AsyncClient, ada: UUID) -> None:
    """After fifteen minutes, or with an invented token, there is nothing to confirm."""
    assert (await browser.get(await link(ada, browser, age_seconds=901))).status_code == 410
    assert (await browser.get("/sign-in/" + "x" * 43)).status_code == 410
    assert await signin.forget_expired(now() + timedelta(days=2)) == 1


async def test_session_gets_a_new_token(browser: httpx.AsyncClient, ada: UUID) -> None:
    """Signing in rotates the session: a token known before is worth nothing after."""
    await form(browser, await link(ada, browser), {})
    before = dict(browser.cookies)
    await form(browser, await link(ada, browser), {})
    [name] = [name for name in before if not name.startswith("galleria_form")]
    assert browser.cookies[name] != before[name]
    browser.cookies.set(name, before[name], domain="127.0.0.1", path="/")
    browser.cookies.clear()
    for kept, content in before.items():
        browser.cookies.set(kept, content, domain="127.0.0.1")
    assert (await browser.get("/console")).status_code == 303


async def test_asking_by_mail(browser: httpx.AsyncClient) -> None:
    """A known address gets one mail a minute, an unknown one none, and the page says the same to both."""
    known = await form(
        browser, "/sign-in?next=/portal", {"email": "ADA@example.org", "next": "/portal"}, action="/sign-in"
    )
    unknown = await form(browser, "/sign-in", {"email": "eve@example.org", "next": "/"})
    assert (known.status_code, unknown.status_code) == (200, 200)
    assert "on its way" in known.text
    assert "on its way" in unknown.text
    [letter] = await mails()
    assert letter.recipient == "ada@example.org"
    path = urlsplit(letter.text_body.split("\n\n")[1]).path
    assert (await form(browser, path, {})).headers["location"] == "/portal"
    assert (await form(browser, "/sign-in", {"email": "nonsense"})).status_code == 422


async def test_grants_open_their_own_door_only(browser: httpx.AsyncClient, ada: UUID) -> None:
    """Not signed in: to the sign-in page and back. Signed in without the grant: 403. Signed out: as before."""
    assert (await browser.get("/portal")).headers["location"] == "/sign-in?next=%2Fportal"
    await form(browser, await link(ada, browser), {})
    assert (await browser.get("/portal")).status_code == 403
    await accounts.grant(ada, "owner", "s1other")
    assert (await browser.get("/portal")).status_code == 403
    await accounts.grant(ada, "owner", "s1shop")
    await accounts.grant(ada, "owner", "s1shop")
    assert (await browser.get("/portal")).status_code == 200
    await accounts.revoke(ada, "owner", "s1shop")
    assert (await browser.get("/portal")).status_code == 403
    assert (await form(browser, "/sign-in", {}, action="/sign-out")).status_code == 303
    assert (await browser.get("/console")).status_code == 303


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/portal?page=2", "/portal?page=2"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
    ],
)
def test_no_way_out_of_the_site(asked: str, given: str) -> None:
    """Whatever `next` says, sign-in ends on this site."""
    assert safe_path(asked) == given


async def test_accounts_are_found_again(rolled_back: Database) -> None:
    """An address is one account however it is written; grants list what it may do and who may do something."""
    first = await accounts.ensure_account("ada@example.org", "Ada")
    assert await accounts.ensure_account("ADA@EXAMPLE.ORG ", "Somebody else") == first
    await accounts.grant(first, "owner", "s1x")
    assert [(grant.role, grant.scope) for grant in await accounts.grants_of(first)] == [("owner", "s1x")]
    assert [account.name for account in await accounts.accounts_with("owner", "s1x")] == ["Ada"]
    assert await fetch_value("SELECT count(*) FROM node_account") == 1


@pytest.mark.parametrize("email", ["", "ada", "@x", "a@", "a b@x", "<a@x>", "a" * 250 + "@x.org", "a,b@x", "a@x\ny"])
def test_unfit_addresses(email: str) -> None:
    """What could not be an address, or could smuggle a second one, is refused."""
    with pytest.raises(RecordInvalidError):
        accounts.normal_email(email)
