"""What a shop node's worker does: run imports, and sweep what time has ended."""

from datetime import datetime

from federation.node import clock
from federation.node.door import Door
from federation.node.outbox import Handler, Message
from federation.node.work import Sweep
from shops.catalog import service as catalog
from shops.importers import service as importers
from shops.inventory.service import holds
from shops.moving.tasks import moving_handlers
from shops.settings import ShopNodeSettings

HOLDS_EVERY_SECONDS = 5.0
TIDY_EVERY_SECONDS = 3600.0


def shop_handlers(settings: ShopNodeSettings) -> dict[str, Handler]:
    """The outbox topics of a shop node."""

    async def run_import(message: Message) -> None:
        await importers.run(settings, message.read(importers.ImportDue), clock.now())

    door = importers.PatientDoor(Door(frozenset(settings.reachable)))

    async def fetch_pictures(message: Message) -> None:
        await importers.fetch_pictures(settings, door, message.read(importers.PicturesDue), clock.now())

    return {
        importers.TOPIC: run_import,
        importers.PICTURE_TOPIC: fetch_pictures,
        **moving_handlers(settings),
    }


async def tidy(now: datetime) -> None:
    """Forget what nobody may ask for any more."""
    await holds.forget_reservations(now)
    await catalog.forget_publications(now)
    await importers.forget_files(now)


def shop_sweeps() -> tuple[Sweep, ...]:
    """The sweeps of a shop node: overdue holds go back on sale within seconds."""
    return (
        Sweep(name="shops.holds", interval_seconds=HOLDS_EVERY_SECONDS, queue="sync", run=holds.expire_holds),
        Sweep(name="shops.tidy", interval_seconds=TIDY_EVERY_SECONDS, queue="sync", run=tidy),
    )
