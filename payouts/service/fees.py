"""Charging the payment provider's fee on to the shops that bear their part of it, by what was paid for each.

Invariants: it is the real fee, of the balance the provider keeps, once for a payment; all parts together are the fee;
what falls on a shop that bears none, or whose share has left before the fee was known, stays the hub's expense. Runs in
the transaction that read the payment, which is locked.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from payouts.domain import postings
from payouts.domain.amounts import allocate
from payouts.domain.ledger import AccountKind
from payouts.domain.records import SettlementRecord
from payouts.domain.settlement import STILL_WITH_US, SettlementKind, SettlementStatus
from payouts.ports import PaymentState
from payouts.service.context import Payments
from payouts.store import ledger, lists, rows


async def share_fee(pay: Payments, payment_id: UUID, seen: PaymentState, now: datetime) -> None:
    """Take each shop's part off what it is owed, if the fee is known now and was not shared before."""
    payment = await rows.payments.get(payment_id)
    if payment is None or payment.settled is None or payment.captured_at is None or not payment.is_divided:
        return
    if seen.fee is None or not seen.fee.amount_minor or seen.fee.currency != payment.settled.currency:
        return
    sales = [each for each in await rows.settlements_of_payment(payment_id) if each.kind is SettlementKind.SALE]
    if not any(each.bears_fee for each in sales) or any(each.fee_minor for each in sales):
        return
    parts = await _parts(payment.order_id, seen.fee.amount_minor)
    bearers = []
    for sale in sales:
        part = min(parts.get(sale.shop_order_id, 0), sale.due_minor)
        if sale.bears_fee and part > 0 and sale.status in STILL_WITH_US:
            bearers.append(await _take(sale, part, now))
    if bearers:
        await ledger.post(postings.fee_shared(payment_id, bearers, seen.fee.currency), now)
        await pay.listener.payment_settled(payment.order_id, now)


async def _parts(order_id: UUID, fee_minor: int) -> dict[UUID, int]:
    """The fee by shop order, spread by what the shopper paid for each."""
    paid: dict[UUID, int] = {}
    for line in await lists.lines_of_order(order_id):
        settled = line.settled_components
        paid[line.shop_order_id] = paid.get(line.shop_order_id, 0) + (0 if settled is None else settled.paid)
    weights = list(paid.values())
    return dict(zip(paid, allocate(fee_minor, weights), strict=True)) if any(weights) else {}


async def _take(sale: SettlementRecord, part: int, now: datetime) -> postings.Bearer:
    await rows.settlements.save(msgspec.structs.replace(sale, fee_minor=part, updated_at=now))
    kind = AccountKind.HELD if sale.status is SettlementStatus.HELD else AccountKind.RELEASABLE
    return postings.Bearer(kind, sale.shop_id, part)
