"""The background work of pictures, on a queue of its own so that it holds up nothing else."""

from datetime import datetime
from pathlib import Path

from federation.node.outbox import Handler, Message
from federation.node.work import Sweep
from marketplace.media import service, tidying
from marketplace.media.service import PicturesDue, Studio

SWEEP_SECONDS = 60.0
STRAYS_SECONDS = 300.0
"""One of the 256 folders each time: all of them about once a day."""
UNNAMED_SECONDS = 86_400.0


def media_handlers(studio: Studio) -> dict[str, Handler]:
    """Outbox topics of pictures."""

    async def fetch(message: Message) -> None:
        await service.fetch_due(studio, message.read(PicturesDue).shop_id)

    return {service.TOPIC: fetch}


def media_sweeps(media_dir: Path) -> tuple[Sweep, ...]:
    """Pictures that could not be had are tried again by and by, and those that nobody names are deleted."""

    async def tidy(now: datetime) -> object:
        return await tidying.tidy(media_dir, now)

    async def strays(now: datetime) -> object:
        return await tidying.note_strays(media_dir, now)

    return (
        Sweep("hub.pictures", SWEEP_SECONDS, service.QUEUE, service.sweep),
        Sweep("hub.pictures.tidy", SWEEP_SECONDS, service.QUEUE, tidy),
        Sweep("hub.pictures.strays", STRAYS_SECONDS, service.QUEUE, strays),
        Sweep("hub.pictures.unnamed", UNNAMED_SECONDS, service.QUEUE, tidying.note_unnamed),
    )
