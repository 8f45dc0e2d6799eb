"""The parameters each of the stand-in's operations takes, as dotted paths with the type each is read in."""

from types import MappingProxyType

from payouts.standin.forms import EXPAND, PAGING, Accepted

NOTHING: Accepted = MappingProxyType({})
TEXTS: dict[str, type] = {"description": str, "metadata.*": str}
MONEY: dict[str, type] = {"amount": int, "currency": str, **TEXTS, **EXPAND}
INTENT: dict[str, type] = {"capture_method": str, "transfer_group": str, "statement_descriptor_suffix": str, **TEXTS}
CONFIRMING: dict[str, type] = {
    "confirm": bool,
    "payment_method": str,
    "return_url": str,
    "automatic_payment_methods.enabled": bool,
    "automatic_payment_methods.allow_redirects": str,
}
PAGE: dict[str, type] = {
    "mode": str,
    "success_url": str,
    "cancel_url": str,
    "client_reference_id": str,
    "ui_mode": str,
    "metadata.*": str,
    "adaptive_pricing.enabled": bool,
    "line_items.*.quantity": int,
    "line_items.*.price_data.currency": str,
    "line_items.*.price_data.unit_amount": int,
    "line_items.*.price_data.product_data.name": str,
    "payment_method_options.card.capture_method": str,
    **{f"payment_intent_data.{name}": kind for name, kind in INTENT.items()},
    **EXPAND,
}
ACCOUNT_V2: dict[str, type] = {
    "contact_email": str,
    "dashboard": str,
    "display_name": str,
    "include.*": str,
    "metadata.*": str,
    "identity.country": str,
    "identity.entity_type": str,
    "defaults.currency": str,
    "defaults.responsibilities.fees_collector": str,
    "defaults.responsibilities.losses_collector": str,
    "configuration.recipient.capabilities.stripe_balance.stripe_transfers.requested": bool,
}
LINK_V2: dict[str, type] = {
    "account": str,
    "use_case.type": str,
    "use_case.account_onboarding.refresh_url": str,
    "use_case.account_onboarding.return_url": str,
}
ACCOUNT_V1: dict[str, type] = {
    "type": str,
    "country": str,
    "default_currency": str,
    "email": str,
    "business_profile.name": str,
    "capabilities.card_payments.requested": bool,
    "capabilities.transfers.requested": bool,
    "metadata.*": str,
    **EXPAND,
}
LINK_V1: dict[str, type] = {"account": str, "type": str, "refresh_url": str, "return_url": str, **EXPAND}
BALANCE_SETTINGS: dict[str, type] = {
    "payments.debit_negative_balances": bool,
    "payments.payouts.minimum_balance_by_currency": str,
    "payments.payouts.minimum_balance_by_currency.*": int,
    "payments.payouts.schedule.interval": str,
    "payments.payouts.schedule.weekly_payout_days.*": str,
    "payments.payouts.schedule.monthly_payout_days.*": int,
    "payments.payouts.statement_descriptor": str,
    "payments.settlement_timing.delay_days_override": str,
    **EXPAND,
}
ENDPOINT: dict[str, type] = {"url": str, "enabled_events.*": str, "connect": bool, "api_version": str, **TEXTS}
DESTINATION: dict[str, type] = {
    "name": str,
    "type": str,
    "event_payload": str,
    "enabled_events.*": str,
    "include.*": str,
    "webhook_endpoint.url": str,
}
EVIDENCE_FILES = frozenset(
    {
        "cancellation_policy",
        "customer_communication",
        "customer_signature",
        "duplicate_charge_documentation",
        "receipt",
        "refund_policy",
        "service_documentation",
        "shipping_documentation",
        "uncategorized_file",
    }
)
"""The fields of a dispute's evidence that name a file."""

EVIDENCE: dict[str, type] = {
    **{f"evidence.{name}": str for name in sorted(EVIDENCE_FILES)},
    "evidence.uncategorized_text": str,
    "evidence.shipping_carrier": str,
    "evidence.shipping_date": str,
    "evidence.shipping_tracking_number": str,
    "evidence.shipping_address": str,
    "evidence.customer_name": str,
    "evidence.customer_email_address": str,
    "evidence.product_description": str,
    "evidence.refund_policy_disclosure": str,
    "evidence.refund_refusal_explanation": str,
    "metadata.*": str,
    "submit": bool,
    **EXPAND,
}
EVENTS: dict[str, type] = {"type": str, "types.*": str, "created.gte": int, "created.gt": int, **PAGING}
