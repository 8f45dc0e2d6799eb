"""Queries on listed products, their variants and stock. Each is reached through its boutique's `shop_id`."""

# ruff: noqa: S608 - the column lists are our own constants, values travel as parameters

from collections.abc import Sequence
from datetime import datetime

import msgspec

from federation.conversations.messages import StockRegister
from federation.node import database
from federation.vocabulary.product import Product


class ProductRow(msgspec.Struct, frozen=True, kw_only=True):
    """A listed product as stored."""

    shop_id: str
    product_id: str
    body: bytes
    seq: int
    leaf_hash: str
    stale: bool
    first_seen_at: datetime


class SizedRow(msgspec.Struct, frozen=True):
    """A variant with all its stock over all locations (0 when nothing was ever told)."""

    shop_id: str
    product_id: str
    variant_id: str
    quantity: int


_PRODUCT_COLUMNS = "shop_id, product_id, body, seq, leaf_hash, stale, first_seen_at"


class ProductRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A good product record: the value read, and what proves it."""

    product: Product
    body: bytes
    seq: int
    leaf_hash: str


async def save_product(shop_id: str, record: ProductRecord, now: datetime) -> None:
    """Replace the listing and its variants by a good record."""
    product = record.product
    await database.execute(
        """INSERT INTO hub_product
            (shop_id, product_id, body, seq, leaf_hash, category, stale, first_seen_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, false, $7, $7)
        ON CONFLICT (shop_id, product_id) DO UPDATE SET body = excluded.body, seq = excluded.seq,
            leaf_hash = excluded.leaf_hash, category = excluded.category, stale = false, updated_at = $7""",
        shop_id,
        product.id,
        record.body,
        record.seq,
        record.leaf_hash,
        product.category,
        now,
    )
    await database.execute("DELETE FROM hub_variant WHERE shop_id = $1 AND product_id = $2", shop_id, product.id)
    await database.execute_many(
        """INSERT INTO hub_variant (shop_id, product_id, variant_id, sku, price_minor, currency)
        VALUES ($1, $2, $3, $4, $5, $6)""",
        [
            (shop_id, product.id, one.id, one.sku, one.price.amount_minor, one.price.currency)
            for one in product.variants
        ],
    )


async def variants_of_others(shop_id: str, product_id: str, variant_ids: Sequence[str]) -> dict[str, str]:
    """Which of these variant ids the shop uses in another product already: variant id to that product."""
    rows = await database.fetch(
        """SELECT variant_id, product_id FROM hub_variant
        WHERE shop_id = $1 AND product_id <> $2 AND variant_id = ANY($3::text[])""",
        shop_id,
        product_id,
        list(variant_ids),
    )
    return {row["variant_id"]: row["product_id"] for row in rows}


async def delete_product(shop_id: str, product_id: str) -> bool:
    """Take a listing away; False when there was none."""
    tag = await database.execute("DELETE FROM hub_product WHERE shop_id = $1 AND product_id = $2", shop_id, product_id)
    return database.affected(tag) > 0


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
    ids = list({register.variant_id for register in registers})
    before = await _in_stock(shop_id, ids)
    newest = {(one.variant_id, one.location): one for one in sorted(registers, key=lambda register: register.vseq)}
    await database.execute(
        """INSERT INTO hub_stock (shop_id, variant_id, location, quantity, vseq)
        SELECT $1::text, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[])
        ON CONFLICT (shop_id, variant_id, location) DO UPDATE
            SET quantity = excluded.quantity, vseq = excluded.vseq WHERE hub_stock.vseq < excluded.vseq""",
        shop_id,
        [one.variant_id for one in newest.values()],
        [one.location for one in newest.values()],
        [one.quantity for one in newest.values()],
        [one.vseq for one in newest.values()],
    )
    flipped = before ^ await _in_stock(shop_id, ids)
    rows = await database.fetch(
        "SELECT DISTINCT product_id FROM hub_variant WHERE shop_id = $1 AND variant_id = ANY($2::text[])",
        shop_id,
        list(flipped),
    )
    return {row["product_id"] for row in rows}


async def _in_stock(shop_id: str, variant_ids: Sequence[str]) -> set[str]:
    rows = await database.fetch(
        """SELECT DISTINCT variant_id FROM hub_stock
        WHERE shop_id = $1 AND variant_id = ANY($2::text[]) AND quantity > 0""",
        shop_id,
        variant_ids,
    )
    return {row["variant_id"] for row in rows}
