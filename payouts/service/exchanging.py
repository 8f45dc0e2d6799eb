"""Moving a divided payment to the hub's currency once the provider has exchanged it: `fx_settle`, once for a payment.

Runs in the transaction that read the payment, which is locked. Refunds decided before are restated with it: what was
given back stays owed in the shopper's currency and is paid from here on. Shares that are due go out.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain import postings
from payouts.domain.amounts import portion
from payouts.domain.giveback import Components
from payouts.domain.records import (
    LineRecord,
    PaymentRecord,
    RefundedLineRecord,
    RefundRecord,
    SettlementRecord,
    text_of,
)
from payouts.domain.settlement import SettlementKind, SettlementStatus
from payouts.domain.settling import NOTHING, added, settle_lines, settled_back
from payouts.ports import PaymentState
from payouts.service import messages
from payouts.service.context import Payments
from payouts.service.sales import SHIPPING_LINE
from payouts.store import ledger, lists, rows


class _Line(NamedTuple):
    """A line with what it was settled at, and what of that was given back already."""

    line: LineRecord
    settled: Components
    back: Components


async def settle_exchange(pay: Payments, payment: PaymentRecord, seen: PaymentState, now: datetime) -> None:
    """Book what a payment came to, if that is known now and was not booked before."""
    if payment.captured_at is None or payment.settled_at is not None or seen.gross is None:
        return
    if seen.gross.currency != pay.settings.settlement_currency:
        words = sentence(
            "the payment of %(amount)s came to %(gross)s, and this hub settles in %(currency)s: its shares wait",
            amount=payment.amount,
            gross=seen.gross,
            currency=pay.settings.settlement_currency,
        )
        await rows.raise_alert("settled-elsewhere", str(payment.id), words, now)
        return
    lines = _settled(await lists.lines_of_order(payment.order_id), seen.gross) if payment.is_divided else []
    refunds = await _restate_refunds(payment, seen.gross, lines)
    await _book(payment, seen.gross, lines, refunds, now)
    for each in lines:
        await rows.lines.save(msgspec.structs.replace(each.line, settled=text_of(each.settled)))
    held = await _restate_settlements(payment, seen.gross.currency, lines, now)
    await rows.payments.save(
        msgspec.structs.replace(
            payment,
            settled_minor=seen.gross.amount_minor,
            settled_currency=seen.gross.currency,
            exchange_rate=seen.exchange_rate,
            settled_at=now,
            updated_at=now,
        )
    )
    for refund in refunds:
        await messages.send("pay.refund", refund.id, f"settled:{refund.attempt}", now)
    if payment.is_divided:
        await pay.listener.payment_settled(payment.order_id, now)
    for settlement in held:
        if settlement.due_at is not None and settlement.due_at <= now:
            await messages.send("pay.release", settlement.shop_order_id, "settled", now)


def _settled(records: Sequence[LineRecord], gross: Money) -> list[_Line]:
    settled = settle_lines([line.components for line in records], gross.amount_minor)
    return [
        _Line(line, whole, settled_back(whole, line.refunded_minor, line.paid))
        for line, whole in zip(records, settled, strict=True)
    ]


async def _restate_refunds(payment: PaymentRecord, gross: Money, lines: Sequence[_Line]) -> list[RefundRecord]:
    """Say of every refund decided so far what it comes to in the hub's currency, line by line, in their order."""
    by_line = {(str(each.line.shop_order_id), each.line.line_id): each for each in lines}
    done: dict[int, int] = {}
    restated = []
    for refund in await rows.refunds_of_payment(payment.id):
        given = []
        for part in await rows.parts_of_refund(refund.id):
            each = by_line[str(refund.shop_order_id), part.line_id]
            before = done.get(each.line.id, 0)
            given.append(await _restate_part(part, each, before))
            done[each.line.id] = before + part.paid
        whole = added([NOTHING, *given]) if given else Components(gross.amount_minor, 0)
        changed = msgspec.structs.replace(
            refund,
            settled_minor=whole.paid,
            settled_seller_minor=whole.seller,
            settled_currency=gross.currency,
        )
        await rows.refunds.save(changed)
        restated.append(changed)
    return restated


