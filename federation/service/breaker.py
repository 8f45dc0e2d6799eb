"""A breaker for one address: after repeated silence it answers for the peer at once, so that nobody else waits.

Time is any clock that only moves forward, in seconds, passed in. Any answer, a refusal too, closes it again.
"""

FAILURES_MAX = 3
REST_SECONDS_MIN = 2.0
REST_SECONDS_MAX = 10.0


class Breaker:
    """Counts silences in a row; open means: do not ask before `resting_for` has passed."""

    def __init__(self) -> None:
        self._failures = 0
        self._open_until = 0.0

    def resting_for(self, at: float) -> float:
        """Seconds until the address may be asked again; 0 when it may be asked now."""
        return max(0.0, self._open_until - at)

    def answered(self) -> None:
        """The address has answered something."""
        self._failures = 0
        self._open_until = 0.0

    def silent(self, at: float) -> None:
        """The address has not answered; rests double from silence to silence once there are too many."""
        self._failures += 1
        excess = self._failures - FAILURES_MAX
        if excess >= 0:
            self._open_until = at + min(REST_SECONDS_MAX, REST_SECONDS_MIN * 2.0**excess)
