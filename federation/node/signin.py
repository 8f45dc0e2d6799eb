"""Signing in by a link that works once: asked for with an e-mail address, opened, and confirmed with a button.

Invariants: only a link's hash is stored; opening it spends nothing (mail scanners open links), confirming does, once;
the page says the same whether or not an account exists; the session gets a new token.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import accounts, clock, mail
from federation.node.database import affected, execute, fetch_one
from federation.node.languages import Wording
from federation.node.pages import OWN_LOCALE, page
from federation.node.settings import NodeSettings
from federation.node.web import AnyRequest, session_of, web_node
from federation.vocabulary.errors import GalleriaError

LINK_SECONDS = 15 * 60
WORDING = Wording([OWN_LOCALE])


class LinkSpentError(GalleriaError):
    """The link was used, has grown too old, or never was."""

    slug = "link-spent"


def safe_path(path: str) -> str:
    """`path` when it stays on this site, else the front page: no sign-in ends on a stranger's page."""
    parts = urlsplit(path)
    is_local = not parts.scheme and not parts.netloc and path.startswith("/") and not path.startswith("//")
    return path if is_local and "\\" not in path and path.isprintable() else "/"


async def create_link(
    settings: NodeSettings, account_id: UUID, now: datetime, next_path: str = "/", ttl_seconds: int = LINK_SECONDS
) -> str:
    """The address of a fresh one-time link for an account; leads on to `next_path`."""
    token = secrets.token_urlsafe(32)
    await execute(
        "INSERT INTO node_signin_link (token_sha256, account_id, next_path, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5)",
        _digest(token),
        account_id,
        safe_path(next_path),
        now,
        now + timedelta(seconds=ttl_seconds),
    )
    return f"{settings.public_url}/sign-in/{token}"


@get("/sign-in")
async def ask_address(request: AnyRequest) -> Template:
    """The form that asks for an e-mail address."""
    return page(request, "sign_in.html", next_path=safe_path(request.query_params.get("next", "/")), sent=False)


@post("/sign-in", status_code=200)
async def send_link(request: AnyRequest) -> Template:
    """Mail a link to a known address, at most one a minute; say the same to everybody."""
    form = await request.form()
    now, settings = clock.now(), web_node(request.app).settings
    next_path = safe_path(str(form.get("next", "/")))
    account = await accounts.account_by_email(str(form.get("email", "")))
    if account is not None:
        link = await create_link(settings, account.id, now, next_path)
        text = WORDING.gettext(
            "Open this link to sign in to %(name)s:\n\n%(link)s\n\n"
            "It works once and for 15 minutes. If you did not ask for it, let it lie.\n"
        ) % {"name": settings.node_name, "link": link}
        subject = WORDING.gettext("Your sign-in link for %(name)s") % {"name": settings.node_name}
        key = f"sign-in/{account.id}/{now:%Y-%m-%dT%H:%M}"
        await mail.send(account.email, subject, text, now=now, key=key)
    return page(request, "sign_in.html", next_path=next_path, sent=True)


@get("/sign-in/{token:str}")
async def show_link(request: AnyRequest, token: FromPath[str]) -> Template:
    """The button that confirms; opening this page changes nothing."""
    row = await fetch_one(
        "SELECT a.email FROM node_signin_link AS l JOIN node_account AS a ON a.id = l.account_id"
        " WHERE l.token_sha256 = $1 AND l.spent_at IS NULL AND l.expires_at > $2",
        _digest(token),
        clock.now(),
    )
    if row is None:
        raise _spent()
    return page(request, "sign_in_confirm.html", token=token, email=row["email"])


@post("/sign-in/{token:str}")
async def spend_link(request: AnyRequest, token: FromPath[str]) -> Redirect:
    """Sign the browser in and go on; the link is worth nothing from now on."""
    row = await fetch_one(
        "UPDATE node_signin_link SET spent_at = $2 WHERE token_sha256 = $1 AND spent_at IS NULL AND expires_at > $2"
        " RETURNING account_id, next_path",
        _digest(token),
        clock.now(),
    )
    if row is None:
        raise _spent()
    session_of(request).sign_in(row["account_id"])
    return Redirect(row["next_path"], status_code=303)


@post("/sign-out")
async def sign_out(request: AnyRequest) -> Redirect:
    """Forget this browser."""
    session_of(request).sign_out()
    return Redirect("/", status_code=303)


ROUTES = [ask_address, send_link, show_link, spend_link, sign_out]


async def forget_expired(now: datetime) -> int:
    """Drop links that ended more than a day ago; returns how many."""
    return affected(await execute("DELETE FROM node_signin_link WHERE expires_at < $1", now - timedelta(days=1)))


def _spent() -> LinkSpentError:
    return LinkSpentError("This sign-in link was used already, or has grown too old. Ask for a new one.")


def _digest(token: FromPath[str]) -> bytes:
    return hashlib.sha256(token.encode()).digest()
