"""How often a party may ask this node for something in a minute; a node of several processes lets that many in by each.

Invariants: one party's questions are never counted against another; the counts take bounded memory, of the running
minute alone.
"""

from datetime import datetime

from federation.vocabulary.errors import QuotaError

MINUTE_SECONDS = 60


class Tally:
    """The questions of the running minute, by who asked whom."""

    def __init__(self, per_minute_max: int) -> None:
        self._per_minute_max = per_minute_max
        self._minute = 0
        self._counts: dict[tuple[str, str], int] = {}

    def admit(self, pair: tuple[str, str], now: datetime) -> None:
        """Count one question of a verified sender. Raises QuotaError (429), saying when the next minute begins."""
        minute, second = divmod(int(now.timestamp()), MINUTE_SECONDS)
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        asked = self._counts.get(pair, 0)
        if asked >= self._per_minute_max:
            raise QuotaError(
                f"at most {self._per_minute_max} such questions are answered in a minute: ask again in the next",
                retry_after_seconds=MINUTE_SECONDS - second,
            )
        self._counts[pair] = asked + 1
