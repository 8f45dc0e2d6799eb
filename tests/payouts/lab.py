"""The sandbox in this process: its app over ASGI, the hub's adapter speaking to it, and hands on its levers."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import httpx
import msgspec

from federation.node.door import DoorResponse
from payouts.adapters.memory import MemoryProvider
from payouts.adapters.sandbox import SandboxProvider
from payouts.ports import PaymentProvider
from payouts.sandbox.app import create_app
from payouts.sandbox.settings import SandboxSettings
from tests.support.clients import client, node_settings
from tests.support.postgres import Urls

API_KEY = "sandbox-key-of-the-tests"
WEBHOOK_SECRET = "sandbox-secret-of-the-tests"


def sandbox_settings(urls: Urls, state_dir: Path, **changes: Any) -> SandboxSettings:
    """Settings of a sandbox that delivers nothing by itself."""
    node = msgspec.structs.asdict(node_settings(urls, state_dir, public_url="http://127.0.0.1:7998"))
    own = {
        "events_url": "http://127.0.0.1:7999/hooks/payments",
        "api_key": API_KEY,
        "webhook_secret": WEBHOOK_SECRET,
        "loop_seconds": 0.0,
    }
    return SandboxSettings(**{**node, **own, **changes})


class AsgiTransport:
    """What the guarded door is elsewhere: requests reach an app in this process."""

    def __init__(self, browser: httpx.AsyncClient) -> None:
        self._browser = browser

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes, max_bytes: int
    ) -> DoorResponse:
        answer = await self._browser.request(method, url, headers=dict(headers), content=body)
        assert len(answer.content) <= max_bytes
        return DoorResponse(answer.status_code, list(answer.headers.items()), answer.content)


class World(Protocol):
    """What happens outside: shoppers, banks, time."""

    @property
    def provider(self) -> PaymentProvider: ...

    async def pay(self, payment_id: str) -> None: ...
    async def pay_at_once(self, payment_id: str) -> None: ...
    async def decline(self, payment_id: str) -> None: ...
    async def give_up(self, payment_id: str) -> None: ...
    async def complete_account(self, account_id: str) -> None: ...
    async def close_account(self, account_id: str) -> None: ...
    async def break_bank(self, account_id: str) -> None: ...
    async def advance(self, seconds: int) -> None: ...
    async def move_rate(self, currency: str, per_euro: str) -> None: ...


class MemoryWorld:
    """The world around the provider in memory."""

    def __init__(self, provider: MemoryProvider) -> None:
        self.provider = provider

    async def pay(self, payment_id: str) -> None:
        self.provider.pay(payment_id)

    async def pay_at_once(self, payment_id: str) -> None:
        self.provider.pay(payment_id, at_once=True)

    async def decline(self, payment_id: str) -> None:
        self.provider.decline(payment_id)

    async def give_up(self, payment_id: str) -> None:
        self.provider.give_up(payment_id)

    async def complete_account(self, account_id: str) -> None:
        self.provider.complete_account(account_id)

    async def close_account(self, account_id: str) -> None:
        self.provider.close_account(account_id)

    async def break_bank(self, account_id: str) -> None:
        self.provider.failing_banks.add(account_id)

    async def move_rate(self, currency: str, per_euro: str) -> None:
        self.provider.rates[currency] = Decimal(per_euro)

    async def advance(self, seconds: int) -> None:
        self.provider.advance(seconds)
        for payout_id, payout in list(self.provider.payouts.items()):
            if payout.status == "in_transit":
                self.provider.arrive(payout_id)


class SandboxWorld:
    """The world around the sandbox, through its levers."""

    def __init__(self, browser: httpx.AsyncClient) -> None:
        self.browser = browser
        self.provider = SandboxProvider(AsgiTransport(browser), str(browser.base_url), API_KEY, WEBHOOK_SECRET)

    async def lever(self, path: str, content: Mapping[str, Any], method: str = "POST") -> dict[str, Any]:
        """Pull a lever of the sandbox."""
        answer = await self.browser.request(
            method, f"/api/test/{path}", json=content, headers={"authorization": f"Bearer {API_KEY}"}
        )
        assert answer.status_code < httpx.codes.BAD_REQUEST, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def fault(self, kind: str, path: str, times: int = 1) -> None:
        await self.lever("faults", {"kind": kind, "path": path, "times": times})

    async def pay(self, payment_id: str) -> None:
        await self.lever(f"payments/{payment_id}", {"outcome": "succeeds"})

    async def pay_at_once(self, payment_id: str) -> None:
        await self.pay(payment_id)

    async def decline(self, payment_id: str) -> None:
        await self.lever(f"payments/{payment_id}", {"outcome": "declined"})

    async def give_up(self, payment_id: str) -> None:
        await self.lever(f"payments/{payment_id}", {"outcome": "give_up"})

    async def complete_account(self, account_id: str) -> None:
        await self.lever(f"accounts/{account_id}", {"ready": True})

    async def close_account(self, account_id: str) -> None:
        await self.lever(f"accounts/{account_id}", {"ready": False})

    async def break_bank(self, account_id: str) -> None:
        await self.lever(f"accounts/{account_id}", {"bank_fails": True})

    async def move_rate(self, currency: str, per_euro: str) -> None:
        await self.lever("rates", {"currency": currency, "per_euro": per_euro})

    async def advance(self, seconds: int) -> None:
        await self.lever("clock", {"advance_seconds": seconds})


@asynccontextmanager
async def sandbox_world(settings: SandboxSettings) -> AsyncIterator[SandboxWorld]:
    """A running sandbox."""
    async with client(create_app(settings)) as browser:
        yield SandboxWorld(browser)