async def _restate_part(part: RefundedLineRecord, each: _Line, before: int) -> Components:
    after = settled_back(each.settled, before + part.paid, each.line.paid)
    given = after - settled_back(each.settled, before, each.line.paid)
    await rows.refunded_lines.save(msgspec.structs.replace(part, settled=text_of(given)))
    return given


async def _book(
    payment: PaymentRecord, gross: Money, lines: Sequence[_Line], refunds: Sequence[RefundRecord], now: datetime
) -> None:
    divided = payment.is_divided
    received = payment.received.amount_minor
    settling = postings.Settling(
        payment_id=payment.id,
        order_id=payment.order_id,
        received=payment.received,
        gross=gross,
        refunded=sum(refund.amount_minor for refund in refunds) if divided else received,
        refunded_settled=sum(refund.settled_minor or 0 for refund in refunds) if divided else gross.amount_minor,
        lines=tuple(_left(each) for each in lines),
    )
    await ledger.post(postings.fx_settle(settling, postings.HubBooks(payment.vat_country)), now)


def _left(each: _Line) -> postings.Divided:
    """What is still owed of a line, in both currencies."""
    line = each.line
    charged = line.components - line.given_back
    return postings.Divided(line.shop_id, line.referrer, charged, each.settled - each.back)


async def _restate_settlements(
    payment: PaymentRecord, currency: str, lines: Sequence[_Line], now: datetime
) -> list[SettlementRecord]:
    """What shops are owed is of the hub's currency from now on; returns the shares that are held."""
    held = []
    settlements = await rows.settlements_of_payment(payment.id)
    by_key = {(each.shop_order_id, each.kind): each for each in settlements}
    for settlement in settlements:
        whole, back = 0, 0
        for each in lines:
            if each.line.shop_order_id == settlement.shop_order_id:
                whole += _share(settlement, each.line, each.settled)
                back += _share(settlement, each.line, each.back)
        promotion = by_key.get((settlement.shop_order_id, SettlementKind.PROMOTION))
        if promotion is not None and settlement.kind in {SettlementKind.SALE, SettlementKind.PROMOTION}:
            sale = by_key.get((settlement.shop_order_id, SettlementKind.SALE))
            whole, back = _parted(settlement.kind, whole, back, _by_hub(promotion, sale, whole))
        changed = msgspec.structs.replace(
            settlement, currency=currency, amount_minor=whole, refunded_minor=back, updated_at=now
        )
        await rows.settlements.save(changed)
        if changed.status is SettlementStatus.HELD:
            held.append(changed)
    return held


def _by_hub(promotion: SettlementRecord, sale: SettlementRecord | None, whole: int) -> int:
    """What of a share's goods the hub pays in its own currency: one unit more than its part, whatever was rounded."""
    together = promotion.amount_minor + (0 if sale is None else sale.amount_minor)
    return min(whole, portion(whole, promotion.amount_minor, together) + 1) if sale is not None else whole


def _parted(kind: SettlementKind, whole: int, back: int, by_hub: int) -> tuple[int, int]:
    """The sale's or the promotion's part of a share's goods, and of what was given back of them, the sale's first."""
    sale = whole - by_hub
    if kind is SettlementKind.SALE:
        return sale, min(back, sale)
    return by_hub, back - min(back, sale)


def _share(settlement: SettlementRecord, line: LineRecord, parts: Components) -> int:
    """What of a line's parts this settlement is for."""
    if settlement.kind is SettlementKind.REFERRAL:
        return parts.referral if line.referrer == settlement.shop_id else 0
    is_shipping = line.line_id == SHIPPING_LINE
    return parts.seller if is_shipping == (settlement.kind is SettlementKind.SHIPPING) else 0
