"""The background work of pictures, on a queue of its own so that it holds up nothing else."""

from federation.node.outbox import Handler, Message
from federation.node.work import Sweep
from marketplace.media import service
from marketplace.media.service import PicturesDue, Studio

SWEEP_SECONDS = 60.0


def media_handlers(studio: Studio) -> dict[str, Handler]:
    """Outbox topics of pictures."""

    async def fetch(message: Message) -> None:
        await service.fetch_due(studio, message.read(PicturesDue).shop_id)

    return {service.TOPIC: fetch}


def media_sweeps() -> tuple[Sweep, ...]:
    """Pictures that could not be had are tried again by and by."""
    return (Sweep("hub.pictures", SWEEP_SECONDS, service.QUEUE, service.sweep),)
