"""What the stand-in answers: every operation, and how one is found by its address."""

import re
from functools import cache

from payouts.standin.errors import RequestError
from payouts.standin.operations.accounts import account_operations
from payouts.standin.operations.balances import balance_operations
from payouts.standin.operations.calling import Call, Operation
from payouts.standin.operations.disputes import dispute_operations
from payouts.standin.operations.events import event_operations
from payouts.standin.operations.files import file_operations
from payouts.standin.operations.payments import payment_operations
from payouts.standin.operations.payouts import payout_operations
from payouts.standin.operations.transfers import transfer_operations

__all__ = ["OPERATIONS", "Call", "Operation", "operation_at"]

OPERATIONS: tuple[Operation, ...] = (
    *payment_operations(),
    *transfer_operations(),
    *dispute_operations(),
    *file_operations(),
    *account_operations(),
    *balance_operations(),
    *payout_operations(),
    *event_operations(),
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
