"""What the sandbox is told at start."""

from urllib.parse import urlsplit

from federation.node.settings import NodeSettings


class SandboxSettings(NodeSettings, frozen=True, kw_only=True):
    """A node's settings and the provider's own.

    `events_url` is where signed events go (the hub's `/hooks/payments`). Money of a payment is available
    `funds_delay_seconds` after it, a payout arrives `payout_delay_seconds` after it was asked for. With
    `accounts_ready` false, a shop's account must first be completed on its page. The provider keeps `fee_bp` basis
    points and `fee_fixed_minor` minor units of each payment, whose money it keeps in `settlement_currency`.
    """

    events_url: str
    api_key: str
    webhook_secret: str
    funds_delay_seconds: int = 0
    payout_delay_seconds: int = 0
    accounts_ready: bool = True
    settlement_currency: str = "EUR"
    fee_bp: int = 140
    fee_fixed_minor: int = 25
    loop_seconds: float = 0.25

    @property
    def events_origin(self) -> str:
        """Scheme, host and port of the hub: where shoppers are sent back to."""
        parts = urlsplit(self.events_url)
        return f"{parts.scheme}://{parts.netloc}"
