"""How far a boutique's way to another node is, for the page that its owner follows it on. Pure."""

from datetime import datetime
from typing import Literal

import msgspec

from shops.moving.handover.store import Handover
from shops.moving.store import AskedArchive
from shops.store import BoutiqueView

Stage = Literal["here", "ticket", "stopped", "making", "failed", "fetching", "taking-in", "moved"]
"""`here`: nothing begun; `ticket`: one waits; `stopped`: without a node that fetches; the others in their order."""

_ORDER: tuple[Stage, ...] = ("ticket", "making", "fetching", "taking-in", "moved")


class Way(msgspec.Struct, frozen=True):
    """The stage, and of the steps of a way which are done, which one is under way and which are to come."""

    stage: Stage
    steps: tuple[str, ...]


def way(boutique: BoutiqueView, handover: Handover | None, archive: AskedArchive | None, now: datetime) -> Way:
    """Where the boutique stands on its way."""
    stage = _stage(boutique, handover or Handover(), archive, now)
    at = _ORDER.index("making" if stage == "failed" else stage) if stage in {*_ORDER, "failed"} else -1
    states = ["done" if number < at or stage == "moved" else "later" for number in range(len(_ORDER))]
    if at >= 0 and stage != "moved":
        states[at] = "now"
    return Way(stage, tuple(states))


def _stage(boutique: BoutiqueView, handover: Handover, archive: AskedArchive | None, now: datetime) -> Stage:
    if boutique.moved_to:
        return "moved"
    if not boutique.departed:
        waits = handover.ticket_until is not None and handover.ticket_until > now and not handover.redeemed_by
        return "ticket" if waits else "here"
    if not handover.claim:
        return "stopped"
    if archive is None or archive.state == "asked":
        return "making"
    if archive.state == "failed":
        return "failed"
    return "fetching" if handover.sent_bytes < archive.size_bytes else "taking-in"
