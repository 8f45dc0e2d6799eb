"""Giving shoppers their money back, in parts and to the cent.

A refund is taken from what still lies with us for the shop; what was sent already becomes a claim. The debt to the
shopper is booked with the request, in the caller's transaction; `payouts.service.refund_payment` pays it afterwards.
It is of the currency the shopper paid in; what the parties give back for it is of the one their shares stand in: the
hub's, or the shopper's as long as the payment is not settled.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.vocabulary.ids import new_id
from federation.vocabulary.wording import sentence
from payouts.domain import postings
from payouts.domain.giveback import amount_of_quantity, refund_components
from payouts.domain.records import (
    ClaimRecord,
    LineRecord,
    PaymentRecord,
    RefundedLineRecord,
    RefundRecord,
    SettlementRecord,
    text_of,
)
from payouts.domain.settlement import SETTLEMENT, SettlementStep
from payouts.domain.settling import added
from payouts.errors import RefundRefusedError
from payouts.service import messages
from payouts.service.bearing import Slice, bearers, borne_by, division, settled_part, with_promotions
from payouts.service.disputes import refund_forbidden
from payouts.service.refund_views import RefundedPart, RefundView, part_of, view_of
from payouts.service.sales import SHIPPING_LINE
from payouts.store import ledger, rows


class RefundPart(msgspec.Struct, frozen=True):
    """What to give back of one line: so many pieces, or so many minor units (exactly one of them)."""

    line_id: str
    quantity: int = 0
    amount_minor: int = 0


class RefundRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A refund from one shop order; `shipping` gives back what is left of its shipping. `refund_id` is the caller's."""

    refund_id: UUID
    order_id: UUID
    shop_order_id: UUID
    parts: tuple[RefundPart, ...] = ()
    shipping: bool = False
    reason: str = ""


async def refund_part(request: RefundRequest, now: datetime) -> RefundView:
    """Decide a refund and book it as owed to the shopper; the same answer when asked again with the same id.

    In the caller's transaction. Raises RefundRefusedError when more is asked than is left, nothing is asked, or the id
    was used for another refund.
    """
    digest = hashlib.sha256(msgspec.json.encode(request)).digest()
    known = await rows.refunds.get(request.refund_id)
    if known is not None:
        if known.content_hash != digest:
            raise RefundRefusedError("this refund id was used for another refund: make a new one")
        return await view_of(known)
    payment = await rows.payment_alive(request.order_id, lock=True)
    if payment is None or payment.captured_at is None:
        raise RefundRefusedError("this order has not been paid: there is nothing to give back")
    forbidden = await refund_forbidden(request.order_id)
    if forbidden:
        raise RefundRefusedError(forbidden)
    slices = await _slices(request)
    refund = _record(request, payment, slices, digest, now)
    await rows.refunds.add(refund)
    await _take_back(refund, slices, payment, now)
    await messages.send("pay.refund", refund.id, str(refund.attempt), now)
    return await view_of(refund)


async def preview_refund(request: RefundRequest) -> tuple[RefundedPart, ...]:
    """What each party would give back, line by line; nothing is booked. Raises RefundRefusedError as `refund_part`.

    In a transaction, as the lines are held still while they are read.
    """
    forbidden = await refund_forbidden(request.order_id)
    if forbidden:
        raise RefundRefusedError(forbidden)
    slices = await _slices(request)
    return tuple(part_of(each.line.line_id, each.quantity, each.components, each.line.currency) for each in slices)


async def _slices(request: RefundRequest) -> list[Slice]:
    found = await rows.lines_of_shop_order(request.shop_order_id)
    lines = {line.line_id: line for line in found if line.order_id == request.order_id}
    if len({part.line_id for part in request.parts}) != len(request.parts):
        raise RefundRefusedError("a refund names each line once")
    slices = []
    for part in request.parts:
        line = lines.get(part.line_id)
        if line is None:
            raise RefundRefusedError(sentence("this shop order has no line %(line)s", line=part.line_id))
        slices.append(_slice(line, part))
    shipping = lines.get(SHIPPING_LINE)
    if request.shipping and shipping is not None and shipping.gone_minor < shipping.paid:
        slices.append(_slice(shipping, RefundPart(SHIPPING_LINE, quantity=1)))
    if not slices:
        raise RefundRefusedError("there is nothing left of this to give back")
    return slices


