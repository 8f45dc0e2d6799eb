"""PostgreSQL, a stand-in for Stripe in this process that sees every call, and a worker process that it kills.

The worker speaks to the stand-in over HTTP with the real client. Who is killed when is a `Reaper`'s word; after each
death the next worker takes up what lies in the database, as if the dead one's leases had run out.
"""

import asyncio
import os
import random
import re
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from federation.node.database import current, execute
from payouts.standin.app import create_app
from payouts.standin.desk import Asked, Desk
from payouts.standin.settings import StandinSettings
from payouts.standin.state import Told
from payouts.standin.world import Thing
from payouts.standin.world import World as State
from tests.payouts.stripe_lab import API_KEY, served
from tests.processes.killing.worker import STANDIN_KEY, STANDIN_URL
from tests.support.clients import SECRET_KEY
from tests.support.loopback import free_port

PROMPT_SECONDS = 1.0
"""How often what waits for its next attempt is asked to try now."""

SOON_SECONDS = 0.03
"""Within this time of an answer a worker dies at a seeded moment, wherever it has come by then."""


class Reaper:
    """Kills the worker at each different call of each phase, told by its address, its key or its query.

    A change is killed first before its effect, then, when the next worker comes with it again, after its effect with
    the answer lost; what is only read is killed once. With a seed the worker is killed after half of the calls were
    answered, some milliseconds later.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.pid = 0
        self.phase = ""
        self.kills: Counter[tuple[str, ...]] = Counter()
        self._dice = None if seed is None else random.Random(seed)  # noqa: S311 - reproducible kills

    @property
    def kinds(self) -> set[str]:
        """The changes it killed at, as methods and addresses with their ids left out."""
        return {f"{each[1]} {_BY_NAME.sub('{id}', each[2])}" for each in self.kills if each[1] != "GET"}

    def meets(self, asked: Asked, serve: Callable[[Asked], Told]) -> Told:
        """Have a call served, or kill who asks: before that, then, or soon after."""
        call = (self.phase, asked.method, asked.path, asked.headers.get("idempotency-key") or asked.query)
        times = self.kills[call]
        if not self.pid or times > (asked.method != "GET" and self._dice is None):
            return serve(asked)
        self.kills[call] += 1
        if self._dice is not None:
            if self._dice.random() < 0.5:
                asyncio.get_running_loop().call_later(self._dice.uniform(0, SOON_SECONDS), self._kill)
            return serve(asked)
        if asked.method != "GET" and not times:
            self._kill()
            return Told(500, b"{}")
        told = serve(asked)
        self._kill()
        return told

    def _kill(self) -> None:
        """End the worker as the kernel does, at once."""
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.pid = 0


_BY_NAME = re.compile(r"(?<=/)[a-z_]+_\w*standin")


class WatchedDesk(Desk):
    """The stand-in's desk under a reaper's eyes."""

    def __init__(self, state: State, reaper: Reaper) -> None:
        super().__init__(state)
        self._reaper = reaper

    def answer(self, asked: Asked) -> Told:
        return self._reaper.meets(asked, super().answer)


class KillingWorld:
    """The stand-in's state and the workers that come and go."""

    def __init__(self, state: State, reaper: Reaper) -> None:
        self.state = state
        self.reaper = reaper
        self.workers = 0

    def made(self, kind: str) -> list[Thing]:
        """The stand-in's objects of a kind, oldest first."""
        return list(self.state.things[kind].values())

    async def until(self, what: str, look: Callable[[], Awaitable[object]], seconds: float = 60.0) -> None:
        """Wait for something while workers die; what a dead one had leased is free again at once."""
        deadline = monotonic() + seconds
        prompted_at, workers = 0.0, -1
        while not await look():
            assert monotonic() < deadline, f"after {seconds:.0f} s and {self.workers} workers still not: {what}"
            if workers != self.workers or monotonic() - prompted_at > PROMPT_SECONDS:
                workers, prompted_at = self.workers, monotonic()
                await execute("UPDATE node_outbox SET due_at = now() WHERE state = 'due' AND due_at > now()")
            await asyncio.sleep(0.02)

    async def hear_of_workers(self, output: asyncio.StreamReader) -> None:
        """Note the number of each worker that begins."""
        while line := await output.readline():
            self.workers += 1
            self.reaper.pid = int(line)


@asynccontextmanager
async def killing_world(reaper: Reaper, folder: Path) -> AsyncIterator[KillingWorld]:
    """A stand-in and a line of workers over the database that is bound here."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    state = State(StandinSettings(api_key=API_KEY, public_url=url))
    world = KillingWorld(state, reaper)
    async with served(create_app(state, WatchedDesk(state, reaper)), port):
        workers = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "tests.processes.killing.worker"),
            env=os.environ | _environment(url, folder),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert workers.stdout is not None
        assert workers.stdin is not None
        hearing = asyncio.create_task(world.hear_of_workers(workers.stdout))
        try:
            yield world
        finally:
            workers.stdin.close()
            await workers.wait()
            await hearing


def _environment(url: str, folder: Path) -> dict[str, str]:
    root = Path(__file__).parents[3]
    return {
        "PYTHONPATH": str(root),
        "GALLERIA_NODE_NAME": "killing",
        "GALLERIA_PUBLIC_URL": f"http://127.0.0.1:{urlsplit(url).port}",
        "GALLERIA_DATABASE_URL": current().url,
        "GALLERIA_BROKER_URL": "none:",
        "GALLERIA_STATE_DIR": str(folder),
        "GALLERIA_SECRET_KEY": SECRET_KEY,
        "GALLERIA_ENVIRONMENT": "test",
        "GALLERIA_LOG_LEVEL": "CRITICAL",
        STANDIN_URL: url,
        STANDIN_KEY: API_KEY,
    }
