"""Giving money back for pieces or the parcel of one shop order. Runs in the caller's transaction; payouts moves it.

Invariants: the part is locked before it is counted; the same refund id is one refund; a part that could not be had is
given back whole, once, under an id derived from its own; what cannot go back during a dispute holds up the boutique's
share until a person has seen to it; so does what a bank has given the shopper, but that asks for nobody.
"""

from datetime import datetime
from uuid import UUID, uuid5

import msgspec

from federation.conversations.messages import Refunded
from federation.vocabulary.money import Money, to_decimal, zero
from federation.vocabulary.wording import as_sentence, message, sentence
from marketplace.coupons import vouchers
from marketplace.errors import OrderNotFoundError, RefundInvalidError
from marketplace.orders import answers, mails, releases, words
from marketplace.orders.domain.refunds import (
    Refundable,
    RefundLine,
    RefundPlan,
    RefundRequest,
    plan_refund,
    possible,
    taken,
    whole_refund,
    worth,
)
from marketplace.orders.domain.shop_order_life import LIVE, UNSOLD
from marketplace.orders.domain.values import Order, Part, Refund, RefundedLine, refundable
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store
from marketplace.orders.store import refunds as refund_store
from marketplace.orders.store import returns as return_store
from payouts import service as payouts
from payouts.domain.hold import Hold, HoldReason

SHIPPING_PART = "shipping"
WHOLE = "whole"
GOODWILL = message("goodwill")
"""Why something goes back when nobody said why."""
REFUND_WAITS = "refund-waits"
"""The alert and the hold of what cannot go back while a dispute lasts."""

WITH_THE_SHOPPER = frozenset({"succeeded", "voided", "paid_by_hand", "written_off"})
"""States of a refund in which the shopper has the money, by us or by a dispute."""

WHOLE_PRICE = 100


class Wanted(msgspec.Struct, frozen=True):
    """A refund about to be made."""

    order: Order
    part: Part
    plan: RefundPlan
    lines: tuple[Refundable, ...]
    refund_id: UUID
    reason: str


async def preview(order_id: UUID, request: RefundRequest) -> tuple[payouts.RefundedPart, ...]:
    """What each party would give back, line by line (the parcel as SHIPPING_PART); nothing changes.

    Raises as `refund` would.
    """
    order, part = await _lock(order_id, request)
    wanted = await _plan(order, part, request)
    return await payouts.preview_refund(_asked(wanted))


async def refund(order_id: UUID, request: RefundRequest, now: datetime) -> None:
    """The operator gives back what `request` names; the same request again changes nothing.

    Raises OrderNotFoundError, or RefundInvalidError when it is more than what is left.
    """
    order, part = await _lock(order_id, request)
    if await refund_store.exists(request.refund_id):
        return
    await _carry_out(await _plan(order, part, request), now)
    if part.state in releases.SENDING:
        await releases.release_when_sent(part, now)


async def _lock(order_id: UUID, request: RefundRequest) -> tuple[Order, Part]:
    order = await order_store.by_id(order_id)
    part = await part_store.lock(request.shop_order_id)
    if order is None or part is None or part.order_id != order.id:
        raise OrderNotFoundError("no such part of this order")
    return order, part


async def _plan(order: Order, part: Part, request: RefundRequest) -> Wanted:
    if order.paid_minor == 0 or part.state in UNSOLD | LIVE:
        raise RefundInvalidError("nothing was charged for this part, so there is nothing to give back")
    lines = await part_store.lines([part.id])
    left = Money(part.shipping_minor - part.shipping_refunded_minor, order.currency)
    known = refundable(lines, order.currency)
    plan = plan_refund(request, known, left)
    return Wanted(order, part, plan, known, request.refund_id, request.reason or GOODWILL)


async def refund_rest(order: Order, part: Part, reason: str, now: datetime) -> None:
    """Give back all that is left of a part that was locked by the caller; nothing left is fine.

    Nothing goes back of an order whose money is only held: it is seen to that this part is not taken for. A voucher of
    the boutique that was used for it can be used again.
    """
    await vouchers.give_back(order.id, now, part.shop_id)
    standing = await order_store.by_id(order.id) or order
    if standing.paid_minor == 0:
        await answers.note(standing, part.id, reason, now)
        return
    refund_id = uuid5(part.id, WHOLE)
    lines = await part_store.lines([part.id])
    left = Money(part.shipping_minor - part.shipping_refunded_minor, order.currency)
    known = refundable(lines, order.currency)
    plan = whole_refund(known, left)
    wanted = Wanted(order, part, plan, known, refund_id, reason)
    if plan.amount and not await refund_store.exists(refund_id) and not await _waits(wanted, now):
        await _carry_out(wanted, now)


async def refund_possible(order: Order, part: Part, request: RefundRequest, now: datetime) -> bool:
    """Give back as much of `request` as is left of a part that was locked by the caller; False if that is nothing.

    What cannot be divided any more is left out: a boutique's word about pieces never fails for money's sake.
    """
    if await refund_store.exists(request.refund_id):
        return True
    lines = await part_store.lines([part.id])
    known = refundable(lines, order.currency)
    left = Money(part.shipping_minor - part.shipping_refunded_minor, order.currency)
    shipping = request.shipping and bool(left)
    kept = possible(request.lines, known)
    amount = taken(kept, known, left if shipping else zero(order.currency))
    wanted = Wanted(order, part, RefundPlan(kept, shipping, amount), known, request.refund_id, request.reason)
    if not amount or await _waits(wanted, now):
        return False
    await _carry_out(wanted, now)
    return True


