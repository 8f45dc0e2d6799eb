"""One order's money from the charge to the payout, and orders listed by where theirs is."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.node.keyset import Leaf
from payouts.domain.dispute_records import DisputeRecord
from payouts.domain.hold import HoldRecord, ReserveRecord
from payouts.domain.records import ClaimRecord, LineRecord, PaymentRecord, SettlementRecord
from payouts.service import reads
from payouts.service.refund_views import RefundView
from payouts.store import desk, lists, order_money, rows
from payouts.store import disputes as dispute_store
from payouts.store.order_money import MONEY_STATES, NEWEST, MoneyState, OrderFilter, OrderMoneyRow, ShareTransfer

__all__ = [
    "MONEY_STATES",
    "NEWEST",
    "MoneyState",
    "OrderFilter",
    "OrderMoney",
    "OrderMoneyRow",
    "Share",
    "currencies",
    "order_money_of",
    "orders",
]


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """One settlement with what hangs on it: holds, attempts to send it (oldest first), reserves, what is owed back."""

    settlement: SettlementRecord
    holds: tuple[HoldRecord, ...]
    transfers: tuple[ShareTransfer, ...]
    reserves: tuple[ReserveRecord, ...]
    claims: tuple[ClaimRecord, ...]


class OrderMoney(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known of an order's money; `payment` is None before anybody tried to pay."""

    payment: PaymentRecord | None
    lines: tuple[LineRecord, ...]
    shares: tuple[Share, ...]
    refunds: tuple[RefundView, ...]
    disputes: tuple[DisputeRecord, ...]
    entries: tuple[reads.AccountEntry, ...]


async def orders(wanted: OrderFilter) -> Leaf[OrderMoneyRow]:
    """A page of the paid orders that fit. Raises PlaceInvalidError for a place that is none of the list."""
    return await order_money.rows(wanted)


async def currencies() -> list[str]:
    """The currencies that payments came to."""
    return await order_money.currencies()


async def order_money_of(order_id: UUID) -> OrderMoney:
    """One order's money; empty when it was never to be paid."""
    settlements = await lists.settlements_of_order(order_id)
    return OrderMoney(
        payment=await rows.payment_latest(order_id),
        lines=tuple(await lists.lines_of_order(order_id)),
        shares=await _shares(settlements),
        refunds=tuple(await reads.refunds_of_order(order_id)),
        disputes=tuple(await dispute_store.of_order(order_id)),
        entries=tuple(await reads.entries_of_order(order_id)),
    )


async def _shares(settlements: Sequence[SettlementRecord]) -> tuple[Share, ...]:
    ids = {one.id for one in settlements}
    holds = [
        *await desk.holds_of_orders({one.shop_order_id for one in settlements}),
        *await desk.holds_of_shops({one.shop_id for one in settlements}),
    ]
    transfers = await order_money.transfers_of(ids)
    reserves, claims = await desk.reserves_of_shares(ids), await lists.claims_of_shares(ids)
    return tuple(
        Share(
            settlement=one,
            holds=tuple(
                hold for hold in holds if hold.shop_order_id == one.shop_order_id or hold.shop_id == one.shop_id
            ),
            transfers=tuple(each for each in transfers if each.settlement_id == one.id),
            reserves=tuple(each for each in reserves if each.settlement_id == one.id),
            claims=tuple(each for each in claims if each.settlement_id == one.id),
        )
        for one in sorted(settlements, key=_order)
    )


def _order(settlement: SettlementRecord) -> tuple[str, datetime, str]:
    return settlement.shop_id, settlement.created_at, settlement.kind.value
