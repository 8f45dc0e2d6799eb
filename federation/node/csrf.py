"""Forms that only our own pages can send: a sealed seed in a cookie, its counterpart in the form, and the Origin.

Invariants: every POST by a browser carries both halves or is refused; a cookie that this node did not seal is worth
nothing; a request that says it comes from elsewhere is refused whatever it carries. Exempt are addresses that
browsers' forms cannot use: signed federation inboxes and webhooks, JSON under /api/, and handlers that opt out.
"""

import hmac
import secrets
from typing import Any
from urllib.parse import urlsplit

from litestar.datastructures import FormMultiDict
from markupsafe import Markup

from federation.node.web import AnyRequest, Visit, WebNode, visit_of, web_node
from federation.vocabulary.errors import GalleriaError, NotAllowedError

FIELD = "csrf_token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
EXEMPT_PATHS = ("/fed/", "/hooks/")
JSON_PATHS = ("/api/",)
_COOKIE = "galleria_form"
_TOKEN_DIGITS = 64
_HEXADECIMAL = frozenset("0123456789abcdef")
_COOKIE_SECONDS = 30 * 24 * 3600


class CsrfError(NotAllowedError):
    """A form that did not come from a page of ours, or from one that has grown too old."""

    slug = "csrf-failed"


class MediaTypeError(GalleriaError):
    """A body of a kind that this address does not read."""

    slug = "unsupported-media-type"


def csrf_token(request: AnyRequest) -> str:
    """The form's half for this browser, masked anew; makes the cookie's half when the browser has none yet."""
    node, visit = web_node(request.app), visit_of(request.scope)
    if not visit.csrf_seed:
        visit.csrf_seed = _seed_in_cookie(request, node) or _new_seed(node, visit)
    return _masked(node.seal("csrf-form", visit.csrf_seed))


def csrf_field(request: AnyRequest) -> Markup:
    """The hidden input to put into every form that posts."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token(request))


def _new_seed(node: WebNode, visit: Visit) -> str:
    seed = secrets.token_urlsafe(24)
    sealed = f"{seed}.{node.seal('csrf-cookie', seed)}"
    visit.cookies.append(node.cookie(node.cookie_name(_COOKIE), sealed, _COOKIE_SECONDS))
    return seed


def _seed_in_cookie(request: AnyRequest, node: WebNode) -> str:
    seed, _, seal = request.cookies.get(node.cookie_name(_COOKIE), "").rpartition(".")
    return seed if seed and _same(seal, node.seal("csrf-cookie", seed)) else ""


def _masked(seal: str) -> str:
    """The seal beneath a fresh mask, and the mask: a page's compressed length tells nothing of it (BREACH, 2013)."""
    right = bytes.fromhex(seal)
    mask = secrets.token_bytes(len(right))
    return (mask + bytes(one ^ two for one, two in zip(mask, right, strict=True))).hex()


def _unmasked(token: str) -> str:
    if len(token) != _TOKEN_DIGITS or not _HEXADECIMAL.issuperset(token):
        return ""
    both = bytes.fromhex(token)
    half = len(both) // 2
    return bytes(one ^ two for one, two in zip(both[:half], both[half:], strict=True)).hex()


def _same(offered: str, right: str) -> bool:
    """Compare in the same time whatever is offered; as bytes, since only ASCII strings can be."""
    return hmac.compare_digest(offered.encode(), right.encode())


async def check(request: AnyRequest, opt: dict[str, Any]) -> None:
    """Refuse a changing request that a foreign page could have made. Raises CsrfError or MediaTypeError."""
    path = request.scope["path"]
    if request.method in SAFE_METHODS or path.startswith(EXEMPT_PATHS) or opt.get("exclude_from_csrf"):
        return
    _check_origin(request)
    if path.startswith(JSON_PATHS):
        if request.content_type[0] != "application/json":
            raise MediaTypeError("this address reads application/json only")
        return
    seed = _seed_in_cookie(request, web_node(request.app))
    offered = (await _form(request)).get(FIELD, "")
    if not seed or not _same(_unmasked(str(offered)), web_node(request.app).seal("csrf-form", seed)):
        raise CsrfError(
            "This form has grown too old or did not come from our page. Go back, reload the page, try again."
        )


async def _form(request: AnyRequest) -> FormMultiDict:
    if request.content_type[0] not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        raise MediaTypeError("this address reads forms only")
    return await request.form()


def _check_origin(request: AnyRequest) -> None:
    origin = request.headers.get("origin", "")
    site = request.headers.get("sec-fetch-site", "")
    own_hosts = {web_node(request.app).settings.public_host, request.headers.get("host", "")}
    if site in {"cross-site", "same-site"} or (origin and urlsplit(origin).netloc not in own_hosts):
        raise CsrfError("This form was sent from another site.")
