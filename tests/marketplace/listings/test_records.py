"""Signed records becoming listings."""

import msgspec
import pytest

from federation.node.database import Database, fetch, fetch_value
from federation.vocabulary.money import Money
from marketplace.errors import ListingNotFoundError
from marketplace.listings import records, service
from marketplace.listings.boutiques import quarantined
from marketplace.listings.store import index as index_store
from tests.marketplace.listings.builders import (
    HUB_ID,
    NOW,
    bad,
    delete,
    open_boutique,
    product,
    profile,
    put,
    registers,
    shop_id_of,
    variant,
)

pytestmark = pytest.mark.apps("marketplace.piccolo_app")


async def test_a_published_product_is_shown_with_its_proof(rolled_back: Database) -> None:
    """Product, offers and leaf are what the boutique published."""
    await open_boutique("a", [product("p1")], {"p1-42": 3})
    view = await service.product_view("shop-a", "p1", NOW)
    assert view.product.title["it"] == "Abito p1"
    assert (view.offers["p1-42"].available, view.offers["p1-42"].in_stock) == (3, True)
    assert view.leaf_hash == put(1, product("p1")).leaf_hash


async def test_a_bad_record_keeps_the_good_version_before_it(rolled_back: Database) -> None:
    """The poison record is set aside with pointers, its neighbours go through, the old version stays, marked stale."""
    shop_id = await open_boutique("a", [product("p1")], {})
    poison = msgspec.json.decode(put(5, product("p1")).body)
    poison["variants"][0]["price"]["amount_minor"] = "free"
    refused = await records.take_records(
        HUB_ID, shop_id, [bad(5, "product/p1", msgspec.json.encode(poison)), put(6, product("p2"))], NOW
    )
    assert [(one.seq, one.key) for one in refused] == [(5, "product/p1")]
    assert refused[0].errors[0].pointer == "/variants/0/price/amount_minor"
    assert (await service.product_view("shop-a", "p1", NOW)).stale
    assert not (await service.product_view("shop-a", "p2", NOW)).stale
    assert [one.key for one in await quarantined(shop_id)] == ["product/p1"]


async def test_a_mended_record_leaves_quarantine(rolled_back: Database) -> None:
    """The next good version is shown and the fault forgotten."""
    shop_id = await open_boutique("a", [product("p1")], {})
    await records.take_records(HUB_ID, shop_id, [bad(5, "product/p1")], NOW)
    await records.take_records(HUB_ID, shop_id, [put(6, product("p1", variant("p1-42", 12_000)))], NOW)
    view = await service.product_view("shop-a", "p1", NOW)
    assert (view.stale, view.product.variants[0].price) == (False, Money(12_000, "EUR"))
    assert await quarantined(shop_id) == []


async def test_a_batch_leaves_what_its_records_would_leave_one_by_one(rolled_back: Database) -> None:
    """Poison in the middle, a product twice, a variant that moves, a delete: one batch ends like many of one record."""
    said = [
        put(1, product("p1", variant("v1"), variant("v2"))),
        bad(2, "product/p2", b"{"),
        put(3, product("p2", variant("v2"))),
        put(4, product("p1", variant("v1", 12_000))),
        put(5, product("p2", variant("v2"))),
        put(6, product("p3")),
        bad(7, "product/p1"),
        delete(8, "product/p3"),
        put(9, product("p4")),
        delete(10, "product/p4"),
        put(11, product("p4", variant("v4"))),
    ]
    whole = await open_boutique("a", [product("p4")], {})
    refused = [one.seq for one in await records.take_records(HUB_ID, whole, said, NOW)]
    single = await open_boutique("b", [product("p4")], {})
    told = [one.seq for record in said for one in await records.take_records(HUB_ID, single, [record], NOW)]
    assert refused == told == [2, 3, 7]
    kept = "SELECT product_id, body, seq, stale FROM hub_product WHERE shop_id = $1 ORDER BY product_id"
    borne = "SELECT variant_id, product_id, price_minor FROM hub_variant WHERE shop_id = $1 ORDER BY variant_id"
    faults = "SELECT record_key, seq FROM hub_quarantine WHERE shop_id = $1 ORDER BY record_key"
    for query in (kept, borne, faults):
        assert list(map(tuple, await fetch(query, whole))) == list(map(tuple, await fetch(query, single))), query
    assert [row["product_id"] for row in await fetch(kept, whole)] == ["p1", "p2", "p4"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"id":"p9"}', b"[" * 100])
