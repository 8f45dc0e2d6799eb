"""The boundary of a web app: transactions, errors to answers, security headers, static files, health."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
from litestar import Litestar, Response, get, post
from litestar.exceptions import ClientException
from litestar.params import FromPath, JSONBody
from structlog.testing import capture_logs

from federation.node.answers import PROBLEM_STATUS, Problem, status_of
from federation.node.app import make_app
from federation.node.database import Database, atomic, execute, fetch_value, in_transaction
from federation.node.pages import page
from federation.node.transactions import POOL_MAX
from federation.node.web import AnyRequest, session_of
from federation.vocabulary.errors import FieldError, GalleriaError, NotSignedInError, QuotaError, RecordInvalidError
from federation.vocabulary.money import Money
from tests.support.clients import client, csrf_token, form, node_settings
from tests.support.postgres import Urls


class Order(msgspec.Struct, forbid_unknown_fields=True):
    """A body with a rule."""

    quantity: int


@get("/shop")
async def shop(request: AnyRequest) -> Response[Any]:
    return page(request, "shop.html", price=Money(123450, "EUR"), name="<Ada>")


@post("/shop")
async def put(request: AnyRequest) -> Response[Any]:
    data = await request.form()
    await execute("INSERT INTO node_setting VALUES ($1, 'x')", data["name"])
    session_of(request).data["name"] = data["name"]
    assert in_transaction()
    if data["name"] == "refused":
        raise RecordInvalidError("this name will not do", errors=(FieldError("/name", "taken", "taken"),))
    if data["name"] == "broken":
        raise ZeroDivisionError
    if data["name"] == "deferred":
        await execute("INSERT INTO child VALUES ('nobody')")
    return page(request, "shop.html", price=Money(100, "JPY"), name="done")


@get("/api/boom/{kind:str}")
async def boom(kind: FromPath[str]) -> str:
    errors: dict[str, Exception] = {
        "quota": QuotaError("slow down", retry_after_seconds=7),
        "secret": ValueError("password=hunter2"),
        "client": ClientException("no"),
        "busy": asyncpg.DeadlockDetectedError("deadlock"),
        "restarting": asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        "slow": asyncpg.QueryCanceledError("canceling statement due to statement timeout"),
        "signin": NotSignedInError("sign in"),
    }
    raise errors[kind]


@get("/members")
async def members() -> str:
    raise NotSignedInError("sign in")


@post("/api/orders")
async def order(data: JSONBody[Order]) -> dict[str, int]:
    return {"quantity": data.quantity}


@get("/own", opt={"transaction": False})
async def own(request: AnyRequest) -> str:
    assert not in_transaction()
    async with atomic():
        await execute("INSERT INTO node_setting VALUES ('own', 'x')")
    session_of(request).data["own"] = True
    return "kept"


@pytest.fixture
def app(database_urls: Urls, tmp_path: Path) -> Litestar:
    """A small app with a page, an API and a static file."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "shop.html").write_text(
        '{% extends "base.html" %}{% block content %}{{ price|money }} {{ name }} {{ greeting }}'
        '<form method="post">{{ csrf_field(request) }}</form><style nonce="{{ csp_nonce(request) }}"></style>'
        '{{ static_url("look/a.css") }}{% endblock %}'
    )
    (tmp_path / "static" / "look").mkdir(parents=True)
    (tmp_path / "static" / "look" / "a.css").write_text("a{}")
    return make_app(
        settings=node_settings(database_urls, tmp_path),
        route_handlers=[shop, put, boom, members, order, own],
        templates=[tmp_path / "templates"],
        static=[tmp_path / "static"],
        context=lambda request: {"greeting": f"hello {session_of(request).data.get('name', 'stranger')}"},
    )


@pytest.fixture
async def browser(app: Litestar, committed: Database, database_urls: Urls) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the app, whose database has a table with a deferred constraint."""
    owner = await asyncpg.connect(database_urls.owner)
    await owner.execute(
        "CREATE TABLE child (name text REFERENCES node_setting (name) DEFERRABLE INITIALLY DEFERRED);"
        "GRANT ALL ON child TO app"
    )
    await owner.close()
    async with client(app) as browser:
        yield browser


async def rows() -> int:
    count: int = await fetch_value("SELECT count(*) FROM node_setting WHERE name <> 'node_id'")
    return count


def problem(response: httpx.Response) -> Problem:
    assert response.headers["content-type"].startswith("application/problem+json")
    return msgspec.json.decode(response.content, type=Problem)


async def test_page_with_filters_and_context(browser: httpx.AsyncClient) -> None:
    """A page escapes what it shows, writes amounts for people and carries the node's own names."""
    shown = await browser.get("/shop")
    assert shown.status_code == 200
    assert "€1,234.50 &lt;Ada&gt; hello stranger" in shown.text


