"""Lists for people: rows of a kind in pages, the newest first, of one shop or of all, in any or in some states."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from federation.node import database
from federation.node.keyset import Key, Keys, Leaf, leaf, window
from federation.node.listing import Sorting, Span
from payouts import tables
from payouts.domain import records
from payouts.store import rows
from payouts.store.shelf import Condition, R, Shelf

SHOPS_MAX = 5_000


async def lines_of_order(order_id: UUID) -> list[records.LineRecord]:
    """An order's lines."""
    return await rows.lines.find(tables.Line.order_id == order_id)


async def lines_exchanged(shop_order_ids: Collection[UUID], currency: str) -> set[tuple[UUID, str]]:
    """The lines (shop order and line id) of these shop orders that were sold in another currency than this."""
    found = await database.fetch(
        "SELECT shop_order_id, line_id FROM pay_line WHERE shop_order_id = ANY($1::uuid[]) AND currency <> $2",
        list(shop_order_ids),
        currency,
    )
    return {(UUID(int=row["shop_order_id"].int), row["line_id"]) for row in found}


async def settlements_of_order(order_id: UUID) -> list[records.SettlementRecord]:
    """Everything owed from an order."""
    return await rows.settlements.find(tables.Settlement.order_id == order_id)


async def refunds_of_order(order_id: UUID) -> list[records.RefundRecord]:
    """An order's refunds, oldest first."""
    table = tables.Refund
    return await rows.refunds.find(table.order_id == order_id, order_by=table.created_at)


async def claims_of_shares(settlement_ids: Collection[UUID]) -> list[records.ClaimRecord]:
    """What shops owe back of these settlements, oldest first."""
    if not settlement_ids:
        return []
    table = tables.Claim
    return await rows.claims.find(table.settlement_id.is_in(list(settlement_ids)), order_by=table.created_at)


_BEGUN, _ID = Key("created_at", datetime), Key("id", UUID)
_AMOUNT, _STATE = Key("amount_minor", int), Key("status", str)
ORDERS: Mapping[str, Keys] = {"begun": (_BEGUN, _ID), "amount": (_AMOUNT, _ID), "state": (_STATE, _BEGUN, _ID)}
"""What a list can be sorted by; rows of one state stand by when they were begun."""
_NUMBER = Key("id", int)
TRANSFER_ORDERS: Mapping[str, Keys] = {"begun": (_NUMBER,), "amount": (_AMOUNT, _NUMBER), "state": (_STATE, _NUMBER)}
"""The same for transfers, which are numbered as they are begun."""
SORTS = tuple(ORDERS)
NEWEST = Sorting("begun", descending=True)


async def settlements(shop_id: str | None, statuses: Collection[str], span: Span) -> Leaf[records.SettlementRecord]:
    """A page of the settlements."""
    return await _page(rows.settlements, _of(tables.Settlement, shop_id, statuses), span)


async def transfers(shop_id: str | None, span: Span) -> Leaf[records.TransferRecord]:
    """A page of the attempts to send settlements."""
    table = tables.Transfer
    where = table.id.is_not_null()
    if shop_id is not None:
        settlement = tables.Settlement
        where = table.settlement_id.is_in(settlement.select(settlement.id).where(settlement.shop_id == shop_id))
    return await _page(rows.transfers, where, span, TRANSFER_ORDERS)


async def payouts(shop_id: str | None, statuses: Collection[str], span: Span) -> Leaf[records.PayoutRecord]:
    """A page of the payouts."""
    return await _page(rows.payouts, _of(tables.Payout, shop_id, statuses), span)


async def claims(shop_id: str | None, statuses: Collection[str], span: Span) -> Leaf[records.ClaimRecord]:
    """A page of the claims."""
    return await _page(rows.claims, _of(tables.Claim, shop_id, statuses), span)


async def refunds(statuses: Collection[str], span: Span) -> Leaf[records.RefundRecord]:
    """A page of the refunds."""
    return await _page(rows.refunds, _of(tables.Refund, None, statuses), span)


async def _page(shelf: Shelf[R], where: Condition, span: Span, orders: Mapping[str, Keys] = ORDERS) -> Leaf[R]:
    """A page of one table. Raises PlaceInvalidError for a place that is none of this list."""
    return leaf(span, orders, await shelf.find_span(where, window(span, orders)), getattr)


async def shop_accounts() -> list[records.ShopAccountRecord]:
    """Every shop's account at the provider."""
    return await rows.shop_accounts.find(tables.ShopAccount.shop_id.is_not_null(), limit=SHOPS_MAX)


async def alerts_open(limit: int) -> list[records.AlertRecord]:
    """Alerts nobody has cleared, newest first."""
    table = tables.Alert
    return await rows.alerts.find(table.cleared_at.is_null(), order_by=table.raised_at, ascending=False, limit=limit)


async def settlements_by_id(settlement_ids: Collection[UUID]) -> list[records.SettlementRecord]:
    """These settlements, as far as they exist."""
    if not settlement_ids:
        return []
    return await rows.settlements.find(tables.Settlement.id.is_in(list(settlement_ids)))


def _of(table: Any, shop_id: str | None, statuses: Collection[str]) -> Condition:
    """Rows of one shop or of all, in any or in these states."""
    where: Condition = table.id.is_not_null() if shop_id is None else table.shop_id == shop_id
    return where & table.status.is_in(sorted(statuses)) if statuses else where
