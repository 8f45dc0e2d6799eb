"""When the regular jobs of money ran last, and which of them are late: a job that nobody runs is the worst failure."""

from datetime import datetime, timedelta

import msgspec

GRACE_SECONDS = 120
MISSED_RUNS = 3
ERROR_LENGTH_MAX = 500


class JobRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One job: how often it should run, when it last began, succeeded and failed; `found` is what it came upon then."""

    name: str
    interval_seconds: int
    known_since: datetime
    started_at: datetime | None = None
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    error: str = ""
    runs: int = 0
    failures: int = 0
    found: int = 0

    @property
    def late_after(self) -> timedelta:
        """How long it may be silent: three intervals, or an interval and two minutes if that is longer."""
        return timedelta(seconds=max(MISSED_RUNS * self.interval_seconds, self.interval_seconds + GRACE_SECONDS))

    def is_late(self, now: datetime) -> bool:
        """Whether it has not succeeded for too long."""
        return (self.succeeded_at or self.known_since) + self.late_after < now
