"""Lists for people: rows of a kind in pages, the newest first, of one shop or of all, in any or in some states."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec

from federation.node import database
from federation.node.listing import Sorting
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


SORTS = ("begun", "amount", "state")
"""What each list can be sorted by."""


class Page(msgspec.Struct, frozen=True):
    """Which rows of a list are read, in which order: the newest unless sorted otherwise."""

    limit: int
    offset: int = 0
    sorting: Sorting = Sorting("begun", descending=True)


async def settlements(shop_id: str | None, statuses: Collection[str], page: Page) -> list[records.SettlementRecord]:
    """A page of the settlements."""
    table = tables.Settlement
    return await _page(rows.settlements, _of(table, shop_id, statuses), page, table.created_at)


async def transfers(shop_id: str | None, page: Page) -> list[records.TransferRecord]:
    """A page of the attempts to send settlements."""
    table = tables.Transfer
    where = table.id.is_not_null()
    if shop_id is not None:
        settlement = tables.Settlement
        where = table.settlement_id.is_in(settlement.select(settlement.id).where(settlement.shop_id == shop_id))
    return await _page(rows.transfers, where, page, table.id)


async def payouts(shop_id: str | None, statuses: Collection[str], page: Page) -> list[records.PayoutRecord]:
    """A page of the payouts."""
    table = tables.Payout
    return await _page(rows.payouts, _of(table, shop_id, statuses), page, table.created_at)


async def claims(shop_id: str | None, statuses: Collection[str], page: Page) -> list[records.ClaimRecord]:
    """A page of the claims."""
    table = tables.Claim
    return await _page(rows.claims, _of(table, shop_id, statuses), page, table.created_at)


async def refunds(statuses: Collection[str], page: Page) -> list[records.RefundRecord]:
    """A page of the refunds."""
    table = tables.Refund
    return await _page(rows.refunds, _of(table, None, statuses), page, table.created_at)


async def _page(shelf: Shelf[R], where: Condition, page: Page, begun: Any) -> list[R]:
    """A page of one table; rows that are alike in the sorted column stand by their ids."""
    table: Any = shelf.table
    columns = {"begun": begun, "amount": table.amount_minor, "state": table.status}
    return await shelf.find(
        where,
        order_by=columns[page.sorting.column],
        ascending=not page.sorting.descending,
        limit=page.limit,
        offset=page.offset,
    )


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
