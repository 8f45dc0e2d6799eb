"""A breaker for one address: after repeated silence it answers for the peer at once, so that nobody else waits.

Time is any clock that only moves forward, in seconds, passed in. Any answer, a refusal too, closes it again. When a
rest is over one caller alone goes to see (half-open); the others are let through once the peer has answered.
"""

FAILURES_MAX = 3
REST_SECONDS_MIN = 2.0
REST_SECONDS_MAX = 10.0
PROBE_SECONDS_MAX = 10.0
"""Who went to see and has said nothing for so long never will."""


class Breaker:
    """Counts silences in a row; open means: do not ask before `resting_for` has passed."""

    def __init__(self) -> None:
        self._failures = 0
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the address has been silent so often that it is left alone, or one caller is looking after it."""
        return self._failures >= FAILURES_MAX

    def resting_for(self, at: float) -> float:
        """Seconds until the address may be asked again; 0 when the caller may, and then it must say what came of it."""
        rest = max(0.0, self._open_until - at)
        if rest == 0 and self.is_open:
            self._open_until = at + PROBE_SECONDS_MAX
        return rest

    def answered(self) -> None:
        """The address has answered something."""
        self._failures = 0
        self._open_until = 0.0

    def silent(self, at: float) -> float:
        """The address has not answered; rests double from silence to silence. Returns the rest, 0 before the first."""
        self._failures += 1
        excess = self._failures - FAILURES_MAX
        if excess < 0:
            return 0.0
        rest = min(REST_SECONDS_MAX, REST_SECONDS_MIN * 2.0**excess)
        self._open_until = at + rest
        return rest

    def told(self, at: float, rest: float) -> None:
        """Another process of this node has found the address silent, and leaves it alone for so long."""
        self._failures = max(self._failures, FAILURES_MAX)
        self._open_until = max(self._open_until, at + rest)
