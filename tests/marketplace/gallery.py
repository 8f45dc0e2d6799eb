"""A hub with boutiques of the demo's world, its whole web app, and an operator: for tests of what people see."""

from pathlib import Path

import msgspec
from litestar import Litestar

from federation.node import clock, signin
from federation.node.database import atomic
from federation.vocabulary.product import Media, Product
from marketplace.accounts.setup import open_hub
from marketplace.app import create_app
from marketplace.demo.world.boutiques import BOUTIQUES
from marketplace.demo.world.making import DemoBoutique
from marketplace.hub import Hub
from marketplace.listings import indexer, records
from tests.marketplace.listings.builders import put, registers, shop_id_of
from tests.marketplace.orders.world import World
from tests.support.postgres import Urls

PICTURE = "/static/any/mark.svg"
"""A picture that the hub itself serves, so that nothing is fetched from elsewhere."""


PRODUCTS = 14
"""How many products of each boutique are hung: enough to turn a page, few enough to open often."""


class Gallery:
    """The hub under test: `world` drives boutiques and till, `app` is what a browser talks to."""

    def __init__(self, urls: Urls, state_dir: Path, public_url: str = "http://127.0.0.1:17301") -> None:
        self.world = World(state_dir)
        settings = msgspec.structs.replace(self.world.hub.settings, database_url=urls.app, public_url=public_url)
        self.hub: Hub = msgspec.structs.replace(self.world.hub, settings=settings)
        self.world.hub = self.hub
        self.app: Litestar = create_app(settings, self.hub)

    async def open(self, count: int = 4) -> "Gallery":
        """The hub with its operator and the first `count` boutiques, all of it in the index."""
        async with atomic():
            opened = await open_hub(self.hub.settings, "Hub", "op@example.com", clock.now())
        self.world.hub_id = opened.hub_id
        self.operator_id = opened.account_id
        for place, boutique in enumerate(BOUTIQUES[:count]):
            await self._open_one("abcdefghijkl"[place], boutique)
        await indexer.drain(self.hub.catalog, clock.now())
        return self

    async def _open_one(self, letter: str, boutique: DemoBoutique) -> None:
        shop_id, hub_id, now = shop_id_of(letter), str(self.world.hub_id), clock.now()
        shown = boutique.products[:PRODUCTS]
        stock = {variant.id: boutique.stock[variant.id] for product in shown for variant in product.variants}
        published = [put(0, boutique.profile)]
        published += [put(seq, pictured(product)) for seq, product in enumerate(shown, start=1)]
        async with atomic():
            await records.take_link(hub_id, shop_id, "accepted", boutique.profile.name, now)
            await records.take_records(hub_id, shop_id, published, now)
            await records.take_stock(hub_id, shop_id, registers(stock), now)
            await records.take_heartbeat(hub_id, shop_id, now)
        for variant_id, quantity in stock.items():
            self.world.boutiques.stock(shop_id, variant_id, quantity)

    async def sign_in_path(self) -> str:
        """The path of a fresh sign-in link of the operator."""
        async with atomic():
            link = await signin.create_link(self.hub.settings, self.operator_id, clock.now(), "/console")
        return link.removeprefix(self.hub.settings.public_url)


def pictured(product: Product) -> Product:
    """The product with two pictures for each colour, as the importer would give it."""
    colours = dict.fromkeys(variant.colour.name for variant in product.variants)
    media = tuple(
        Media(PICTURE, "0" * 64, 600, 800, f"{product.title['en']}, {colour}, {view}")
        for colour in colours
        for view in ("front", "back")
    )
    return msgspec.structs.replace(product, media=media)
