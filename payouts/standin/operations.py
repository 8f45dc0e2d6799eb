"""What the stand-in answers: each operation with its address, the parameters it takes, and the deed.

`typed` names the class in the `stripe` package whose keys the parameters must be among, which a test checks.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache

import msgspec

from payouts.standin import accounts, bank, disputes, endpoints, payments, refunds, transfers
from payouts.standin.errors import RequestError
from payouts.standin.forms import EXPAND, PAGING, Accepted
from payouts.standin.moves import balance_of, with_status
from payouts.standin.parameters import (
    ACCOUNT_V1,
    ACCOUNT_V2,
    BALANCE_SETTINGS,
    DESTINATION,
    ENDPOINT,
    EVENTS,
    EVIDENCE,
    INTENT,
    LINK_V1,
    LINK_V2,
    MONEY,
    NOTHING,
    PAGE,
    TEXTS,
)
from payouts.standin.world import Thing, World


class Call(msgspec.Struct, frozen=True):
    """A request understood: its parameters, what stood in its address, and the account it is made for."""

    params: Thing
    ids: tuple[str, ...]
    account: str


Deed = Callable[[World, Call], Thing | list[Thing]]


class Operation(msgspec.Struct, frozen=True):
    """One thing that can be asked; a deed that answers a list is paged."""

    method: str
    path: str
    typed: str
    deed: Deed
    accepts: Accepted = EXPAND
    required: tuple[str, ...] = ()


def _of_intent(world: World, call: Call, kind: str) -> list[Thing]:
    wanted = call.params.get("payment_intent")
    return [each for each in world.all(kind) if not wanted or each["payment_intent"] == wanted]


def _transfers(world: World, call: Call) -> list[Thing]:
    filters = {name: call.params[name] for name in ("transfer_group", "destination") if name in call.params}
    return [each for each in world.all("transfer") if all(each[name] == text for name, text in filters.items())]


def _events(world: World, call: Call) -> list[Thing]:
    kinds = {*call.params.get("types", ()), *([call.params["type"]] if "type" in call.params else [])}
    since = max(call.params.get("created", {}).get("gte", 0), call.params.get("created", {}).get("gt", -1) + 1)
    found = world.all("event", call.account)
    return [each for each in found if each["created"] >= since and (not kinds or each["type"] in kinds)]


def _balance_transactions(world: World, call: Call) -> list[Thing]:
    found = [with_status(world, each) for each in world.all("balance_transaction", call.account)]
    payout, kind = call.params.get("payout"), call.params.get("type")
    if payout:
        found = [each for each in found if each["source"] == payout]
    return [each for each in found if kind in {None, each["type"]}]


def _payment_operations() -> Iterator[Operation]:
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
        lambda world, call: _of_intent(world, call, "checkout.session"),
        {"payment_intent": str, **PAGING},
    )
    yield _look("/v1/checkout/sessions/{id}", "checkout.SessionRetrieveParams", "checkout.session")
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
        {**MONEY, **INTENT, **EXPAND},
        ("amount", "currency"),
    )
    yield _look("/v1/payment_intents/{id}", "PaymentIntentRetrieveParams", "payment_intent")
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
    yield _look("/v1/charges/{id}", "ChargeRetrieveParams", "charge")


def _transfer_operations() -> Iterator[Operation]:
    yield Operation(
        "POST",
        "/v1/transfers",
        "TransferCreateParams",
        lambda world, call: transfers.transfer(world, call.params),
        {**MONEY, "destination": str, "source_transaction": str, "transfer_group": str},
        ("amount", "currency", "destination"),
    )
    yield Operation(
        "GET",
        "/v1/transfers",
        "TransferListParams",
        _transfers,
        {"transfer_group": str, "destination": str, **PAGING},
    )
    yield _look("/v1/transfers/{id}", "TransferRetrieveParams", "transfer")
    yield Operation(
        "POST",
        "/v1/transfers/{id}/reversals",
        "TransferReversalCreateParams",
        lambda world, call: transfers.reverse(world, call.ids[0], call.params),
        {"amount": int, **TEXTS, **EXPAND},
    )
    yield Operation(
        "GET",
        "/v1/transfers/{id}/reversals",
        "TransferReversalListParams",
        lambda world, call: transfers.reversals_of(world, call.ids[0]),
        PAGING,
    )
    yield Operation(
        "POST",
        "/v1/refunds",
        "RefundCreateParams",
        lambda world, call: refunds.refund(world, call.params),
        {"amount": int, "payment_intent": str, "reason": str, "metadata.*": str, **EXPAND},
        ("payment_intent",),
    )
    yield Operation(
        "GET",
        "/v1/refunds",
        "RefundListParams",
        lambda world, call: _of_intent(world, call, "refund"),
        {"payment_intent": str, **PAGING},
    )
    yield _look("/v1/refunds/{id}", "RefundRetrieveParams", "refund")
    yield Operation(
        "GET",
        "/v1/disputes",
        "DisputeListParams",
        lambda world, call: _of_intent(world, call, "dispute"),
        {"payment_intent": str, **PAGING},
    )
    yield _look("/v1/disputes/{id}", "DisputeRetrieveParams", "dispute")
    yield Operation(
        "POST",
        "/v1/disputes/{id}",
        "DisputeUpdateParams",
        lambda world, call: disputes.give_evidence(world, call.ids[0], call.params),
        EVIDENCE,
    )
    yield Operation(
        "POST",
        "/v1/disputes/{id}/close",
        "DisputeCloseParams",
        lambda world, call: disputes.accept(world, call.ids[0]),
    )


def _account_operations() -> Iterator[Operation]:
    yield Operation(
        "POST",
        "/v2/core/accounts",
        "v2.core.AccountCreateParams",
        lambda world, call: accounts.open_account(world, call.params),
        ACCOUNT_V2,
    )
    yield Operation(
        "GET",
        "/v2/core/accounts/{id}",
        "v2.core.AccountRetrieveParams",
        lambda world, call: accounts.as_v2(world.account(call.ids[0])),
        {"include.*": str},
    )
    yield Operation(
        "POST",
        "/v2/core/account_links",
        "v2.core.AccountLinkCreateParams",
        lambda world, call: accounts.link_v2(world, call.params),
        LINK_V2,
        ("account",),
    )
    yield Operation(
        "POST",
        "/v1/accounts",
        "AccountCreateParams",
        lambda world, call: accounts.open_account_v1(world, call.params),
        ACCOUNT_V1,
    )
    yield Operation(
        "GET",
        "/v1/accounts/{id}",
        "AccountRetrieveParams",
        lambda world, call: accounts.as_v1(world.account(call.ids[0])),
    )
    yield Operation(
        "POST",
        "/v1/account_links",
        "AccountLinkCreateParams",
        lambda world, call: accounts.link_v1(world, call.params),
        LINK_V1,
        ("account", "type"),
    )


def _balance_operations() -> Iterator[Operation]:
    yield Operation("GET", "/v1/balance", "BalanceRetrieveParams", lambda world, call: balance_of(world, call.account))
    yield Operation(
        "GET",
        "/v1/balance_settings",
        "BalanceSettingsRetrieveParams",
        lambda world, call: accounts.settings_of(world, call.account),
    )
    yield Operation(
        "POST",
        "/v1/balance_settings",
        "BalanceSettingsUpdateParams",
        lambda world, call: accounts.change_settings(world, call.account, call.params),
        BALANCE_SETTINGS,
    )
    yield Operation(
        "GET",
        "/v1/balance_transactions",
        "BalanceTransactionListParams",
        _balance_transactions,
        {"payout": str, "type": str, **PAGING},
    )
    yield Operation(
        "POST",
        "/v1/payouts",
        "PayoutCreateParams",
        lambda world, call: bank.pay_out(world, call.account, call.params),
        {**MONEY, "statement_descriptor": str},
        ("amount", "currency"),
    )
    yield Operation(
        "GET", "/v1/payouts", "PayoutListParams", lambda world, call: world.all("payout", call.account), PAGING
    )
    yield _look("/v1/payouts/{id}", "PayoutRetrieveParams", "payout")


def _event_operations() -> Iterator[Operation]:
    yield Operation("GET", "/v1/events", "EventListParams", _events, EVENTS)
    yield _look("/v1/events/{id}", "EventRetrieveParams", "event")
    yield Operation(
        "POST",
        "/v1/webhook_endpoints",
        "WebhookEndpointCreateParams",
        lambda world, call: endpoints.open_endpoint(world, call.params),
        {**ENDPOINT, **EXPAND},
        ("url", "enabled_events"),
    )
    yield Operation(
        "GET",
        "/v1/webhook_endpoints",
        "WebhookEndpointListParams",
        lambda world, _call: world.all("webhook_endpoint"),
        PAGING,
    )
    yield Operation(
        "DELETE",
        "/v1/webhook_endpoints/{id}",
        "WebhookEndpointDeleteParams",
        lambda world, call: endpoints.close_endpoint(world, call.ids[0]),
        NOTHING,
    )
    yield Operation(
        "POST",
        "/v2/core/event_destinations",
        "v2.core.EventDestinationCreateParams",
        lambda world, call: endpoints.open_destination(world, call.params),
        DESTINATION,
        ("name", "type", "event_payload", "enabled_events"),
    )


def _look(path: str, typed: str, kind: str) -> Operation:
    return Operation("GET", path, typed, lambda world, call: world.find(kind, call.ids[0], call.account))


OPERATIONS: tuple[Operation, ...] = (
    *_payment_operations(),
    *_transfer_operations(),
    *_account_operations(),
    *_balance_operations(),
    *_event_operations(),
)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Operation], ...]:
    return tuple((re.compile(each.path.replace("{id}", "([^/]+)")), each) for each in OPERATIONS)


def operation_at(method: str, path: str) -> tuple[Operation, tuple[str, ...]]:
    """The operation at an address with what stood in it; raises RequestError when there is none."""
    for pattern, operation in _patterns():
        match = pattern.fullmatch(path)
        if match and operation.method == method:
            return operation, match.groups()
    raise RequestError(f"Unrecognized request URL ({method}: {path[:100]}).", "resource_missing")
