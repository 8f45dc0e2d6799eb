"""Taking the shopper's payment: intend, start at the provider, cancel, and record what the provider reports.

Money that arrives for an order that is over goes back in full; money of another amount or currency than was asked
waits in suspense with an alert and confirms nothing. What an event says is never believed: the payment is read anew.
"""

import hashlib
from datetime import datetime
from uuid import UUID

import msgspec

from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain import alert_words, postings
from payouts.domain.payment import HELD, OVER, PAYMENT, Capture, PaymentStatus, PaymentStep, Sighting, step_of
from payouts.domain.records import PaymentRecord, RefundRecord
from payouts.errors import IllegalMoveError, PaymentMissingError
from payouts.ports import PaymentState
from payouts.service import messages
from payouts.service.context import Payments
from payouts.service.exchanging import settle_exchange
from payouts.service.fees import share_fee
from payouts.service.references import own_id
from payouts.service.sales import settled_as_received
from payouts.store import ledger, rows

_MONEY_ARRIVED = frozenset({PaymentStatus.PAID, PaymentStatus.RETURNED, PaymentStatus.SUSPENSE})
_CANCELLABLE = frozenset({"open", "authorised"})


class PaymentView(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as checkout and console need it; `last_error` says why the last card was refused.

    `settled` is what it came to in the hub's currency, at `exchange_rate` (empty: nothing was exchanged). What is held
    is held until `capture_before`, if the provider says so; it was taken at `captured_at`.
    """

    id: UUID
    order_id: UUID
    status: str
    amount: Money
    redirect_url: str
    last_error: str
    settled: Money | None = None
    exchange_rate: str = ""
    capture_before: datetime | None = None
    captured_at: datetime | None = None


def view_of(payment: PaymentRecord) -> PaymentView:
    """The payment as the checkout needs it."""
    return PaymentView(
        id=payment.id,
        order_id=payment.order_id,
        status=payment.status.value,
        amount=payment.amount,
        redirect_url=payment.redirect_url,
        last_error=payment.last_error,
        settled=payment.settled,
        exchange_rate=payment.exchange_rate,
        capture_before=payment.capture_before,
        captured_at=payment.captured_at,
    )


async def open_payment(
    order_id: UUID, amount: Money, description: str, return_url: str, now: datetime, *, capture: Capture = "automatic"
) -> PaymentView:
    """Intend to be paid `amount` for an order; the same payment again while one is alive. In the caller's transaction.

    With `capture` manual the money is held, where the way to pay can, until `capture_payment` says how much is taken.

    Raises IllegalMoveError when another amount is already being paid: cancel that first.
    """
    alive = await rows.payment_alive(order_id, lock=True)
    if alive is not None:
        if alive.amount != amount:
            raise IllegalMoveError("this order is already being paid with another amount: cancel that payment first")
        return view_of(alive)
    payment = PaymentRecord(
        id=new_id(),
        order_id=order_id,
        status=PaymentStatus.INTENDED,
        capture=capture,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        description=description,
        return_url=return_url,
        created_at=now,
        updated_at=now,
    )
    await rows.payments.add(payment)
    return view_of(payment)


async def start_payment(pay: Payments, payment_id: UUID, now: datetime) -> PaymentView:
    """Ask the provider for the payment page of an intended payment. Outside a transaction; repeatable.

    Raises IllegalMoveError when the payment is over, ProviderUnavailableError when it is not known whether it worked.
    """
    payment = await _payment(payment_id)
    if payment.provider_id is not None:
        return view_of(payment)
    if payment.status is not PaymentStatus.INTENDED:
        raise IllegalMoveError(
            sentence("the payment is %(state)s: begin the checkout again", state=payment.status.value)
        )
    seen = await pay.provider.create_payment(
        str(payment.id),
        payment.amount,
        payment.description,
        payment.return_url,
        f"pi:{payment.id}:1",
        capture=payment.capture,
    )
    await observe_payment(pay, seen, now)
    return view_of(await _payment(payment_id))


async def cancel_payment(order_id: UUID, now: datetime) -> bool:
    """Stop waiting for the payment of an order, or let go what is held for it. In the caller's transaction.

    False when it was paid already, or is being taken.
    """
    payment = await rows.payment_alive(order_id, lock=True)
    if payment is None:
        return True
    if payment.status in {PaymentStatus.PAID, PaymentStatus.CAPTURING}:
        return False
    status = PAYMENT.after(payment.status, PaymentStep.CANCELLED)
    await rows.payments.save(msgspec.structs.replace(payment, status=status, updated_at=now))
    await messages.send("pay.cancel", payment.id, "cancelled", now)
    return True


async def cancel_at_provider(pay: Payments, payment_id: UUID, now: datetime) -> None:
    """Tell the provider that a cancelled payment is not wanted any more; what it answers is recorded.

    The key names the state found, so that what was no use in one state is not answered from memory in the next.
    """
    payment = await _payment(payment_id)
    if payment.provider_id is not None:
        seen = await pay.provider.get_payment(payment.provider_id)
        if seen.status in _CANCELLABLE:
            seen = await pay.provider.cancel_payment(payment.provider_id, f"can:{payment.id}:{seen.status}")
        await observe_payment(pay, seen, now)


async def refresh_payment(pay: Payments, payment_id: UUID, now: datetime) -> None:
    """Read a payment anew at the provider and record what is seen."""
    payment = await _payment(payment_id)
    if payment.provider_id is not None:
        await observe_payment(pay, await pay.provider.get_payment(payment.provider_id), now)


async def return_payment(payment_id: UUID, now: datetime) -> None:
    """Give back in full what waits in suspense, on a person's word. In the caller's transaction.

    Raises IllegalMoveError when the payment is not in suspense.
    """
    payment = await rows.payments.get(payment_id, lock=True)
    if payment is None:
        raise PaymentMissingError(sentence("there is no payment %(id)s", id=payment_id))
    status = PAYMENT.after(payment.status, PaymentStep.SENT_BACK)
    await rows.payments.save(msgspec.structs.replace(payment, status=status, updated_at=now))
    await _give_back(payment, "the payment did not fit the order", now)


async def announce_again(pay: Payments, payment_id: UUID, now: datetime) -> None:
    """Tell the listener once more of a payment whose money nobody has divided yet."""
    async with atomic():
        payment = await rows.payments.get(payment_id, lock=True)
        if payment is not None and payment.status is PaymentStatus.PAID and payment.captured_at is None:
            await rows.payments.save(msgspec.structs.replace(payment, updated_at=now))
            await pay.listener.payment_succeeded(payment.order_id, now)


async def observe_payment(pay: Payments, seen: PaymentState, now: datetime) -> None:
    """Record a payment as just read at the provider: idempotent, and indifferent to order. Opens its transaction."""
    async with atomic():
        payment = await rows.payments.get(own_id(seen.reference), lock=True)
        if payment is None:
            words = sentence("the provider told of the payment %(id)s, which is none of ours", id=seen.id)
            await rows.raise_alert("payment-unknown", seen.id, words, now)
            return
        step = step_of(payment.status, payment.expected, Sighting(seen.status, seen.received, seen.capturable))
        changed = _with_sighting(payment, seen, step, now)
        if changed != payment:
            await rows.payments.save(changed)
        if seen.status in _CANCELLABLE and changed.status in OVER:
            await messages.send("pay.cancel", payment.id, f"seen {seen.status}", now)
        if step is not None and changed.status is not payment.status:
            await _tell(pay, changed, now)
            await _warn_of_lost_hold(payment, changed, seen, now)
        await settle_exchange(pay, await _payment(changed.id), seen, now)
        await share_fee(pay, changed.id, seen, now)
        await _book_funds(changed.id, seen, now)


def _with_sighting(
    payment: PaymentRecord, seen: PaymentState, step: PaymentStep | None, now: datetime
) -> PaymentRecord:
    changed = msgspec.structs.replace(
        payment,
        provider_id=payment.provider_id or seen.id,
        redirect_url=payment.redirect_url or seen.redirect_url,
        last_error=seen.last_error,
        capture_before=seen.capture_before or payment.capture_before,
    )
    if step is not None:
        changed = msgspec.structs.replace(changed, status=PAYMENT.after(payment.status, step))
    if changed.status in _MONEY_ARRIVED and payment.received_minor is None:
        changed = msgspec.structs.replace(
            changed, received_minor=seen.received.amount_minor, received_currency=seen.received.currency
        )
    return changed if changed == payment else msgspec.structs.replace(changed, updated_at=now)


async def _tell(pay: Payments, payment: PaymentRecord, now: datetime) -> None:
    if payment.status is PaymentStatus.PAID:
        await pay.listener.payment_succeeded(payment.order_id, now)
    elif payment.status is PaymentStatus.AUTHORISED:
        await pay.listener.payment_authorised(payment.order_id, now)
    elif payment.status is PaymentStatus.FAILED:
        await pay.listener.payment_failed(payment.order_id, payment.last_error or "given up", now)
    elif payment.status is PaymentStatus.RETURNED:
        await _give_back(await _book_misdirected(pay, payment, now), "paid after the order was over", now)
    elif payment.status is PaymentStatus.SUSPENSE:
        await _book_misdirected(pay, payment, now)
        words = sentence(
            "%(expected)s was asked for, %(received)s came: nothing was confirmed",
            expected=payment.expected,
            received=payment.received,
        )
        await rows.raise_alert("payment-mismatch", str(payment.id), words, now)


async def _warn_of_lost_hold(before: PaymentRecord, after: PaymentRecord, seen: PaymentState, now: datetime) -> None:
    """A person hears of money that was held and is not any more, or that was held in another sum than was asked."""
    if after.status is not PaymentStatus.FAILED:
        return
    if before.status in HELD:
        words = sentence(
            "the reservation of %(amount)s ended before it was taken: %(why)s",
            amount=before.amount,
            why=alert_words.quoted(after.last_error),
        )
        await rows.raise_alert("hold-lost", str(after.id), words, now)
    elif seen.status == "authorised":
        words = sentence(
            "%(expected)s was asked for, %(held)s was reserved: nothing was confirmed",
            expected=before.expected,
            held=seen.capturable,
        )
        await rows.raise_alert("payment-mismatch", str(after.id), words, now)


async def _book_misdirected(pay: Payments, payment: PaymentRecord, now: datetime) -> PaymentRecord:
    await ledger.post(postings.misdirected(payment.id, payment.received), now)
    booked = settled_as_received(msgspec.structs.replace(payment, captured_at=now), pay.settings, now)
    await rows.payments.save(booked)
    return booked


async def _give_back(payment: PaymentRecord, reason: str, now: datetime) -> None:
    """Owe back in full what waits in suspense."""
    refund = RefundRecord(
        id=new_id(),
        payment_id=payment.id,
        order_id=payment.order_id,
        shop_order_id=None,
        amount_minor=payment.received.amount_minor,
        seller_minor=0,
        currency=payment.received.currency,
        settled_minor=payment.settled_minor,
        settled_seller_minor=None if payment.settled is None else 0,
        settled_currency=payment.settled_currency,
        reason=reason,
        content_hash=hashlib.sha256(f"late:{payment.id}".encode()).digest(),
        created_at=now,
        updated_at=now,
    )
    await rows.refunds.add(refund)
    await ledger.post(postings.suspense_returned(refund.id, refund.amount), now)
    await messages.send("pay.refund", refund.id, "1", now)


async def _book_funds(payment_id: UUID, seen: PaymentState, now: datetime) -> None:
    """Post fee and availability once the provider knows them and the money itself is settled."""
    payment = await rows.payments.get(payment_id)
    if payment is None or payment.settled is None or payment.funds_at is not None:
        return
    if seen.settled and seen.fee is not None:
        await ledger.post(postings.settle_funds(payment.id, payment.settled, seen.fee), now)
        await rows.payments.save(
            msgspec.structs.replace(payment, fee_minor=seen.fee.amount_minor, funds_at=now, updated_at=now)
        )


async def _payment(payment_id: UUID) -> PaymentRecord:
    payment = await rows.payments.get(payment_id)
    if payment is None:
        raise PaymentMissingError(sentence("there is no payment %(id)s", id=payment_id))
    return payment