async def test_effect_session_and_answer_together(browser: httpx.AsyncClient) -> None:
    """What a handler did and put into the session is committed before the answer is sent."""
    answer = await form(browser, "/shop", {"name": "ada"})
    assert answer.status_code == 200
    assert await rows() == 1
    assert "hello ada" in (await browser.get("/shop")).text


async def test_forms_hold_text_that_can_be_signed(browser: httpx.AsyncClient) -> None:
    """An accent pasted apart from its letter reaches the handler joined with it, as documents want it (NFC)."""
    await form(browser, "/shop", {"name": "Cafe\u0301"})
    assert await fetch_value("SELECT name FROM node_setting WHERE name <> 'node_id'") == "Caf\u00e9"


@pytest.mark.parametrize(("name", "status"), [("refused", 422), ("broken", 500), ("deferred", 500)])
async def test_failure_undoes_everything(browser: httpx.AsyncClient, name: str, status: int) -> None:
    """A raised error, and a COMMIT that fails after the handler was content, leave no trace and say so."""
    answer = await form(browser, "/shop", {"name": name})
    assert answer.status_code == status
    assert "done" not in answer.text
    assert answer.headers["correlation-id"] in answer.text
    assert await rows() == 0
    assert "hello stranger" in (await browser.get("/shop")).text


async def test_pool_survives_failing_commits(browser: httpx.AsyncClient) -> None:
    """More failing commits than the pool has connections change nothing for the next request."""
    for _ in range(10):
        assert (await form(browser, "/shop", {"name": "deferred"})).status_code == 500
    assert (await form(browser, "/shop", {"name": "ada"})).status_code == 200


async def test_slow_bodies_hold_no_connection(browser: httpx.AsyncClient) -> None:
    """More bodies dripping in than the pool has connections keep nobody else waiting; they are answered in the end."""
    token = csrf_token((await browser.get("/shop")).text)
    arrived, whole = asyncio.Semaphore(0), asyncio.Event()

    async def drip() -> AsyncIterator[bytes]:
        yield f"csrf_token={token}&name=".encode()
        arrived.release()
        await whole.wait()
        yield b"refused"

    head = {"content-type": "application/x-www-form-urlencoded"}
    slow = [asyncio.create_task(browser.post("/shop", content=drip(), headers=head)) for _ in range(POOL_MAX + 1)]
    try:
        async with asyncio.timeout(5):
            for _ in range(POOL_MAX):
                await arrived.acquire()
            assert (await browser.get("/shop")).status_code == 200
    finally:
        whole.set()
        answers = await asyncio.gather(*slow)
    assert {answer.status_code for answer in answers} == {422}


async def test_own_transactions(browser: httpx.AsyncClient) -> None:
    """A handler that opts out manages its own transactions; its session is saved all the same."""
    assert (await browser.get("/own")).text == "kept"
    assert await rows() == 1
    assert await fetch_value("SELECT content FROM node_session") == '{"own":true}'


async def test_machines_get_problem_documents(browser: httpx.AsyncClient) -> None:
    """Under /api/ every refusal is a problem document with its slug, retry class and bounds."""
    quota = await browser.get("/api/boom/quota")
    assert (quota.status_code, quota.headers["retry-after"]) == (429, "7")
    assert (problem(quota).type, problem(quota).retry) == ("quota", "after")
    assert problem(await browser.get("/api/boom/client")).status == 400
    for kind in ("busy", "restarting", "slow"):
        busy = await browser.get(f"/api/boom/{kind}")
        assert (busy.status_code, problem(busy).type) == (503, "busy")
    assert problem(await browser.get("/api/boom/signin")).status == 401
    assert problem(await browser.get("/api/nowhere")).type == "not-found"
    assert problem(await browser.delete("/api/orders")).status == 405
    accepts = {"accept": "application/json"}
    assert problem(await browser.get("/nowhere", headers=accepts)).type == "not-found"


async def test_unexpected_failure_keeps_its_inside(browser: httpx.AsyncClient) -> None:
    """What went wrong inside is for the log, not for the answer."""
    answer = await browser.get("/api/boom/secret")
    assert (answer.status_code, problem(answer).type) == (500, "internal")
    assert "hunter2" not in answer.text


@pytest.mark.parametrize("kind", ["secret", "busy"])
async def test_failures_are_logged_without_paths(database_urls: Urls, tmp_path: Path, kind: str) -> None:
    """A path may hold a sign-in token or an order's key: what failed is logged by its route."""
    app = make_app(settings=node_settings(database_urls, tmp_path, log_level="INFO"), route_handlers=[boom])
    async with client(app) as browser:
        with capture_logs() as logged:
            await browser.get(f"/api/boom/{kind}")
    told = [entry for entry in logged if entry["event"] in {"request_failed", "database_unavailable"}]
    assert [entry["route"] for entry in told] == ["/api/boom/{kind}"]
    assert not any(f"/boom/{kind}" in str(entry) for entry in logged)


