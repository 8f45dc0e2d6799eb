"""A hub with its shop, and two nodes: the one where a boutique lives, and the one to which it moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.ids import PartyId
from shops import service as shop_service
from shops.importers.service import import_jsonl
from shops.moving.service.taking_in import TakenIn
from shops.moving.service.taking_out import Wish, take_out
from shops.service import OpenedShop
from shops.settings import ShopNodeSettings
from shops.worker import APPS as SHOP_APPS
from tests.marketplace.house import House, house, settings_at
from tests.marketplace.listings.builders import profile
from tests.shops.moving.houses import House as Node
from tests.support.clients import running
from tests.support.postgres import Server

NEW_ADDRESS = "127.0.0.1:17313"
ROUNDS = 6


class Town(msgspec.Struct):
    """Hub and old node in `house`, the other node beside it."""

    house: House
    new: Node
    folder: Path

    async def open(self, handle: str, lines: list[dict[str, Any]]) -> OpenedShop:
        """A boutique lives at the old node and sells at the hub."""
        settings = self.house.shop_settings
        with self.house.at_shop():
            async with atomic():
                described = profile(handle, order_acceptance="manual")
                opened = await shop_service.open_shop(settings, described, "owner@example.com", clock.now())
            await import_jsonl(settings, opened.shop_id, (msgspec.json.encode(line) for line in lines), clock.now())
        await self.house.link(opened.shop_id)
        return opened

    async def leave(self, shop_id: PartyId) -> bytes:
        """The boutique stops at the old node; its last archive from there."""
        path = self.folder / f"{shop_id}.zip"
        with self.house.at_shop():
            await take_out(self.house.shop_settings, shop_id, path, Wish(leave=True), clock.now())
        return path.read_bytes()

    async def arrive(self, shop: OpenedShop, archive: bytes) -> TakenIn:
        """The boutique lives at the new node from now on."""
        return await self.new.take_in(archive, shop.root_seed)

    async def settle(self) -> None:
        """Let all workers run, later and later, so that whatever is to be tried again is."""
        for _ in range(ROUNDS):
            await self.new.drain(self.house.ahead_seconds)
            await self.house.work()


@asynccontextmanager
async def town(pg: Server, folder: Path) -> AsyncIterator[Town]:
    """All three, running."""
    async with house(pg, folder) as made:
        urls = pg.clone(SHOP_APPS)
        new = Node(ShopNodeSettings(**settings_at(NEW_ADDRESS, urls, folder / "new")), made.way)
        made.way.apps[NEW_ADDRESS] = new.app
        async with running(new.app):
            yield Town(made, new, folder)
        pg.drop(urls)
