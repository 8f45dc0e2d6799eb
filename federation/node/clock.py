"""The one place that reads the wall clock; edges call it and pass the value inward."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, aware and in UTC."""
    return datetime.now(UTC)
