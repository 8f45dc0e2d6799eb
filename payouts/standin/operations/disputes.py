"""What can be asked about disputes."""

from collections.abc import Iterator

from payouts.standin import disputes
from payouts.standin.forms import PAGING
from payouts.standin.operations.calling import Operation, look, of_intent
from payouts.standin.parameters import EVIDENCE


def dispute_operations() -> Iterator[Operation]:
    """Disputes, the evidence about them, and warnings of what may become one."""
    yield look(
        "/v1/radar/early_fraud_warnings/{id}",
        "radar.EarlyFraudWarningRetrieveParams",
        "radar.early_fraud_warning",
    )
    yield Operation(
        "GET",
        "/v1/disputes",
        "DisputeListParams",
        lambda world, call: of_intent(world, call, "dispute"),
        {"payment_intent": str, **PAGING},
    )
    yield look("/v1/disputes/{id}", "DisputeRetrieveParams", "dispute")
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
