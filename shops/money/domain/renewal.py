"""When a hub is asked again of a boutique's account, so that the copy here is never much older than its words. Pure.

Invariants: a hub that answers is asked every few hours, and soon after each of its words about money; one that does not
is asked ever less often, and never given up. All moments are moved by chance, or every boutique would ask at once.
"""

from datetime import datetime, timedelta

import msgspec

EVERY = timedelta(hours=4)
SOON = timedelta(minutes=1)
"""After words about money, which seldom come alone, and when there was no time to read everything."""
AGAIN = timedelta(minutes=5)
"""After the first answer that did not come; twice as long after each further one."""
AGAIN_MAX = timedelta(days=1)
SPREAD = (0.75, 1.25)
"""How much shorter or longer each of these is by chance."""
OLD = timedelta(days=1)
"""A copy so old is worth a word on the boutique's first page."""
DOUBLINGS_MAX = 12


class Renewal(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of asking one hub: when it is due, when it was tried last, and how often in vain since.

    `silence` is why nothing new was told (`shops.money.service.Silence`); `papers_missing` files are not here yet.
    """

    hub_id: str
    due_at: datetime
    tried_at: datetime | None = None
    silence: str = ""
    failures: int = 0
    papers_missing: int = 0


def rest(failures: int, spread: float, *, is_whole: bool) -> timedelta:
    """How long a hub is left alone that has just answered, or not for the so manieth time; `spread` is by chance."""
    if not failures:
        return (EVERY if is_whole else SOON) * spread
    return min(AGAIN * (1 << min(failures - 1, DOUBLINGS_MAX)), AGAIN_MAX) * spread
