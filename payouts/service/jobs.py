"""The regular jobs of money under watch: when each ran last, what it found, and an alert for one that is late.

The runs are written down apart from the job's own work, so that a job that fails leaves its failure behind. Who looks
whether a job is late must not be the jobs: the hub's pages do, its health address, and a watch in a queue of its own.
"""

from collections.abc import Awaitable, Callable, Mapping, Sized
from datetime import datetime

import structlog

from federation.vocabulary.wording import Sentence, message, sentence
from payouts.domain.jobs import ERROR_LENGTH_MAX, JobRecord
from payouts.store import desk, rows

LATE = "job-late"
_LATE = {
    False: message("“%(job)s” should run every %(minutes)s min, and %(last)s"),
    True: message("“%(job)s” should run every %(minutes)s min, and %(last)s; then it failed: “%(error)s”"),
}
"""What is said of a late job, by whether it failed."""

_log = structlog.get_logger(__name__)


async def run_watched(
    name: str, interval_seconds: int, job: Callable[[datetime], Awaitable[object]], now: datetime
) -> object:
    """Run a job and write down when, how it ended, and on how many things it came. What it raises goes on."""
    await desk.job_begins(name, interval_seconds, now)
    try:
        found = await job(now)
    except Exception as error:
        await desk.job_failed(name, f"{type(error).__name__}: {error}"[:ERROR_LENGTH_MAX], now)
        raise
    await desk.job_succeeded(name, _count(found), now)
    return found


def _count(found: object) -> int:
    if isinstance(found, int):
        return found
    return len(found) if isinstance(found, Sized) else 0


async def know(intervals: Mapping[str, int], now: datetime) -> None:
    """Say which jobs there are, so that one that never ran at all is missed as well."""
    await desk.know_jobs(dict(intervals), now)


async def all_jobs() -> list[JobRecord]:
    """Every job with its last runs."""
    return await desk.all_jobs()


async def late_jobs(now: datetime) -> list[JobRecord]:
    """The jobs that have not succeeded for too long."""
    return [job for job in await desk.all_jobs() if job.is_late(now)]


def _late_words(job: JobRecord) -> Sentence:
    last = sentence("it never ran to its end")
    if job.succeeded_at is not None:
        last = sentence("it last ran to its end on %(at)s", at=job.succeeded_at)
    return sentence(
        _LATE[bool(job.error)], job=job.name, minutes=-(-job.interval_seconds // 60), last=last, error=job.error
    )


async def watch(own_name: str, now: datetime) -> int:
    """Raise an alert for every job that is late and take back those of jobs that run again; returns how many are.

    The watch itself (`own_name`) is running; whether it does is for the pages and the health address to say.
    """
    late = [job for job in await late_jobs(now) if job.name != own_name]
    for job in late:
        last = "never" if job.succeeded_at is None else f"last at {job.succeeded_at:%Y-%m-%d %H:%M:%S} UTC"
        await rows.raise_alert(LATE, job.name, _late_words(job), now)
        _log.error("money_job_is_late", job=job.name, last=last, error=job.error)
    await desk.clear_alerts_but(LATE, [job.name for job in late], now)
    return len(late)
