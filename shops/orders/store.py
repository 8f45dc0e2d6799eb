"""The rows of a boutique's orders; every function takes the boutique. Decides nothing."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from operator import getitem
from typing import Any
from uuid import UUID

import msgspec

from federation.conversations.messages import Refunded, SellerPart, ShippedLine, ShopOrder
from federation.conversations.order import CancellationState, OrderState
from federation.node import database
from federation.node.keyset import Key, Keys, Leaf, leaf, window
from federation.node.listing import Sorting, Span
from federation.vocabulary.ids import PartyId
from federation.vocabulary.money import Money
from federation.vocabulary.sales import DaySales
from shops.errors import UnknownOrderError
from shops.orders.account_sql import DUE, ORDERS_WITH_ACCOUNT
from shops.orders.domain.orders import Event, Line, OrderMoney, OrderRow, OrderView

_MONEY = (
    "currency, total_minor, seller_minor, commission_minor, commission_vat_minor, shipping_minor, refunded_minor, "
    "seller_refunded_minor, transferred_minor, paid_out_minor, referral_minor, fee_minor, disputed_minor, repaid_minor"
)
_TAKEN_BACK = (
    "(SELECT coalesce(sum(x.refunded), 0)::int FROM shop_return r JOIN shop_return_line x ON x.shop_id = r.shop_id "
    "AND x.hub_id = r.hub_id AND x.return_id = r.return_id WHERE r.shop_id = o.shop_id AND r.hub_id = o.hub_id "
    "AND r.order_id = o.order_id) AS taken_back"
)
NEWEST = Sorting("placed", descending=True)
ROW_MAX = 2**63 - 1
"""What a row number can be at most; addresses of pages may name any."""

Name = tuple[PartyId, UUID]
"""An order's name inside its boutique: (hub id, order id)."""


async def insert(
    shop_id: PartyId, hub_id: PartyId, order: ShopOrder, placed_at: datetime, *, promised_at: datetime | None = None
) -> None:
    """Keep an order as it was placed; `promised_at` is when what it asks was still offered, if it is no longer."""
    order_id = UUID(order.id)
    await database.execute(
        "INSERT INTO shop_order (shop_id, hub_id, order_id, reservation_id, number, state, body, currency, placed_at, "
        "changed_at, total_minor, seller_minor, commission_minor, commission_vat_minor, shipping_minor, "
        "referral_minor, promised_at) "
        "VALUES ($1, $2, $3, $4, $5, 'placed', $6, $7, $8, $8, $9, $10, $11, $12, $13, $14, $15)",
        shop_id, hub_id, order_id, UUID(order.reservation_id), order.number, msgspec.json.encode(order),
        order.currency, placed_at, order.total.amount_minor, order.money.seller.amount_minor,
        order.money.commission.amount_minor, order.money.commission_vat.amount_minor, order.shipping.amount_minor,
        _minor(order.money.referral), promised_at,
    )  # fmt: skip
    await database.execute_many(
        "INSERT INTO shop_order_line (shop_id, hub_id, order_id, line_id, position, product_id, variant_id, sku, "
        "title, size_label, colour, quantity, unit_price_minor) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        [
            (
                shop_id, hub_id, order_id, line.line_id, position, line.product_id, line.variant_id, line.sku,
                line.title, line.size_label, line.colour, line.quantity, line.unit_price.amount_minor,
            )
            for position, line in enumerate(order.lines)
        ],
    )  # fmt: skip


async def row_of(shop_id: PartyId, name: Name) -> int | None:
    """The row number of an order, if it was placed here."""
    found: int | None = await database.fetch_value(
        "SELECT id FROM shop_order WHERE shop_id = $1 AND hub_id = $2 AND order_id = $3", shop_id, *name
    )
    return found


class Named(msgspec.Struct, frozen=True):
    """What an order is called, and where it stands."""

    number: str
    state: OrderState


