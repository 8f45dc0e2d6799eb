"""Which leaf of its boutique's log each listing shows: for auditors, who compare a hub with the boutiques' own logs."""

import msgspec

from federation.node import database


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
