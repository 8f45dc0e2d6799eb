"""The adapter for Stripe speaking over real HTTP to a stand-in in this process, and hands on the stand-in's levers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import msgspec
from granian.constants import Interfaces
from granian.server.embed import Server as WebServer
from litestar import Litestar

from payouts.adapters.stripe.provider import StripeProvider
from payouts.adapters.stripe.settings import StripeSettings
from payouts.standin import accounts, levers
from payouts.standin.app import create_app
from payouts.standin.delivery import Postman
from payouts.standin.desk import Desk
from payouts.standin.endpoints import open_destination, open_endpoint
from payouts.standin.faults import Fault, FaultKind
from payouts.standin.settings import StandinSettings
from payouts.standin.world import World as State
from tests.support.loopback import free_port, listening

API_KEY = "sk_test_of_the_tests"
HOOK_URL = "http://127.0.0.1:7999/hooks/payments"


class StripeWorld:
    """The world around the stand-in; `provider` is the hub's adapter with the real client."""

    def __init__(self, state: State, desk: Desk, provider: StripeProvider) -> None:
        self.state = state
        self.desk = desk
        self.provider = provider
        self.postman = Postman(state, desk.faults)

    def fault(self, kind: FaultKind, path: str, times: int = 1) -> None:
        self.desk.faults.add(Fault(kind, path, times))

    async def pay(self, payment_id: str) -> None:
        levers.pay_page(self.state, payment_id)

    async def pay_at_once(self, payment_id: str) -> None:
        levers.pay_page(self.state, payment_id, method="sofort")

    async def decline(self, payment_id: str) -> None:
        levers.decline_page(self.state, payment_id)

    async def give_up(self, payment_id: str) -> None:
        levers.give_up(self.state, payment_id)

    async def complete_account(self, account_id: str) -> None:
        accounts.change(self.state, account_id, ready=True)

    async def close_account(self, account_id: str) -> None:
        accounts.close(self.state, account_id)

    async def break_bank(self, account_id: str) -> None:
        levers.break_bank(self.state, account_id)

    async def move_rate(self, currency: str, per_euro: str) -> None:
        levers.move_rate(self.state, currency, Decimal(per_euro))

    async def advance(self, seconds: int) -> None:
        levers.pass_time(self.state, seconds)


@asynccontextmanager
async def stripe_world(accounts_by: str = "v2", **habits: Any) -> AsyncIterator[StripeWorld]:
    """A running stand-in with these habits, empty at first, and an adapter for it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    state = State(StandinSettings(api_key=API_KEY, public_url=url, **habits))
    desk = Desk(state)
    told = {"api_key": API_KEY, "api_url": url, "accounts": accounts_by}
    settings = msgspec.convert(told | {"webhook_secrets": _registered(state)}, StripeSettings)
    provider = StripeProvider(settings)
    async with served(create_app(state, desk), port):
        yield StripeWorld(state, desk, provider)
        await provider.close()


def _registered(state: State) -> tuple[str, ...]:
    """The hub's three addresses at the stand-in; their secrets."""
    own = open_endpoint(state, {"url": HOOK_URL, "enabled_events": ["*"]})
    connected = open_endpoint(state, {"url": HOOK_URL, "enabled_events": ["*"], "connect": True})
    thin = {"name": "thin", "enabled_events": ["*"], "webhook_endpoint": {"url": HOOK_URL}}
    papers = open_destination(state, thin)
    return own["secret"], connected["secret"], papers["webhook_endpoint"]["signing_secret"]


@asynccontextmanager
async def served(app: Litestar, port: int) -> AsyncIterator[None]:
    """The app behind a real web server."""
    server = WebServer(app, address="127.0.0.1", port=port, interface=Interfaces.ASGINL)
    serving = asyncio.create_task(server.serve())
    try:
        await listening(port)
        yield
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        await serving
