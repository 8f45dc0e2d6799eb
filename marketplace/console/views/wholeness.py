"""How whole a copy is, for people: how much of a snapshot is here, what was mended last and what that cost. Pure."""

from datetime import datetime, timedelta

import msgspec

from federation import limits
from federation.node.pages import format_number
from federation.recon.state import RepairNote
from federation.vocabulary.wording import message
from marketplace.console.words import say

CAUSES = {
    "rows": message("lines lost or altered on our disk"),
    "tree": message("sums over its log"),
    "set": message("lines that it has and we had not"),
    "served": message("listings that showed something else than its log"),
    "snapshot": message("everything, loaded at once"),
}
_KIBIBYTE = 1024


class Wholeness(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a copy; `parts` of `parts_total` of a snapshot are here (0 of 0: none is being loaded)."""

    parts: int
    parts_total: int
    looked_at: datetime | None
    mended_at: datetime | None
    mended: str
    cost: str
    repairs: int
    rests_until: datetime | None


def wholeness(note: RepairNote) -> Wholeness:
    """What the console says from what is remembered."""
    causes = [say(CAUSES[cause]) for cause in note.last_cause.split(",") if cause in CAUSES]
    figures = {"records": format_number(note.last_records), "size": size_in_words(note.last_bytes)}
    rests_until = None
    if note.window_at is not None and note.spent:
        rests_until = note.window_at + timedelta(seconds=limits.REPAIR_WINDOW_SECONDS)
    return Wholeness(
        parts=note.progress_done,
        parts_total=note.progress_total,
        looked_at=note.looked_at,
        mended_at=note.last_at,
        mended=", ".join(causes),
        cost=say("%(records)s records for %(size)s", **figures),
        repairs=note.repairs,
        rests_until=rests_until,
    )


def size_in_words(size: int) -> str:
    """A number of bytes as people read it."""
    if size < _KIBIBYTE:
        return say("%(size)s bytes", size=format_number(size))
    if size < _KIBIBYTE**2:
        return say("%(size)s KiB", size=format_number(round(size / _KIBIBYTE)))
    return say("%(size)s MiB", size=format_number(round(size / _KIBIBYTE**2)))
