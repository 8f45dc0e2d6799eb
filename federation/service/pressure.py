"""How much a node lets a peer ask of it at once, and how fast it lets it go on.

A receiver says in `Fed-Credit: batch=N, interval-ms=M` how many operations or registers the next request may carry and
how long after this answer it may come. The header is a hint outside the signature: a sender believes it only within
bounds, and what it does not obey is refused with 429. Invariants: at most ASKED_PER_PEER_MAX requests of one peer and
ASKED_MAX in all are answered at once by a process, so that none of them waits behind a crowd of one.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from federation import limits
from federation.node.answers import BusyError
from federation.vocabulary.errors import QuotaError

ASKED_PER_PEER_MAX = 8
"""A peer has REQUESTS_IN_FLIGHT_MAX under way from each of its processes."""
ASKED_MAX = 64
INTERVAL_MS_MAX = 10_000
"""No receiver makes a sender wait longer than this by a hint."""
_EASY_SHARE = 0.25
"""Up to this share of ASKED_MAX nobody is asked to go slower."""

_CREDIT = re.compile(r"batch=(\d{1,6}), interval-ms=(\d{1,6})")


class Credit(msgspec.Struct, frozen=True):
    """What the next request may carry at most, and how many milliseconds after this answer it may come."""

    batch: int = limits.STOCK_BATCH_MAX
    interval_ms: int = 0

    @property
    def text(self) -> str:
        """The header's content."""
        return f"batch={self.batch}, interval-ms={self.interval_ms}"


def credit_for(asked: int) -> Credit:
    """The credit when `asked` requests are being answered: whole while that is easy, then less and later.

    At ASKED_MAX a request carries a tenth and a second lies between two.
    """
    strain = max(0.0, asked / ASKED_MAX - _EASY_SHARE) / (1 - _EASY_SHARE)
    return Credit(int(limits.STOCK_BATCH_MAX * (1 - 0.9 * min(strain, 1.0))), int(1000 * min(strain, 1.0)))


def read_credit(text: str) -> Credit:
    """What a peer's header says, within bounds; all that is usual when it says nothing that can be read."""
    found = _CREDIT.fullmatch(text)
    if found is None:
        return Credit()
    batch = min(max(int(found[1]), 1), limits.STOCK_BATCH_MAX)
    return Credit(batch, min(int(found[2]), INTERVAL_MS_MAX))


class Admission:
    """The requests of peers that this process is answering."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, str], int] = {}
        self._total = 0

    @contextmanager
    def admitted(self, receiver: str, sender: str) -> Iterator[None]:
        """While a verified request is answered. Raises QuotaError (429) or BusyError (503), both with Retry-After."""
        pair = (receiver, sender)
        if self._total >= ASKED_MAX:
            raise BusyError("this node answers as many requests as it can: ask again", retry_after_seconds=1)
        if self._asked.get(pair, 0) >= ASKED_PER_PEER_MAX:
            raise QuotaError(
                f"{ASKED_PER_PEER_MAX} of your requests are being answered: wait for one to end", retry_after_seconds=1
            )
        self._asked[pair] = self._asked.get(pair, 0) + 1
        self._total += 1
        try:
            yield
        finally:
            self._total -= 1
            self._asked[pair] -= 1
            if not self._asked[pair]:
                del self._asked[pair]

    @property
    def credit(self) -> Credit:
        """What the next answer says."""
        return credit_for(self._total)


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
        """How many operations or registers the next request carries, `usual` being what one carries otherwise."""
        return max(1, usual * self._credit.batch // limits.STOCK_BATCH_MAX)

    def pause(self, at: float) -> float:
        """Seconds until the next request may go."""
        return max(0.0, self._next_at - at)
