"""What the stand-in is told at start."""

import secrets
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from federation.node.settings import NodeSettings


class StandinSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The stand-in's keys, addresses and habits.

    Events go to `events_url`, a hub's `/hooks/payments`, and the like of it for accounts and papers, signed with
    `webhook_secret`; whoever registers an address of its own is told there. A process keeps everything in `state_dir`;
    without one it lives in memory alone. With `accounts_ready` no papers are asked of new accounts.

    Money of a payment is available `funds_delay_seconds` after it; what a payment came to is known
    `settle_delay_seconds` after it (Stripe's asynchronous capture); a payout arrives `payout_delay_seconds` after it
    left. The platform's balance is kept in `settlement_currency`; of each payment `fee_bp` basis points and
    `fee_fixed_minor` minor units stay with the provider, and a dispute costs `dispute_fee_minor`. Keys are forgotten
    after `key_lifetime_seconds`. With `loop_seconds` zero nothing is delivered by itself.
    """

    node_name: str = "Stand-in"
    public_url: str = "http://127.0.0.1:21900"
    api_key: str = "sk_test_standin"
    settlement_currency: str = "EUR"
    funds_delay_seconds: int = 0
    settle_delay_seconds: int = 0
    payout_delay_seconds: int = 0
    fee_bp: int = 140
    fee_fixed_minor: int = 25
    dispute_fee_minor: int = 2_000
    key_lifetime_seconds: int = 86_400
    loop_seconds: float = 0.0
    accounts_ready: bool = False
    events_url: str = ""
    webhook_secret: str = ""
    state_dir: Path | None = None
    secret_key: str = msgspec.field(default_factory=lambda: secrets.token_hex(32))
    environment: Literal["demo", "test", "production"] = "test"
    log_level: str = "INFO"

    @property
    def events_origin(self) -> str:
        """Scheme, host and port of the hub, where shoppers are sent back to; empty when nobody is told of events."""
        parts = urlsplit(self.events_url)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

    @property
    def node(self) -> NodeSettings:
        """What its pages are made with: a node without database and broker."""
        return NodeSettings(
            node_name=self.node_name,
            public_url=self.public_url,
            database_url="",
            broker_url="",
            state_dir=self.state_dir or Path(),
            secret_key=self.secret_key,
            environment=self.environment,
            log_level=self.log_level,
        )


class StandinProcessSettings(StandinSettings, frozen=True, kw_only=True):
    """What a process of its own must be told."""

    node_name: str
    public_url: str
    api_key: str
    events_url: str
    webhook_secret: str
    state_dir: Path
    secret_key: str
    environment: Literal["demo", "test", "production"] = "production"
    loop_seconds: float = 0.25