async def named(shop_id: PartyId, names: Sequence[Name]) -> dict[Name, Named]:
    """Those of these orders that were placed here."""
    rows = await database.fetch(
        "SELECT hub_id, order_id, number, state FROM shop_order WHERE shop_id = $1 AND order_id = ANY($2::uuid[])",
        shop_id,
        [order_id for _, order_id in names],
    )
    found = {(PartyId(row["hub_id"]), row["order_id"]): Named(row["number"], row["state"]) for row in rows}
    return {name: found[name] for name in names if name in found}


async def order(shop_id: PartyId, row: int) -> OrderView:
    """Raises UnknownOrderError, for another boutique's order too."""
    found = None
    if 0 < row <= ROW_MAX:
        found = await database.fetch_one(
            f"SELECT o.*, {_TAKEN_BACK} FROM {ORDERS_WITH_ACCOUNT} o WHERE o.id = $2",  # noqa: S608 - fixed text
            shop_id,
            row,
        )
    if found is None:
        raise UnknownOrderError("this boutique has no such order")
    name = (found["hub_id"], found["order_id"])
    return OrderView(
        row=found["id"],
        hub_id=PartyId(found["hub_id"]),
        order_id=found["order_id"],
        reservation_id=found["reservation_id"],
        number=found["number"],
        state=found["state"],
        cancellation=found["cancellation"],
        reason=found["reason"],
        document=msgspec.json.decode(found["body"], type=ShopOrder),
        placed_at=found["placed_at"],
        changed_at=found["changed_at"],
        promised_at=found["promised_at"],
        money=_money(found),
        lines=await _lines(shop_id, name),
        events=await _events(shop_id, name),
        taken_back=found["taken_back"],
    )


def _money(row: Any) -> OrderMoney:
    return OrderMoney(**{name: row[name] for name in OrderMoney.__struct_fields__})


async def _lines(shop_id: PartyId, name: Name) -> tuple[Line, ...]:
    rows = await database.fetch(
        "SELECT * FROM shop_order_line WHERE shop_id = $1 AND hub_id = $2 AND order_id = $3 ORDER BY position",
        shop_id,
        *name,
    )
    return tuple(Line(**{field: row[field] for field in Line.__struct_fields__}) for row in rows)


async def _events(shop_id: PartyId, name: Name) -> tuple[Event, ...]:
    rows = await database.fetch(
        "SELECT direction, kind, body, said_at FROM shop_order_event "
        "WHERE shop_id = $1 AND hub_id = $2 AND order_id = $3 ORDER BY id",
        shop_id,
        *name,
    )
    return tuple(Event(**dict(row)) for row in rows)


_PLACED, _ROW = Key("placed_at", datetime, "o.placed_at"), Key("id", int, "o.id")
ORDERS: Mapping[str, Keys] = {
    "placed": (_PLACED, _ROW),
    "number": (Key("number", str, "o.number"), _ROW),
    "state": (Key("state", str, "o.state"), _PLACED, _ROW),
    "total": (Key("total_minor", int, "o.total_minor"), _ROW),
    "yours": (Key("due_minor", int, f"({DUE})"), _ROW),
    "owed": (Key("owed_minor", int, f"({DUE} - o.transferred_minor + o.repaid_minor)"), _ROW),
}
"""What a list of orders can be sorted by; orders of one state stand by when they were placed."""
ORDER_SORTS = tuple(ORDERS)


async def order_rows(shop_id: PartyId, limit: int = 50) -> Sequence[OrderRow]:
    """The newest orders, whatever became of them."""
    return (await order_page(shop_id, (), Span(limit, NEWEST))).rows


