"""A hub, a shop node and the payment provider's stand-in behind real servers on loopback, and what people do with them.

Boutiques of the demo's world in all layouts and type pairings, some on dark grounds. What happens among them is told by
`season`; `names` holds what the addresses of pages need: tokens, ids, handles.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
from granian.constants import Interfaces
from granian.server.embed import Server as WebServer
from litestar import Litestar

from federation.conversations.forms import Address
from federation.conversations.messages import Shipped
from federation.node import accounts, clock, signin
from federation.node.database import atomic
from federation.node.web import web_node
from federation.tasks import heartbeats
from federation.vocabulary.ids import PartyId, new_id
from marketplace.currencies.tasks import renew
from marketplace.demo.layout import RATES_FILE
from marketplace.demo.opener import bring_in
from marketplace.demo.world.boutiques import boutique
from marketplace.demo.world.making import DemoBoutique
from marketplace.orders import basket, checkout
from marketplace.orders.drafting import Checkout
from marketplace.orders.views import Contact
from marketplace.settings import HubSettings
from marketplace.worker import APPS as HUB_APPS
from payouts.adapters.stripe.provider import StripeProvider
from payouts.adapters.stripe.settings import StripeSettings
from payouts.standin import levers
from payouts.standin.app import create_app as create_standin
from payouts.standin.delivery import Postman
from payouts.standin.desk import Desk
from payouts.standin.endpoints import keep_addresses
from payouts.standin.settings import StandinSettings
from payouts.standin.world import World as StandinWorld
from payouts.tasks import payments_sweeps
from shops import service as shop_service
from shops.orders import store as shop_orders
from shops.orders.service import steps
from shops.settings import ShopNodeSettings
from shops.worker import APPS as SHOP_APPS
from tests.marketplace.house import OPERATOR, House, settings_at
from tests.marketplace.orders.world import Visitor
from tests.processes.waiting import until
from tests.support.clients import running
from tests.support.loopback import free_port
from tests.support.postgres import Server

HOUSES = (
    "palermo", "lecce", "lucca", "antwerpen", "dunkelziffer", "titolo-750", "radio-suela", "custode-di-notte",
    "finche-fa-buio", "seven-aunties",
)  # fmt: skip
"""All five layouts, all eight type pairings, six dark grounds, three currencies."""

PIECES = 12
"""How much of each boutique's assortment is brought in."""

STOCK_MIN = 2
TITLES = {"hub": "Galleria", "shop": "Botteghe del centro", "standin": "Payment simulator"}
LINE = ("shop_id", "product_id", "variant_id", "quantity")

API_KEY, WEBHOOK_SECRET = "sk_test_of_the_town", "whsec_of_the_town"

ADDRESS = {"name": "Ada Lovelace", "line1": "Via Roma 1", "postcode": "90133", "town": "Palermo", "country": "IT"}
EMAIL, OWNER = "ada@shopper.example", "carla@boutiques.example"


