"""The hub's workers: federation, orders, money and mail in one kind of process, the search index in its own.

Only the process that drains the queue `index` opens the index for writing, at its first piece of work.
"""

from federation.node import mail
from federation.node.outbox import Outbox
from federation.node.settings import load
from federation.node.work import Node, make_celery
from federation.service.bulk_work import bulk_attendant
from federation.tasks import fed_handlers, fed_sweeps
from marketplace.composition import build_hub, build_studio, federation_of
from marketplace.currencies.tasks import first_rates, rate_sweeps
from marketplace.hub import Hub
from marketplace.leaving.tasks import leaving_sweeps
from marketplace.listings.tasks import listing_handlers, listing_sweeps
from marketplace.media.tasks import media_handlers, media_sweeps
from marketplace.money.tasks import money_sweeps
from marketplace.orders.tasks import order_handlers, order_sweeps
from marketplace.settings import HubSettings
from payouts.tasks import payments_handlers, payments_sweeps

APPS = (
    "federation.node.piccolo_app",
    "federation.piccolo_app",
    "payouts.piccolo_app",
    "marketplace.piccolo_app",
)
QUEUES = ("sync", "money", "mail", "media", "index")


def build_node() -> Node:
    """The hub as a worker process runs it, from GALLERIA_ variables."""
    return node_of(build_hub(load(HubSettings)))


def node_of(hub: Hub) -> Node:
    """What the workers of `hub` do."""
    return Node(
        name=hub.settings.node_name,
        settings=hub.settings,
        apps=APPS,
        outbox=Outbox(
            {
                **fed_handlers(hub.federation),
                **payments_handlers(hub.payments),
                **order_handlers(hub),
                **listing_handlers(hub.catalog, hub.settings.currency),
                **media_handlers(build_studio(hub)),
                **mail.mail_handlers(hub.settings),
            }
        ),
        sweeps=(
            *fed_sweeps(hub.federation),
            *payments_sweeps(hub.payments),
            *money_sweeps(hub),
            *order_sweeps(hub.settings),
            *rate_sweeps(hub),
            *listing_sweeps(hub.catalog, hub.settings.currency),
            *media_sweeps(hub.settings.media_dir),
            *leaving_sweeps(),
        ),
        queues=QUEUES,
        start=first_rates(hub),
        attendants=(bulk_attendant(federation_of(hub.settings)),),
    )


celery = make_celery(build_node)
