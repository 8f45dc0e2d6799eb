"""Queries on listed products, their variants and stock. Each is reached through its boutique's `shop_id`."""

# ruff: noqa: S608 - the column lists are our own constants, values travel as parameters

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from federation.conversations.messages import StockRegister
from federation.node import database
from marketplace.listings.domain.shelving import GoodRecord, Shelf


class ProductRow(msgspec.Struct, frozen=True, kw_only=True):
    """A listed product as stored."""

    shop_id: str
    product_id: str
    body: bytes
    seq: int
    leaf_hash: str
    stale: bool
    first_seen_at: datetime


class PieceRow(msgspec.Struct, frozen=True):
    """What a card is drawn from: a product's bytes and which of its variants are in stock anywhere."""

    shop_id: str
    product_id: str
    body: bytes
    in_stock: list[str]


class SizedRow(msgspec.Struct, frozen=True):
    """A variant with all its stock over all locations (0 when nothing was ever told)."""

    shop_id: str
    product_id: str
    variant_id: str
    quantity: int


# Rows are sought one id after the other (LATERAL, kept whole by OFFSET 0), not by `= ANY`: without fresh statistics, as
# while a big boutique comes in, the planner otherwise reads all of its rows for every batch.
_PRODUCT_COLUMNS = "shop_id, product_id, body, seq, leaf_hash, stale, first_seen_at"
_PIECE_COLUMNS = """p.shop_id, p.product_id, p.body, ARRAY(
    SELECT v.variant_id FROM hub_variant v JOIN hub_stock s ON s.shop_id = v.shop_id AND s.variant_id = v.variant_id
    WHERE v.shop_id = p.shop_id AND v.product_id = p.product_id
    GROUP BY v.variant_id HAVING sum(s.quantity) > 0) AS in_stock"""


async def shelf(
    shop_id: str, product_ids: Sequence[str], variant_ids: Sequence[str]
) -> tuple[dict[str, str], set[str]]:
    """Who bears these variants and those of these products (variant id to product), and which products are listed."""
    listed = await database.fetch(
        """SELECT found.product_id FROM unnest($2::text[]) AS wanted (id) CROSS JOIN LATERAL (
            SELECT product_id FROM hub_product WHERE shop_id = $1 AND product_id = wanted.id OFFSET 0) found""",
        shop_id,
        product_ids,
    )
    present = [row["product_id"] for row in listed]
    owners = await database.fetch(
        """SELECT found.variant_id, found.product_id FROM unnest($2::text[]) AS wanted (id) CROSS JOIN LATERAL (
            SELECT variant_id, product_id FROM hub_variant WHERE shop_id = $1 AND product_id = wanted.id OFFSET 0) found
        UNION ALL
        SELECT found.variant_id, found.product_id FROM unnest($3::text[]) AS wanted (id) CROSS JOIN LATERAL (
            SELECT variant_id, product_id FROM hub_variant
            WHERE shop_id = $1 AND variant_id = wanted.id OFFSET 0) found""",
        shop_id,
        present,
        variant_ids,
    )
    return {row["variant_id"]: row["product_id"] for row in owners}, set(present)


async def write_shelf(shop_id: str, left: Shelf, now: datetime) -> None:
    """Make the listings what a batch left on the shelf: all old variants go first, for one may move to another product.

    In a transaction that lets nobody else change this boutique's listings.
    """
    if left.dropped:
        await database.execute(
            """DELETE FROM hub_product p USING unnest($2::text[]) AS gone (product_id) CROSS JOIN LATERAL (
                SELECT id FROM hub_product WHERE shop_id = $1 AND product_id = gone.product_id OFFSET 0) found
            WHERE p.id = found.id""",
            shop_id,
            sorted(left.dropped),
        )
    if left.changed:
        await _change_products(shop_id, left.changed, now)
        await _drop_variants(shop_id, left.changed)
    await _add_products(shop_id, left.added, now)
    await _add_variants(shop_id, list(left.written.values()))
    if left.stale:
        await database.execute(
            "UPDATE hub_product SET stale = true WHERE shop_id = $1 AND product_id = ANY($2::text[])",
            shop_id,
            sorted(left.stale),
        )


async def _add_products(shop_id: str, records: Sequence[GoodRecord], now: datetime) -> None:
    """List products that are not listed."""
    await database.copy(
        "hub_product",
        ("shop_id", "product_id", "body", "seq", "leaf_hash", "category", "stale", "first_seen_at", "updated_at"),
        [
            (shop_id, one.product.id, one.body, one.seq, one.leaf_hash, one.product.category, False, now, now)
            for one in records
        ],
    )


