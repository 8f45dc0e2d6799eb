"""The worker's part in bulk work: what the queue `pacing.QUEUE` carries, and the attendant that drains it.

Kept apart from the queues in which everybody's words wait, so that a boutique with very much to be taken in holds up
none of them, however long that takes.
"""

from federation.node import clock, lanes
from federation.node.attending import Attendant
from federation.node.outbox import Handler, Message, Outbox
from federation.service import bootstrap, pacing, pull, tending
from federation.service.bootstrap import LoadDue
from federation.service.context import Federation
from federation.service.pull import PullDue

SHARE = 3
"""So many loads, and so many rests of a log, are begun at once: as their steps wait for each other, and each is rested
from, more would spend their leases with waiting."""
NICENESS = 10
"""Bulk work steps aside for all other processes of its machine."""


def bulk_handlers(fed: Federation) -> dict[str, Handler]:
    """The handler of each topic of bulk work."""

    async def fetch_rest(message: Message) -> None:
        await pull.pull_rest(fed, message.read(PullDue), clock.now())

    async def load_snapshot(message: Message) -> None:
        await tending.load_announced(fed, message.read(LoadDue), clock.now())

    return {pull.REST_TOPIC: fetch_rest, bootstrap.TOPIC: load_snapshot}


def bulk_attendant(fed: Federation) -> Attendant:
    """Who does the bulk work of a node: in a thread of its own, so `fed` is given to nobody else."""

    async def attend() -> None:
        await lanes.attend(Outbox(bulk_handlers(fed)), pacing.QUEUE, SHARE)

    return Attendant("bulk", "sync", attend, niceness=NICENESS)