def _slice(line: LineRecord, part: RefundPart) -> Slice:
    if (part.quantity > 0) == (part.amount_minor > 0):
        raise RefundRefusedError(
            sentence("say either how many pieces or how much of line %(line)s goes back", line=part.line_id)
        )
    amount = amount_of_quantity(line.refundable, part.quantity) if part.quantity else part.amount_minor
    given = refund_components(line.components, line.gone_minor, amount)
    return Slice(line, part.quantity, given, settled_part(line, given))


def _record(
    request: RefundRequest, payment: PaymentRecord, slices: Sequence[Slice], digest: bytes, now: datetime
) -> RefundRecord:
    settled = None if payment.settled is None else added([each.borne for each in slices])
    return RefundRecord(
        id=request.refund_id,
        payment_id=payment.id,
        order_id=request.order_id,
        shop_order_id=request.shop_order_id,
        amount_minor=sum(each.components.paid for each in slices),
        seller_minor=sum(each.components.seller for each in slices),
        currency=payment.currency,
        settled_minor=None if settled is None else settled.paid,
        settled_seller_minor=None if settled is None else settled.seller,
        settled_currency=payment.settled_currency,
        reason=request.reason,
        content_hash=digest,
        created_at=now,
        updated_at=now,
    )


async def _take_back(refund: RefundRecord, slices: Sequence[Slice], payment: PaymentRecord, now: datetime) -> None:
    """Lower what the parties are owed, claim what they were sent, and book the sum as owed to the shopper."""
    shop_order_id = slices[0].line.shop_order_id
    owed = {(each.kind, each.shop_id): each for each in await rows.settlements_of(shop_order_id, lock=True)}
    bearing: list[postings.Bearer] = []
    for key, amount in with_promotions(borne_by(slices), owed).items():
        settlement = owed.get(key)
        if amount < 0 or (amount and settlement is None):
            raise RefundRefusedError("so small an amount cannot be divided: give back a little more or less")
        if settlement is not None and amount:
            bearing += await _take_from(refund, settlement, amount, now)
    given = postings.Given(payment.settled_currency or payment.currency, tuple(each.borne for each in slices))
    books = postings.HubBooks(payment.vat_country)
    await ledger.post(postings.refund_due(refund.id, refund.amount, given, bearing, books), now)
    for each in slices:
        await _mark_refunded(refund, each)


async def _take_from(
    refund: RefundRecord, settlement: SettlementRecord, amount: int, now: datetime
) -> list[postings.Bearer]:
    with_us, claimed = division(settlement, amount)
    changed = msgspec.structs.replace(
        settlement,
        refunded_minor=settlement.refunded_minor + with_us,
        claimed_minor=settlement.claimed_minor + claimed,
        updated_at=now,
    )
    if with_us and changed.due_minor == 0:
        changed = msgspec.structs.replace(changed, status=SETTLEMENT.after(settlement.status, SettlementStep.REFUNDED))
    if claimed:
        await rows.claims.add(
            ClaimRecord(
                id=new_id(),
                refund_id=refund.id,
                settlement_id=settlement.id,
                shop_id=settlement.shop_id,
                currency=settlement.currency,
                amount_minor=claimed,
                created_at=now,
                updated_at=now,
            )
        )
    await rows.settlements.save(changed)
    return bearers(settlement, with_us, claimed)


async def _mark_refunded(refund: RefundRecord, each: Slice) -> None:
    line, given = each.line, each.components
    await rows.lines.save(
        msgspec.structs.replace(
            line,
            refunded_minor=line.refunded_minor + given.paid,
            refunded_quantity=line.refunded_quantity + each.quantity,
        )
    )
    await rows.refunded_lines.add(
        RefundedLineRecord(
            refund_id=refund.id,
            line_id=line.line_id,
            quantity=each.quantity,
            settled=None if each.settled is None else text_of(each.settled),
            **msgspec.structs.asdict(given),
        )
    )
