"""The way between simulated machines: it loses, repeats, delays and overtakes, and can be cut in two."""

# ruff: noqa: ARG002 - the door's parameters, used or not
import asyncio
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

import msgspec

from federation.http.edge import WireRequest, WireResponse
from federation.node.door import DoorResponse
from federation.vocabulary.errors import PeerUnreachableError
from tests.simulator.chance import Dice

Serve = Callable[[WireRequest], Awaitable[WireResponse]]


class Faults(msgspec.Struct):
    """What goes wrong on the way, as shares of messages in one direction."""

    loss: float = 0.05
    duplication: float = 0.05
    reordering: float = 0.20


class Passage(msgspec.Struct, frozen=True):
    """One request that reached its machine, and what that answered; None when it died meanwhile."""

    at: float
    sender: str
    receiver: str
    request: WireRequest
    response: WireResponse | None


CALM = Faults(loss=0.0, duplication=0.0, reordering=0.0)
SILENCE_SECONDS = 60.0


class Network:
    """Carries requests to whoever serves an address; `watch` sees each that arrived."""

    def __init__(self, dice: Dice, watch: Callable[[Passage], None]) -> None:
        self.faults = CALM
        self.cut: frozenset[str] = frozenset()
        self.passages = 0
        self._dice = dice
        self._watch = watch
        self._serving: dict[str, tuple[str, Serve]] = {}
        self._late: set[asyncio.Task[None]] = set()

    def serve(self, authority: str, name: str, serve: Serve) -> None:
        """Let a machine answer for an address."""
        self._serving[authority] = (name, serve)

    def silence(self, authority: str) -> None:
        """Nobody answers there any more."""
        self._serving.pop(authority, None)

    def parted(self, one: str, other: str) -> bool:
        """Whether no message passes between two machines."""
        return (one in self.cut) != (other in self.cut)

    async def carry(self, sender: str, authority: str, request: WireRequest) -> WireResponse:
        """The answer that comes back; waits for ever for one that is lost."""
        await self._travel()
        if self._dice.happens(self.faults.loss):
            await asyncio.sleep(SILENCE_SECONDS)
        if self._dice.happens(self.faults.duplication):
            twin = asyncio.create_task(self._again(sender, authority, request))
            self._late.add(twin)
            twin.add_done_callback(self._late.discard)
        if authority not in self._serving:
            raise PeerUnreachableError("nobody listens there")
        response = await self._deliver(sender, authority, request)
        await self._travel()
        name = self._serving.get(authority, ("", None))[0]
        if response is None or self._dice.happens(self.faults.loss) or self.parted(sender, name):
            await asyncio.sleep(SILENCE_SECONDS)
            raise PeerUnreachableError("no answer came")
        return response

    async def _travel(self) -> None:
        """Some milliseconds; a message that is overtaken takes up to two seconds."""
        late = self._dice.happens(self.faults.reordering)
        await asyncio.sleep(self._dice.between(0.1, 2.0) if late else self._dice.between(0.002, 0.03))

    async def _again(self, sender: str, authority: str, request: WireRequest) -> None:
        await self._travel()
        await self._deliver(sender, authority, request)

    async def _deliver(self, sender: str, authority: str, request: WireRequest) -> WireResponse | None:
        name, serve = self._serving.get(authority, ("", None))
        if serve is None:
            return None
        if self.parted(sender, name):
            await asyncio.sleep(SILENCE_SECONDS)
            return None
        self.passages += 1
        try:
            response: WireResponse | None = await serve(request)
        except ConnectionError:
            response = None
        self._watch(Passage(asyncio.get_running_loop().time(), sender, name, request, response))
        return response


class Door:
    """The peers' door of a simulated machine."""

    def __init__(self, network: Network, name: str) -> None:
        self._network = network
        self._name = name

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
        """One exchange, in the time it may take."""
        parts = urlsplit(url)
        request = WireRequest(
            method, parts.path, parts.query, {name.lower(): value for name, value in headers.items()}, body
        )
        try:
            async with asyncio.timeout(total_timeout_seconds):
                response = await self._network.carry(self._name, parts.netloc, request)
        except TimeoutError as error:
            raise PeerUnreachableError("no answer in time") from error
        return DoorResponse(response.status, list(response.headers.items()), response.body)
