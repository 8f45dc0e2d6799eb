"""Writing products and what the signed log says of them."""

import asyncio
import contextvars
import struct

import msgspec
import pytest

from federation.documents import json
from federation.log import leaves
from federation.node import clock
from federation.node.database import Database, atomic, fetch, using
from federation.service.catalogue import log_state, own_leaf_hash
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.money import Money
from federation.vocabulary.product import Product
from shops.catalog import service, store
from shops.errors import SkuTakenError
from shops.settings import ShopNodeSettings
from tests.shops.house import APPS, euros, on_hand, opened, product, sellable, stocked, variant

pytestmark = pytest.mark.apps(*APPS)

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", 6, 8) + b"\x00" * 9 + b"IEND"


async def save(shop_id: PartyId, written: Product) -> service.Saved:
    async with atomic():
        return await service.save_product(shop_id, written, clock.now())


async def newest_leaf(shop_id: PartyId) -> leaves.Leaf:
    rows = await fetch("SELECT line FROM fed_leaf WHERE party_id = $1 ORDER BY seq DESC LIMIT 1", shop_id)
    return leaves.parse_leaf(bytes(rows[0]["line"]))


async def test_saving_publishes_exactly_what_was_written(shop_id: PartyId) -> None:
    """The leaf of a saved product carries its canonical body under its key."""
    written = product("dress")
    await save(shop_id, written)
    leaf = await newest_leaf(shop_id)
    assert (leaf.operation, leaf.key, leaf.type) == ("put", "product/dress", "fed.product/1")
    assert leaf.body == json.encode(written)
    assert (await store.publications(shop_id, [leaf.hash]))[leaf.hash].product == written


async def test_an_unchanged_product_makes_no_leaf(shop_id: PartyId) -> None:
    """Saving the same product again leaves the log as it was."""
    await save(shop_id, product("dress"))
    before = await log_state(shop_id)
    assert (await save(shop_id, product("dress"))).outcome == "unchanged"
    assert await log_state(shop_id) == before


async def test_a_new_price_supersedes_the_leaf(shop_id: PartyId) -> None:
    """A price edit publishes a new leaf; the old one is remembered as superseded."""
    await save(shop_id, product("dress"))
    old = await own_leaf_hash(shop_id, "product/dress")
    async with atomic():
        await service.change_price(shop_id, "dress-42", (euros(18_900), euros(15_000)), clock.now())
    new = await own_leaf_hash(shop_id, "product/dress")
    assert old is not None
    assert new not in {None, old}
    assert (await store.publications(shop_id, [old]))[old].superseded_at is not None
    with pytest.raises(RecordInvalidError, match="changed since you looked"):
        async with atomic():
            await service.change_price(shop_id, "dress-42", (euros(18_900), euros(14_000)), clock.now())


async def test_withdrawing_deletes_from_the_log_and_keeps_the_stock(shop_id: PartyId) -> None:
    """A withdrawn product is a `del` leaf; put on sale again it is as before."""
    dress = await stocked(shop_id, 4)
    async with atomic():
        await service.withdraw(shop_id, "dress", clock.now())
    assert (await newest_leaf(shop_id)).operation == "del"
    assert await own_leaf_hash(shop_id, "product/dress") is None
    async with atomic():
        await service.publish_again(shop_id, "dress", clock.now())
    assert (await newest_leaf(shop_id)).operation == "put"
    assert await on_hand(shop_id, dress) == 4


async def test_deleting_leaves_nothing_to_sell(shop_id: PartyId) -> None:
    """After a delete the register says 0, and the SKU may be used by another product."""
    dress = await stocked(shop_id, 4)
    async with atomic():
        await service.delete(shop_id, "dress", clock.now())
    assert await sellable(shop_id, dress) == 0
    assert (await save(shop_id, product("gown", variant(dress)))).outcome == "imported"


async def test_a_removed_variant_has_no_stock_left(shop_id: PartyId) -> None:
    """Dropping a size from a product empties its register, and a new size gets one at 0."""
    dress = await stocked(shop_id, 4)
    await save(shop_id, product("dress", variant("dress-44")))
    assert await sellable(shop_id, dress) == 0
    assert await sellable(shop_id, "dress-44") == 0
    assert await on_hand(shop_id, "dress-44") == 0


