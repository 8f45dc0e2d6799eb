"""The rows of a boutique's catalogue; every function takes the boutique. Decides nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from federation.node import database
from federation.node.listing import Sorting, sql_order
from federation.vocabulary.ids import PartyId
from federation.vocabulary.product import Product
from shops.catalog.domain.record import Owners, Published

ProductState = Literal["published", "withdrawn"]


class StoredProduct(msgspec.Struct, frozen=True, kw_only=True):
    """A product as last written, with the exact body of its record."""

    product: Product
    body: bytes
    state: ProductState
    changed_at: datetime


class ProductRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the products page."""

    product_id: str
    title: str
    category: str
    state: ProductState
    variants: int
    price_low_minor: int
    price_high_minor: int
    sellable: int
    changed_at: datetime


def _stored(row: Any) -> StoredProduct:
    return StoredProduct(
        product=msgspec.json.decode(row["body"], type=Product),
        body=row["body"],
        state=row["state"],
        changed_at=row["changed_at"],
    )


async def products(shop_id: PartyId, product_ids: Sequence[str]) -> dict[str, StoredProduct]:
    rows = await database.fetch(
        "SELECT * FROM shop_product WHERE shop_id = $1 AND product_id = ANY($2::text[])", shop_id, list(product_ids)
    )
    return {row["product_id"]: _stored(row) for row in rows}


PRODUCT_SORTS = {
    "changed": "p.changed_at",
    "title": "lower(t.title)",
    "category": "p.category",
    "state": "p.state",
    "variants": "v.variants",
    "sellable": "sellable",
    "price": "v.price_low_minor",
}
"""What the products page can be sorted by, as SQL."""
NEWEST = Sorting("changed", descending=True)


async def product_rows(
    shop_id: PartyId,
    *,
    search: str = "",
    state: str = "",
    sorting: Sorting = NEWEST,
    offset: int = 0,
    limit: int = 50,
    language: str = "en",
) -> list[ProductRow]:
    """A page of the products with their titles in `language`, newest change first unless sorted otherwise.

    `search` looks into the titles of every language.
    """
    rows = await database.fetch(
        "SELECT p.product_id, t.title, p.category, p.state, p.changed_at, v.*, "  # noqa: S608 - our own columns
        "  coalesce((SELECT sum(greatest(r.on_hand - r.held, 0)) FROM shop_register r JOIN shop_variant w "
        "    ON w.shop_id = r.shop_id AND w.variant_id = r.variant_id "
        "    WHERE w.shop_id = p.shop_id AND w.product_id = p.product_id), 0)::int AS sellable "
        "FROM shop_product p CROSS JOIN LATERAL (SELECT count(*)::int AS variants, "
        "    min(price_minor) AS price_low_minor, max(price_minor) AS price_high_minor FROM shop_variant v "
        "    WHERE v.shop_id = p.shop_id AND v.product_id = p.product_id) v "
        "CROSS JOIN LATERAL (SELECT convert_from(p.body, 'UTF8')::jsonb -> 'title' AS titles) b "
        "CROSS JOIN LATERAL (SELECT coalesce(nullif(b.titles ->> $6, ''), p.title) AS title) t "
        "WHERE p.shop_id = $1 AND ($2 = '' OR strpos(lower(p.title || ' ' || p.product_id), $2) > 0 "
        "  OR strpos(lower(b.titles::text), $2) > 0) "
        f"AND ($3 = '' OR p.state = $3) ORDER BY {sql_order(sorting, PRODUCT_SORTS)}, p.id DESC LIMIT $4 OFFSET $5",
        shop_id, search.casefold(), state, limit, offset, language,
    )  # fmt: skip
    return [msgspec.convert(dict(row), ProductRow) for row in rows]


async def published_products(shop_id: PartyId, category: str, offset: int, limit: int) -> list[StoredProduct]:
    """What the boutique's own site shows (of one category when given): the latest day first, mixed within a day."""
    rows = await database.fetch(
        "SELECT * FROM shop_product WHERE shop_id = $1 AND state = 'published' AND ($2 = '' OR category = $2) "
        "ORDER BY date_trunc('day', changed_at) DESC, md5(product_id) LIMIT $3 OFFSET $4",
        shop_id, category, limit, offset,
    )  # fmt: skip
    return [_stored(row) for row in rows]


async def published_kinds(shop_id: PartyId) -> dict[str, int]:
    """How many products of each category the boutique's own site shows, the fullest category first."""
    rows = await database.fetch(
        "SELECT category, count(*)::int AS number FROM shop_product WHERE shop_id = $1 AND state = 'published' "
        "GROUP BY category ORDER BY number DESC, category",
        shop_id,
    )
    return {row["category"]: row["number"] for row in rows}


async def counts(shop_id: PartyId) -> dict[str, int]:
    """How many products are in each state."""
    rows = await database.fetch(
        "SELECT state, count(*)::int AS number FROM shop_product WHERE shop_id = $1 GROUP BY state", shop_id
    )
    return {row["state"]: row["number"] for row in rows}


async def owners(shop_id: PartyId, variant_ids: Sequence[str], skus: Sequence[str]) -> Owners:
    """Which products bear any of these names now."""
    rows = await database.fetch(
        "SELECT variant_id, sku, product_id FROM shop_variant "
        "WHERE shop_id = $1 AND (variant_id = ANY($2::text[]) OR sku = ANY($3::text[]))",
        shop_id, list(variant_ids), list(skus),
    )  # fmt: skip
    return Owners(
        {row["variant_id"]: row["product_id"] for row in rows}, {row["sku"]: row["product_id"] for row in rows}
    )


