"""Which of our errors each of Stripe's means: what is definite, what is not known, what is to be repeated."""

import stripe

from payouts.errors import (
    AccountNotReadyError,
    InsufficientBalanceError,
    PaymentDeclinedError,
    ProviderBusyError,
    ProviderConflictError,
    ProviderError,
    ProviderRefusedError,
    ProviderUnavailableError,
)

SERVER_ERROR = 500
_BUSY = frozenset({401, 403, 409, 429})
_REFUSED_FROM = 400

_MEANING: dict[str, type[ProviderError]] = {
    "balance_insufficient": InsufficientBalanceError,
    "insufficient_funds": InsufficientBalanceError,
    "insufficient_capabilities_for_transfer": AccountNotReadyError,
    "transfers_not_allowed": AccountNotReadyError,
    "payouts_not_allowed": AccountNotReadyError,
    "account_closed": AccountNotReadyError,
    "account_invalid": AccountNotReadyError,
    "lock_timeout": ProviderBusyError,
    "rate_limit": ProviderBusyError,
    "idempotency_key_in_use": ProviderBusyError,
}


def refusal_of(error: stripe.StripeError) -> ProviderError:
    """Our error for one of Stripe's.

    No answer, a broken one, or a failure of Stripe's own leaves the outcome unknown; being told to come back means
    that nothing happened; everything else is definite. A key that Stripe does not know (any more), or that may not do
    this, says nothing about the deed: nothing happened, and it is done once somebody has put the key right.
    """
    status = error.http_status
    text = error.user_message or str(error)
    if status is None or status < _REFUSED_FROM or status >= SERVER_ERROR:
        return ProviderUnavailableError(f"the payment provider gave no usable answer: {text}")
    code = _code_of(error)
    if status in _BUSY or code in _MEANING:
        return _MEANING.get(code, ProviderBusyError)(text)
    if isinstance(error, stripe.IdempotencyError):
        return ProviderConflictError(text)
    if isinstance(error, stripe.CardError):
        return PaymentDeclinedError(text)
    return ProviderRefusedError(text)


def failed_inside(error: ProviderError) -> bool:
    """Whether Stripe itself failed: it keeps such an answer under the key, so repeating it teaches nothing."""
    cause = error.__cause__
    return isinstance(cause, stripe.StripeError) and (cause.http_status or 0) >= SERVER_ERROR


def _code_of(error: stripe.StripeError) -> str:
    body = error.json_body if isinstance(error.json_body, dict) else {}
    found = body.get("error")
    return str(error.code or (found.get("code") if isinstance(found, dict) else "") or "")
