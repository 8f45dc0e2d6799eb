"""By and by, delete what is kept of boutiques that left no longer."""

from federation.node.work import Sweep
from marketplace.leaving import service

PURGE_SECONDS = 6 * 3600.0


def leaving_sweeps() -> tuple[Sweep, ...]:
    """The sweep of what was kept long enough."""
    return (Sweep("leaving.purge", PURGE_SECONDS, "sync", service.purge),)
