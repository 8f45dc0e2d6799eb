"""Queries over addresses that do not answer."""

from datetime import datetime

from federation.node import database


async def rest(authority: str, until: datetime, error: str, now: datetime) -> None:
    await database.execute(
        """
        INSERT INTO fed_contact (authority, rest_until, error, silent_since) VALUES ($1, $2, $3, $4)
        ON CONFLICT (authority) DO UPDATE
        SET rest_until = greatest(fed_contact.rest_until, excluded.rest_until), error = excluded.error
        """,
        authority,
        until,
        error,
        now,
    )


async def resting_until(authority: str) -> datetime | None:
    until: datetime | None = await database.fetch_value(
        "SELECT rest_until FROM fed_contact WHERE authority = $1", authority
    )
    return until


async def forget(authority: str) -> None:
    await database.execute("DELETE FROM fed_contact WHERE authority = $1", authority)


async def resting(now: datetime) -> list[tuple[str, datetime]]:
    rows = await database.fetch(
        "SELECT authority, rest_until FROM fed_contact WHERE rest_until > $1 ORDER BY authority", now
    )
    return [(row["authority"], row["rest_until"]) for row in rows]
