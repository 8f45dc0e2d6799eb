"""People who can sign in to a node, and what each may do where.

Roles: `operator` (the node itself, scope ``""``) and `owner` (scope: the party id of a shop).
"""

from uuid import UUID

import msgspec

from federation.node.database import execute, fetch, fetch_one, fetch_value
from federation.node.web import AnyRequest, session_of
from federation.vocabulary.errors import NotAllowedError, NotSignedInError, RecordInvalidError
from federation.vocabulary.ids import new_id

OPERATOR = "operator"
OWNER = "owner"
EMAIL_LENGTH_MAX = 254
NAME_LENGTH_MAX = 200


class Account(msgspec.Struct, frozen=True):
    """Who somebody is."""

    id: UUID
    email: str
    name: str


class Grant(msgspec.Struct, frozen=True):
    """What somebody may do, and where."""

    role: str
    scope: str


def normal_email(email: str) -> str:
    """An address as it is stored and compared: no blanks around it, lower case. Raises RecordInvalidError."""
    cleaned = email.strip().lower()
    local, at, domain = cleaned.rpartition("@")
    fits = at and local and domain and len(cleaned) <= EMAIL_LENGTH_MAX and cleaned.isprintable()
    if not fits or any(mark in cleaned for mark in " <>,;\"'()"):
        raise RecordInvalidError("This is not an e-mail address: write it like name@example.org.")
    return cleaned


async def ensure_account(email: str, name: str) -> UUID:
    """The account of an address, made when there is none; an existing one keeps its name."""
    row: UUID = await fetch_value(
        "INSERT INTO node_account (id, email, name, created_at) VALUES ($1, $2, $3, clock_timestamp())"
        " ON CONFLICT (email) DO UPDATE SET email = EXCLUDED.email RETURNING id",
        new_id(),
        normal_email(email),
        name[:NAME_LENGTH_MAX],
    )
    return row


async def account_by_email(email: str) -> Account | None:
    """The account of an address, if there is one."""
    return _account(await fetch_one("SELECT id, email, name FROM node_account WHERE email = $1", normal_email(email)))


async def account(account_id: UUID) -> Account | None:
    """An account by its id."""
    return _account(await fetch_one("SELECT id, email, name FROM node_account WHERE id = $1", account_id))


async def grant(account_id: UUID, role: str, scope: str) -> None:
    """Allow an account `role` within `scope`; again is no error."""
    await execute(
        "INSERT INTO node_grant (account_id, role, scope, granted_at) VALUES ($1, $2, $3, clock_timestamp())"
        " ON CONFLICT DO NOTHING",
        account_id,
        role,
        scope,
    )


async def revoke(account_id: UUID, role: str, scope: str) -> None:
    """Take `role` within `scope` from an account."""
    await execute("DELETE FROM node_grant WHERE account_id = $1 AND role = $2 AND scope = $3", account_id, role, scope)


async def revoke_all(scope: str) -> None:
    """Take everything within `scope` from everybody."""
    await execute("DELETE FROM node_grant WHERE scope = $1", scope)


async def grants_of(account_id: UUID) -> list[Grant]:
    """Everything an account may do."""
    rows = await fetch("SELECT role, scope FROM node_grant WHERE account_id = $1 ORDER BY role, scope", account_id)
    return [Grant(row["role"], row["scope"]) for row in rows]


async def accounts_with(role: str, scope: str) -> list[Account]:
    """Everybody who has `role` within `scope`."""
    rows = await fetch(
        "SELECT a.id, a.email, a.name FROM node_account AS a JOIN node_grant AS g ON g.account_id = a.id"
        " WHERE g.role = $1 AND g.scope = $2 ORDER BY a.email",
        role,
        scope,
    )
    return [Account(row["id"], row["email"], row["name"]) for row in rows]


async def signed_in(request: AnyRequest) -> Account:
    """Who sent this request. Raises NotSignedInError, which sends a browser to the sign-in page and back."""
    account_id = session_of(request).account_id
    found = None if account_id is None else await account(account_id)
    if found is None:
        raise NotSignedInError("Please sign in first.")
    return found


async def require(request: AnyRequest, role: str, scope: str = "") -> Account:
    """Who sent this request, if they have `role` within `scope`. Raises NotSignedInError or NotAllowedError."""
    found = await signed_in(request)
    if Grant(role, scope) not in await grants_of(found.id):
        raise NotAllowedError("Your account may not do this. Ask the operator of this house for access.")
    return found


def _account(row: "dict[str, object] | None") -> Account | None:
    return None if row is None else msgspec.convert(dict(row), Account)
