"""The index follows the listings."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from federation.node.database import Database, atomic, fetch_value
from federation.node.outbox import Outbox
from marketplace.listings import indexer, records
from marketplace.listings.tasks import listing_handlers, listing_sweeps, request_reindex
from search.adapters.memory import MemoryEngine
from search.adapters.tantivy_engine import TantivyEngine
from search.documents import LISTINGS
from search.errors import SearchUnavailableError
from search.query import SearchRequest
from search.service import Catalog
from tests.marketplace.listings.builders import HUB_ID, NOW, delete, open_boutique, product, put, registers, variant

pytestmark = pytest.mark.apps("marketplace.piccolo_app")


def found(catalog: Catalog, text: str = "") -> set[str]:
    """The products a search finds."""
    return {hit.product_id for hit in catalog.search(SearchRequest(text=text), NOW).hits}


async def test_what_is_published_is_found_and_what_is_withdrawn_is_not(committed: Database) -> None:
    """Events are written, removed once written, and the mark follows."""
    catalog = Catalog(MemoryEngine(LISTINGS))
    shop_id = await open_boutique("a", [product("p1"), product("p2")], {"p1-42": 1})
    assert await indexer.drain(catalog, NOW) == 2
    assert found(catalog, "dress") == {"p1", "p2"}
    async with atomic():
        await records.take_records(HUB_ID, shop_id, [delete(9, "product/p1")], NOW)
    await indexer.drain(catalog, NOW)
    assert found(catalog, "dress") == {"p2"}
    assert await fetch_value("SELECT count(*) FROM hub_index_event") == 0
    assert await fetch_value("SELECT rev_done FROM hub_index_state") > 0


async def test_a_lost_mark_replays_without_harm(committed: Database) -> None:
    """A crash between the index's commit and ours writes the same again: the result is the same."""
    catalog = Catalog(MemoryEngine(LISTINGS))
    await open_boutique("a", [product("p1")], {"p1-42": 1})
    await indexer.drain(catalog, NOW)
    async with atomic():
        await records.take_link(HUB_ID, "s1" + "a" * 32, "accepted", "", NOW)
    await indexer.drain(catalog, NOW)
    assert found(catalog) == {"p1"}


async def test_a_lost_index_is_built_whole_again(committed: Database, tmp_path: Path) -> None:
    """An index whose folder is gone comes back from the database, not only with what changes next."""
    folder = tmp_path / "index"
    await open_boutique("a", [product("p1"), product("p2")], {"p1-42": 1})
    await indexer.drain(Catalog(TantivyEngine(folder, LISTINGS)), NOW)
    shutil.rmtree(folder)
    catalog = Catalog(TantivyEngine(folder, LISTINGS))
    with pytest.raises(SearchUnavailableError):
        found(catalog)
    await indexer.drain(catalog, NOW)
    assert found(catalog) == {"p1", "p2"}


async def test_a_hub_without_boutiques_finds_nothing_rather_than_failing(committed: Database, tmp_path: Path) -> None:
    """The very first thing the indexer does is make an index."""
    catalog = Catalog(TantivyEngine(tmp_path, LISTINGS))
    assert await indexer.drain(catalog, NOW) == 0
    assert found(catalog) == set()


async def test_a_suspended_boutique_leaves_the_index(committed: Database) -> None:
    """Nothing of it is found until it is accepted again."""
    catalog = Catalog(MemoryEngine(LISTINGS))
    shop_id = await open_boutique("a", [product("p1")], {"p1-42": 1})
    await indexer.drain(catalog, NOW)
    for state, expected in (("suspended", set()), ("accepted", {"p1"})):
        async with atomic():
            await records.take_link(HUB_ID, shop_id, state, "", NOW)
        await indexer.drain(catalog, NOW)
        assert found(catalog) == expected


async def test_a_rebuilt_index_equals_the_database(committed: Database) -> None:
    """Whatever the index held before, after a rebuild it holds the visible products and later events still apply."""
    catalog = Catalog(MemoryEngine(LISTINGS))
    shop_id = await open_boutique("a", [product(f"p{number}") for number in range(7)], {"p1-42": 1})
    await open_boutique("b", [product("q1")], {})
    assert await indexer.reindex(catalog) == 8
    await indexer.drain(catalog, NOW)
    assert found(catalog) == {"q1", *(f"p{number}" for number in range(7))}
    async with atomic():
        changed = product("p1", variant("p1-42"), title={"en": "Velvet gown"})
        await records.take_records(HUB_ID, shop_id, [put(20, changed)], NOW + timedelta(seconds=1))
        await records.take_stock(HUB_ID, shop_id, registers({"p1-42": 0}, vseq=50), NOW)
    await indexer.drain(catalog, NOW)
    assert found(catalog, "velvet") == {"p1"}


async def test_a_rebuild_is_asked_for_and_done_by_the_writer(committed: Database) -> None:
    """Whoever asks writes a message; the process that drains the index queue does it."""
    catalog = Catalog(MemoryEngine(LISTINGS))
    await open_boutique("a", [product("p1")], {"p1-42": 1})
    async with atomic():
        await request_reindex(NOW)
    assert await Outbox(listing_handlers(catalog)).drain("index", NOW) == 1
    assert found(catalog) == {"p1"}
    (sweep,) = listing_sweeps(catalog)
    await sweep.run(NOW)
    assert await fetch_value("SELECT count(*) FROM hub_index_event") == 0