async def test_whatever_a_body_holds_never_raises(rolled_back: Database, body: bytes) -> None:
    """A body that is no JSON, the wrong JSON or hostile JSON is set aside like any other bad record."""
    shop_id = await open_boutique("a", [], {})
    refused = await records.take_records(HUB_ID, shop_id, [bad(3, "product/p9", body)], NOW)
    assert len(refused) == 1
    assert refused[0].errors


async def test_a_withdrawn_product_is_gone(rolled_back: Database) -> None:
    """After a delete the page is no more; its index documents are written again."""
    shop_id = await open_boutique("a", [product("p1")], {})
    await records.take_records(HUB_ID, shop_id, [delete(7, "product/p1")], NOW)
    with pytest.raises(ListingNotFoundError):
        await service.product_view("shop-a", "p1", NOW)
    assert (await index_store.index_events(100))[-1].product_id == "p1"


async def test_a_variant_belongs_to_one_product(rolled_back: Database) -> None:
    """Stock and holds name variants alone, so a second product with the same variant id is refused."""
    shop_id = await open_boutique("a", [product("p1", variant("v"))], {})
    refused = await records.take_records(HUB_ID, shop_id, [put(5, product("p2", variant("v")))], NOW)
    assert [one.errors[0].code for one in refused] == ["duplicate"]


async def test_a_handle_belongs_to_one_boutique(rolled_back: Database) -> None:
    """Who comes second under a name is told so; the first keeps its page."""
    first = await open_boutique("a", [], {})
    second = await open_boutique("b", [], {})
    refused = await records.take_records(HUB_ID, second, [put(9, profile("shop-a"))], NOW)
    assert refused[0].errors[0].pointer == "/handle"
    shop = await service.shop_by_handle("shop-a", NOW)
    assert shop is not None
    assert shop.shop_id == first


@pytest.mark.parametrize("state", ["proposed", "suspended", "ended"])
async def test_only_an_accepted_boutique_is_shown(rolled_back: Database, state: str) -> None:
    """Without an accepted link nothing of a boutique is visible or can be bought; accepted again, all is back."""
    shop_id = await open_boutique("a", [product("p1")], {"p1-42": 1})
    await records.take_link(HUB_ID, shop_id, state, "", NOW)
    assert await service.shops(NOW) == []
    assert await service.cards([(shop_id, "p1", "blue")], NOW) == []
    assert await service.listed_variants([(shop_id, "p1", "p1-42")], NOW) == {}
    await records.take_link(HUB_ID, shop_id, "accepted", "", NOW)
    assert len(await service.shops(NOW)) == 1


async def test_older_stock_never_overwrites_newer(rolled_back: Database) -> None:
    """Of two registers the higher vseq holds, whatever comes first."""
    shop_id = await open_boutique("a", [product("p1")], {})
    await records.take_stock(HUB_ID, shop_id, registers({"p1-42": 7}, vseq=9), NOW)
    await records.take_stock(HUB_ID, shop_id, registers({"p1-42": 1}, vseq=5), NOW)
    assert await fetch_value("SELECT quantity FROM hub_stock") == 7


async def test_only_a_size_that_comes_or_goes_is_indexed_again(rolled_back: Database) -> None:
    """Counts do not stand in the index, so 3 to 2 writes nothing and 2 to 0 does."""
    shop_id = await open_boutique("a", [product("p1")], {"p1-42": 3})
    before = await fetch("SELECT rev FROM hub_index_event")
    await records.take_stock(HUB_ID, shop_id, registers({"p1-42": 2}, vseq=5), NOW)
    assert len(await fetch("SELECT rev FROM hub_index_event")) == len(before)
    await records.take_stock(HUB_ID, shop_id, registers({"p1-42": 0}, vseq=6), NOW)
    assert len(await fetch("SELECT rev FROM hub_index_event")) == len(before) + 1


async def test_stock_of_a_product_not_yet_published_waits_for_it(rolled_back: Database) -> None:
    """Stock travels on its own lane and may come first."""
    shop_id = shop_id_of("a")
    await records.take_stock(HUB_ID, shop_id, registers({"p1-42": 4}), NOW)
    await open_boutique("a", [product("p1")], {})
    assert (await service.product_view("shop-a", "p1", NOW)).offers["p1-42"].available == 4
