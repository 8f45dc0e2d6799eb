"""Sessions of browsers, kept in the database; the cookie holds a random token, the table only its hash.

Invariants: a token we did not issue is never adopted (no session fixation); signing in gives a new token; a session
nobody put anything into is never stored; a session unused for 30 days is gone; a request served beside another one
neither undoes what that put into the session nor brings back a session that it ended.
"""

import hashlib
from datetime import datetime, timedelta

import msgspec

from federation.node.database import affected, execute, fetch_one, in_transaction
from federation.node.web import Session, Visit, WebNode, session_of

__all__ = ["Session", "forget_expired", "load", "save", "session_of"]

LIFETIME = timedelta(days=30)
TOUCH_AFTER = timedelta(days=1)
CONTENT_BYTES_MAX = 64 * 1024
_TOKEN_LENGTH = 43
_COOKIE = "galleria"
_FIND = "SELECT account_id, content, expires_at FROM node_session WHERE token_sha256 = $1 AND expires_at > $2"
_FIND_AND_LOCK = f"{_FIND} FOR UPDATE"


def cookie_name(node: WebNode) -> str:
    """The name of the session cookie."""
    return node.cookie_name(_COOKIE)


async def load(token: str, now: datetime, *, lock: bool) -> Session:
    """The stored session of `token`, else an empty one; `lock` makes concurrent requests of it take turns."""
    if len(token) != _TOKEN_LENGTH:
        return Session()
    sql = _FIND_AND_LOCK if lock and in_transaction() else _FIND
    row = await fetch_one(sql, _digest(token), now)
    if row is None:
        return Session()
    session = Session(token, row["account_id"], msgspec.json.decode(row["content"]))
    session.is_aging = row["expires_at"] < now + LIFETIME - TOUCH_AFTER
    return session


async def save(node: WebNode, visit: Visit, now: datetime) -> None:
    """Write what the request changed and put the cookie on the visit's answer."""
    session = visit.session
    if session.token == "" and session.stored_token != "" and not session.data:
        await execute("DELETE FROM node_session WHERE token_sha256 = $1", _digest(session.stored_token))
        visit.cookies.append(node.cookie(cookie_name(node), "", 0))
        return
    if session.is_changed:
        if session.token == "":
            session.rotate()
        if not await _write(session, now):
            return
    elif session.is_aging:
        await execute(
            "UPDATE node_session SET expires_at = $2 WHERE token_sha256 = $1",
            _digest(session.stored_token),
            now + LIFETIME,
        )
    else:
        return
    visit.cookies.append(node.cookie(cookie_name(node), session.token, int(LIFETIME.total_seconds())))


async def _write(session: Session, now: datetime) -> bool:
    """Write what changed, name by name; False when the session was ended while this request was served."""
    content = msgspec.json.encode(session.data)
    if len(content) > CONTENT_BYTES_MAX:
        raise ValueError(f"a session holds at most {CONTENT_BYTES_MAX} bytes, not {len(content)}")
    if session.stored_token:
        put, taken = session.changes()
        tag = await execute(
            "UPDATE node_session SET token_sha256 = $1, account_id = $2, expires_at = $3,"
            " content = ((content::jsonb - $4::text[]) || $5::jsonb)::text WHERE token_sha256 = $6",
            _digest(session.token),
            session.account_id,
            now + LIFETIME,
            taken,
            msgspec.json.encode(put).decode(),
            _digest(session.stored_token),
        )
        if affected(tag) == 1 or session.token == session.stored_token:
            return affected(tag) == 1
    await execute(
        "INSERT INTO node_session (token_sha256, account_id, content, expires_at, created_at)"
        " VALUES ($1, $2, $3, $4, $5)",
        _digest(session.token),
        session.account_id,
        content.decode(),
        now + LIFETIME,
        now,
    )
    return True


async def forget_expired(now: datetime) -> int:
    """Drop sessions past their time; returns how many."""
    return affected(await execute("DELETE FROM node_session WHERE expires_at <= $1", now))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
