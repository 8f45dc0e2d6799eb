"""Queries on orders as a whole. Lock an order before its parts, never after: `lock` first, then `parts.lock`."""

# ruff: noqa: S608 - the column lists are our own constants, values travel as parameters

from collections.abc import Mapping
from datetime import datetime
from operator import getitem
from typing import Any
from uuid import UUID

import msgspec

from federation.conversations.forms import Address
from federation.node import database
from federation.node.keyset import Key, Keys, Leaf, leaf, window
from federation.node.listing import Sorting, Span
from marketplace.coupons.domain.coupons import CouponTerms
from marketplace.currencies.domain.exchange import Quote
from marketplace.orders.domain.values import Order
from marketplace.tables import HubOrder

_COLUMNS = """id, hub_id, token, number, state, currency, language, email, note, address, total_minor, paid_minor,
    payment_id, redirect_url, quote, asked_at, created_at, due_at, paid_at, charged, coupon"""
_QUOTE = msgspec.json.Decoder(Quote)
_PARTS = msgspec.json.Decoder(tuple[UUID, ...])
_COUPON = msgspec.json.Decoder(CouponTerms)


def plain_id(found: UUID) -> UUID:
    """The driver's UUID as the standard library's, which encoders know."""
    return UUID(int=found.int)


def _read(row: Mapping[str, Any]) -> Order:
    values = dict(row)
    values["id"] = plain_id(values["id"])
    values["payment_id"] = plain_id(values["payment_id"]) if values["payment_id"] else None
    values["address"] = msgspec.json.decode(values["address"], type=Address)
    values["quote"] = _QUOTE.decode(values["quote"]) if values["quote"] else None
    values["coupon"] = _COUPON.decode(values["coupon"]) if values["coupon"] else None
    values["charged"] = _PARTS.decode(values["charged"]) if values["charged"] else None
    return Order(**values)


async def _one(condition: str, *args: object) -> Order | None:
    row = await database.fetch_one(f"SELECT {_COLUMNS} FROM hub_order WHERE {condition}", *args)
    return None if row is None else _read(row)


async def insert(order: Order, checkout_key: str) -> bool:
    """Add an order; False when this checkout was begun before. A number drawn twice raises from the driver."""
    tag = await database.execute(
        """INSERT INTO hub_order (id, hub_id, token, number, checkout_key, state, currency, email, note, address,
            total_minor, paid_minor, redirect_url, created_at, updated_at, due_at, quote, language, coupon)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '', $12, $12, $13, $14, $15, $16)
        ON CONFLICT (checkout_key) DO NOTHING""",
        order.id,
        order.hub_id,
        order.token,
        order.number,
        checkout_key,
        order.state,
        order.currency,
        order.email,
        order.note,
        msgspec.json.encode(order.address).decode(),
        order.total_minor,
        order.created_at,
        order.due_at,
        quote_text(order.quote),
        order.language,
        coupon_text(order.coupon),
    )
    return database.affected(tag) == 1


def quote_text(quote: Quote | None) -> str | None:
    """A quote as its column holds it."""
    return None if quote is None else msgspec.json.encode(quote).decode()


def coupon_text(coupon: CouponTerms | None) -> str | None:
    """A coupon as its column holds it."""
    return None if coupon is None else msgspec.json.encode(coupon).decode()


async def number_taken(number: str) -> bool:
    """Whether an order has this number already."""
    return bool(await HubOrder.exists().where(HubOrder.number == number))


async def by_token(token: str) -> Order | None:
    """The order behind a shopper's link."""
    return await _one("token = $1", token)


async def by_checkout_key(checkout_key: str) -> Order | None:
    """The order begun with this form."""
    return await _one("checkout_key = $1", checkout_key)


async def by_id(order_id: UUID) -> Order | None:
    """One order."""
    return await _one("id = $1", order_id)


async def lock(order_id: UUID) -> Order | None:
    """One order, locked until the transaction ends."""
    return await _one("id = $1 FOR UPDATE", order_id)


async def due(now: datetime, limit: int, *, authorized: bool = False) -> list[UUID]:
    """The unfinished orders that are overdue, longest first: those without money, or those whose money is held."""
    state = HubOrder.state == "authorized" if authorized else HubOrder.state != "authorized"
    overdue = HubOrder.select(HubOrder.id).where((HubOrder.due_at <= now) & state)
    rows = await overdue.order_by(HubOrder.due_at).limit(limit)
    return [plain_id(row["id"]) for row in rows]


async def claim_asking(order_id: UUID, now: datetime, given_up_before: datetime) -> bool:
    """Whether the caller is the one who asks the boutiques: the first, or one after an asker from before that time."""
    tag = await database.execute(
        """UPDATE hub_order SET asked_at = $2, updated_at = $2
            WHERE id = $1 AND state = 'holding' AND (asked_at IS NULL OR asked_at <= $3)""",
        order_id,
        now,
        given_up_before,
    )
    return database.affected(tag) == 1


async def change(order_id: UUID, now: datetime, **values: Any) -> None:
    """Set columns of one order."""
    await HubOrder.update(**values, updated_at=now).where(HubOrder.id == order_id)


_BEGUN, _ID = Key("created_at", datetime), Key("id", UUID)
ORDERS: Mapping[str, Keys] = {
    "begun": (_BEGUN, _ID),
    "number": (Key("number", str),),
    "state": (Key("state", str), _BEGUN, _ID),
    "shopper": (Key("email", str), _ID),
    "total": (Key("total_minor", int), _ID),
}
"""What a list of orders can be sorted by; orders of one state stand by when they were begun."""
NEWEST = Sorting("begun", descending=True)


async def page(state: str | None, shopper: str, span: Span) -> Leaf[Order]:
    """A page of the orders, of one state if given; `shopper` is part of a mail address.

    Raises PlaceInvalidError for a place that is none of this list.
    """
    wanted = window(span, ORDERS)
    conditions, values = ["$1 = '' OR strpos(lower(email), $1) > 0"], [shopper.casefold()]
    if state is not None:
        conditions.append("state = $2")
        values.append(state)
    conditions.append(wanted.numbered(len(values) + 1))
    rows = await database.fetch(
        f"SELECT {_COLUMNS} FROM hub_order WHERE ({') AND ('.join(conditions)}) ORDER BY {wanted.order} "
        f"LIMIT {wanted.limit:d}",
        *values,
        *wanted.values,
    )
    found = leaf(span, ORDERS, rows, getitem)
    return Leaf([_read(row) for row in found.rows], found.before, found.after)