async def order_page(shop_id: PartyId, states: Sequence[OrderState], span: Span) -> Leaf[OrderRow]:
    """A page of the orders in these states; no `states` means all.

    Raises PlaceInvalidError for a place that is none of this list.
    """
    wanted = window(span, ORDERS)
    rows = await database.fetch(
        f"SELECT o.id, o.hub_id, o.number, o.state, o.cancellation, o.placed_at, o.body, {_MONEY}, "  # noqa: S608 - fixed text
        f"  {DUE} AS due_minor, {DUE} - o.transferred_minor + o.repaid_minor AS owed_minor, "
        "  (SELECT sum(l.quantity)::int FROM shop_order_line l WHERE l.shop_id = o.shop_id AND l.hub_id = o.hub_id "
        f"   AND l.order_id = o.order_id) AS pieces, {_TAKEN_BACK} "
        f"FROM {ORDERS_WITH_ACCOUNT} o WHERE (cardinality($2::text[]) = 0 OR o.state = ANY($2::text[])) "
        f"AND {wanted.numbered(3)} ORDER BY {wanted.order} LIMIT {wanted.limit:d}",
        shop_id, list(states), *wanted.values,
    )  # fmt: skip
    found = leaf(span, ORDERS, rows, getitem)
    return Leaf([_row(row) for row in found.rows], found.before, found.after)


def _row(row: Any) -> OrderRow:
    document = msgspec.json.decode(row["body"], type=ShopOrder)
    return OrderRow(
        row=row["id"],
        hub_id=PartyId(row["hub_id"]),
        number=row["number"],
        state=row["state"],
        cancellation=row["cancellation"],
        placed_at=row["placed_at"],
        pieces=row["pieces"],
        taken_back=row["taken_back"],
        country=document.address.country,
        buyer=document.address.name,
        money=_money(row),
    )


async def counts(shop_id: PartyId) -> dict[str, int]:
    """How many orders are in each state, and under `cancel_requested` how many wait for a word on cancelling."""
    rows = await database.fetch(
        "SELECT state, count(*)::int AS number FROM shop_order WHERE shop_id = $1 GROUP BY state "
        "UNION ALL SELECT 'cancel_requested', count(*)::int FROM shop_order "
        "WHERE shop_id = $1 AND cancellation = 'requested' AND state IN ('placed', 'accepted', 'in_fulfilment')",
        shop_id,
    )
    return {row["state"]: row["number"] for row in rows}


async def sold_by_day(shop_id: PartyId, since: date) -> list[DaySales]:
    """What shoppers paid for, by the day (UTC) it was ordered; declined and cancelled orders are not counted."""
    rows = await database.fetch(
        "SELECT (placed_at AT TIME ZONE 'UTC')::date AS day, currency, count(*)::int AS orders, "
        "  sum(total_minor)::bigint AS total FROM shop_order "
        "WHERE shop_id = $1 AND placed_at >= $2 AND state NOT IN ('declined', 'cancelled') "
        "GROUP BY 1, 2 ORDER BY 1, 2",
        shop_id,
        datetime.combine(since, time(), UTC),
    )
    return [DaySales(day=row["day"], amount=Money(row["total"], row["currency"]), orders=row["orders"]) for row in rows]


async def money_sums(shop_id: PartyId) -> list[OrderMoney]:
    """The money of all orders that were not declined or cancelled, summed by currency."""
    figures = [name for name in OrderMoney.__struct_fields__ if name != "currency"]
    sums = ", ".join(f"sum({name})::bigint AS {name}" for name in figures)
    rows = await database.fetch(
        f"SELECT currency, {sums} FROM {ORDERS_WITH_ACCOUNT} o "  # noqa: S608 - fixed columns
        "WHERE state NOT IN ('declined', 'cancelled') GROUP BY currency ORDER BY currency",
        shop_id,
    )
    return [_money(row) for row in rows]


async def move(
    shop_id: PartyId,
    name: Name,
    *,
    seen: tuple[OrderState, CancellationState],
    then: tuple[OrderState, CancellationState],
    reason: str,
    now: datetime,
) -> bool:
    """Move an order from the state that was `seen`; False when it stands elsewhere by now."""
    tag = await database.execute(
        "UPDATE shop_order SET state = $6, cancellation = $7, changed_at = $9, "
        "reason = CASE WHEN $8 = '' THEN reason ELSE $8 END "
        "WHERE shop_id = $1 AND hub_id = $2 AND order_id = $3 AND state = $4 AND cancellation = $5",
        shop_id, *name, *seen, *then, reason, now,
    )  # fmt: skip
    return database.affected(tag) == 1


