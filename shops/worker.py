"""The worker of a shop node: federation messages, imports, mails; sweeps of holds and of what has grown old."""

from federation.http.watching import attend
from federation.node import lanes
from federation.node.attending import Attendant
from federation.node.mail import mail_handlers
from federation.node.outbox import Handler, Outbox
from federation.node.settings import load
from federation.node.work import Node, Sweep, make_celery
from federation.service import stock
from federation.service.context import Federation, create_federation
from federation.tasks import fed_handlers, fed_sweeps, stock_handlers
from shops.desk import BoutiqueDesk
from shops.media.shelf import Shelf
from shops.money.tasks import money_sweeps
from shops.moving.tasks import moving_sweeps
from shops.settings import ShopNodeSettings
from shops.tasks import shop_handlers, shop_sweeps
from shops.vouchers.tasks import voucher_handlers

APPS = ("federation.node.piccolo_app", "federation.piccolo_app", "shops.piccolo_app")
QUEUES = ("sync", "import", "pictures", "mail")


def build_node() -> Node:
    """The composition of a worker process."""
    settings = load(ShopNodeSettings)
    federation = _federation(settings)
    handlers: dict[str, Handler] = {
        **fed_handlers(federation),
        **shop_handlers(settings),
        **voucher_handlers(federation),
        **mail_handlers(settings),
    }
    sweeps: tuple[Sweep, ...] = (
        *fed_sweeps(federation),
        *shop_sweeps(),
        *money_sweeps(federation),
        *moving_sweeps(settings),
    )
    return Node(
        name=settings.node_name,
        settings=settings,
        apps=APPS,
        outbox=Outbox(handlers),
        sweeps=sweeps,
        queues=QUEUES,
        attendants=(
            Attendant("mailboxes", "sync", lambda: attend(_federation(settings))),
            Attendant("stock", "sync", lambda: _tell_stock(_federation(settings))),
        ),
    )


def _federation(settings: ShopNodeSettings) -> Federation:
    return create_federation(settings, shop_desk=BoutiqueDesk(), pictures=Shelf(settings))


async def _tell_stock(federation: Federation) -> None:
    await lanes.attend(Outbox(stock_handlers(federation)), stock.QUEUE)


celery = make_celery(build_node)
