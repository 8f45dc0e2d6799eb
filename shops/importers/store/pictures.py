"""Pictures that files name by their addresses, in the order of each product."""

from collections.abc import Sequence
from typing import Any

import msgspec

from federation.node import database
from federation.vocabulary.ids import PartyId


class AddressedPicture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of a product by its address; `sha256` once it is kept here, `attempts` in vain before that."""

    position: int
    address: str
    alt: str
    sha256: str | None = None
    attempts: int = 0
    reason: str = ""


def _picture(row: Any) -> AddressedPicture:
    return AddressedPicture(
        position=row["position"],
        address=row["address"],
        alt=row["alt"],
        sha256=row["sha256"],
        attempts=row["attempts"],
        reason=row["reason"],
    )


async def addressed(shop_id: PartyId, product_ids: Sequence[str]) -> dict[str, list[AddressedPicture]]:
    """The addressed pictures of each of these products that has any."""
    rows = await database.fetch(
        "SELECT product_id, position, address, alt, sha256, attempts, reason FROM shop_import_picture "
        "WHERE shop_id = $1 AND product_id = ANY($2::text[]) ORDER BY product_id, position",
        shop_id, list(product_ids),
    )  # fmt: skip
    found: dict[str, list[AddressedPicture]] = {}
    for row in rows:
        found.setdefault(row["product_id"], []).append(_picture(row))
    return found


async def replace(shop_id: PartyId, product_id: str, pictures: Sequence[AddressedPicture]) -> None:
    """Make these the addressed pictures of a product."""
    await database.execute(
        "DELETE FROM shop_import_picture WHERE shop_id = $1 AND product_id = $2", shop_id, product_id
    )
    await database.execute_many(
        "INSERT INTO shop_import_picture (shop_id, product_id, position, address, alt, sha256, attempts, reason) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [(shop_id, product_id, p.position, p.address, p.alt, p.sha256, p.attempts, p.reason) for p in pictures],
    )


async def note(shop_id: PartyId, product_id: str, picture: AddressedPicture) -> None:
    """Write down what became of asking for one picture; nothing when the file has named another there meanwhile."""
    await database.execute(
        "UPDATE shop_import_picture SET sha256 = $5, attempts = $6, reason = $7 "
        "WHERE shop_id = $1 AND product_id = $2 AND position = $3 AND address = $4",
        shop_id, product_id, picture.position, picture.address, picture.sha256, picture.attempts, picture.reason,
    )  # fmt: skip
