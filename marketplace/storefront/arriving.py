"""How far the world of a demonstration has arrived: told on every page of the storefront until all boutiques are here.

Asked of the database at most once every LOOKED_AT_EVERY in each web process, and never again once all have come.
"""

from datetime import datetime, timedelta

import msgspec
from litestar.datastructures import State

from marketplace.listings import service

LOOKED_AT_EVERY = timedelta(seconds=1)
_NAME = "arriving"


class Arriving(msgspec.Struct, frozen=True):
    """So many of the boutiques that are expected show their pieces; as things stood at `seen_at`."""

    arrived: int
    expected: int
    seen_at: datetime

    @property
    def is_over(self) -> bool:
        """Whether nobody is waited for."""
        return self.arrived >= self.expected


async def arriving(state: State, expected: int, now: datetime) -> Arriving | None:
    """How many of `expected` boutiques have come; None when all have, or when nobody counts."""
    kept: Arriving | None = state.get(_NAME)
    if not expected or (kept is not None and kept.is_over):
        return None
    if kept is None or not timedelta() <= now - kept.seen_at < LOOKED_AT_EVERY:
        kept = Arriving(await service.open_boutiques(), expected, now)
        state[_NAME] = kept
    return None if kept.is_over else kept
