"""What can be asked about balances, when they are paid out, and payouts."""

from collections.abc import Iterator

from payouts.standin import accounts, bank
from payouts.standin.forms import PAGING
from payouts.standin.moves import balance_of
from payouts.standin.operations.calling import Operation, look
from payouts.standin.parameters import BALANCE_SETTINGS, MONEY


def payout_operations() -> Iterator[Operation]:
    """Balances and how they are paid out."""
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
    yield look("/v1/payouts/{id}", "PayoutRetrieveParams", "payout")
