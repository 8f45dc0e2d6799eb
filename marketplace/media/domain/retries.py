"""When a picture that could not be had is asked for again. Pure."""

from datetime import datetime, timedelta

PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=2), timedelta(days=1))
"""After the first failure, the second and so on; after as many as there are pauses it is given up."""


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When to try after `attempts` failures; None when it has been tried often enough."""
    return now + PAUSES[attempts - 1] if 0 < attempts <= len(PAUSES) else None
