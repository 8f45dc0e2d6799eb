"""Revisions of the commission rules: added, never changed (the database refuses it)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from federation.node import database
from marketplace.terms.domain.rules import Rule

_RULES = msgspec.json.Decoder(tuple[Rule, ...])
_LOCK = 5_150_411
"""The advisory lock under which a revision is added, so that numbers follow each other."""


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """A whole list of rules as somebody left it, in force from `effective_from` until the next one is."""

    revision: int
    rules: tuple[Rule, ...]
    change: str
    made_by: str
    made_at: datetime
    effective_from: datetime


def _read(row: Mapping[str, Any]) -> Revision:
    return Revision(**{**row, "rules": _RULES.decode(row["rules"])})


_COLUMNS = "revision, rules, change, made_by, made_at, effective_from"


async def in_force(now: datetime) -> Revision | None:
    """The newest revision whose time has come; None before the first one."""
    row = await database.fetch_one(
        f"SELECT {_COLUMNS} FROM hub_rule_revision WHERE effective_from <= $1 "  # noqa: S608 - our own constant
        "ORDER BY revision DESC LIMIT 1",
        now,
    )
    return None if row is None else _read(row)


async def newest() -> Revision | None:
    """The newest revision, in force or not yet."""
    rows = await history(1)
    return rows[0] if rows else None


async def history(limit: int) -> list[Revision]:
    """The newest revisions, newest first."""
    rows = await database.fetch(
        f"SELECT {_COLUMNS} FROM hub_rule_revision ORDER BY revision DESC LIMIT $1",  # noqa: S608 - as above
        limit,
    )
    return [_read(row) for row in rows]


async def hold_still() -> None:
    """Until the transaction ends nobody else adds a revision."""
    await database.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)


async def add(revision: Revision) -> None:
    """Add a revision."""
    await database.execute(
        "INSERT INTO hub_rule_revision (revision, rules, change, made_by, made_at, effective_from) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        revision.revision,
        msgspec.json.encode(revision.rules).decode(),
        revision.change,
        revision.made_by,
        revision.made_at,
        revision.effective_from,
    )
