"""Which products a boutique's last whole catalogue file held, shown or not."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from federation.node import database
from federation.vocabulary.ids import PartyId


class Remembered(msgspec.Struct, frozen=True):
    """A product of a file: why it is not shown ("" if it is), and what tells whether a hidden one changed."""

    hidden: str
    digest: str


class KeptBack(msgspec.Struct, frozen=True):
    """A product of a file that is not on sale; `title` is None as long as the catalogue never had it."""

    product_id: str
    title: str | None
    hidden: str


async def remembered(shop_id: PartyId, product_ids: Sequence[str]) -> dict[str, Remembered]:
    """Those of these products that a file held before."""
    rows = await database.fetch(
        "SELECT product_id, hidden, digest FROM shop_import_product "
        "WHERE shop_id = $1 AND product_id = ANY($2::text[])",
        shop_id, list(product_ids),
    )  # fmt: skip
    return {row["product_id"]: Remembered(row["hidden"], row["digest"]) for row in rows}


async def remember(shop_id: PartyId, run_id: UUID, products: Mapping[str, Remembered]) -> None:
    """Note that a run met these products."""
    await database.execute(
        "INSERT INTO shop_import_product (shop_id, product_id, run_id, hidden, digest) "
        "SELECT $1, p.product_id, $2, p.hidden, p.digest "
        "FROM unnest($3::text[], $4::text[], $5::text[]) AS p (product_id, hidden, digest) "
        "ON CONFLICT (shop_id, product_id) DO UPDATE SET run_id = excluded.run_id, hidden = excluded.hidden, "
        "digest = excluded.digest",
        shop_id,
        run_id,
        list(products),
        [each.hidden for each in products.values()],
        [each.digest for each in products.values()],
    )


async def shown_by_files(shop_id: PartyId) -> set[str]:
    """The products that the boutique's files show now."""
    rows = await database.fetch(
        "SELECT p.product_id FROM shop_import_product AS p JOIN shop_product AS s "
        "ON s.shop_id = p.shop_id AND s.product_id = p.product_id AND s.state = 'published' WHERE p.shop_id = $1",
        shop_id,
    )
    return {row["product_id"] for row in rows}


async def kept_back(shop_id: PartyId, search: str, offset: int, limit: int) -> list[KeptBack]:
    """Products of the boutique's last whole file that are not on sale because of what the file says, by their code."""
    rows = await database.fetch(
        "SELECT k.product_id, k.hidden, s.title FROM shop_import_product AS k LEFT JOIN shop_product AS s "
        "ON s.shop_id = k.shop_id AND s.product_id = k.product_id "
        "WHERE k.shop_id = $1 AND k.hidden <> '' AND s.state IS DISTINCT FROM 'published' "
        "AND ($2 = '' OR strpos(lower(k.product_id || ' ' || coalesce(s.title, '')), $2) > 0) "
        "ORDER BY k.product_id LIMIT $3 OFFSET $4",
        shop_id, search.casefold(), limit, offset,
    )  # fmt: skip
    return [KeptBack(row["product_id"], row["title"], row["hidden"]) for row in rows]


async def kept_back_count(shop_id: PartyId) -> int:
    """How many those are."""
    return int(
        await database.fetch_value(
            "SELECT count(*) FROM shop_import_product AS k LEFT JOIN shop_product AS s "
            "ON s.shop_id = k.shop_id AND s.product_id = k.product_id "
            "WHERE k.shop_id = $1 AND k.hidden <> '' AND s.state IS DISTINCT FROM 'published'",
            shop_id,
        )
    )


async def mark(shop_id: PartyId, mark_id: UUID) -> None:
    """Mark all that the boutique's files have; whoever meets a product puts its run in the mark's place."""
    await database.execute("UPDATE shop_import_product SET run_id = $2 WHERE shop_id = $1", shop_id, mark_id)


async def marked(shop_id: PartyId, mark_id: UUID, limit: int) -> list[str]:
    """Products that still bear this mark."""
    rows = await database.fetch(
        "SELECT product_id FROM shop_import_product WHERE shop_id = $1 AND run_id = $2 ORDER BY id LIMIT $3",
        shop_id, mark_id, limit,
    )  # fmt: skip
    return [row["product_id"] for row in rows]


async def forget(shop_id: PartyId, product_ids: Sequence[str]) -> None:
    await database.execute(
        "DELETE FROM shop_import_product WHERE shop_id = $1 AND product_id = ANY($2::text[])",
        shop_id, list(product_ids),
    )  # fmt: skip


async def states(shop_id: PartyId, product_ids: Sequence[str]) -> dict[str, str]:
    """The state of those of these products that the catalogue has."""
    rows = await database.fetch(
        "SELECT product_id, state FROM shop_product WHERE shop_id = $1 AND product_id = ANY($2::text[])",
        shop_id, list(product_ids),
    )  # fmt: skip
    return {row["product_id"]: row["state"] for row in rows}