async def test_a_sku_belongs_to_one_product(shop_id: PartyId) -> None:
    """A SKU of another product is refused with the row it stands in, and nothing is written."""
    await save(shop_id, product("dress"))
    before = await log_state(shop_id)
    with pytest.raises(SkuTakenError) as refused:
        await save(shop_id, product("gown", variant("gown-40"), variant("dress-42")))
    assert {fault.pointer for fault in refused.value.errors} == {"/variants/1/sku", "/variants/1/id"}
    assert await log_state(shop_id) == before


async def test_two_boutiques_may_use_the_same_codes(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """Product ids and SKUs are a boutique's own; one never sees the other's."""
    other = (await opened(settings, "bottega-due")).shop_id
    await save(shop_id, product("dress"))
    await save(other, product("dress", title={"en": "Another dress"}))
    assert (await service.product(shop_id, "dress")).product.title == {"en": "The dress"}
    async with atomic():
        await service.delete(other, "dress", clock.now())
    assert (await service.product(shop_id, "dress")).state == "published"


async def test_prices_are_in_the_boutique_currency(shop_id: PartyId) -> None:
    """A product priced in another currency than the boutique's is refused."""
    pounds = msgspec.structs.replace(variant("dress-42"), price=msgspec.structs.replace(euros(100), currency="GBP"))
    with pytest.raises(RecordInvalidError, match="write prices in EUR"):
        await save(shop_id, product("dress", pounds))


async def test_a_rolled_back_change_publishes_nothing(shop_id: PartyId) -> None:
    """The row and its leaf are one transaction: when it fails, neither is there."""
    before = await log_state(shop_id)
    with pytest.raises(RuntimeError):
        async with atomic():
            await service.save_product(shop_id, product("dress"), clock.now())
            raise RuntimeError
    assert await log_state(shop_id) == before
    assert await store.products(shop_id, ["dress"]) == {}


async def test_a_product_rejected_in_a_batch_keeps_its_names(shop_id: PartyId) -> None:
    """A SKU moves only when the product that bore it was written anew: else its taker is rejected, not the batch."""
    await save(shop_id, product("dress", variant("dress-42"), variant("dress-44")))
    taker = product("coat", variant("coat-40"), variant("dress-44"))
    dollars = product("dress", variant("dress-42", price=Money(18_900, "USD")))
    async with atomic():
        outcomes = await service.save_products(shop_id, [taker, dollars, product("hat")], clock.now())
    assert [saved.outcome for saved in outcomes] == ["rejected", "rejected", "imported"]
    assert outcomes[0].faults[0].code == "taken"


async def test_a_name_moves_within_a_batch_whatever_the_order(shop_id: PartyId) -> None:
    """When both products are good, the one that takes the SKU may stand before the one that lets it go."""
    await save(shop_id, product("dress", variant("dress-42"), variant("dress-44")))
    async with atomic():
        outcomes = await service.save_products(
            shop_id,
            [product("coat", variant("dress-44")), product("dress", variant("dress-42"))],
            clock.now(),
        )
    assert [saved.outcome for saved in outcomes] == ["imported", "imported"]


@pytest.mark.parametrize("edit", ["add_picture", "remove_picture", "publish_again"])
async def test_edits_at_the_same_time_both_stay(
    shop_id: PartyId, settings: ShopNodeSettings, committed: Database, edit: str
) -> None:
    """A price changed while somebody else changes the same product's pictures is not set back."""
    await save(shop_id, product("dress"))

    async def other_edit() -> None:
        with using(committed):
            async with atomic():
                if edit == "add_picture":
                    await service.add_picture(settings, shop_id, ("dress", ""), PNG, clock.now())
                elif edit == "remove_picture":
                    await service.remove_picture(shop_id, "dress", "0" * 64, clock.now())
                else:
                    await service.publish_again(shop_id, "dress", clock.now())

    async with atomic():
        await service.change_price(shop_id, "dress-42", (euros(18_900), euros(15_000)), clock.now())
        other = asyncio.create_task(other_edit(), context=contextvars.Context())
        await asyncio.sleep(0.3)
        assert not other.done()
    await other
    assert (await service.product(shop_id, "dress")).product.variants[0].price == euros(15_000)
