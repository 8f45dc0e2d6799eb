"""From settings and handlers to a running web app: the boundary that every request crosses.

Invariants of the boundary
- One request, one transaction; the answer leaves only after COMMIT. Whatever was raised rolls back, and a COMMIT that
  fails is answered as a failure. Handlers with `opt={"transaction": False}` open their own.
- The session is loaded before and saved within that transaction; a changing request of a browser passes CSRF first.
- Every answer, also of an address that does not exist, carries the correlation id and the security headers.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from litestar import Litestar, MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Send
from litestar.types import Scope as LitestarScope

from federation.node import clock, csrf, logs, sessions, signin
from federation.node.answers import answer_exception
from federation.node.compression import COMPRESSION
from federation.node.database import atomic, current, fetch_value, using
from federation.node.fonts import ensure_fonts
from federation.node.languages import COOKIE, LANGUAGES, PARAMETER, negotiate, speak, speaking
from federation.node.pages import OWN_STATIC, template_config
from federation.node.settings import NodeSettings, is_loopback
from federation.node.static_files import StaticFiles
from federation.node.wake import Waker
from federation.node.web import NodeRequest, PageContext, Visit, WebNode, learn_node_id, visit_of, web_node
from federation.vocabulary.errors import GalleriaError

_log = structlog.get_logger(__name__)

Hook = Callable[[Litestar], Awaitable[None]]
BODY_BYTES_MAX = 12 * 1024 * 1024
COOKIE_SECONDS = 365 * 86_400
"""How long a browser's language is remembered."""

WITHOUT_DATABASE = {"transaction": False, "session": False}
"""How a handler says that it needs neither transaction nor session."""

_ANY_HOST_PATHS = ("/healthz", "/readyz")


class MisdirectedError(GalleriaError):
    """A request for a host that this node does not serve."""

    slug = "misdirected-request"


def make_app(  # noqa: PLR0913 - the one place where a node is put together, all by name
    *,
    settings: NodeSettings,
    route_handlers: Sequence[Any],
    templates: Sequence[Path] = (),
    static: Sequence[Path] = (),
    mounted_static: Mapping[str, Path] | None = None,
    middleware: Sequence[Any] = (),
    on_startup: Sequence[Hook] = (),
    on_shutdown: Sequence[Hook] = (),
    context: PageContext | Mapping[str, Any] | None = None,
    form_targets: Sequence[str] = (),
    state: Mapping[str, Any] | None = None,
    with_database: bool = True,
) -> Litestar:
    """A web app of a node.

    `context` adds names to every page. `form_targets` are the origins that forms may end on after a redirect (the
    payment page). Hooks run with the database bound, after it started and before it stops. `mounted_static` serves a
    folder below a prefix such as `fonts/`. Without a database there are no sessions and nobody signs in, and every
    handler says `opt=WITHOUT_DATABASE`.
    """
    logs.configure(settings.log_level)
    node = WebNode(settings, context)
    node.form_targets = " ".join(("'self'", *form_targets))
    static_files = StaticFiles(
        [*([OWN_STATIC] if OWN_STATIC.is_dir() else []), *static], {**_fonts(settings), **(mounted_static or {})}
    )
    return Litestar(
        route_handlers=[*(_KEPT_ROUTES if with_database else _PLAIN_ROUTES), static_files.route(), *route_handlers],
        middleware=[Boundary(), *middleware],
        lifespan=[
            _lifespan(node, on_startup, on_shutdown) if with_database else _plain_lifespan(on_startup, on_shutdown)
        ],
        exception_handlers={Exception: _answer_outside, HTTPException: _answer_outside},
        after_exception=[_mark_failed],
        before_send=[_finish_headers],
        template_config=template_config(node, templates, static_files),
        state=State({**(state or {}), "web_node": node}),
        request_class=NodeRequest,
        request_max_body_size=BODY_BYTES_MAX,
        compression_config=COMPRESSION,
        openapi_config=None,
        logging_config=None,
    )


def _fonts(settings: NodeSettings) -> dict[str, Path]:
    """The folder of our fonts, made at the first start; tests go without."""
    return {} if settings.environment == "test" else {"fonts/": ensure_fonts(settings.state_dir)}


