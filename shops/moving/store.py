"""Which rows of a shop node's tables go with a boutique that leaves, its people, and the mark that it has left."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from federation.node import database
from federation.node.rows import Carried
from federation.vocabulary.ids import PartyId

_OWN = "shop_id = $1"

CARRIED = (
    Carried(
        member="shop/boutique.jsonl",
        table="shop_boutique",
        where=_OWN,
        skip=("recovery_file", "departed"),
    ),
    Carried(member="shop/locations.jsonl", table="shop_location", where=_OWN),
    Carried(member="catalog/products.jsonl", table="shop_product", where=_OWN),
    Carried(member="catalog/variants.jsonl", table="shop_variant", where=_OWN),
    Carried(member="catalog/publications.jsonl", table="shop_publication", where=_OWN),
    Carried(member="stock/registers.jsonl", table="shop_register", where=_OWN),
    Carried(member="stock/movements.jsonl", table="shop_movement", where=_OWN),
    Carried(member="stock/reservations.jsonl", table="shop_reservation", where=_OWN),
    Carried(member="stock/holds.jsonl", table="shop_hold", where=_OWN),
    Carried(member="orders/orders.jsonl", table="shop_order", where=_OWN),
    Carried(member="orders/lines.jsonl", table="shop_order_line", where=_OWN),
    Carried(member="orders/events.jsonl", table="shop_order_event", where=_OWN),
    Carried(member="orders/returns.jsonl", table="shop_return", where=_OWN),
    Carried(member="orders/return-lines.jsonl", table="shop_return_line", where=_OWN),
    Carried(member="vouchers/vouchers.jsonl", table="shop_voucher", where=_OWN),
    Carried(member="vouchers/list.jsonl", table="shop_voucher_list", where=_OWN, order="shop_id"),
    Carried(member="vouchers/told.jsonl", table="shop_voucher_told", where=_OWN),
    Carried(member="imports/runs.jsonl", table="shop_import", where=_OWN),
    Carried(member="imports/findings.jsonl", table="shop_import_fault", where=_OWN),
    Carried(member="imports/choices.jsonl", table="shop_import_choice", where=_OWN),
    Carried(member="imports/products.jsonl", table="shop_import_product", where=_OWN),
    Carried(member="imports/pictures.jsonl", table="shop_import_picture", where=_OWN),
    Carried(member="media/pictures.jsonl", table="shop_media", where=_OWN),
    Carried(member="money/accounts.jsonl", table="shop_account", where=_OWN),
    Carried(member="money/movements.jsonl", table="shop_account_line", where=_OWN),
    Carried(member="money/papers.jsonl", table="shop_account_paper", where=_OWN),
)
"""In the order of writing: what others refer to comes first."""

LEFT = {
    "shop_archive": "the archive itself",
    "shop_handover": "who fetches it from this node",
    "shop_account_renewal": "when this node asks hubs again: the new one begins at once",
}
"""Tables of which nothing goes along, and why."""

PEOPLE = "people/people.jsonl"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may use the boutique's portal; sessions and sign-in links stay behind."""

    email: str
    name: str
    role: str


class KeptPicture(msgspec.Struct, frozen=True):
    """A picture the boutique keeps."""

    sha256: str
    media_type: str
    width: int
    height: int
    size_bytes: int


async def mark_departed(shop_id: PartyId, *, departed: bool) -> None:
    """Let nothing of the boutique change here from now on, or again; waits for whoever changes it just now."""
    await database.execute("UPDATE shop_boutique SET departed = $2 WHERE shop_id = $1", shop_id, departed)


async def people(shop_id: PartyId) -> list[Person]:
    """Who may do what in the boutique's portal."""
    rows = await database.fetch(
        "SELECT a.email, a.name, g.role FROM node_grant g JOIN node_account a ON a.id = g.account_id "
        "WHERE g.scope = $1 ORDER BY a.email, g.role",
        shop_id,
    )
    return [Person(**dict(row)) for row in rows]


