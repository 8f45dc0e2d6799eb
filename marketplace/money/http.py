"""The address a watch from outside asks whether the hub's money is looked after: 200 when every job runs, else 503.

It tells the jobs' names and times and nothing else, so that anybody may ask.
"""

from datetime import datetime

import msgspec
from litestar import Response, get

from federation.node import clock
from payouts.service import jobs


class JobHealth(msgspec.Struct, frozen=True):
    """One job: when it last succeeded, and whether that is too long ago."""

    name: str
    late: bool
    succeeded_at: datetime | None


class MoneyHealth(msgspec.Struct, frozen=True):
    """Whether all is well, and each job."""

    well: bool
    jobs: tuple[JobHealth, ...]


@get("/healthz/money", opt={"session": False})
async def money_health() -> Response[MoneyHealth]:
    """Every job of money with its last run."""
    now = clock.now()
    found = tuple(JobHealth(job.name, job.is_late(now), job.succeeded_at) for job in await jobs.all_jobs())
    well = bool(found) and not any(job.late for job in found)
    return Response(MoneyHealth(well, found), status_code=200 if well else 503, headers={"cache-control": "no-store"})


ROUTES = [money_health]
