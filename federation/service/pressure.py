"""How much a node lets a peer ask of it at once, and how fast it lets it go on.

A receiver says in `Fed-Credit: batch=N, interval-ms=M` how many registers the next stock message may carry and how long
after this answer the next bulk request (log, stock) may come. The header is a hint outside the signature: a sender
believes it only within bounds. Invariants: at most ASKED_PER_PEER_MAX requests of one peer and ASKED_MAX in all are
answered at once by a process; while several peers are at it, one that says much, or says something all the time, is
asked to say it in small parts and to rest until it has had no more than one part in REST + 1 of the time; who says
little now and then may always go on, however long others made it wait; large batches are taken in one after the other.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager

import msgspec

from federation import limits
from federation.node.answers import BusyError
from federation.vocabulary.errors import QuotaError

CREDIT_HEADER = "Fed-Credit"
ASKED_PER_PEER_MAX = 8
"""A peer has REQUESTS_IN_FLIGHT_MAX under way from each of its processes."""
ASKED_MAX = 64
WAITING_PER_PEER_MAX = 4
"""A party has one request waiting at a mailbox, or one at many; more overlap only where connections broke."""
WAITING_MAX = 256
"""Requests kept waiting on purpose by one process; it must work on so many more at once than on all others."""
BULK_BYTES = 16 * 1024
"""A packed batch from this size on is large: dozens of records."""
BULK_WAIT_SECONDS = 1.0
INTERVAL_MS_MAX = 10_000
"""No receiver makes a sender wait longer than this by a hint."""
COMPANY_SECONDS = 2.0
"""Peers that asked within this time of each other are there together."""
MUCH_BYTES = 1024
"""A request from this size on says much: some ten registers, or a packed batch of a few records."""
LITTLE_SECONDS = 0.01
"""A request that says little costs its sender no more than this: the rest of the time it waited for others."""
LENIENT_SECONDS = 1.0
"""So much rest is remitted: what comes now and then, even if it is a little more, is not asked to wait."""
REST = 7.0
"""Rest in company as a multiple of the time that answering took, which leaves a peer one part in REST + 1 of it."""
PART_REGISTERS = 100
"""Registers in one message of who has very many to tell in company."""
RESTING_KEPT = 2_000
_EASY_SHARE = 0.25
"""Up to this share of ASKED_MAX nobody is asked to send less."""

_CREDIT = re.compile(r"batch=(\d{1,6}), interval-ms=(\d{1,6})", re.ASCII)

Pair = tuple[str, str]
"""(receiver, sender)"""


class Credit(msgspec.Struct, frozen=True):
    """What the next request may carry at most, and how many milliseconds after this answer it may come."""

    batch: int = limits.STOCK_BATCH_MAX
    interval_ms: int = 0

    @property
    def text(self) -> str:
        """The header's content."""
        return f"batch={self.batch}, interval-ms={self.interval_ms}"


def credit_for(asked: int, rest_seconds: float, *, in_parts: bool) -> Credit:
    """The credit when `asked` requests are being answered and the sender owes others a rest; `in_parts` bounds batches.

    Whole while that is easy; at ASKED_MAX a message carries a tenth and a second lies between two.
    """
    strain = min(max(0.0, asked / ASKED_MAX - _EASY_SHARE) / (1 - _EASY_SHARE), 1.0)
    batch = int(limits.STOCK_BATCH_MAX * (1 - 0.9 * strain))
    pause = min(int(1000 * max(strain, rest_seconds)), INTERVAL_MS_MAX)
    return Credit(min(batch, PART_REGISTERS) if in_parts else batch, pause)


def read_credit(text: str) -> Credit:
    """What a peer's header says, within bounds; all that is usual when it says nothing that can be read."""
    found = _CREDIT.fullmatch(text)
    if found is None:
        return Credit()
    batch = min(max(int(found[1]), 1), limits.STOCK_BATCH_MAX)
    return Credit(batch, min(int(found[2]), INTERVAL_MS_MAX))