async def pictures(shop_id: PartyId) -> list[KeptPicture]:
    """Every picture the boutique keeps, by hash."""
    rows = await database.fetch(
        "SELECT sha256, media_type, width, height, size_bytes FROM shop_media WHERE shop_id = $1 ORDER BY sha256",
        shop_id,
    )
    return [KeptPicture(**dict(row)) for row in rows]


async def order_rows(shop_id: PartyId) -> AsyncIterator[Any]:
    """Order by order and line by line, oldest first, for a person's table; in the open transaction."""
    for row in await database.fetch(
        "SELECT o.placed_at, o.number, o.order_id, o.hub_id, o.state, o.currency, o.total_minor, o.seller_minor, "
        "o.commission_minor, o.shipping_minor, o.refunded_minor, o.paid_out_minor, o.body, l.sku, l.title, "
        "l.size_label, l.colour, l.quantity, l.unit_price_minor FROM shop_order o "
        "JOIN shop_order_line l ON (l.shop_id, l.hub_id, l.order_id) = (o.shop_id, o.hub_id, o.order_id) "
        "WHERE o.shop_id = $1 ORDER BY o.placed_at, o.order_id, l.position",
        shop_id,
    ):
        yield row


async def stock_rows(shop_id: PartyId) -> list[Any]:
    """Every variant with what lies where, for a person's table."""
    return await database.fetch(
        "SELECT v.sku, v.product_id, p.title, v.size_label, v.colour_name, v.price_minor, b.currency, r.location, "
        "r.on_hand, r.held, r.vseq, p.state FROM shop_variant v JOIN shop_product p "
        "ON (p.shop_id, p.product_id) = (v.shop_id, v.product_id) JOIN shop_boutique b ON b.shop_id = v.shop_id "
        "LEFT JOIN shop_register r ON (r.shop_id, r.variant_id) = (v.shop_id, v.variant_id) "
        "WHERE v.shop_id = $1 ORDER BY v.product_id, v.position, r.location",
        shop_id,
    )


class Counts(msgspec.Struct, frozen=True):
    """How many products and orders a boutique has here."""

    products: int
    orders: int


async def counts(shop_id: PartyId) -> Counts:
    """How much there is of a boutique."""
    row = await database.fetch_one(
        "SELECT (SELECT count(*) FROM shop_product WHERE shop_id = $1) AS products, "
        "(SELECT count(*) FROM shop_order WHERE shop_id = $1) AS orders",
        shop_id,
    )
    return Counts(0, 0) if row is None else Counts(row["products"], row["orders"])


async def pictures_of_nobody_else(shop_id: PartyId) -> list[str]:
    """Pictures that only this boutique of the node keeps."""
    rows = await database.fetch(
        "SELECT sha256 FROM shop_media m WHERE shop_id = $1 AND NOT EXISTS "
        "(SELECT FROM shop_media o WHERE o.sha256 = m.sha256 AND o.shop_id <> $1) ORDER BY sha256",
        shop_id,
    )
    return [row["sha256"] for row in rows]


async def forget(shop_id: PartyId) -> None:
    """Delete every row of a boutique, in the caller's transaction."""
    for table in (*LEFT, *(carried.table for carried in reversed(CARRIED))):
        await database.execute(f"DELETE FROM {table} WHERE shop_id = $1", shop_id)  # noqa: S608 - our own tables


async def peers_to_tell(shop_id: PartyId, topics: Sequence[str]) -> list[str]:
    """Peers that have not heard what messages of these topics say of a boutique, those given up on included."""
    rows = await database.fetch(
        "SELECT DISTINCT split_part(subject, ':', 2) AS peer_id FROM node_outbox o WHERE topic = ANY($2) "
        "AND state <> 'done' AND split_part(subject, ':', 1) IN ($1, 'identity/' || $1) AND NOT EXISTS "
        "(SELECT FROM node_outbox l WHERE (l.topic, l.subject, l.state) = (o.topic, o.subject, 'done') "
        "AND o.state = 'dead' AND l.id > o.id) ORDER BY peer_id",
        shop_id,
        list(topics),
    )
    return [row["peer_id"] for row in rows]


