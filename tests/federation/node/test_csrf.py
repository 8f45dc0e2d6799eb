"""CSRF: a form must come from our page, in this browser, from this site."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar, post

from federation.node.app import make_app
from federation.node.database import Database
from federation.node.web import AnyRequest
from tests.support.clients import client, csrf_token, node_settings
from tests.support.postgres import Urls


@post(["/change", "/fed/inbox", "/hooks/payment", "/api/change"])
async def change() -> str:
    return "changed"


@post("/upload")
async def upload(request: AnyRequest) -> str:
    form = await request.form()
    content: bytes = await form["file"].read()
    return content.decode() + str(form["note"])


@post("/keyed", opt={"exclude_from_csrf": True})
async def keyed() -> str:
    return "changed"


@pytest.fixture
def app(database_urls: Urls, tmp_path: Path) -> Litestar:
    """An app with something to change; the sign-in page of the kit holds a form."""
    return make_app(settings=node_settings(database_urls, tmp_path), route_handlers=[change, upload, keyed])


@pytest.fixture
async def browser(app: Litestar, committed: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at it."""
    async with client(app) as browser:
        yield browser


async def token(browser: httpx.AsyncClient) -> str:
    """The token that our pages give this browser."""
    return csrf_token((await browser.get("/sign-in")).text)


async def test_form_of_ours_passes(browser: httpx.AsyncClient) -> None:
    """Both halves together pass, any number of times and from any page; no two pages show the same token."""
    first, second = await token(browser), await token(browser)
    assert first != second
    for shown in (first, second, first):
        assert (await browser.post("/change", data={"csrf_token": shown})).text == "changed"


async def test_missing_half_is_refused_with_a_page(browser: httpx.AsyncClient) -> None:
    """Without the field, without the cookie, or with another browser's field: 403, and a page that says what to do."""
    good = await token(browser)
    without = await browser.post("/change", data={"other": "x"})
    assert (without.status_code, without.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "reload the page" in without.text
    for wrong in ("0" * 64, "0" * 32, "zz" * 32):
        assert (await browser.post("/change", data={"csrf_token": wrong})).status_code == 403
    browser.cookies.clear()
    assert (await browser.post("/change", data={"csrf_token": good})).status_code == 403


async def test_cookie_we_did_not_seal_is_worthless(browser: httpx.AsyncClient) -> None:
    """A planted cookie does not make its counterpart valid."""
    good = await token(browser)
    [name] = [name for name in browser.cookies if name.startswith("galleria_form")]
    browser.cookies.clear()
    browser.cookies.set(name, "seed." + "0" * 32, domain="127.0.0.1")
    assert (await browser.post("/change", data={"csrf_token": good})).status_code == 403


async def test_halves_outside_ascii_are_refused(browser: httpx.AsyncClient) -> None:
    """A field or a cookie with other characters is refused like any wrong one; a page is shown all the same."""
    good = await token(browser)
    assert (await browser.post("/change", data={"csrf_token": "é" * 32})).status_code == 403
    [name] = [name for name in browser.cookies if name.startswith("galleria_form")]
    browser.cookies.clear()
    planted = httpx.Headers({"cookie": f"{name}=seed.é"}, encoding="latin-1")
    assert (await browser.get("/sign-in", headers=planted)).status_code == 200
    assert (await browser.post("/change", data={"csrf_token": good}, headers=planted)).status_code == 403


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
async def test_foreign_origin_is_refused(browser: httpx.AsyncClient, headers: dict[str, str]) -> None:
    """A request that says it comes from elsewhere is refused even with both halves."""
    data = {"csrf_token": await token(browser)}
    assert (await browser.post("/change", data=data, headers=headers)).status_code == 403
    own = {"origin": "http://127.0.0.1:7999", "sec-fetch-site": "same-origin"}
    assert (await browser.post("/change", data=data, headers=own)).status_code == 201


async def test_upload_passes_with_its_token(browser: httpx.AsyncClient) -> None:
    """A form with a file carries the token like any other, and the handler still finds the file."""
    data = {"csrf_token": await token(browser), "note": "!"}
    answer = await browser.post("/upload", data=data, files={"file": ("a.txt", b"hello")})
    assert answer.text == "hello!"


async def test_exempt_addresses(browser: httpx.AsyncClient) -> None:
    """Signed inboxes, webhooks and handlers that opt out need no token; an API reads JSON only, so no form fits."""
    for path in ("/fed/inbox", "/hooks/payment", "/keyed"):
        assert (await browser.post(path, content=b"{}")).status_code == 201
    assert (await browser.post("/api/change", json={})).status_code == 201
    assert (await browser.post("/api/change", data={"a": "b"})).status_code == 415
    assert (await browser.post("/api/change", json={}, headers={"origin": "https://evil.example"})).status_code == 403
    assert (await browser.post("/change", json={})).status_code == 415