async def test_bad_body_names_the_field(browser: httpx.AsyncClient) -> None:
    """A body that does not fit its Struct is refused with the place of the fault; other media types are not read."""
    refused = await browser.post("/api/orders", json={"quantity": "two"})
    assert (refused.status_code, problem(refused).type) == (422, "record-invalid")
    assert problem(refused).errors[0].pointer
    assert (await browser.post("/api/orders", json={"quantity": 2})).json() == {"quantity": 2}
    assert (await browser.post("/api/orders", json={"quantity": 2, "more": 1})).status_code == 422
    assert (await browser.post("/api/orders", content=b"quantity=2")).status_code == 415


async def test_text_that_no_database_holds_is_refused(browser: httpx.AsyncClient) -> None:
    """U+0000 in what somebody typed is their mistake: refused with a sentence, and nothing is written."""
    answer = await form(browser, "/shop", {"name": "a\0b"})
    assert answer.status_code == 422
    assert await rows() == 0


async def test_people_get_pages(browser: httpx.AsyncClient) -> None:
    """A person sees a page for an address without anything, and the sign-in page where one is needed."""
    missing = await browser.get("/nowhere")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert '<html lang="it">' in (await browser.get("/nowhere", headers={"accept-language": "it"})).text
    members_only = await browser.get("/members?page=2")
    assert (members_only.status_code, members_only.headers["location"]) == (303, "/sign-in?next=%2Fmembers%3Fpage%3D2")


async def test_security_headers_everywhere(browser: httpx.AsyncClient) -> None:
    """Every answer carries the policy and a correlation id, a page's own nonce is let through, an id is kept."""
    shown = await browser.get("/shop", headers={"correlation-id": "caller-1234"})
    nonce = shown.text.split('nonce="')[1].split('"')[0]
    assert f"'nonce-{nonce}'" in shown.headers["content-security-policy"]
    assert shown.headers["correlation-id"] == "caller-1234"
    missing = await browser.get("/nowhere", headers={"correlation-id": "bad id\t"})
    assert "frame-ancestors 'none'" in missing.headers["content-security-policy"]
    assert missing.headers["x-content-type-options"] == "nosniff"
    assert len(missing.headers["correlation-id"]) == 16


async def test_static_files(browser: httpx.AsyncClient) -> None:
    """A static file has an address with the version in it, is kept for ever there, and nothing else is served."""
    shown = await browser.get("/shop")
    [url] = re.findall(r"/static/[0-9a-f]{12}/look/a\.css", shown.text)
    served = await browser.get(url)
    assert (served.text, served.headers["content-type"]) == ("a{}", "text/css; charset=utf-8")
    assert "immutable" in served.headers["cache-control"]
    assert "immutable" not in (await browser.get("/static/old/look/a.css")).headers["cache-control"]
    for path in ("/static/x/look/b.css", "/static/x/../shop.html", "/static/x/%2e%2e/templates/shop.html"):
        assert (await browser.get(path)).status_code == 404


async def test_what_anybody_may_keep_sets_no_cookie(browser: httpx.AsyncClient) -> None:
    """A language asked for beside a file is not remembered: a shared cache would hand the cookie to everybody."""
    version = re.search(r"/static/([^/]+)/look/", (await browser.get("/shop")).text)
    assert version is not None
    kept = await browser.get(f"/static/{version[1]}/look/a.css?lang=it")
    assert (kept.status_code, "public" in kept.headers["cache-control"]) == (200, True)
    assert "set-cookie" not in kept.headers
    assert "=it;" in (await browser.get("/shop?lang=it")).headers["set-cookie"]


async def test_health_runs_real_queries(browser: httpx.AsyncClient, app: Litestar) -> None:
    """Alive and ready mean that the database answers; when it does not, both say so."""
    assert (await browser.get("/healthz")).text == "ok"
    assert (await browser.get("/readyz")).text == "ready"
    await execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database() AND usename = 'app'"
    )
    assert (await browser.get("/healthz")).status_code in {200, 503}


async def test_foreign_host_is_misdirected(database_urls: Urls, tmp_path: Path) -> None:
    """A public node answers under its own name only."""
    app = make_app(
        settings=node_settings(database_urls, tmp_path, public_url="https://shop.example"), route_handlers=[order]
    )
    async with client(app) as browser:
        wrong = await browser.get("/sign-in", headers={"host": "evil.example"})
        assert wrong.status_code == 421
        right = await browser.get("/sign-in")
        assert right.status_code == 200
        assert "__Host-" in right.headers["set-cookie"]
        assert "Secure" in right.headers["set-cookie"]


def test_status_of_unlisted_slug_is_that_of_its_parent() -> None:
    """A new error below a known one needs no entry of its own."""

    class NewQuotaError(QuotaError):
        slug = "brand-new"

    assert status_of(NewQuotaError("x")) == PROBLEM_STATUS["quota"]
    assert status_of(GalleriaError("x")) == 400
