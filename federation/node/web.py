"""What a web process and one request in it carry: `WebNode` for the life of the app, `Visit` for one request.

Nothing here decides anything: it is the shelf from which answers, sessions, CSRF and pages take what they need.
"""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Litestar, Request
from litestar.datastructures import FormMultiDict

from federation.node.database import Database, fetch_value
from federation.node.logs import new_correlation_id
from federation.node.sealing import seal_of
from federation.node.settings import NodeSettings

AnyRequest = Request[Any, Any, Any]
Scope = MutableMapping[str, Any]
"""An ASGI scope as we use it: Litestar's typed one knows no keys of ours."""

PageContext = Callable[[AnyRequest], Mapping[str, Any]]
"""Names that a node adds to every page of a request, such as how much lies in the basket."""


class NodeRequest(Request[Any, Any, Any]):
    """A request whose forms hold text in Unicode normal form C: no document with another can be signed later."""

    async def form(self) -> FormMultiDict:
        """What was sent; an accent that stands apart from its letter is joined with it."""
        items = (await super().form()).multi_items()
        return FormMultiDict([(name, _composed(value)) for name, value in items])


def _composed(value: Any) -> Any:
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


OWN_PICTURES = "'self' data:"
"""The `image_sources` of a node whose pages show no pictures of anybody else's server."""


class Session:
    """A browser's session while one request is served; saved at its end, with the request's transaction.

    `data` holds JSON values only. A session comes into being when something is put into it. `is_aging` says that it
    was last prolonged more than a day ago.
    """

    def __init__(self, token: str = "", account_id: UUID | None = None, data: dict[str, Any] | None = None) -> None:
        self.data = {} if data is None else data
        self.account_id = account_id
        self.token = token
        self.stored_token = token
        self.is_new_account = False
        self.is_aging = False
        self._before = msgspec.json.encode(self.data)

    def rotate(self) -> None:
        """Give the session a new token; the old one is worth nothing from the end of this request."""
        self.token = secrets.token_urlsafe(32)

    def sign_in(self, account_id: UUID) -> None:
        """From now on this browser acts for the account, under a new token."""
        self.account_id = account_id
        self.is_new_account = True
        self.rotate()

    def sign_out(self) -> None:
        """Forget everything: the account, the data, the token."""
        self.account_id = None
        self.data = {}
        self.token = ""

    def changes(self) -> tuple[dict[str, Any], list[str]]:
        """What this request put into the session, by name, and the names it took out."""
        before, after = msgspec.json.decode(self._before), msgspec.json.decode(msgspec.json.encode(self.data))
        put = {name: value for name, value in after.items() if name not in before or before[name] != value}
        return put, [name for name in before if name not in after]

    @property
    def is_changed(self) -> bool:
        """Whether there is something to save."""
        return (
            self.token != self.stored_token
            or self.is_new_account
            or (self.data != {} and self.stored_token == "")
            or msgspec.json.encode(self.data) != self._before
        )


class WebNode:
    """One web process of a node: its settings, database, random id, and what its pages are made with."""

    def __init__(self, settings: NodeSettings, page_context: PageContext | Mapping[str, Any] | None) -> None:
        self.settings = settings
        self.database = Database(seal_of(settings))
        self.node_id = ""
        self.page_context = page_context
        self.image_sources = " ".join(("'self'", "data:", "https:", *([] if settings.is_https else ["http:"])))
        self.form_targets = "'self'"

    async def start(self) -> None:
        """Open the database and learn the node's random id. Needs `using(database)` around it."""
        await self.database.start(self.settings.database_url)

    def cookie_name(self, purpose: str) -> str:
        """A cookie name of this node's own (cookies ignore ports): it ends in the node's id; `__Host-` under https."""
        prefix = "__Host-" if self.settings.is_https else ""
        return f"{prefix}{purpose}_{self.node_id[:8]}"

    def cookie(self, name: str, content: str, max_age_seconds: int) -> str:
        """A Set-Cookie value: this site only, not for scripts, over TLS when the node has it."""
        secure = "; Secure" if self.settings.is_https else ""
        return f"{name}={content}; Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax{secure}"

    def seal(self, purpose: str, text: str) -> str:
        """A keyed digest that only this node can make, 32 hexadecimal digits, different for each purpose."""
        key = hashlib.sha256(f"{purpose}\n{self.settings.secret_key}".encode()).digest()
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


class Visit:
    """One request being served."""

    def __init__(self, correlation_id: str) -> None:
        self.correlation_id = correlation_id
        self.session = Session()
        self.failed = False
        self.csp_nonce = ""
        self.csrf_seed = ""
        self.cookies: list[str] = []
        self.status = 0

    def nonce(self) -> str:
        """The one-time word that lets a `<style>` or `<script>` element of this answer through our own policy."""
        self.csp_nonce = self.csp_nonce or secrets.token_urlsafe(16)
        return self.csp_nonce


def web_node(app: Litestar) -> WebNode:
    """The node that this app serves."""
    node: WebNode = app.state["web_node"]
    return node


def visit_of(scope: Any) -> Visit:
    """The visit of an ASGI scope, begun when there is none yet."""
    state = scope.setdefault("state", {})
    visit: Visit | None = state.get("visit")
    if visit is None:
        offered = dict(scope.get("headers", ())).get(b"correlation-id", b"")
        visit = state["visit"] = Visit(new_correlation_id(offered.decode("latin-1")))
    return visit


def session_of(request: AnyRequest) -> Session:
    """The session of the browser that sent this request; empty, and not stored, for a stranger."""
    return visit_of(request.scope).session


async def learn_node_id() -> str:
    """The node's random id, made at the first asking and the same for every process ever after."""
    row: str = await fetch_value(
        "INSERT INTO node_setting (name, content) VALUES ('node_id', $1)"
        " ON CONFLICT (name) DO UPDATE SET content = node_setting.content RETURNING content",
        secrets.token_hex(16),
    )
    return row
