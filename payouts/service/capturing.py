"""Taking what a shopper's card holds: how much is decided once, then asked for until it is known to have happened.

Intent before effect: the decision is a row before the provider hears of it, so whatever dies in between takes the same
sum with the same key. The provider takes it once, whatever is asked; the rest of what was held is let go.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from federation.node.database import atomic
from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain import alert_words
from payouts.domain.payment import PAYMENT, PaymentStatus, PaymentStep
from payouts.domain.records import PaymentRecord
from payouts.errors import (
    AmountInvalidError,
    PaymentDeclinedError,
    PaymentMissingError,
    ProviderConflictError,
    ProviderRefusedError,
)
from payouts.service import messages
from payouts.service.context import Payments
from payouts.service.payments import PaymentView, observe_payment, view_of
from payouts.store import rows


async def lock_payment(order_id: UUID) -> PaymentView | None:
    """The payment of an order that is alive, locked until the caller's transaction ends; before the order's own row."""
    payment = await rows.payment_alive(order_id, lock=True)
    return None if payment is None else view_of(payment)


async def capture_payment(order_id: UUID, amount: Money, now: datetime) -> None:
    """Decide how much of what is held for an order is taken; the rest is let go. In the caller's transaction.

    Raises IllegalMoveError when nothing is held or it was decided before, AmountInvalidError for more than is held.
    """
    payment = await rows.payment_alive(order_id, lock=True)
    if payment is None:
        raise PaymentMissingError("there is no payment for this order")
    status = PAYMENT.after(payment.status, PaymentStep.DECIDED)
    if amount.currency != payment.currency or not 0 < amount.amount_minor <= payment.amount_minor:
        raise AmountInvalidError(
            sentence("of %(amount)s that are held, %(other)s cannot be taken", amount=payment.amount, other=amount)
        )
    await rows.payments.save(
        msgspec.structs.replace(
            payment, status=status, capture_minor=amount.amount_minor, capture_attempt=1, updated_at=now
        )
    )
    await messages.send("pay.capture", payment.id, "1", now)


async def capture_at_provider(pay: Payments, payment_id: UUID, now: datetime) -> None:
    """Have the provider take what was decided, or see what became of it. Outside a transaction; repeatable.

    Raises ProviderUnavailableError or ProviderBusyError when it must be tried again with the same key, and
    ProviderConflictError, with an alert, when a person must look.
    """
    payment = await rows.payments.get(payment_id)
    if payment is None:
        raise PaymentMissingError(sentence("there is no payment %(id)s", id=payment_id))
    if payment.status is not PaymentStatus.CAPTURING or payment.provider_id is None:
        return
    key = f"cap:{payment.id}:{payment.capture_attempt}"
    try:
        seen = await pay.provider.capture_payment(payment.provider_id, payment.expected, key)
    except (ProviderRefusedError, PaymentDeclinedError) as error:
        await _refused(payment, error.detail, now)
        return
    except ProviderConflictError as error:
        await rows.raise_alert("capture-conflict", str(payment.id), alert_words.conflict(error.detail), now)
        raise
    await observe_payment(pay, seen, now)


async def _refused(payment: PaymentRecord, detail: str, now: datetime) -> None:
    """Refused although it is held: a person is told, and the next sweep asks again under a key of its own."""
    async with atomic():
        current = await rows.payments.get(payment.id, lock=True)
        if current is None or current.status is not PaymentStatus.CAPTURING:
            return
        if current.capture_attempt == payment.capture_attempt:
            attempt = current.capture_attempt + 1
            await rows.payments.save(msgspec.structs.replace(current, capture_attempt=attempt, updated_at=now))
    words = sentence("%(amount)s was not taken: %(why)s", amount=payment.expected, why=alert_words.quoted(detail))
    await rows.raise_alert("capture-refused", str(payment.id), words, now)
