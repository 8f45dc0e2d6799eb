"""What a hub asks to be told of, and how its three addresses differ: lists that need nothing of Stripe's package."""

from payouts.ports import AddressKind

QUERY: dict[AddressKind, str] = {"own": "", "accounts": "?of=accounts", "papers": "?of=papers"}
EVENTS: dict[AddressKind, tuple[str, ...]] = {
    "own": (
        "balance.available",
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.expired",
        "charge.succeeded",
        "charge.updated",
        "checkout.session.async_payment_failed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
        "checkout.session.expired",
        "payment_intent.amount_capturable_updated",
        "payment_intent.canceled",
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "payment_intent.succeeded",
        "payout.failed",
        "payout.paid",
        "payout.reconciliation_completed",
        "radar.early_fraud_warning.created",
        "refund.created",
        "refund.failed",
        "refund.updated",
        "transfer.created",
        "transfer.reversed",
        "transfer.updated",
    ),
    "accounts": (
        "account.application.deauthorized",
        "account.updated",
        "payout.canceled",
        "payout.failed",
        "payout.paid",
        "payout.reconciliation_completed",
        "payout.updated",
    ),
    "papers": (
        "v2.core.account.closed",
        "v2.core.account[configuration.recipient].capability_status_updated",
        "v2.core.account[requirements].updated",
    ),
}
"""What each address is told of."""