async def _waits(wanted: Wanted, now: datetime) -> bool:
    """Whether a dispute stands in the way of what should go back by itself.

    If so a person is told, and the boutique's share waits until that person lifts the hold: a dispute that is won
    would else let go what belongs to the shopper. Nobody is told once the bank has given the shopper the whole order:
    nothing is due then, and the hold only stands should the bank come back on its word.
    """
    forbidden = await payouts.refund_forbidden(wanted.order.id)
    if not forbidden:
        return False
    part, amount = wanted.part, wanted.plan.amount
    bank = await payouts.banks_word(wanted.order.id, wanted.order.currency)
    has_all = bank.given.amount_minor >= wanted.order.paid_minor
    hold = Hold(
        reason=HoldReason.OPERATOR,
        reference=f"{REFUND_WAITS}:{wanted.refund_id}",
        shop_order_id=part.id,
        note=_note(wanted, has_all=has_all),
    )
    await payouts.freeze(hold, now)
    if has_all:
        return True
    words = sentence(
        "%(amount)s of %(part)s (%(reason)s) is to be given back, and is not: %(why)s",
        amount=amount,
        part=part.number,
        reason=wanted.reason,
        why=as_sentence(forbidden),
    )
    await payouts.tell_person(REFUND_WAITS, f"{part.id}:{wanted.refund_id}", words, now)
    return True


def _note(wanted: Wanted, *, has_all: bool) -> str:
    """Why the boutique's share waits, and what lets it go."""
    amount = wanted.plan.amount
    due = f"{amount.currency} {to_decimal(amount)} of {wanted.part.number} ({wanted.reason})"
    if has_all:
        return f"{due}: the shopper's bank has given it back; nothing to do unless the bank takes it from them again"
    wanted_next = "once the dispute is over give it back, or see that the shopper has it, then lift this hold"
    return f"{due} is to be given back: {wanted_next}"


def _part(line: RefundLine, known: dict[str, Refundable]) -> payouts.RefundPart:
    """Whole pieces are counted; a share of their price is a sum."""
    if line.percent == WHOLE_PRICE:
        return payouts.RefundPart(line.line_id, quantity=line.quantity)
    return payouts.RefundPart(line.line_id, amount_minor=worth(line, known[line.line_id]).amount_minor)


def _asked(wanted: Wanted) -> payouts.RefundRequest:
    plan = wanted.plan
    known = {line.line_id: line for line in wanted.lines}
    return payouts.RefundRequest(
        refund_id=wanted.refund_id,
        order_id=wanted.order.id,
        shop_order_id=wanted.part.id,
        parts=tuple(_part(line, known) for line in plan.lines),
        shipping=plan.shipping,
        reason=wanted.reason,
    )


async def _carry_out(wanted: Wanted, now: datetime) -> None:
    order, part = wanted.order, wanted.part
    made = await payouts.refund_part(_asked(wanted), now)
    shares = tuple(
        RefundedLine(
            None if one.line_id == SHIPPING_PART else UUID(one.line_id),
            one.quantity,
            one.amount.amount_minor,
            one.seller_part.amount_minor,
        )
        for one in made.parts
    )
    await part_store.add_refunded(shares)
    shipping_minor = sum(share.amount_minor for share in shares if share.line_id is None)
    if shipping_minor:
        refunded_minor = part.shipping_refunded_minor + shipping_minor
        await part_store.change(part.id, now, shipping_refunded_minor=refunded_minor)
    kept = Refund(
        id=wanted.refund_id,
        order_id=order.id,
        shop_order_id=part.id,
        parts=shares,
        amount_minor=made.amount.amount_minor,
        reason=wanted.reason,
        status=made.status,
        created_at=now,
    )
    await refund_store.insert(kept, now)


async def refund_changed(refund_id: UUID, status: str, public_url: str, now: datetime) -> None:
    """The money moved (or failed to): tell the shopper how it stands, and the boutique once it has gone back.

    The boutique is told of a refund one time: what the bank sends back is paid again, and that is no second refund.
    Unknown refunds are payouts' own, of money that came after an order had ended.
    """
    known = await refund_store.lock(refund_id)
    if known is None or known.status == status:
        return
    await refund_store.set_status(refund_id, status, now)
    order = await order_store.by_id(known.order_id)
    part = await part_store.by_id(known.shop_order_id)
    made = await payouts.refund_by_id(refund_id)
    if order is None or part is None or made is None:
        return
    await mails.refund_moved(order, part, made, public_url, now)
    if status in WITH_THE_SHOPPER and known.told_at is None and part.placed_at is not None:
        await refund_store.set_told(refund_id, now)
        for share in made.parts:
            await _tell(part, made, share, now)


async def _tell(part: Part, made: payouts.RefundView, share: payouts.RefundedPart, now: datetime) -> None:
    """Tell the boutique what a refund takes of what it is owed, in the hub's currency as all it is told of money."""
    return_id = await return_store.of_refund(made.id)
    body = Refunded(
        return_id=None if return_id is None else str(return_id),
        refund_id=str(made.id),
        amount=share.settled or share.amount,
        seller_part=share.settled_seller or share.seller_part,
        line_id=None if share.line_id == SHIPPING_PART else share.line_id,
        quantity=share.quantity,
    )
    await words.say(part, body, now)