async def _change_products(shop_id: str, records: Sequence[GoodRecord], now: datetime) -> None:
    """Make products that are listed already what these records say."""
    await database.execute(
        """UPDATE hub_product p SET body = n.body, seq = n.seq, leaf_hash = n.leaf_hash, category = n.category,
            stale = false, updated_at = $7
        FROM unnest($2::text[], $3::bytea[], $4::bigint[], $5::text[], $6::text[])
            AS n (product_id, body, seq, leaf_hash, category)
        CROSS JOIN LATERAL (
            SELECT id FROM hub_product WHERE shop_id = $1 AND product_id = n.product_id OFFSET 0) found
        WHERE p.id = found.id""",
        shop_id,
        [record.product.id for record in records],
        [record.body for record in records],
        [record.seq for record in records],
        [record.leaf_hash for record in records],
        [record.product.category for record in records],
        now,
    )


async def _drop_variants(shop_id: str, records: Sequence[GoodRecord]) -> None:
    await database.execute(
        """DELETE FROM hub_variant v USING unnest($2::text[]) AS gone (id) CROSS JOIN LATERAL (
            SELECT id FROM hub_variant WHERE shop_id = $1 AND product_id = gone.id OFFSET 0) found
        WHERE v.id = found.id""",
        shop_id,
        [record.product.id for record in records],
    )


async def _add_variants(shop_id: str, records: Sequence[GoodRecord]) -> None:
    await database.copy(
        "hub_variant",
        ("shop_id", "product_id", "variant_id", "sku", "price_minor", "currency"),
        [
            (shop_id, one.product.id, variant.id, variant.sku, variant.price.amount_minor, variant.price.currency)
            for one in records
            for variant in one.product.variants
        ],
    )


async def product(shop_id: str, product_id: str) -> ProductRow | None:
    """One listed product."""
    row = await database.fetch_one(
        f"SELECT {_PRODUCT_COLUMNS} FROM hub_product WHERE shop_id = $1 AND product_id = $2", shop_id, product_id
    )
    return None if row is None else ProductRow(**row)


async def products(keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], ProductRow]:
    """These listed products by (shop id, product id)."""
    rows = await database.fetch(
        f"""SELECT {_PRODUCT_COLUMNS} FROM hub_product
        WHERE (shop_id, product_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))""",
        [shop_id for shop_id, _ in keys],
        [product_id for _, product_id in keys],
    )
    return {(row.shop_id, row.product_id): row for row in [ProductRow(**row) for row in rows]}


async def shop_products(shop_id: str, after: str, limit: int) -> list[ProductRow]:
    """A boutique's products by id, beyond `after`."""
    rows = await database.fetch(
        f"""SELECT {_PRODUCT_COLUMNS} FROM hub_product WHERE shop_id = $1 AND product_id > $2
        ORDER BY product_id LIMIT $3""",
        shop_id,
        after,
        limit,
    )
    return [ProductRow(**row) for row in rows]


async def pieces(keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], PieceRow]:
    """These listed products as cards need them, by (shop id, product id)."""
    rows = await database.fetch(
        f"""SELECT {_PIECE_COLUMNS} FROM hub_product p
        WHERE (p.shop_id, p.product_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))""",
        [shop_id for shop_id, _ in keys],
        [product_id for _, product_id in keys],
    )
    return {(row.shop_id, row.product_id): row for row in [PieceRow(**row) for row in rows]}


async def shop_pieces(shop_id: str, category: str, offset: int, limit: int) -> list[PieceRow]:
    """A boutique's products, the latest day first and mixed within a day; of one category when one is given."""
    rows = await database.fetch(
        f"""SELECT {_PIECE_COLUMNS} FROM hub_product p WHERE p.shop_id = $1 AND ($2 = '' OR p.category = $2)
        ORDER BY date_trunc('day', p.first_seen_at) DESC, md5(p.product_id) OFFSET $3 LIMIT $4""",
        shop_id,
        category,
        offset,
        limit,
    )
    return [PieceRow(**row) for row in rows]


async def arrivals(limit: int) -> list[tuple[str, str]]:
    """(shop id, product id) of the latest piece of each visible boutique, the latest first."""
    rows = await database.fetch(
        """SELECT shop_id, product_id FROM (
            SELECT DISTINCT ON (p.shop_id) p.shop_id, p.product_id, p.first_seen_at
            FROM hub_product p JOIN hub_shop s ON s.shop_id = p.shop_id
            WHERE s.link_state = 'accepted' AND s.profile IS NOT NULL
            ORDER BY p.shop_id, p.first_seen_at DESC, md5(p.product_id)) latest
        ORDER BY first_seen_at DESC, shop_id LIMIT $1""",
        limit,
    )
    return [(row["shop_id"], row["product_id"]) for row in rows]