async def add_shipped(shop_id: PartyId, name: Name, lines: Sequence[ShippedLine]) -> bool:
    """Count pieces as having left; False (then roll back) if more would leave than is left to ship."""
    tag = await database.execute(
        "UPDATE shop_order_line l SET shipped = l.shipped + p.quantity "
        "FROM unnest($4::text[], $5::int[]) AS p (line_id, quantity) "
        "WHERE l.shop_id = $1 AND l.hub_id = $2 AND l.order_id = $3 AND l.line_id = p.line_id "
        "AND l.shipped + l.refunded + p.quantity <= l.quantity",
        shop_id, *name, [line.line_id for line in lines], [line.quantity for line in lines],
    )  # fmt: skip
    return database.affected(tag) == len(lines)


async def step_known(shop_id: PartyId, step_id: UUID) -> bool:
    """Whether this click was carried out before."""
    found = await database.fetch_value(
        "SELECT 1 FROM shop_order_event WHERE shop_id = $1 AND step_id = $2", shop_id, step_id
    )
    return found is not None


async def insert_event(
    shop_id: PartyId, name: Name, event_id: UUID, event: Event, *, step_id: UUID | None = None
) -> bool:
    """Keep an event; False if it is known already."""
    tag = await database.execute(
        "INSERT INTO shop_order_event "
        "(shop_id, hub_id, order_id, event_id, direction, kind, body, said_at, step_id) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (shop_id, hub_id, event_id) DO NOTHING",
        shop_id, *name, event_id, event.direction, event.kind, event.body, event.said_at, step_id,
    )  # fmt: skip
    return database.affected(tag) == 1


async def add_refund(shop_id: PartyId, name: Name, refund: Refunded) -> None:
    await database.execute(
        "UPDATE shop_order SET refunded_minor = refunded_minor + $4, "
        "seller_refunded_minor = seller_refunded_minor + $5 WHERE shop_id = $1 AND hub_id = $2 AND order_id = $3",
        shop_id, *name, refund.amount.amount_minor, refund.seller_part.amount_minor,
    )  # fmt: skip
    if refund.line_id is not None:
        await database.execute(
            "UPDATE shop_order_line SET refunded = refunded + $5 "
            "WHERE shop_id = $1 AND hub_id = $2 AND order_id = $3 AND line_id = $4",
            shop_id, *name, refund.line_id, refund.quantity,
        )  # fmt: skip


async def set_settlement(shop_id: PartyId, name: Name, part: SellerPart) -> None:
    """Write the division the hub has booked; the total is that of the goods and shipping, whoever paid them."""
    goods = part.seller + part.commission + part.commission_vat
    total_minor = (goods + part.shipping).amount_minor + _minor(part.referral)
    await database.execute(
        "UPDATE shop_order SET seller_minor = $4, commission_minor = $5, commission_vat_minor = $6, "
        "shipping_minor = $7, total_minor = $8, currency = $9, referral_minor = $10, fee_minor = $11 "
        "WHERE shop_id = $1 AND hub_id = $2 AND order_id = $3",
        shop_id, *name, part.seller.amount_minor, part.commission.amount_minor, part.commission_vat.amount_minor,
        part.shipping.amount_minor, total_minor, part.seller.currency, _minor(part.referral),
        _minor(part.provider_fee),
    )  # fmt: skip


def _minor(amount: Money | None) -> int:
    return 0 if amount is None else amount.amount_minor


async def add_transfer(shop_id: PartyId, name: Name, amount_minor: int) -> None:
    await database.execute(
        "UPDATE shop_order SET transferred_minor = transferred_minor + $4 "
        "WHERE shop_id = $1 AND hub_id = $2 AND order_id = $3",
        shop_id, *name, amount_minor,
    )  # fmt: skip


async def add_payout(shop_id: PartyId, name: Name, amount_minor: int) -> None:
    await database.execute(
        "UPDATE shop_order SET paid_out_minor = paid_out_minor + $4 "
        "WHERE shop_id = $1 AND hub_id = $2 AND order_id = $3",
        shop_id, *name, amount_minor,
    )  # fmt: skip