async def variants_of(shop_id: PartyId, product_ids: Sequence[str]) -> dict[str, str]:
    """Variant id to product id of these products as they stand."""
    rows = await database.fetch(
        "SELECT variant_id, product_id FROM shop_variant WHERE shop_id = $1 AND product_id = ANY($2::text[])",
        shop_id, list(product_ids),
    )  # fmt: skip
    return {row["variant_id"]: row["product_id"] for row in rows}


async def product_of_variant(shop_id: PartyId, variant_id: str) -> str | None:
    found: str | None = await database.fetch_value(
        "SELECT product_id FROM shop_variant WHERE shop_id = $1 AND variant_id = $2", shop_id, variant_id
    )
    return found


def title_of(product: Product) -> str:
    """The title to show a person of the boutique: English, or the first there is."""
    return product.title.get("en") or next(iter(product.title.values()))


async def write_products(shop_id: PartyId, bodies: Mapping[str, tuple[Product, bytes]], now: datetime) -> None:
    """Insert or replace products (by id) and their variants, published."""
    written = [(product_id, product, body) for product_id, (product, body) in bodies.items()]
    await database.execute(
        "INSERT INTO shop_product (shop_id, product_id, state, title, category, body, changed_at) "
        "SELECT $1, n.product_id, 'published', n.title, n.category, n.body, $6 "
        "FROM unnest($2::text[], $3::text[], $4::text[], $5::bytea[]) AS n (product_id, title, category, body) "
        "ON CONFLICT (shop_id, product_id) DO UPDATE SET "
        "state = 'published', title = excluded.title, category = excluded.category, body = excluded.body, "
        "changed_at = excluded.changed_at",
        shop_id,
        [product_id for product_id, _, _ in written],
        [title_of(product) for _, product, _ in written],
        [product.category for _, product, _ in written],
        [body for _, _, body in written],
        now,
    )
    await database.execute(
        "DELETE FROM shop_variant WHERE shop_id = $1 AND product_id = ANY($2::text[])", shop_id, list(bodies)
    )
    offered = [(product_id, place, v) for product_id, product, _ in written for place, v in enumerate(product.variants)]
    await database.execute(
        "INSERT INTO shop_variant "
        "(shop_id, variant_id, product_id, sku, size_label, colour_name, price_minor, position) "
        "SELECT $1::text, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], "
        "$8::int[])",
        shop_id,
        [variant.id for _, _, variant in offered],
        [product_id for product_id, _, _ in offered],
        [variant.sku for _, _, variant in offered],
        [variant.size.label for _, _, variant in offered],
        [variant.colour.name for _, _, variant in offered],
        [variant.price.amount_minor for _, _, variant in offered],
        [place for _, place, _ in offered],
    )


async def write_state(shop_id: PartyId, product_id: str, state: ProductState, now: datetime) -> None:
    await database.execute(
        "UPDATE shop_product SET state = $3, changed_at = $4 WHERE shop_id = $1 AND product_id = $2",
        shop_id, product_id, state, now,
    )  # fmt: skip


async def drop_product(shop_id: PartyId, product_id: str) -> None:
    """Remove a product and its variants; registers, publications and orders keep their memory of it."""
    await database.execute("DELETE FROM shop_product WHERE shop_id = $1 AND product_id = $2", shop_id, product_id)


async def write_publications(shop_id: PartyId, leaves: Mapping[str, tuple[str, bytes]], now: datetime) -> None:
    """Note the newest leaf of each product: product id to (leaf hash, body); the ones before are superseded."""
    await supersede(shop_id, list(leaves), now)
    await database.execute(
        "INSERT INTO shop_publication (shop_id, product_id, leaf_hash, body, published_at) "
        "SELECT $1, n.*, $5 FROM unnest($2::text[], $3::text[], $4::bytea[]) AS n",
        shop_id,
        list(leaves),
        [leaf_hash for leaf_hash, _ in leaves.values()],
        [body for _, body in leaves.values()],
        now,
    )


async def supersede(shop_id: PartyId, product_ids: Sequence[str], now: datetime) -> None:
    await database.execute(
        "UPDATE shop_publication SET superseded_at = $3 "
        "WHERE shop_id = $1 AND product_id = ANY($2::text[]) AND superseded_at IS NULL",
        shop_id, list(product_ids), now,
    )  # fmt: skip


async def publications(shop_id: PartyId, leaf_hashes: Sequence[str]) -> dict[str, Published]:
    """The bodies under these leaves, as far as they are remembered."""
    rows = await database.fetch(
        "SELECT leaf_hash, body, superseded_at FROM shop_publication "
        "WHERE shop_id = $1 AND leaf_hash = ANY($2::text[])",
        shop_id, list(leaf_hashes),
    )  # fmt: skip
    return {
        row["leaf_hash"]: Published(
            product=msgspec.json.decode(row["body"], type=Product), superseded_at=row["superseded_at"]
        )
        for row in rows
    }


async def forget_publications(shop_id: PartyId, older_than: datetime) -> None:
    """Drop bodies superseded before `older_than`: no order may name them any more."""
    await database.execute(
        "DELETE FROM shop_publication WHERE shop_id = $1 AND superseded_at < $2", shop_id, older_than
    )
