"""A hub that dies in the middle of a bulk batch: nothing of the batch stays, and the rest comes afterwards."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from federation.conversations.messages import Quarantine
from federation.node import clock, database
from federation.ports import AcceptedRecord
from federation.service import pull
from federation.vocabulary.ids import PartyId
from marketplace.desk import GalleryDesk
from tests.marketplace.house import House, house
from tests.marketplace.listings.builders import profile
from tests.marketplace.test_sale import line
from tests.support.postgres import Server

PRODUCTS = 450
BATCH = 200


class FallingDesk(GalleryDesk):
    """The hub's own desk, whose database connection is cut once it has written a later batch, while `falls`."""

    falls = True

    async def records_accepted(
        self, hub_id: PartyId, shop_id: PartyId, records: Sequence[AcceptedRecord], now: datetime
    ) -> list[Quarantine]:
        refused = await super().records_accepted(hub_id, shop_id, records, now)
        if self.falls and records[0].seq >= BATCH:
            await database.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return refused


@pytest.fixture
async def running_house(pg: Server, tmp_path: Path) -> AsyncIterator[House]:
    """A hub and a shop node."""
    async with house(pg, tmp_path) as made:
        yield made


async def counted(table: str) -> int:
    """Rows of a table that the boutique's batches fill."""
    number: int = await database.fetch_value(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own names
    return number


async def test_a_crash_in_a_bulk_batch_leaves_nothing_half(running_house: House) -> None:
    """Lines, listings and variants end at the batch before the crash; with the hub up again the rest arrives."""
    desk = FallingDesk(running_house.hub.settings)
    running_house.hub.federation.hub_desk = desk
    shop_id = await running_house.open_shop(profile("a"), [line(f"p{number}", 1) for number in range(PRODUCTS)])
    with running_house.at_hub():
        held = await counted("fed_leaf")
        assert BATCH <= held <= BATCH + 1, "the lines of whole batches, the profile among them"
        assert await counted("hub_product") == await counted("hub_variant") == held - 1
        desk.falls = False
        found = await pull.pull(running_house.hub.federation, (running_house.hub_id, shop_id), clock.now())
        assert found == PRODUCTS + 1 - held
        assert await counted("fed_leaf") == PRODUCTS + 1
        assert await counted("hub_product") == await counted("hub_variant") == PRODUCTS
        assert await counted("hub_quarantine") == 0
