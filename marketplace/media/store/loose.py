"""Queries on loose pictures, those that perhaps no listing names any more."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from federation.node import database

_LOOSE = "state = 'loose', due_at = $1, made_at = NULL, attempts = 0, reason = ''"
_NAMED = (
    "hub_product p CROSS JOIN LATERAL json_array_elements(convert_from(p.body, 'UTF8')::json -> 'media') AS m (picture)"
)


class Namer(msgspec.Struct, frozen=True):
    """A boutique that names a picture, and where it says that the picture lies."""

    sha256: str
    shop_id: str
    url: str


async def let_go(shop_id: str, now: datetime) -> None:
    """Every picture of a boutique is loose; in the order of hashes, as whoever notes pictures locks them."""
    await database.execute(
        "WITH theirs AS (SELECT sha256 FROM hub_picture WHERE shop_id = $2 AND state <> 'loose' "  # noqa: S608
        "ORDER BY sha256 FOR UPDATE) "
        f"UPDATE hub_picture SET {_LOOSE} WHERE sha256 IN (SELECT sha256 FROM theirs)",
        now,
        shop_id,
    )


async def let_go_unnamed(before: datetime, now: datetime, limit: int) -> int:
    """Pictures seen before a moment that no listing names are loose; returns how many, at most `limit`."""
    tag = await database.execute(
        f"WITH named AS MATERIALIZED (SELECT DISTINCT m.picture ->> 'sha256' AS sha256 FROM {_NAMED}), "  # noqa: S608
        "nobodys AS (SELECT h.sha256 FROM hub_picture h WHERE h.state <> 'loose' AND h.seen_at < $2 "
        "AND h.sha256 NOT IN (SELECT sha256 FROM named WHERE sha256 IS NOT NULL) "
        "ORDER BY h.sha256 LIMIT $3 FOR UPDATE) "
        f"UPDATE hub_picture SET {_LOOSE} WHERE sha256 IN (SELECT sha256 FROM nobodys)",
        now,
        before,
        limit,
    )
    return database.affected(tag)


async def let_go_strays(hashes: Sequence[str], now: datetime) -> int:
    """Copies of which nothing is known are loose pictures; returns how many of these hashes were such."""
    tag = await database.execute(
        "INSERT INTO hub_picture (sha256, shop_id, url, state, attempts, due_at, reason, seen_at) "
        "SELECT sha256, '', '', 'loose', 0, $1, '', $1 FROM unnest($2::text[]) AS n (sha256) ON CONFLICT DO NOTHING",
        now,
        list(hashes),
    )
    return database.affected(tag)


async def due(now: datetime, limit: int) -> list[str]:
    """Loose pictures to look at, longest first."""
    rows = await database.fetch(
        "SELECT sha256 FROM hub_picture WHERE state = 'loose' AND due_at <= $1 ORDER BY due_at, sha256 LIMIT $2",
        now,
        limit,
    )
    return [row["sha256"] for row in rows]


async def namers(hashes: Sequence[str]) -> list[Namer]:
    """One boutique for each of these pictures that some listing names. Reads every listing."""
    rows = await database.fetch(
        "SELECT DISTINCT ON (1) m.picture ->> 'sha256' AS sha256, p.shop_id, m.picture ->> 'url' AS url "  # noqa: S608
        f"FROM {_NAMED} WHERE m.picture ->> 'sha256' = ANY($1::text[]) ORDER BY 1, p.shop_id",
        list(hashes),
    )
    return [Namer(**dict(row)) for row in rows]


async def claim(named: Sequence[Namer], now: datetime) -> list[str]:
    """Loose pictures that are named are wanted again, of those who name them; returns these boutiques."""
    rows = await database.fetch(
        "UPDATE hub_picture h SET shop_id = n.shop_id, url = n.url, state = 'wanted', due_at = $1 "
        "FROM unnest($2::text[], $3::text[], $4::text[]) AS n (sha256, shop_id, url) "
        "WHERE h.sha256 = n.sha256 AND h.state = 'loose' RETURNING h.shop_id",
        now,
        [one.sha256 for one in named],
        [one.shop_id for one in named],
        [one.url for one in named],
    )
    return sorted({row["shop_id"] for row in rows})


async def lock(hashes: Sequence[str]) -> list[str]:
    """Those of these pictures that are still loose, locked until the transaction ends."""
    rows = await database.fetch(
        "SELECT sha256 FROM hub_picture WHERE sha256 = ANY($1::text[]) AND state = 'loose' ORDER BY sha256 FOR UPDATE",
        list(hashes),
    )
    return [row["sha256"] for row in rows]


async def forget(hashes: Sequence[str]) -> None:
    """Nothing is known of these pictures any more."""
    await database.execute("DELETE FROM hub_picture WHERE sha256 = ANY($1::text[])", list(hashes))
