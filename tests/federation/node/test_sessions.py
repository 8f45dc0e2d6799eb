"""Sessions: never adopted, rotated at sign-in, taking turns, gone when told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from litestar import Litestar, get, post
from litestar.params import FromPath

from federation.node import sessions
from federation.node.app import make_app
from federation.node.clock import now
from federation.node.database import Database, execute, fetch_value
from federation.node.web import AnyRequest, session_of
from tests.support.clients import client, node_settings
from tests.support.postgres import Urls

OPEN = {"exclude_from_csrf": True}


@get("/read")
async def read(request: AnyRequest) -> dict[str, object]:
    return {"data": session_of(request).data, "account": str(session_of(request).account_id)}


@post("/put/{name:str}", opt=OPEN)
async def put(request: AnyRequest, name: FromPath[str]) -> None:
    session = session_of(request)
    names = session.data.setdefault("names", [])
    await asyncio.sleep(0.05)
    names.append(name)


@post("/rotate", opt=OPEN)
async def rotate(request: AnyRequest) -> None:
    session_of(request).rotate()


@get("/linger")
async def linger(request: AnyRequest) -> None:
    await asyncio.sleep(0.4)
    session_of(request).data["seen"] = True


@post("/sign-out-quickly", opt=OPEN)
async def leave(request: AnyRequest) -> None:
    session_of(request).sign_out()


@pytest.fixture
def app(database_urls: Urls, tmp_path: Path) -> Litestar:
    """An app that shows and changes its session."""
    return make_app(settings=node_settings(database_urls, tmp_path), route_handlers=[read, put, rotate, linger, leave])


@pytest.fixture
async def browser(app: Litestar, committed: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at it."""
    async with client(app) as browser:
        yield browser


def cookie(browser: httpx.AsyncClient) -> tuple[str, str]:
    """Name and content of the session cookie."""
    [(name, content)] = [(name, content) for name, content in browser.cookies.items() if name.startswith("galleria_")]
    return name, content


async def stored() -> int:
    """How many sessions the database holds."""
    count: int = await fetch_value("SELECT count(*) FROM node_session")
    return count


async def test_no_row_and_no_cookie_for_a_reader(browser: httpx.AsyncClient) -> None:
    """Somebody who only looks gets no session."""
    answer = await browser.get("/read")
    assert "set-cookie" not in answer.headers
    assert await stored() == 0


async def test_data_comes_back(browser: httpx.AsyncClient) -> None:
    """What was put in is there at the next request; the table knows only the token's hash."""
    answer = await browser.post("/put/ada")
    assert "HttpOnly; SameSite=Lax" in answer.headers["set-cookie"]
    assert (await browser.get("/read")).json()["data"] == {"names": ["ada"]}
    assert (
        await fetch_value(
            "SELECT count(*) FROM node_session WHERE token_sha256 = sha256($1::bytea)", cookie(browser)[1].encode()
        )
        == 1
    )


async def test_chosen_token_is_not_adopted(browser: httpx.AsyncClient) -> None:
    """A token somebody planted is never used: the session gets one of ours."""
    await browser.post("/put/ada")
    name, _ = cookie(browser)
    browser.cookies.clear()
    planted = "A" * 43
    browser.cookies.set(name, planted, domain="127.0.0.1")
    assert (await browser.get("/read")).json()["data"] == {}
    answer = await browser.post("/put/eve")
    assert planted not in answer.headers["set-cookie"]
    assert (
        await fetch_value("SELECT count(*) FROM node_session WHERE token_sha256 = sha256($1::bytea)", planted.encode())
        == 0
    )


async def test_rotate_ends_the_old_token(browser: httpx.AsyncClient) -> None:
    """After rotate() the data lives on under the new token and the old one opens nothing."""
    await browser.post("/put/ada")
    name, before = cookie(browser)
    await browser.post("/rotate")
    assert cookie(browser)[1] != before
    assert (await browser.get("/read")).json()["data"] == {"names": ["ada"]}
    browser.cookies.clear()
    browser.cookies.set(name, before, domain="127.0.0.1")
    assert (await browser.get("/read")).json()["data"] == {}
    assert await stored() == 1


async def test_requests_of_a_session_take_turns(browser: httpx.AsyncClient) -> None:
    """Changes sent at the same time by one browser all arrive."""
    await browser.post("/put/first")
    await asyncio.gather(*(browser.post(f"/put/n{number}") for number in range(5)))
    names = (await browser.get("/read")).json()["data"]["names"]
    assert sorted(names) == ["first", "n0", "n1", "n2", "n3", "n4"]


async def test_sign_out_forgets(browser: httpx.AsyncClient) -> None:
    """Signing out removes row and cookie."""
    await browser.post("/put/ada")
    answer = await browser.post("/sign-out-quickly")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert await stored() == 0


async def test_a_page_on_its_way_does_not_undo_what_came_meanwhile(browser: httpx.AsyncClient) -> None:
    """What a page notes in the session and what a form put there while it was made are both kept."""
    await browser.post("/put/ada")
    page = asyncio.create_task(browser.get("/linger"))
    await asyncio.sleep(0.1)
    await browser.post("/put/grace")
    await page
    assert (await browser.get("/read")).json()["data"] == {"names": ["ada", "grace"], "seen": True}


async def test_a_page_on_its_way_does_not_bring_an_ended_session_back(browser: httpx.AsyncClient) -> None:
    """A session signed out while a page of it was made stays out, and its token opens nothing."""
    await browser.post("/put/ada")
    page = asyncio.create_task(browser.get("/linger"))
    await asyncio.sleep(0.1)
    await browser.post("/sign-out-quickly")
    assert "set-cookie" not in (await page).headers
    assert await stored() == 0


async def test_old_sessions_end_and_used_ones_live_on(browser: httpx.AsyncClient) -> None:
    """A session past its time opens nothing; one in use is prolonged, at most once a day."""
    await browser.post("/put/ada")
    assert "set-cookie" not in (await browser.get("/read")).headers
    await execute("UPDATE node_session SET expires_at = expires_at - interval '2 days'")
    assert "set-cookie" in (await browser.get("/read")).headers
    assert "set-cookie" not in (await browser.get("/read")).headers
    await execute("UPDATE node_session SET expires_at = now() - interval '1 second'")
    assert (await browser.get("/read")).json()["data"] == {}
    assert await sessions.forget_expired(now() + timedelta(seconds=1)) == 1
