"""The worker's part in repair: the outbox topics of snapshots and loads, and the sweeps that tend copies."""

from datetime import datetime

from federation.node import clock
from federation.node.outbox import Handler, Message
from federation.node.work import Sweep
from federation.service import announcing, links, snapshots, tending
from federation.service.context import Federation
from federation.service.snapshots import SnapshotDue

QUEUE = "sync"
TEND_SECONDS = 10
SNAPSHOT_SECONDS = 60
TELL_SECONDS = 3_600
"""How often it is looked who has not been told our operations today."""


def repair_handlers() -> dict[str, Handler]:
    """The handler of each topic of repair."""

    async def make_snapshot(message: Message) -> None:
        due = message.read(SnapshotDue)
        await snapshots.make(due.holder_id, due.party_id, clock.now())

    return {snapshots.TOPIC: make_snapshot}


def repair_sweeps(fed: Federation) -> list[Sweep]:
    """Snapshots of long logs wherever logs are held; links in trouble; copies looked over at a hub."""

    async def make_snapshots(now: datetime) -> None:
        await snapshots.make_wanted(now)

    async def tend(now: datetime) -> None:
        await tending.tend_due(fed, now)

    sweeps = [
        Sweep("fed.snapshots", SNAPSHOT_SECONDS, QUEUE, make_snapshots),
        Sweep("fed.identities", TELL_SECONDS, QUEUE, announcing.tell_daily),
        Sweep("fed.words", links.AGAIN.total_seconds(), QUEUE, links.say_again),
    ]
    if fed.hub_desk is not None:
        sweeps.append(Sweep("fed.tend", TEND_SECONDS, QUEUE, tend))
    return sweeps
