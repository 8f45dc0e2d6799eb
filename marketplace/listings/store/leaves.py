"""Which leaf of its boutique's log each listing shows: for auditors, who compare a hub with the boutiques' own logs."""

import msgspec

from federation.log.records import SHOP_KEY, product_key
from federation.node import database
from federation.ports import ServedRecord


class ListedLeaf(msgspec.Struct, frozen=True):
    """A listed product and the leaf that proves it; `stale` when a newer record of it could not be read."""

    product_id: str
    leaf_hash: str
    seq: int
    stale: bool


async def listed_leaves(shop_id: str, after: str, limit: int) -> list[ListedLeaf]:
    """A boutique's listings by product id, beyond `after`."""
    rows = await database.fetch(
        """SELECT product_id, leaf_hash, seq, stale FROM hub_product WHERE shop_id = $1 AND product_id > $2
        ORDER BY product_id LIMIT $3""",
        shop_id,
        after,
        limit,
    )
    return [ListedLeaf(**row) for row in rows]


async def served(shop_id: str) -> list[ServedRecord]:
    """Everything listed of a boutique, and its profile, as the rows say."""
    products = await database.fetch(
        """SELECT p.product_id, p.leaf_hash, sha256(p.body) AS body_hash,
            (SELECT count(*) FROM hub_variant v WHERE v.shop_id = p.shop_id AND v.product_id = p.product_id) AS parts
        FROM hub_product p WHERE p.shop_id = $1""",
        shop_id,
    )
    profile = await database.fetch_one(
        """SELECT profile_leaf_hash, sha256(profile) AS body_hash FROM hub_shop
        WHERE shop_id = $1 AND profile IS NOT NULL""",
        shop_id,
    )
    found = [
        ServedRecord(product_key(row["product_id"]), row["leaf_hash"], row["body_hash"], row["parts"])
        for row in products
    ]
    if profile is not None:
        found.append(ServedRecord(SHOP_KEY, profile["profile_leaf_hash"], profile["body_hash"]))
    return found
