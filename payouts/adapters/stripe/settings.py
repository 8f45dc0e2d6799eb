"""What the hub is told about its Stripe account."""

from typing import Literal

import msgspec

API_URL = "https://api.stripe.com"


class StripeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Keys and choices of one platform account.

    `webhook_secrets` are those of all endpoints registered for this hub (own account, connected accounts, thin events)
    and, while one is being changed for another, the old and the new. `accounts` says by which of Stripe's two
    interfaces shops' accounts are opened.
    """

    api_key: str
    webhook_secrets: tuple[str, ...] = ()
    accounts: Literal["v2", "v1"] = "v2"
    api_url: str = API_URL
    timeout_seconds: float = 30.0
