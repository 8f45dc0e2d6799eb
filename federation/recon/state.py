"""What a hub remembers of repairing a copy, and the rules that follow from it: when to look, what to spend, which way.

Pure. A budget counts within a window that begins with its first use; once it is spent the copy rests until the window
is over. The way is chosen by what is missing: a short gap is fetched as lines, scattered losses are reconciled, and
whatever is large beside the copy is loaded from a snapshot.
"""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from federation import limits

Way = Literal["log", "ranges", "snapshot"]


class RepairNote(msgspec.Struct, frozen=True, kw_only=True):
    """Where a hub stands with repairing its copy of one shop.

    `window_*` is the budget; `next_at` the next look; `last_*` the last repair that changed something and its cost;
    `progress_*` how many parts of a snapshot are here, of how many (0 of 0: none is being loaded).
    """

    hub_id: str
    shop_id: str
    window_at: datetime | None = None
    window_bytes: int = 0
    window_sessions: int = 0
    next_at: datetime | None = None
    looked_at: datetime | None = None
    repairs: int = 0
    last_at: datetime | None = None
    last_cause: str = ""
    last_rounds: int = 0
    last_bytes: int = 0
    last_records: int = 0
    progress_done: int = 0
    progress_total: int = 0

    def window_over(self, now: datetime) -> bool:
        """Whether the budget counts anew."""
        length = timedelta(seconds=limits.REPAIR_WINDOW_SECONDS)
        return self.window_at is None or now - self.window_at >= length

    @property
    def spent(self) -> bool:
        """Whether the budget of the running window is used up."""
        return self.window_bytes >= limits.REPAIR_BYTES_MAX or self.window_sessions >= limits.REPAIR_SESSIONS_MAX

    def charged(self, size: int, now: datetime) -> "RepairNote":
        """After one more repair that moved `size` bytes."""
        fresh = self.window_over(now)
        return msgspec.structs.replace(
            self,
            window_at=now if fresh else self.window_at,
            window_bytes=size + (0 if fresh else self.window_bytes),
            window_sessions=1 + (0 if fresh else self.window_sessions),
        )


def way_for(*, gap: int = 0, damaged: int = 0, keys: int = 0, gap_max: int = limits.LOG_GAP_MAX) -> Way:
    """How a copy becomes whole that lacks `gap` leaves at its end and has `damaged` ones among its `keys`."""
    many = max(1, keys) * limits.REPAIR_DAMAGE_PERCENT_MAX // 100
    if gap > gap_max or damaged > max(many, limits.RECON_LEAVES_MAX) or damaged > limits.RECON_IDS_MAX:
        return "snapshot"
    return "log" if gap else "ranges"


class SnapshotMade(msgspec.Struct, frozen=True):
    """A snapshot as it is offered: of which size, and its signed manifest."""

    epoch: int
    size: int
    manifest: bytes
    made_at: datetime


class SnapshotLoad(msgspec.Struct, frozen=True):
    """A snapshot on its way into a hub's copy: `taken` of its chunks are here, in the manifest's order."""

    hub_id: str
    shop_id: str
    manifest: bytes
    begun_at: datetime
    taken: int = 0
    bytes_taken: int = 0
    failures: int = 0
