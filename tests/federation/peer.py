"""A way between nodes in one process that can be told to misbehave: lose, repeat, delay, or falsify what passes."""

# ruff: noqa: ARG002 - the door's parameters, used or not
import asyncio
import contextvars
import random
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import httpx
import msgspec
from litestar import Litestar

from federation.node.door import DoorResponse
from federation.vocabulary.errors import PeerUnreachableError

Tamper = Callable[[DoorResponse], DoorResponse]


class Passage(msgspec.Struct, frozen=True):
    """One request as it passed."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class Weather:
    """Chance faults: a `share` of requests is lost, as many answers are lost, as many requests are repeated."""

    def __init__(self, dice: random.Random, share: float = 0.12) -> None:
        self._dice = dice
        self._share = share
        self.struck = 0

    def strikes(self) -> bool:
        """Whether one fault happens now."""
        struck = self._dice.random() < self._share
        self.struck += struck
        return struck


class Way:
    """The peers' door of a test: routes by authority to apps of this process; the faults apply to the next requests."""

    def __init__(self) -> None:
        self.apps: dict[str, Litestar] = {}
        self.passages: list[Passage] = []
        self.answers: list[DoorResponse] = []
        self.lose_requests = 0
        self.lose_answers = 0
        self.repeat = 0
        self.delay_seconds = 0.0
        self.tamper: Tamper | None = None
        self.only = ""
        self.weather: Weather | None = None
        self.in_flight = 0
        self.in_flight_max = 0

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        max_bytes: int,
        connect_timeout_seconds: float = 2,
        total_timeout_seconds: float = 5,
        head_timeout_seconds: float = 5,
    ) -> DoorResponse:
        """Pass a request on, with the faults that apply to its address."""
        passage = Passage(method, url, dict(headers), body)
        self.passages.append(passage)
        faulty = self.only in url
        if faulty and self.lose_requests:
            self.lose_requests -= 1
            raise PeerUnreachableError("the request was lost")
        if self.weather is not None and self.weather.strikes():
            raise PeerUnreachableError("the request was lost")
        answer = await self._timed(passage, total_timeout_seconds)
        if self.weather is not None and self.weather.strikes():
            await self.pass_on(passage)
        if self.weather is not None and self.weather.strikes():
            raise PeerUnreachableError("the answer was lost")
        if faulty and self.repeat:
            self.repeat -= 1
            await self.pass_on(passage)
        if faulty and self.lose_answers:
            self.lose_answers -= 1
            raise PeerUnreachableError("the answer was lost")
        if faulty and self.tamper is not None:
            answer = self.tamper(answer)
        self.answers.append(answer)
        return answer

    async def _timed(self, passage: Passage, total_timeout_seconds: float) -> DoorResponse:
        self.in_flight += 1
        self.in_flight_max = max(self.in_flight, self.in_flight_max)
        try:
            async with asyncio.timeout(total_timeout_seconds):
                await asyncio.sleep(self.delay_seconds)
                return await self.pass_on(passage)
        except TimeoutError as error:
            raise PeerUnreachableError("no answer in time") from error
        finally:
            self.in_flight -= 1

    async def pass_on(self, passage: Passage) -> DoorResponse:
        """Let the app behind an address answer, in a context of its own as if it were another process."""
        parts = urlsplit(passage.url)
        app = self.apps.get(parts.netloc)
        if app is None:
            raise PeerUnreachableError(f"nobody listens at {parts.netloc}")
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]

        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=transport) as client:
                return await client.request(
                    passage.method, passage.url, headers=dict(passage.headers), content=passage.body
                )

        response = await asyncio.create_task(ask(), context=contextvars.Context())
        pairs = [(name, value) for name, value in response.headers.items()]
        return DoorResponse(response.status_code, pairs, response.content)
