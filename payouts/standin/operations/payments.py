"""What can be asked about payments."""

from collections.abc import Iterator

from payouts.standin import payments
from payouts.standin.forms import EXPAND, PAGING
from payouts.standin.operations.calling import Operation, look, of_intent
from payouts.standin.parameters import CONFIRMING, INTENT, MONEY, PAGE, TEXTS


def payment_operations() -> Iterator[Operation]:
    """Payment pages, payment intents, charges."""
    yield Operation(
        "POST",
        "/v1/checkout/sessions",
        "checkout.SessionCreateParams",
        lambda world, call: payments.open_page(world, call.params),
        PAGE,
        ("mode", "success_url"),
    )
    yield Operation(
        "GET",
        "/v1/checkout/sessions",
        "checkout.SessionListParams",
        lambda world, call: of_intent(world, call, "checkout.session"),
        {"payment_intent": str, **PAGING},
    )
    yield look("/v1/checkout/sessions/{id}", "checkout.SessionRetrieveParams", "checkout.session")
    yield Operation(
        "POST",
        "/v1/checkout/sessions/{id}/expire",
        "checkout.SessionExpireParams",
        lambda world, call: payments.expire_page(world, call.ids[0]),
    )
    yield Operation(
        "POST",
        "/v1/payment_intents",
        "PaymentIntentCreateParams",
        lambda world, call: payments.open_intent(world, call.params),
        {**MONEY, **INTENT, **CONFIRMING, **EXPAND},
        ("amount", "currency"),
    )
    yield Operation(
        "POST",
        "/v1/payment_intents/{id}/confirm",
        "PaymentIntentConfirmParams",
        lambda world, call: payments.confirm_intent(world, call.ids[0], call.params.get("payment_method", "")),
        {"payment_method": str, "return_url": str, **EXPAND},
    )
    yield look("/v1/payment_intents/{id}", "PaymentIntentRetrieveParams", "payment_intent")
    yield Operation(
        "POST",
        "/v1/payment_intents/{id}",
        "PaymentIntentUpdateParams",
        lambda world, call: payments.update_intent(world, call.ids[0], call.params),
        {"amount": int, **TEXTS, "transfer_group": str, **EXPAND},
    )
    yield Operation(
        "POST",
        "/v1/payment_intents/{id}/cancel",
        "PaymentIntentCancelParams",
        lambda world, call: payments.cancel_intent(world, call.ids[0], call.params.get("cancellation_reason", "")),
        {"cancellation_reason": str, **EXPAND},
    )
    yield Operation(
        "POST",
        "/v1/payment_intents/{id}/capture",
        "PaymentIntentCaptureParams",
        lambda world, call: payments.capture_intent(world, call.ids[0], call.params.get("amount_to_capture")),
        {"amount_to_capture": int, **EXPAND},
    )
    yield look("/v1/charges/{id}", "ChargeRetrieveParams", "charge")
