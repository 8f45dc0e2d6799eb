"""The background work of orders: which outbox message goes to which handler, and what is swept how often."""

from federation.node.outbox import Handler
from federation.node.work import Sweep
from marketplace.hub import Hub
from marketplace.orders import checkout, crowding, fulfilment, holds, silence
from marketplace.orders.fulfilment import Fulfilment
from marketplace.orders.holds import Releases

OVERDUE_SECONDS = 5.0
PLACES_SECONDS = 300.0
SILENCE_SECONDS = 60.0


def order_handlers(hub: Hub) -> dict[str, Handler]:
    """Outbox topics of orders."""
    steps = Fulfilment(hub)
    return {
        holds.RELEASE: Releases(hub).handle,
        fulfilment.CONFIRM: steps.confirm,
        fulfilment.REHOLD: steps.rehold,
        fulfilment.PLACE: steps.place,
    }


def order_sweeps() -> tuple[Sweep, ...]:
    """Orders left behind are ended soon after they are due; boutiques that do not answer are reminded and given up."""
    return (
        Sweep("orders.places", PLACES_SECONDS, fulfilment.QUEUE, crowding.forget_places),
        Sweep("orders.overdue", OVERDUE_SECONDS, fulfilment.QUEUE, checkout.end_overdue),
        Sweep("orders.silence", SILENCE_SECONDS, fulfilment.QUEUE, silence.answer_silence),
    )
