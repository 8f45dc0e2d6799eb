"""Stripe's objects in the words of the provider port. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from federation.vocabulary.money import CURRENCY_EXPONENTS, Money
from payouts.adapters.stripe.seen import (
    SeenAmount,
    SeenBalanceTransaction,
    SeenCharge,
    SeenIntent,
    SeenPage,
    SeenPayout,
    SeenRefund,
    SeenReversal,
    SeenTransfer,
)
from payouts.errors import ProviderRefusedError
from payouts.ports import PaymentState, PayoutState, RefundState, ReversalState, TransferState

REFERENCE = "reference"
KEY = "key"
PAYMENT = "payment"

_PAYOUT_STATUS: dict[str, Literal["in_transit", "paid", "failed"]] = {
    "paid": "paid",
    "failed": "failed",
    "canceled": "failed",
}


def money(amount: int, currency: str) -> Money:
    """An amount in Stripe's spelling as ours."""
    return Money(amount, currency.upper())


def amounts(parts: Iterable[SeenAmount]) -> tuple[Money, ...]:
    """The parts of a balance in currencies we handle."""
    return tuple(money(part.amount, part.currency) for part in parts if part.currency.upper() in CURRENCY_EXPONENTS)


def charge_of(page: SeenPage) -> SeenCharge | None:
    """The charge of a page that was paid, when it was asked for expanded."""
    intent = page.payment_intent if isinstance(page.payment_intent, SeenIntent) else None
    paid = intent is not None and intent.status == "succeeded"
    return intent.latest_charge if intent and paid and isinstance(intent.latest_charge, SeenCharge) else None


def intent_id(page: SeenPage) -> str:
    """The payment intent of a page that a card was used on; raises ProviderRefusedError for any other."""
    if page.payment_intent is None or isinstance(page.payment_intent, str):
        raise ProviderRefusedError(f"payment {page.id} has not been paid")
    return page.payment_intent.id


def payment_state(page: SeenPage) -> PaymentState:
    """A page and what was paid on it."""
    intent = page.payment_intent if isinstance(page.payment_intent, SeenIntent) else None
    status = _payment_status(page, intent)
    error = (intent.last_payment_error or {}) if intent else {}
    charge = charge_of(page)
    settled = charge.balance_transaction if charge else None
    known = settled if isinstance(settled, SeenBalanceTransaction) else None
    held = intent if status == "authorised" else None
    return PaymentState(
        id=page.id,
        reference=page.client_reference_id or "",
        status=status,
        amount=money(page.amount_total, page.currency),
        received=money(intent.amount_received if intent and status == "succeeded" else 0, page.currency),
        redirect_url=page.url or "",
        last_error=str(error.get("message") or ""),
        settled=known is not None and known.status == "available",
        gross=money(known.amount, known.currency) if known else None,
        fee=money(known.fee, known.currency) if known else None,
        exchange_rate=_rate(known),
        capturable=money(held.amount_capturable, page.currency) if held else None,
        capture_before=_held_until(held) if held else None,
    )


def _held_until(intent: SeenIntent) -> datetime | None:
    charge = intent.latest_charge if isinstance(intent.latest_charge, SeenCharge) else None
    card = charge.payment_method_details.card if charge and charge.payment_method_details else None
    return datetime.fromtimestamp(card.capture_before, UTC) if card and card.capture_before else None


_STATUS: dict[str, Literal["processing", "authorised", "succeeded", "cancelled"]] = {
    "succeeded": "succeeded",
    "processing": "processing",
    "requires_capture": "authorised",
    "canceled": "cancelled",
}


FAILED_LATER = "requires_payment_method"
"""How an intent stands on a page that is over when a way to pay that takes days has failed: the page takes no other."""


def _payment_status(
    page: SeenPage, intent: SeenIntent | None
) -> Literal["open", "processing", "authorised", "succeeded", "cancelled"]:
    if intent and intent.status in _STATUS:
        return _STATUS[intent.status]
    if page.status == "complete" and intent and intent.status == FAILED_LATER:
        return "cancelled"
    return "cancelled" if page.status == "expired" else "open"


def _rate(known: SeenBalanceTransaction | None) -> str:
    return f"{Decimal(str(known.exchange_rate)):.6f}" if known and known.exchange_rate is not None else ""


def transfer_state(made: SeenTransfer) -> TransferState:
    """A transfer of ours; of one somebody else made the reference is empty."""
    return TransferState(
        id=made.id,
        reference=made.metadata.get(REFERENCE, ""),
        account_id=made.destination,
        amount=money(made.amount, made.currency),
        reversed=money(made.amount_reversed, made.currency),
    )


def reversal_state(made: SeenReversal) -> ReversalState:
    """Money taken back from a transfer."""
    return ReversalState(
        id=made.id,
        reference=(made.metadata or {}).get(REFERENCE, ""),
        transfer_id=made.transfer,
        amount=money(made.amount, made.currency),
    )


def refund_state(made: SeenRefund) -> RefundState:
    """A refund; what it cost is known once it succeeded."""
    status: Literal["pending", "succeeded", "failed"] = "pending"
    if made.status == "succeeded":
        status = "succeeded"
    elif made.status in {"failed", "canceled"}:
        status = "failed"
    metadata = made.metadata or {}
    taken = made.balance_transaction if isinstance(made.balance_transaction, SeenBalanceTransaction) else None
    return RefundState(
        id=made.id,
        reference=metadata.get(REFERENCE, ""),
        payment_id=metadata.get(PAYMENT, made.payment_intent or ""),
        amount=money(made.amount, made.currency),
        status=status,
        reason=made.failure_reason or made.pending_reason or "",
        taken=money(-taken.net, taken.currency) if taken and status == "succeeded" else None,
    )


def payout_state(account_id: str, made: SeenPayout) -> PayoutState:
    """A payout; its id is ours and names the account too, without which Stripe cannot find it."""
    return PayoutState(
        id=payout_id(account_id, made.id),
        reference=(made.metadata or {}).get(REFERENCE, ""),
        account_id=account_id,
        amount=money(made.amount, made.currency),
        status=_PAYOUT_STATUS.get(made.status, "in_transit"),
        arrival_at=datetime.fromtimestamp(made.arrival_date, UTC),
        failure=made.failure_code or "",
        listing=("complete" if made.reconciliation_status == "completed" else "pending") if made.automatic else "none",
    )


def payout_id(account_id: str, stripe_id: str) -> str:
    """A payout's id with the account it was made from; the account is empty for the platform's own."""
    return f"{account_id}/{stripe_id}"
