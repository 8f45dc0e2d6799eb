"""Projecting a shop's verified records and stock into listings; runs inside the transaction that took them in.

Invariants: a bad record never raises and never changes what is shown, the good version before it stays (marked stale)
and the fault is kept for the boutique to see; whatever changes what a shopper may find adds an index event in the same
transaction. Signatures and order of the log were checked by the federation before.
"""

from collections.abc import Sequence
from datetime import datetime

from federation.conversations.messages import Quarantine, StockRegister
from federation.log.records import SHOP_KEY
from federation.ports import AcceptedRecord
from federation.vocabulary.errors import FieldError, GalleriaError, RecordInvalidError
from federation.vocabulary.product import Product, ShopProfile
from marketplace.listings.domain.projection import faults_of, product_id_of, read_record
from marketplace.listings.store import index as index_store
from marketplace.listings.store import products as product_store
from marketplace.listings.store import shops as shop_store


async def take_records(hub_id: str, shop_id: str, records: Sequence[AcceptedRecord], now: datetime) -> list[Quarantine]:
    """Project `records` in log order; returns those that cannot be served."""
    await shop_store.ensure_shop(hub_id, shop_id, now)
    refused: list[Quarantine] = []
    readable: list[str] = []
    touched: set[str] = set()
    for record in records:
        try:
            touched |= await _project(shop_id, record, now)
            readable.append(record.key)
        except GalleriaError as error:
            faults = faults_of(error)
            refused.append(Quarantine(seq=record.seq, key=record.key, errors=faults))
            await _set_aside(shop_id, record, faults, now)
            readable = [key for key in readable if key != record.key]
    await shop_store.clear_quarantine(shop_id, readable)
    await index_store.add_index_events(shop_id, touched, now)
    return refused


async def take_stock(hub_id: str, shop_id: str, registers: Sequence[StockRegister], now: datetime) -> None:
    """Keep the newest registers; products whose sizes came or went are indexed again.

    Trust in the whole is renewed by `take_heartbeat` alone, when the hub's table equals the shop's.
    """
    await shop_store.ensure_shop(hub_id, shop_id, now)
    if registers:
        await index_store.add_index_events(shop_id, await product_store.save_stock(shop_id, registers), now)


async def take_heartbeat(hub_id: str, shop_id: str, now: datetime) -> None:
    """The shop's stock as told is current."""
    await shop_store.ensure_shop(hub_id, shop_id, now)
    await shop_store.hear_stock(shop_id, now)


async def take_link(hub_id: str, shop_id: str, state: str, name: str, now: datetime) -> None:
    """The link stands differently: everything of the boutique appears or disappears."""
    await shop_store.set_link(hub_id, shop_id, state, name, now)
    await index_store.add_index_events_of_shop(shop_id, now)


async def _project(shop_id: str, record: AcceptedRecord, now: datetime) -> set[str]:
    """Apply one record; returns the products whose index documents changed."""
    if record.operation == "del":
        return await _project_delete(shop_id, record.key, now)
    read = read_record(record)
    if isinstance(read, ShopProfile):
        await _project_profile(shop_id, record, read, now)
        return set()
    if not isinstance(read, Product):
        return set()
    await _check_variants_are_its_own(shop_id, read)
    kept = product_store.ProductRecord(product=read, body=record.body, seq=record.seq, leaf_hash=record.leaf_hash)
    await product_store.save_product(shop_id, kept, now)
    return {read.id}


async def _project_delete(shop_id: str, key: str, now: datetime) -> set[str]:
    if key == SHOP_KEY:
        await shop_store.drop_profile(shop_id, now)
        await index_store.add_index_events_of_shop(shop_id, now)
        return set()
    product_id = product_id_of(key)
    return {product_id} if product_id and await product_store.delete_product(shop_id, product_id) else set()


async def _project_profile(shop_id: str, record: AcceptedRecord, profile: ShopProfile, now: datetime) -> None:
    if await shop_store.handle_owner(profile.handle) not in {None, shop_id}:
        fault = FieldError("/handle", "taken", f"another boutique here is called {profile.handle!r}; choose another")
        raise RecordInvalidError(fault.message, errors=(fault,))
    await shop_store.save_profile(shop_id, profile.handle, record.body, record.seq, record.leaf_hash, now)
    await index_store.add_index_events_of_shop(shop_id, now)


async def _check_variants_are_its_own(shop_id: str, product: Product) -> None:
    taken = await product_store.variants_of_others(shop_id, product.id, [variant.id for variant in product.variants])
    faults = tuple(
        FieldError(f"/variants/{place}/id", "duplicate", f"variant {variant.id} belongs to {taken[variant.id]} already")
        for place, variant in enumerate(product.variants)
        if variant.id in taken
    )
    if faults:
        raise RecordInvalidError(faults[0].message, errors=faults)


async def _set_aside(shop_id: str, record: AcceptedRecord, faults: tuple[FieldError, ...], now: datetime) -> None:
    await shop_store.quarantine(shop_id, record.key, record.seq, faults, now)
    product_id = product_id_of(record.key)
    if product_id or record.key == SHOP_KEY:
        await shop_store.mark_stale(shop_id, product_id)