class _Gate:
    """Who is inside: so many of each pair, so many in all."""

    def __init__(self, each_max: int, total_max: int) -> None:
        self.total = 0
        self._each_max = each_max
        self._total_max = total_max
        self._inside: dict[Pair, int] = {}

    @contextmanager
    def pass_through(self, pair: Pair) -> Iterator[None]:
        """Raises QuotaError (429) or BusyError (503), both saying when to ask again."""
        if self.total >= self._total_max:
            raise BusyError("this node answers as many requests as it can: ask again", retry_after_seconds=1)
        if self._inside.get(pair, 0) >= self._each_max:
            raise QuotaError(
                f"{self._each_max} of your requests are being answered: wait for one to end", retry_after_seconds=1
            )
        self._inside[pair] = self._inside.get(pair, 0) + 1
        self.total += 1
        try:
            yield
        finally:
            self.total -= 1
            self._inside[pair] -= 1
            if not self._inside[pair]:
                del self._inside[pair]


class Admission:
    """The requests of peers that this process is answering; times are any clock that only moves forward."""

    def __init__(self) -> None:
        self._asked = _Gate(ASKED_PER_PEER_MAX, ASKED_MAX)
        self._waiting = _Gate(WAITING_PER_PEER_MAX, WAITING_MAX)
        self._last: Pair | None = None
        self._company_until = 0.0
        self._rested_at: dict[Pair, float] = {}

    def admitted(self, pair: Pair) -> AbstractContextManager[None]:
        """While a verified request is answered. Raises QuotaError (429) or BusyError (503)."""
        return self._asked.pass_through(pair)

    def waiting(self, pair: Pair) -> AbstractContextManager[None]:
        """While a verified request is kept waiting on purpose. Raises as `admitted`."""
        return self._waiting.pass_through(pair)

    def credit(self, pair: Pair, took_seconds: float, at: float, *, size: int) -> Credit:
        """What the answer says to a peer whose request of `size` bytes took so long and ends now."""
        if self._last not in {None, pair}:
            self._company_until = at + COMPANY_SECONDS
        self._last = pair
        if at >= self._company_until:
            return credit_for(self._asked.total, 0.0, in_parts=False)
        says_much = size >= MUCH_BYTES
        owed = self._owed(pair, took_seconds if says_much else min(took_seconds, LITTLE_SECONDS), at)
        return credit_for(self._asked.total, max(0.0, owed - LENIENT_SECONDS), in_parts=says_much)

    def _owed(self, pair: Pair, cost_seconds: float, at: float) -> float:
        """How long a peer would rest now until it has had no more than its part of the time since it began."""
        if len(self._rested_at) > RESTING_KEPT:
            self._rested_at = {each: until for each, until in self._rested_at.items() if until > at}
        owed = max(0.0, self._rested_at.get(pair, at) - at) + cost_seconds * (REST + 1)
        self._rested_at[pair] = at + min(owed, LENIENT_SECONDS + INTERVAL_MS_MAX / 1000)
        return owed


class BulkGate:
    """Lets one large batch at a time be taken in by this process, so that small messages find their turn between."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def entered(self, size: int) -> AsyncIterator[None]:
        """While a batch of so many bytes is taken in. Raises BusyError when its turn does not come soon."""
        if size < BULK_BYTES:
            yield
            return
        try:
            async with asyncio.timeout(BULK_WAIT_SECONDS):
                await self._turn.acquire()
        except TimeoutError as error:
            raise BusyError("other large batches are being taken in: push again soon", retry_after_seconds=1) from error
        try:
            yield
        finally:
            self._turn.release()


class Pace:
    """What a peer has last let this process do; times are any clock in seconds that only moves forward."""

    def __init__(self) -> None:
        self._credit = Credit()
        self._next_at = 0.0

    def heard(self, text: str, at: float) -> None:
        """An answer came, with this header or none."""
        self._credit = read_credit(text)
        self._next_at = at + self._credit.interval_ms / 1000

    def batch(self, usual: int) -> int:
        """How many registers the next message carries, `usual` being what one carries otherwise."""
        return max(1, usual * self._credit.batch // limits.STOCK_BATCH_MAX)

    def pause(self, at: float) -> float:
        """Seconds until the next bulk request may go."""
        return max(0.0, self._next_at - at)