async def assortments(shop_id: str) -> list[tuple[str, str, int]]:
    """(shop id, category, products) of every visible boutique, or of the one given."""
    rows = await database.fetch(
        """SELECT p.shop_id, p.category, count(*) AS products
        FROM hub_product p JOIN hub_shop s ON s.shop_id = p.shop_id
        WHERE s.link_state = 'accepted' AND s.profile IS NOT NULL AND ($1 = '' OR p.shop_id = $1)
        GROUP BY p.shop_id, p.category""",
        shop_id,
    )
    return [(row["shop_id"], row["category"], row["products"]) for row in rows]


async def sized(keys: Sequence[tuple[str, str]]) -> list[SizedRow]:
    """Every variant of these products with its stock over all locations."""
    rows = await database.fetch(
        """SELECT v.shop_id, v.product_id, v.variant_id, coalesce(sum(s.quantity), 0)::bigint AS quantity
        FROM hub_variant v LEFT JOIN hub_stock s ON s.shop_id = v.shop_id AND s.variant_id = v.variant_id
        WHERE (v.shop_id, v.product_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
        GROUP BY v.shop_id, v.product_id, v.variant_id""",
        [shop_id for shop_id, _ in keys],
        [product_id for _, product_id in keys],
    )
    return [SizedRow(**row) for row in rows]


async def counts() -> list[tuple[str, str, int, int]]:
    """(shop id, handle, products, stale ones) of every visible boutique."""
    rows = await database.fetch(
        """SELECT s.shop_id, s.handle, count(p.id) AS products, count(p.id) FILTER (WHERE p.stale) AS stale
        FROM hub_shop s LEFT JOIN hub_product p ON p.shop_id = s.shop_id
        WHERE s.link_state = 'accepted' AND s.profile IS NOT NULL
        GROUP BY s.shop_id, s.handle ORDER BY s.handle"""
    )
    return [(row["shop_id"], row["handle"], row["products"], row["stale"]) for row in rows]


async def save_stock(shop_id: str, registers: Sequence[StockRegister]) -> set[str]:
    """Keep the newer of each register; returns the products of which a variant went in or out of stock."""
    known = await _registers(shop_id, list({register.variant_id for register in registers}))
    newest = {(one.variant_id, one.location): one for one in sorted(registers, key=lambda register: register.vseq)}
    news = {place: one for place, one in newest.items() if place not in known or known[place].vseq < one.vseq}
    await database.execute(
        """INSERT INTO hub_stock (shop_id, variant_id, location, quantity, vseq)
        SELECT $1::text, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[])
        ON CONFLICT (shop_id, variant_id, location) DO UPDATE
            SET quantity = excluded.quantity, vseq = excluded.vseq WHERE hub_stock.vseq < excluded.vseq""",
        shop_id,
        [one.variant_id for one in news.values()],
        [one.location for one in news.values()],
        [one.quantity for one in news.values()],
        [one.vseq for one in news.values()],
    )
    flipped = _in_stock(known) ^ _in_stock(known | news)
    if not flipped:
        return set()
    rows = await database.fetch(
        """SELECT DISTINCT found.product_id FROM unnest($2::text[]) AS wanted (id) CROSS JOIN LATERAL (
            SELECT product_id FROM hub_variant WHERE shop_id = $1 AND variant_id = wanted.id OFFSET 0) found""",
        shop_id,
        list(flipped),
    )
    return {row["product_id"] for row in rows}


async def _registers(shop_id: str, variant_ids: Sequence[str]) -> dict[tuple[str, str], StockRegister]:
    """Everything known of these variants' stock, by variant and location."""
    rows = await database.fetch(
        """SELECT found.* FROM unnest($2::text[]) AS wanted (id) CROSS JOIN LATERAL (
            SELECT variant_id, location, quantity, vseq FROM hub_stock
            WHERE shop_id = $1 AND variant_id = wanted.id OFFSET 0) found""",
        shop_id,
        variant_ids,
    )
    return {(row["variant_id"], row["location"]): StockRegister(**dict(row)) for row in rows}


def _in_stock(registers: Mapping[tuple[str, str], StockRegister]) -> set[str]:
    return {one.variant_id for one in registers.values() if one.quantity > 0}
