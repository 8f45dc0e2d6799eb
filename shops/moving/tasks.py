"""What a shop node's worker does for boutiques that move: archives, and pictures at a new address."""

from datetime import datetime

from federation.node import clock
from federation.node.outbox import Handler, Message
from federation.node.work import Sweep
from shops.moving.service import asking, rebasing
from shops.settings import ShopNodeSettings

TIDY_SECONDS = 3600.0


def moving_handlers(settings: ShopNodeSettings) -> dict[str, Handler]:
    """The outbox topics."""

    async def make_archive(message: Message) -> None:
        await asking.make(settings, message.read(asking.ArchiveDue), clock.now())

    async def move_pictures(message: Message) -> None:
        await rebasing.rebase(message.read(rebasing.RebaseDue), clock.now())

    return {asking.TOPIC: make_archive, rebasing.TOPIC: move_pictures}


def moving_sweeps(settings: ShopNodeSettings) -> tuple[Sweep, ...]:
    """Archives are offered for a week."""

    async def tidy(now: datetime) -> None:
        await asking.forget_old(settings, now)

    return (Sweep("shops.archives", TIDY_SECONDS, "sync", tidy),)
