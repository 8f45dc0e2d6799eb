"""What can be asked about connected accounts."""

from collections.abc import Iterator

from payouts.standin import accounts
from payouts.standin.operations.calling import Operation
from payouts.standin.parameters import ACCOUNT_V1, ACCOUNT_V2, LINK_V1, LINK_V2


def account_operations() -> Iterator[Operation]:
    """Connected accounts by both interfaces, and their onboarding links."""
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
