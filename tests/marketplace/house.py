"""A hub and one shop node in this process, each with its own database and app, joined by a way between them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from federation.node import clock
from federation.node.database import Database, atomic, using
from federation.node.mail import mail_handlers
from federation.node.outbox import Outbox
from federation.node.web import web_node
from federation.service import links, pacing, parties, stock
from federation.service.context import create_federation
from federation.tasks import fed_handlers
from federation.vocabulary.ids import PartyId
from federation.vocabulary.product import ShopProfile
from marketplace import worker as hub_worker
from marketplace.accounts.setup import open_hub
from marketplace.app import create_app
from marketplace.composition import build_hub
from marketplace.listings import boutiques, indexer
from marketplace.settings import HubSettings
from payouts.adapters.memory import MemoryProvider
from payouts.ports import PaymentProvider
from payouts.service.payments import observe_payment
from search.adapters.memory import MemoryEngine
from search.documents import LISTINGS
from search.service import Catalog
from shops import service as shop_service
from shops.app import create_app as create_shop_app
from shops.desk import BoutiqueDesk
from shops.importers.service import import_jsonl
from shops.settings import ShopNodeSettings
from shops.tasks import shop_handlers
from shops.vouchers.tasks import voucher_handlers
from shops.worker import APPS as SHOP_APPS
from tests.federation.peer import Way
from tests.support.clients import running
from tests.support.postgres import Server, Urls

HUB_ADDRESS = "127.0.0.1:17310"
SHOP_ADDRESS = "127.0.0.1:17311"
OPERATOR = "operator@example.com"
ROUNDS = 8


def settings_at(address: str, urls: Urls, folder: Path) -> dict[str, Any]:
    """What every node of a test is told; nothing need listen at its address."""
    return {
        "node_name": address,
        "public_url": f"http://{address}",
        "database_url": urls.app,
        "broker_url": "none:",
        "state_dir": folder,
        "secret_key": "test-secret-key-of-32-characters!",
        "environment": "test",
        "log_level": "CRITICAL",
    }


class House:
    """Both nodes as their processes would hold them; money lies with `provider`, in memory unless one is given."""

    def __init__(self, hub: HubSettings, shop: ShopNodeSettings, provider: PaymentProvider | None = None) -> None:
        self.way = Way()
        self.till = MemoryProvider(clock.now())
        self.shop_settings = shop
        self.shop_fed = create_federation(self.shop_settings, shop_desk=BoutiqueDesk(), door=self.way)
        self.shop_app = create_shop_app(self.shop_settings, self.shop_fed)
        catalog = Catalog(MemoryEngine(LISTINGS))
        self.hub = build_hub(hub, provider=provider or self.till, catalog=catalog, peer_door=self.way)
        self.hub_app = create_app(hub, self.hub)
        self.way.apps = {hub.public_host: self.hub_app, shop.public_host: self.shop_app}
        self.hub_node = hub_worker.node_of(self.hub)
        self.hub_id = PartyId("")
        self.ahead_seconds = 0

    @contextmanager
    def at_hub(self) -> Iterator[Database]:
        """Work inside the hub's node."""
        with using(web_node(self.hub_app).database) as database:
            yield database

    @contextmanager
    def at_shop(self) -> Iterator[Database]:
        """Work inside the shop's node."""
        with using(web_node(self.shop_app).database) as database:
            yield database

    async def open_hub(self) -> None:
        """Make the hub and its operator."""
        with self.at_hub():
            async with atomic():
                self.hub_id = (await open_hub(self.hub.settings, "Hub", OPERATOR, clock.now())).hub_id

    async def open_shop(self, profile: ShopProfile, lines: list[dict[str, Any]]) -> PartyId:
        """Open a boutique, bring its catalogue, let the hub's operator accept it, and wait until all has arrived."""
        now = clock.now()
        with self.at_shop():
            async with atomic():
                opened = await shop_service.open_shop(self.shop_settings, profile, "owner@example.com", now)
            report = await import_jsonl(
                self.shop_settings, opened.shop_id, (msgspec.json.encode(line) for line in lines), now
            )
            assert report.rejected == 0, report.faults
        await self.link(opened.shop_id)
        return opened.shop_id

    async def link(self, *shop_ids: PartyId) -> None:
        """Boutiques ask the hub to be linked, its operator lets them in, and what they publish arrives."""
        with self.at_shop():
            for shop_id in shop_ids:
                await links.propose_link(self.shop_fed, shop_id, await self._hub_profile(), clock.now())
        await self.work()
        with self.at_hub():
            for shop_id in shop_ids:
                async with atomic():
                    await boutiques.accept(self.hub, shop_id, clock.now())
        await self.work()

    async def _hub_profile(self) -> str:
        return parties.profile_url(self.hub.settings, self.hub_id)

    async def work(self) -> None:
        """Let the workers of both nodes and the indexer do all that waits."""
        idle = 0
        for _ in range(ROUNDS * 4):
            self.ahead_seconds += 60
            now = clock.now() + timedelta(seconds=self.ahead_seconds)
            handled = 0
            with self.at_hub():
                queues = ("sync", pacing.QUEUE, "money", "mail")
                handled += sum([await self.hub_node.outbox.drain(queue, now) for queue in queues])
                handled += await indexer.drain(self.hub.catalog, now)
            with self.at_shop():
                shop_queues = ("sync", stock.QUEUE, "import", "pictures", "mail")
                handled += sum([await _shop_outbox(self).drain(queue, now) for queue in shop_queues])
            idle = 0 if handled else idle + 1
            if idle > 1:
                return

    async def money_arrives(self) -> None:
        """Every open payment is paid, and the provider says so."""
        for payment in list(self.till.payments.values()):
            if payment.status == "open":
                self.till.pay(payment.id)
                with self.at_hub():
                    await observe_payment(self.hub.payments, self.till.payments[payment.id], clock.now())


def _shop_outbox(house: House) -> Outbox:
    from_tasks = {
        **fed_handlers(house.shop_fed),
        **shop_handlers(house.shop_settings),
        **voucher_handlers(house.shop_fed),
    }
    return Outbox({**from_tasks, **mail_handlers(house.shop_settings)})


@asynccontextmanager
async def house(pg: Server, folder: Path) -> AsyncIterator[House]:
    """Both nodes, running, the hub open."""
    urls = (pg.clone(hub_worker.APPS), pg.clone(SHOP_APPS))
    hub = HubSettings(
        **settings_at(HUB_ADDRESS, urls[0], folder / "hub"),
        stripe_key="key",
        stripe_webhook_secrets=("secret",),
        release_after="shipped",
        release_window_days=0,
    )
    made = House(hub, ShopNodeSettings(**settings_at(SHOP_ADDRESS, urls[1], folder / "shop")))
    async with running(made.hub_app), running(made.shop_app):
        await made.open_hub()
        yield made
    for each in urls:
        pg.drop(each)