class Town:
    """The three nodes."""

    def __init__(self, house: House, standin: StandinWorld) -> None:
        desk = Desk(standin)
        self.house = house
        self.standin = standin
        self.standin_app = create_standin(standin, desk)
        self._postman = Postman(standin, desk.faults)
        self.names: dict[str, str] = {}
        self.shops: dict[str, PartyId] = {}
        self.world: dict[str, DemoBoutique] = {}

    @property
    def bases(self) -> dict[str, str]:
        """Where each node answers."""
        apps = {"hub": self.house.hub_app, "shop": self.house.shop_app, "standin": self.standin_app}
        return {name: web_node(app).settings.public_url for name, app in apps.items()}

    # Opening

    async def open(self) -> None:
        """The hub and its boutiques, everything of them on sale."""
        await self.house.open_hub()
        with self.house.at_hub():
            await renew(self.house.hub, clock.now())
        for name in HOUSES:
            await self._open_one(pared(boutique(name)))
        await self.house.link(*self.shops.values())

    async def _open_one(self, made: DemoBoutique) -> None:
        settings = self.house.shop_settings
        with self.house.at_shop():
            async with atomic():
                opened = await shop_service.open_shop(settings, made.profile, made.owner_email, clock.now())
            report = await bring_in(settings, opened.shop_id, made)
        assert not report.errors, report.findings
        self.shops[made.profile.handle] = opened.shop_id
        self.world[made.profile.handle] = made

    # Trade

    async def line(self, handle: str, place: int) -> dict[str, Any]:
        """A line of a checkout: one of the fullest size of a boutique's piece, once the hub knows its stock."""
        product_id = self.world[handle].products[place].id
        address = f"/api/v1/products/{handle}/{product_id}"

        async def fullest() -> dict[str, Any] | None:
            with self.house.at_shop():  # what was told more than 40 seconds ago is not counted any more
                await heartbeats(clock.now())
            await self.house.work()
            async with httpx.AsyncClient(base_url=self.bases["hub"], timeout=30) as browser:
                offers: list[dict[str, Any]] = (await browser.get(address)).json()["variants"]
            best = max(offers, key=lambda one: one["available"] or 0)
            return best if best["available"] else None

        found = await until(f"stock of {address} at the hub", fullest)
        return {
            "shop_id": self.shops[handle],
            "product_id": product_id,
            "variant_id": found["variant_id"],
            "quantity": 1,
        }

    async def check_out(self, lines: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """Send a checkout; the hub's answer, with the order's token and the page where to pay."""
        asked = {
            "key": secrets.token_urlsafe(16),
            "country": "IT",
            "contact": {"email": EMAIL, "note": "Please ring twice"},
            "address": ADDRESS,
            "lines": list(lines),
        }
        async with httpx.AsyncClient(base_url=self.bases["hub"], timeout=30) as browser:
            answer = await browser.post("/api/v1/checkout", json=asked)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def buy(self, *lines: dict[str, Any]) -> str:
        """A paid order that has reached its boutiques; its token."""
        answer = await self.check_out(lines)
        assert not answer["refused"], answer
        levers.pay_page(self.standin, payment_of(answer))
        await self.work()
        return str(answer["token"])

    async def hold(self, *lines: dict[str, Any]) -> str:
        """A checkout whose boutiques were asked, on the page before the payment; its token."""
        visitor, hub = Visitor(), self.house.hub
        with self.house.at_hub():
            for line in lines:
                await basket.add(visitor, *(line[name] for name in LINE), now=clock.now())
            view = await basket.basket_view(visitor, ADDRESS["country"], clock.now())
            wanted = Checkout(
                key=checkout.new_checkout_key(),
                quote=view.quote,
                country=ADDRESS["country"],
                contact=Contact(email=EMAIL),
                address=Address(**ADDRESS),
            )
            token = await checkout.begin(hub, visitor, wanted, clock.now())
            await checkout.hold_all(hub, token, clock.now())
        return token

    async def work(self) -> None:
        """Let everybody's workers do what waits, the provider's time and words included."""
        for _ in range(3):
            await self.house.work()
            levers.tick(self.standin)
            await self._postman.deliver(_post)
            with self.house.at_hub():
                later = clock.now() + timedelta(seconds=self.house.ahead_seconds)
                for sweep in payments_sweeps(self.house.hub.payments):
                    await sweep.run(later)
            await self.house.work()

    async def row_of(self, handle: str) -> int:
        """The newest order of a boutique."""
        with self.house.at_shop():
            return (await shop_orders.order_rows(self.shops[handle]))[0].row

    async def ship(self, handle: str) -> None:
        """As the owner: ship the newest order, accepted before where it has to be."""
        row, shop_id = await self.row_of(handle), self.shops[handle]
        with self.house.at_shop():
            if (await shop_orders.order(shop_id, row)).state == "placed":
                await steps.accept(shop_id, row, steps.Step(new_id(), clock.now()))
            sent = Shipped(carrier="Poste Italiane", tracking="RR123456785IT")
            await steps.ship(shop_id, row, sent, steps.Step(new_id(), clock.now()))
        await self.work()

    async def decline(self, handle: str) -> None:
        """As the owner: say no to the newest order."""
        row, shop_id = await self.row_of(handle), self.shops[handle]
        with self.house.at_shop():
            await steps.decline(shop_id, row, ("damaged", "A moth was faster."), steps.Step(new_id(), clock.now()))
        await self.work()

    # People

    async def hub_link(self) -> str:
        """A fresh sign-in link of the operator."""
        with self.house.at_hub():
            return await _link(self.house.hub.settings, OPERATOR, "/console")

    async def shop_link(self) -> str:
        """A fresh sign-in link of the owner of several boutiques."""
        with self.house.at_shop():
            return await _link(self.house.shop_settings, OWNER, "/portal")

    async def make_owner(self, *handles: str) -> None:
        """One person who owns all of these boutiques."""
        with self.house.at_shop():
            async with atomic():
                owner = await accounts.ensure_account(OWNER, "Carla Neri")
                for handle in handles:
                    await accounts.grant(owner, "owner", self.shops[handle])


async def _post(url: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Bring an event to the hub."""
    async with httpx.AsyncClient() as browser:
        return (await browser.post(url, headers=dict(headers), content=body)).is_success


async def _link(settings: Any, email: str, onward: str) -> str:
    async with atomic():
        account = await accounts.account_by_email(email)
        assert account is not None, email
        return await signin.create_link(settings, account.id, clock.now(), onward)


def pared(made: DemoBoutique) -> DemoBoutique:
    """The boutique with some pieces of its assortment only, each to be had in some size."""
    stocked = [one for one in made.products if max(made.stock[variant.id] for variant in one.variants) >= STOCK_MIN]
    return msgspec.structs.replace(made, products=tuple(stocked[:PIECES]))


def payment_of(answer: dict[str, Any]) -> str:
    """What the provider calls the payment of a checkout."""
    return str(answer["redirect_url"]).rpartition("/")[2]


def opened_world(settings: StandinSettings) -> StandinWorld:
    """An empty stand-in that tells the hub of everything."""
    world = StandinWorld(settings)
    keep_addresses(world, settings.events_url, settings.webhook_secret)
    return world


@asynccontextmanager
async def open_town(pg: Server, folder: Path, fonts: Path) -> AsyncIterator[Town]:
    """All three nodes listening, their boutiques open; `fonts` is the folder of made sets."""
    ports = {name: free_port() for name in ("hub", "shop", "standin")}
    urls = {"hub": pg.clone(HUB_APPS), "shop": pg.clone(SHOP_APPS)}
    plain = {}
    for name, port in ports.items():
        state = folder / name
        state.mkdir()
        (state / "fonts").symlink_to(fonts)
        told = {"environment": "demo", "node_name": TITLES[name]}
        plain[name] = settings_at(f"127.0.0.1:{port}", urls[name], state) | told if name in urls else told
    standin = StandinSettings(
        **plain["standin"],
        public_url=f"http://127.0.0.1:{ports['standin']}",
        api_key=API_KEY,
        events_url=f"http://127.0.0.1:{ports['hub']}/hooks/payments",
        webhook_secret=WEBHOOK_SECRET,
        state_dir=folder / "standin",
        accounts_ready=True,
    )
    hub = HubSettings(
        **plain["hub"],
        stripe_url=standin.public_url,
        stripe_pages_url=standin.public_url,
        stripe_key=API_KEY,
        stripe_webhook_secrets=(WEBHOOK_SECRET,),
        rates_file=str(RATES_FILE),
        release_after="shipped",
        release_window_days=0,
        plates_dir=folder / "plates",
        legal_name="Galleria S.r.l.",
        legal_address="Via Maqueda 1, 90134 Palermo",
        vat_id="IT12345670017",
    )
    shop = ShopNodeSettings(**plain["shop"], plates_dir=folder / "plates")
    till = StripeProvider(
        StripeSettings(api_key=API_KEY, webhook_secrets=(WEBHOOK_SECRET,), api_url=standin.public_url)
    )
    town = Town(House(hub, shop, till), opened_world(standin))
    apps = {"hub": town.house.hub_app, "shop": town.house.shop_app, "standin": town.standin_app}
    async with AsyncExitStack() as stack:
        for name, app in apps.items():
            await stack.enter_async_context(running(app))
            await stack.enter_async_context(served(app, ports[name]))
        stack.push_async_callback(till.close)
        await town.open()
        yield town
    for each in urls.values():
        pg.drop(each)


@asynccontextmanager
async def served(app: Litestar, port: int) -> AsyncIterator[None]:
    """The app behind a server of its own."""
    server = WebServer(app, address="127.0.0.1", port=port, interface=Interfaces.ASGINL)
    serving = asyncio.create_task(server.serve())
    async with httpx.AsyncClient() as browser:
        for _ in range(200):
            try:
                await browser.get(f"http://127.0.0.1:{port}/healthz")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                break
    yield
    server.stop()  # type: ignore[no-untyped-call]
    await serving
