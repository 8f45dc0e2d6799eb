"""Lists for people: the newest rows of a kind, of one shop or of all, in any or in some states."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from payouts import tables
from payouts.domain import records
from payouts.store import rows
from payouts.store.shelf import Condition

SHOPS_MAX = 5_000


async def lines_of_order(order_id: UUID) -> list[records.LineRecord]:
    """An order's lines."""
    return await rows.lines.find(tables.Line.order_id == order_id)


async def settlements_of_order(order_id: UUID) -> list[records.SettlementRecord]:
    """Everything owed from an order."""
    return await rows.settlements.find(tables.Settlement.order_id == order_id)


async def refunds_of_order(order_id: UUID) -> list[records.RefundRecord]:
    """An order's refunds, oldest first."""
    table = tables.Refund
    return await rows.refunds.find(table.order_id == order_id, order_by=table.created_at)


async def settlements(shop_id: str | None, statuses: Collection[str], limit: int) -> list[records.SettlementRecord]:
    """The newest settlements."""
    table = tables.Settlement
    return await rows.settlements.find(
        _of(table, shop_id, statuses), order_by=table.created_at, ascending=False, limit=limit
    )


async def transfers(shop_id: str | None, limit: int) -> list[records.TransferRecord]:
    """The newest attempts to send settlements."""
    table = tables.Transfer
    where = table.id.is_not_null()
    if shop_id is not None:
        settlement = tables.Settlement
        where = table.settlement_id.is_in(settlement.select(settlement.id).where(settlement.shop_id == shop_id))
    return await rows.transfers.find(where, order_by=table.id, ascending=False, limit=limit)


async def payouts(shop_id: str | None, statuses: Collection[str], limit: int) -> list[records.PayoutRecord]:
    """The newest payouts."""
    table = tables.Payout
    return await rows.payouts.find(
        _of(table, shop_id, statuses), order_by=table.created_at, ascending=False, limit=limit
    )


async def claims(shop_id: str | None, statuses: Collection[str], limit: int) -> list[records.ClaimRecord]:
    """The newest claims."""
    table = tables.Claim
    return await rows.claims.find(
        _of(table, shop_id, statuses), order_by=table.created_at, ascending=False, limit=limit
    )


async def refunds(statuses: Collection[str], limit: int) -> list[records.RefundRecord]:
    """The newest refunds."""
    table = tables.Refund
    return await rows.refunds.find(_of(table, None, statuses), order_by=table.created_at, ascending=False, limit=limit)


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
