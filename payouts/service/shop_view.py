"""What one shop may be told of how it stands: its balances, what waits and why, what it owes, its payouts."""

from datetime import datetime
from uuid import UUID

import msgspec

from federation.node.database import atomic
from federation.vocabulary.movements import WaitReason, wait_known
from payouts.domain.records import PayoutRecord
from payouts.domain.settlement import SettlementStatus
from payouts.service.reads import MoneyView, shop_money
from payouts.service.releasing import can_be_paid
from payouts.store import ledger, rows, shop_view
from payouts.store.shop_view import Kept, Owed, Unsent


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A share that was not sent, in a word why, and the day it is due if one is known and still to come."""

    shop_order_id: UUID
    kind: str
    currency: str
    amount_minor: int
    why: WaitReason
    until: datetime | None


class ShopView(msgspec.Struct, frozen=True, kw_only=True):
    """How a shop stands at one moment; `paid_orders` says of each payout what it is for."""

    standing: str
    paused: str
    money: tuple[MoneyView, ...]
    reserved: dict[str, int]
    waiting: tuple[Waiting, ...]
    reserves: tuple[Kept, ...]
    debts: tuple[Owed, ...]
    payouts: tuple[PayoutRecord, ...]
    paid_orders: dict[UUID, list[tuple[UUID, int]]]


async def shop_view_of(shop_id: str, rows_max: int, payouts_max: int, now: datetime) -> ShopView:
    """Everything of one moment: at most `rows_max` of each kind of row, `payouts_max` payouts."""
    async with atomic():
        account = await rows.shop_accounts.get(shop_id)
        ready = await can_be_paid(shop_id)
        payouts = await shop_view.newest_payouts(shop_id, payouts_max)
        balances = await ledger.shop_balances(shop_id)
        return ShopView(
            standing="ready" if ready else "none" if account is None else account.standing,
            paused="" if account is None else account.payouts_paused,
            money=tuple(await shop_money(shop_id)),
            reserved={currency: amount for (kind, currency), amount in balances.items() if kind == "reserve"},
            waiting=tuple(waiting(share, now, ready=ready) for share in await shop_view.unsent(shop_id, rows_max)),
            reserves=tuple(await shop_view.reserves_kept(shop_id, rows_max)),
            debts=tuple(await shop_view.owed(shop_id, rows_max)),
            payouts=tuple(payouts),
            paid_orders=await shop_view.orders_of_payouts([payout.id for payout in payouts]),
        )


def waiting(share: Unsent, now: datetime, *, ready: bool) -> Waiting:
    """Why a share is not sent yet."""
    return Waiting(
        shop_order_id=share.shop_order_id,
        kind=share.kind,
        currency=share.currency,
        amount_minor=share.amount_minor,
        why=_why(share, now, ready=ready),
        until=share.due_at if share.due_at is not None and share.due_at > now else None,
    )


_ON_ITS_WAY: dict[str, WaitReason] = {
    SettlementStatus.RELEASABLE.value: "sending",
    SettlementStatus.SUBMITTING.value: "sending",
    SettlementStatus.QUEUED.value: "file",
}


def _why(share: Unsent, now: datetime, *, ready: bool) -> WaitReason:
    if share.status in _ON_ITS_WAY:
        return _ON_ITS_WAY[share.status]
    if share.status == SettlementStatus.BLOCKED.value:
        return wait_known(share.block_reason)
    return _why_held(share, now, ready=ready)


def _why_held(share: Unsent, now: datetime, *, ready: bool) -> WaitReason:
    """As `releasing.hindrance` weighs it, with the day between holds and what the hub itself still has to do."""
    if share.hold is not None:
        return wait_known(share.hold)
    if share.due_at is None:
        return wait_known(share.release_after)
    if share.due_at > now:
        return "window"
    if not share.exchanged:
        return "exchange"
    return "due" if ready else "account"