def _answer_outside(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The answer to what the boundary never saw, above all an address that leads nowhere: in the reader's language."""
    scope = request.scope
    speak(_language(scope, web_node(scope["litestar_app"]), visit_of(scope)))
    return answer_exception(request, error)


def _lifespan(node: WebNode, on_startup: Sequence[Hook], on_shutdown: Sequence[Hook]) -> Any:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        waker = Waker(node.settings.broker_url)
        await node.start()
        node.database.wake = waker.wake
        try:
            with using(node.database):
                node.node_id = await learn_node_id()
                for hook in on_startup:
                    await hook(app)
            try:
                yield
            finally:
                with using(node.database):
                    for hook in on_shutdown:
                        await hook(app)
        finally:
            waker.stop()
            await node.database.stop()

    return lifespan


def _plain_lifespan(on_startup: Sequence[Hook], on_shutdown: Sequence[Hook]) -> Any:
    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        for hook in on_startup:
            await hook(app)
        try:
            yield
        finally:
            for hook in on_shutdown:
                await hook(app)

    return lifespan


@get("/healthz", opt={"transaction": False, "session": False}, media_type=MediaType.TEXT)
async def healthz() -> str:
    """Alive: the database answers a real query."""
    await current().ping()
    return "ok"


@get("/readyz", opt={"transaction": False, "session": False}, media_type=MediaType.TEXT)
async def readyz() -> str:
    """Ready: the database answers and holds this node's tables."""
    await fetch_value("SELECT content FROM node_setting WHERE name = 'node_id'")
    return "ready"


@get(["/healthz", "/readyz"], opt=WITHOUT_DATABASE, media_type=MediaType.TEXT)
async def alive() -> str:
    """Alive and ready: there is nothing else to ask."""
    return "ready"


_KEPT_ROUTES = (healthz, readyz, *signin.ROUTES)
_PLAIN_ROUTES = (alive,)


class Boundary(ASGIMiddleware):
    """Binds database and correlation id, runs the handler inside its transaction, and logs what was answered.

    The log has the route's template, never the path: paths hold tokens.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: LitestarScope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        node, visit = web_node(scope["litestar_app"]), visit_of(scope)
        with using(node.database), logs.correlated(visit.correlation_id), speaking(_language(scope, node, visit)):
            started = time.perf_counter()
            crossing = _Crossing(scope, receive, send, next_app)
            if scope["route_handler"].opt.get("transaction", True):
                await crossing.in_transaction()
            else:
                await crossing.without_transaction()
            _log.info(
                "request",
                method=dict(scope).get("method"),
                route=scope["path_template"],
                status=visit.status,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )


def _language(scope: LitestarScope, node: WebNode, visit: Visit) -> str:
    """The language to answer in; one asked for in the address is remembered by a cookie."""
    request: Request[Any, Any, Any] = Request(scope)
    asked, cookie = request.query_params.get(PARAMETER, ""), node.cookie_name(COOKIE)
    if asked in LANGUAGES:
        visit.cookies.append(node.cookie(cookie, asked, COOKIE_SECONDS))
        return str(asked)
    return request.cookies.get(cookie) or negotiate(request.headers.get("accept-language", ""))


class _RolledBackError(Exception):
    """Leaves the transaction without committing; the answer is already written."""


class _Crossing:
    """One request on its way through the boundary."""

    def __init__(self, scope: LitestarScope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        self._node = web_node(scope["litestar_app"])
        self._visit = visit_of(scope)
        self._scope = scope
        self._opt = scope["route_handler"].opt if "route_handler" in scope else {}
        self._receive = receive
        self._send = send
        self._next_app = next_app
        self._held: list[Message] = []

    async def in_transaction(self) -> None:
        """Hold the answer back until COMMIT; answer with the failure when anything fails before."""
        try:
            await self._receive_body()
            async with atomic():
                await self._enter(lock=True)
                await self._next_app(self._scope, self._receive, self._hold)
                self._leave_if_failed()
                await self._save_session()
        except _RolledBackError:
            pass
        except Exception as error:  # noqa: BLE001 - an edge: whatever happened, somebody waits for an answer
            await self._answer_failure(error)
        for message in self._held:
            await self._send(message)

    async def without_transaction(self) -> None:
        """Pass the answer on as it comes; the session is saved on its own before the answer starts."""
        await self._enter(lock=False)
        await self._next_app(self._scope, self._receive, self._send_saved)

    async def _receive_body(self) -> None:
        """Read the body, within its bound, before a connection is taken: senders may be slow, connections are few."""
        request: Request[Any, Any, Any] = Request(self._scope, self._receive)
        if request.method not in csrf.SAFE_METHODS:
            await request.body()

    def _leave_if_failed(self) -> None:
        if self._visit.failed:
            raise _RolledBackError

    async def _hold(self, message: Message) -> None:
        self._held.append(message)

    async def _send_saved(self, message: Message) -> None:
        if message["type"] == "http.response.start" and not self._visit.failed:
            await self._save_session()
        await self._send(message)

    async def _enter(self, *, lock: bool) -> None:
        request: Request[Any, Any, Any] = Request(self._scope, self._receive)
        _check_host(request, self._node)
        if self._opt.get("session", True) and not self._scope["path"].startswith(csrf.EXEMPT_PATHS):
            token = request.cookies.get(sessions.cookie_name(self._node), "")
            changes = request.method not in csrf.SAFE_METHODS
            self._visit.session = await sessions.load(token, clock.now(), lock=lock and changes)
        await csrf.check(request, self._opt)

    async def _save_session(self) -> None:
        if self._opt.get("session", True):
            await sessions.save(self._node, self._visit, clock.now())

    async def _answer_failure(self, error: Exception) -> None:
        """Replace whatever was to be said by what went wrong."""
        self._held.clear()
        self._visit.cookies.clear()
        self._visit.failed = True
        request: Request[Any, Any, Any] = Request(self._scope, self._receive)
        response: Response[Any] = answer_exception(request, error)
        answer = response.to_asgi_response(app=None, request=request)
        await answer(self._scope, self._receive, self._hold)


def _check_host(request: Request[Any, Any, Any], node: WebNode) -> None:
    """Refuse hosts that are not ours, so that no link or cookie is ever made for one; on loopback any name will do."""
    own, asked = node.settings.public_host, request.headers.get("host", "")
    if asked != own and not is_loopback(own) and request.scope["path"] not in _ANY_HOST_PATHS:
        raise MisdirectedError(f"This house answers at {node.settings.public_url} only.")


async def _mark_failed(_error: Exception, scope: LitestarScope) -> None:
    visit_of(scope).failed = True


async def _finish_headers(message: Message, scope: LitestarScope) -> None:
    if message["type"] != "http.response.start":
        return
    node, visit = web_node(scope["litestar_app"]), visit_of(scope)
    visit.status = message["status"]
    headers = [*message["headers"]]
    present = {name.lower() for name, _ in headers}
    for name, content in _security_headers(node, visit).items():
        if name.encode() not in present:
            headers.append((name.encode(), content.encode()))
    if not dict(headers).get(b"cache-control", b"").startswith(b"public"):
        headers += [(b"set-cookie", cookie.encode()) for cookie in visit.cookies]
    headers.append((b"correlation-id", visit.correlation_id.encode()))
    if b"text/html" in dict(headers).get(b"content-type", b""):
        headers.append((b"vary", b"Accept-Language, Cookie"))
    if b"cache-control" not in present:
        headers.append((b"cache-control", b"private, no-cache"))
    message["headers"] = headers


def _security_headers(node: WebNode, visit: Visit) -> dict[str, str]:
    nonce = f" 'nonce-{visit.csp_nonce}'" if visit.csp_nonce else ""
    policy = (
        f"default-src 'none'; img-src {node.image_sources}; style-src 'self'{nonce}; script-src 'self'{nonce};"
        f" font-src 'self'; connect-src 'self'; form-action {node.form_targets};"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    }
    if node.settings.is_https:
        headers["strict-transport-security"] = "max-age=31536000"
    return headers
