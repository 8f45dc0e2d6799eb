"""What can be asked about balance transactions."""

from collections.abc import Iterator

from payouts.standin import bank
from payouts.standin.forms import PAGING
from payouts.standin.moves import with_status
from payouts.standin.operations.calling import Call, Operation
from payouts.standin.world import Thing, World


def _balance_transactions(world: World, call: Call) -> list[Thing]:
    payout, kind = call.params.get("payout"), call.params.get("type")
    found = bank.contents(world, call.account, payout) if payout else world.all("balance_transaction", call.account)
    return [with_status(world, each) for each in found if kind in {None, each["type"]}]


def balance_operations() -> Iterator[Operation]:
    """Money that entered or left a balance, one by one."""
    yield Operation(
        "GET",
        "/v1/balance_transactions",
        "BalanceTransactionListParams",
        _balance_transactions,
        {"payout": str, "type": str, **PAGING},
    )
