"""Queries on wrong codes: from where they came, as marks of no use to anybody else, and for whose codes."""

from datetime import datetime

from federation.node import database
from marketplace.coupons.domain.guessing import WrongCodes


async def lock(network: bytes) -> None:
    """Let one code at a time be tried from one network."""
    await database.execute("SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 7223))", network)


async def count(visitor: bytes, place: bytes, network: bytes, giver: str, since: datetime) -> WrongCodes:
    """Wrong codes since then; an empty mark is nobody's."""
    row = await database.fetch_one(
        """SELECT count(*) FILTER (WHERE visitor = $1 AND visitor <> '')::int AS visitor,
            count(*) FILTER (WHERE place = $2 AND place <> '')::int AS place,
            count(*) FILTER (WHERE network = $3)::int AS network,
            (SELECT count(*) FROM hub_wrong_code WHERE giver = $4 AND at > $5)::int AS whole
        FROM hub_wrong_code WHERE at > $5
            AND ((visitor = $1 AND visitor <> '') OR (place = $2 AND place <> '') OR network = $3)""",
        *(visitor, place, network, giver, since),
    )
    return WrongCodes() if row is None else WrongCodes(**dict(row))


async def note(marks: tuple[bytes, bytes, bytes], giver: str, code: bytes, now: datetime, since: datetime) -> None:
    """Count a wrong code from (visitor, place, network); the same one again from there, since then, is no other."""
    await database.execute(
        """INSERT INTO hub_wrong_code (visitor, place, network, giver, code, at)
        SELECT $1, $2, $3, $4, $5, $6 WHERE NOT EXISTS (
            SELECT FROM hub_wrong_code WHERE giver = $4 AND code = $5 AND at > $7
                AND place = $2 AND network = $3 AND (visitor = $1 OR place <> '')
        )""",
        *(*marks, giver, code, now, since),
    )


async def forget(before: datetime) -> None:
    """Drop what does not count any more."""
    await database.execute("DELETE FROM hub_wrong_code WHERE at <= $1", before)
