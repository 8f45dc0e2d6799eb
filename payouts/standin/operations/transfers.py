"""What can be asked about transfers and refunds."""

from collections.abc import Iterator

from payouts.standin import refunds, transfers
from payouts.standin.forms import EXPAND, PAGING
from payouts.standin.operations.calling import Call, Operation, look, of_intent
from payouts.standin.parameters import MONEY, TEXTS
from payouts.standin.world import Thing, World


def _transfers(world: World, call: Call) -> list[Thing]:
    filters = {name: call.params[name] for name in ("transfer_group", "destination") if name in call.params}
    return [each for each in world.all("transfer") if all(each[name] == text for name, text in filters.items())]


def transfer_operations() -> Iterator[Operation]:
    """Transfers and reversals, refunds."""
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
    yield look("/v1/transfers/{id}", "TransferRetrieveParams", "transfer")
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
        lambda world, call: of_intent(world, call, "refund"),
        {"payment_intent": str, **PAGING},
    )
    yield look("/v1/refunds/{id}", "RefundRetrieveParams", "refund")
