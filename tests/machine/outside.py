"""Everything outside the hub's process: time, chance, the stand-in for Stripe, and the way from its client to it.

The real client's requests reach the stand-in's desk without a socket, so that all of it runs on one loop in the order
it is told to, and again in that order from the same draws.
"""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast
from urllib.parse import urlsplit
from uuid import UUID

from federation.node import clock
from federation.vocabulary.ids import drawing
from payouts.adapters.stripe.calling import KeyedClient
from payouts.adapters.stripe.settings import StripeSettings
from payouts.standin import levers
from payouts.standin.delivery import Postman
from payouts.standin.desk import Asked, Desk
from payouts.standin.endpoints import open_destination, open_endpoint
from payouts.standin.faults import Fault
from payouts.standin.moves import move
from payouts.standin.settings import StandinSettings
from payouts.standin.world import PLATFORM, Thing, World
from tests.machine.bank import Bank
from tests.machine.crashing import Ticks

API_KEY = "sk_test_of_the_machine"
URL = "http://standin.invalid"
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY_SECONDS = 86_400
Accounts = Literal["v2", "v1"]
_BLINK = timedelta(milliseconds=1)
_UUID_VERSION = 7 << 76
_UUID_VARIANT = 2 << 62


class Time:
    """One clock for hub and provider: it moves on a little with every look, so that no two moments are the same."""

    def __init__(self, begin: datetime) -> None:
        self.now = begin

    def read(self) -> datetime:
        self.now += _BLINK
        return self.now


class Dice:
    """Identifiers and delays, the same in every repetition."""

    def __init__(self, time: Time) -> None:
        self._chance = random.Random(0)  # noqa: S311 - it is to be repeated, and keeps no secret
        self._time = time

    def id(self) -> UUID:
        bits = self._chance.getrandbits(74)
        milliseconds = int(self._time.now.timestamp() * 1000)
        number = milliseconds << 80 | _UUID_VERSION | (bits >> 62) << 64 | _UUID_VARIANT | bits & ((1 << 62) - 1)
        return UUID(int=number)

    def secret(self, byte_count: int) -> bytes:
        return self._chance.randbytes(byte_count)

    def between(self, low: float, high: float) -> float:
        return self._chance.uniform(low, high)


class Outside:
    """The world around one hub. `ticks` hears of every change the provider made."""

    def __init__(self, ticks: Ticks, *, day: int = 2, accounts: Accounts = "v2", **habits: Any) -> None:
        self.time = Time(BEGIN.replace(day=day))
        self.dice = Dice(self.time)
        self.ticks = ticks
        with self.present():
            self.world = World(StandinSettings(api_key=API_KEY, public_url=URL, **habits))
            self.desk = Desk(self.world)
            secrets = _registered(self.world)
        self.postman = Postman(self.world, self.desk.faults)
        self.settings = StripeSettings(api_key=API_KEY, api_url=URL, webhook_secrets=secrets, accounts=accounts)
        self.bank = Bank()

    @contextmanager
    def present(self) -> Iterator[None]:
        """Have everything inside live in this time and draw from these dice."""
        with clock.reading(self.time.read), drawing(self.dice):
            yield

    def things(self, kind: str) -> dict[str, Thing]:
        """The provider's objects of a kind, oldest first."""
        return self.world.things[kind]

    def pass_time(self, seconds: int) -> None:
        """Let time pass for everybody, day by day."""
        while seconds > 0:
            step = min(seconds, DAY_SECONDS)
            self.time.now += timedelta(seconds=step)
            seconds -= step
            levers.tick(self.world)

    def misfortune(self, kind: str, path: str) -> None:
        """Have the next call of a path, or the next delivery of an event, go wrong."""
        self.desk.faults.add(Fault(cast("Any", kind), path))

    def shift(self, account_id: str, amount: int, kind: str = "adjustment") -> Thing:
        """Money enters or leaves a balance for reasons of somebody else's: on the platform's it is a top-up."""
        source = f"{'tu' if account_id == PLATFORM else 'debit'}_{len(self.things('balance_transaction')):06}"
        return move(self.world, account_id, (kind, source), amount, "eur")


def _registered(world: World) -> tuple[str, ...]:
    hook = "http://hub.invalid/hooks/payments"
    own = open_endpoint(world, {"url": hook, "enabled_events": ["*"]})
    connected = open_endpoint(world, {"url": hook, "enabled_events": ["*"], "connect": True})
    papers = open_destination(world, {"name": "thin", "enabled_events": ["*"], "webhook_endpoint": {"url": hook}})
    return own["secret"], connected["secret"], papers["webhook_endpoint"]["signing_secret"]


class DeskClient(KeyedClient):
    """The real client's connections, ending at the desk of a stand-in in this process."""

    def __init__(self, outside: Outside) -> None:
        super().__init__(session=outside)
        self._outside = outside

    async def request_stream_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[Any, int, Mapping[str, str]]:
        parts = urlsplit(url)
        body = post_data.encode() if isinstance(post_data, str) else post_data or b""
        lower = {name.lower(): text for name, text in headers.items()}
        told = self._outside.desk.answer(Asked(method.upper(), parts.path, parts.query, lower, body))
        if method.lower() == "post":
            self._outside.ticks.tick(parts.path)
        return _Read(told.body), told.status, {"request-id": "req"}


class _Read:
    """A body that was read already."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def read(self) -> bytes:
        return self._body