async def import_running(shop_id: PartyId) -> bool:
    """Whether a file is being brought in at this moment."""
    found = await database.fetch_value(
        "SELECT 1 FROM shop_import WHERE shop_id = $1 AND state = 'waiting' LIMIT 1", shop_id
    )
    return found is not None


async def boutique_named(handle: str) -> PartyId | None:
    """The public door: which boutique of this node bears a handle already."""
    found: str | None = await database.fetch_value("SELECT shop_id FROM shop_boutique WHERE handle = $1", handle)
    return None if found is None else PartyId(found)


async def products_naming(shop_id: PartyId, words: bytes, after: str, limit: int) -> list[str]:
    """Published products whose body holds `words`, by id beyond `after`."""
    rows = await database.fetch(
        "SELECT product_id FROM shop_product WHERE shop_id = $1 AND state = 'published' AND position($2 IN body) > 0 "
        "AND product_id > $3 ORDER BY product_id LIMIT $4",
        shop_id,
        words,
        after,
        limit,
    )
    return [row["product_id"] for row in rows]


async def rewrite_withdrawn(shop_id: PartyId, old: str, new: str) -> None:
    """Replace words in the bodies of products that are not published."""
    await database.execute(
        "UPDATE shop_product SET body = convert_to(replace(convert_from(body, 'UTF8'), $2, $3), 'UTF8') "
        "WHERE shop_id = $1 AND state = 'withdrawn'",
        shop_id,
        old,
        new,
    )


class AskedArchive(msgspec.Struct, frozen=True):
    """The archive a boutique last asked for: `ready` once the file is there, `failed` with a reason."""

    asked_at: datetime
    is_final: bool
    state: Literal["asked", "ready", "failed"]
    size_bytes: int
    reason: str
    ready_at: datetime | None
    sha256: str


async def archive(shop_id: PartyId) -> AskedArchive | None:
    """The archive last asked for."""
    row = await database.fetch_one(
        "SELECT asked_at, is_final, state, size_bytes, reason, ready_at, sha256 FROM shop_archive WHERE shop_id = $1",
        shop_id,
    )
    return None if row is None else AskedArchive(**dict(row))


async def note_asked(shop_id: PartyId, asked_at: datetime, *, is_final: bool) -> None:
    """An archive is wanted; what was made before is not offered any more."""
    await database.execute(
        "INSERT INTO shop_archive (shop_id, asked_at, is_final, state) VALUES ($1, $2, $3, 'asked') "
        "ON CONFLICT (shop_id) DO UPDATE SET asked_at = $2, is_final = $3, state = 'asked', size_bytes = 0, "
        "reason = '', ready_at = NULL, sha256 = ''",
        shop_id,
        asked_at,
        is_final,
    )


async def note_ready(shop_id: PartyId, asked_at: datetime, size_bytes: int, sha256: str, now: datetime) -> bool:
    """The archive asked for at that moment is there; False when another was asked for since."""
    tag = await database.execute(
        "UPDATE shop_archive SET state = 'ready', size_bytes = $3, sha256 = $4, ready_at = $5 "
        "WHERE shop_id = $1 AND asked_at = $2",
        *(shop_id, asked_at, size_bytes, sha256, now),
    )
    return database.affected(tag) == 1


async def note_failed(shop_id: PartyId, asked_at: datetime, reason: str) -> None:
    """The archive asked for at that moment could not be made."""
    await database.execute(
        "UPDATE shop_archive SET state = 'failed', reason = $3 WHERE shop_id = $1 AND asked_at = $2",
        shop_id,
        asked_at,
        reason[:500],
    )


async def archives_before(moment: datetime) -> list[PartyId]:
    """The sweep's list: boutiques whose archive was made before a moment."""
    rows = await database.fetch("SELECT shop_id FROM shop_archive WHERE ready_at < $1", moment)
    return [PartyId(row["shop_id"]) for row in rows]


async def forget_archive(shop_id: PartyId) -> None:
    """The file is gone."""
    await database.execute("DELETE FROM shop_archive WHERE shop_id = $1", shop_id)
