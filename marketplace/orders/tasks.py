"""The background work of orders: which outbox message goes to which handler, and what is swept how often."""

from datetime import datetime

from federation.node.outbox import Handler
from federation.node.work import Sweep
from marketplace.coupons import guessing
from marketplace.hub import Hub
from marketplace.orders import answers, checkout, crowding, fulfilment, holds, silence, words
from marketplace.orders.acceptance import Acceptance
from marketplace.orders.acceptance import close_overdue as close_acceptance
from marketplace.orders.fulfilment import Fulfilment
from marketplace.orders.holds import Releases
from marketplace.settings import HubSettings

OVERDUE_SECONDS = 5.0
PLACES_SECONDS = 300.0
SILENCE_SECONDS = 60.0


def order_handlers(hub: Hub) -> dict[str, Handler]:
    """Outbox topics of orders."""
    steps = Fulfilment(hub)
    acceptance = Acceptance(hub)
    return {
        holds.RELEASE: Releases(hub).handle,
        fulfilment.CONFIRM: steps.confirm,
        fulfilment.REHOLD: steps.rehold,
        fulfilment.PLACE: steps.place,
        answers.ANSWERED: acceptance.answered,
        answers.CHARGED: acceptance.charged,
        answers.WITHDRAWN: acceptance.withdrawn,
        words.TOPIC: words.deliver,
    }


def order_sweeps(settings: HubSettings) -> tuple[Sweep, ...]:
    """Orders left behind are ended soon after they are due; boutiques that do not answer are reminded and given up."""

    async def close_overdue(now: datetime) -> int:
        return await close_acceptance(settings, now)

    return (
        Sweep("orders.acceptance", OVERDUE_SECONDS, fulfilment.QUEUE, close_overdue),
        Sweep("orders.places", PLACES_SECONDS, fulfilment.QUEUE, crowding.forget_places),
        Sweep("orders.codes", PLACES_SECONDS, fulfilment.QUEUE, guessing.forget_tries),
        Sweep("orders.overdue", OVERDUE_SECONDS, fulfilment.QUEUE, checkout.end_overdue),
        Sweep("orders.silence", SILENCE_SECONDS, fulfilment.QUEUE, silence.answer_silence),
    )
