"""The one place that reads the wall clock; edges call it and pass the value inward.

A context may be given another clock (`reading`): a simulation's nodes live in a time of their own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime


def _wall() -> datetime:
    return datetime.now(UTC)


_read: ContextVar[Callable[[], datetime]] = ContextVar("galleria_clock", default=_wall)


def now() -> datetime:
    """This moment, aware and in UTC."""
    return _read.get()()


@contextmanager
def reading(read: Callable[[], datetime]) -> Iterator[None]:
    """Let `now` ask `read` for the code inside."""
    token = _read.set(read)
    try:
        yield
    finally:
        _read.reset(token)
