"""Projecting a shop's verified records and stock into listings; runs inside the transaction that took them in.

Invariants: a bad record never raises and never changes what is shown, the good version before it stays (marked stale)
and the fault is kept for the boutique to see; whatever changes what a shopper may find adds an index event in the same
transaction. Signatures and order of the log were checked by the federation before.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from federation.conversations.messages import Quarantine, StockRegister
from federation.log.records import SHOP_KEY, Record
from federation.ports import AcceptedRecord
from federation.vocabulary.errors import FieldError, GalleriaError, RecordInvalidError
from federation.vocabulary.product import Product, ShopProfile
from marketplace.listings.domain.projection import faults_of, product_id_of, read_record
from marketplace.listings.domain.shelving import GoodRecord, Shelf
from marketplace.listings.store import index as index_store
from marketplace.listings.store import products as product_store
from marketplace.listings.store import shops as shop_store
from marketplace.media import service as media


async def take_records(
    hub_id: str,
    shop_id: str,
    records: Sequence[AcceptedRecord],
    now: datetime,
    *,
    plates_dir: Path | None = None,
) -> list[Quarantine]:
    """Project `records` in log order, with a handful of statements however many they are; returns those refused.

    Pictures seen for the first time are fetched afterwards, but for plates of `plates_dir`.
    """
    await shop_store.ensure_shop(hub_id, shop_id, now)
    read = [_read(record) for record in records]
    goods = [one for one in read if isinstance(one, Product)]
    named = {product_id for record in records if (product_id := product_id_of(record.key))}
    owners, present = await product_store.shelf(
        shop_id, sorted(named), sorted({variant.id for product in goods for variant in product.variants})
    )
    shelf = Shelf(owners, present)
    refused: list[Quarantine] = []
    standing: dict[str, Quarantine | None] = {}
    for record, found in zip(records, read, strict=True):
        faults = await _project(shop_id, shelf, record, found, now)
        standing[record.key] = Quarantine(seq=record.seq, key=record.key, errors=faults) if faults else None
        if faults:
            refused.append(Quarantine(seq=record.seq, key=record.key, errors=faults))
    await product_store.write_shelf(shop_id, shelf, now)
    await shop_store.clear_quarantine(shop_id, [key for key, fault in standing.items() if fault is None])
    await shop_store.quarantine(shop_id, [fault for fault in standing.values() if fault is not None], now)
    await index_store.add_index_events(shop_id, shelf.touched, now)
    await media.note_pictures(plates_dir, shop_id, [record.product for record in shelf.written.values()], now)
    return refused


def _read(record: AcceptedRecord) -> Record | tuple[FieldError, ...] | None:
    """What a put says, or its faults; None for a delete."""
    if record.operation == "del":
        return None
    try:
        return read_record(record)
    except GalleriaError as error:
        return faults_of(error)


async def _project(
    shop_id: str,
    shelf: Shelf,
    record: AcceptedRecord,
    found: Record | tuple[FieldError, ...] | None,
    now: datetime,
) -> tuple[FieldError, ...]:
    """Apply one record, goods in memory and the profile at once; returns why it cannot be served."""
    faults: tuple[FieldError, ...] = ()
    try:
        match found:
            case tuple():
                faults = found
            case Product():
                shelf.put(GoodRecord(product=found, body=record.body, seq=record.seq, leaf_hash=record.leaf_hash))
            case ShopProfile():
                await _project_profile(shop_id, record, found, now)
            case None:
                await _project_delete(shop_id, shelf, record.key, now)
    except GalleriaError as error:
        faults = faults_of(error)
    if faults and record.key == SHOP_KEY:
        await shop_store.mark_stale(shop_id)
    elif faults:
        shelf.doubt(product_id_of(record.key))
    return faults


async def take_stock(hub_id: str, shop_id: str, registers: Sequence[StockRegister], now: datetime) -> None:
    """Keep the newest registers; products whose sizes came or went are indexed again.

    Trust in the whole is renewed by `take_heartbeat` alone, when the hub's table equals the shop's.
    """
    await shop_store.ensure_shop(hub_id, shop_id, now)
    if registers:
        await index_store.add_index_events(shop_id, await product_store.save_stock(shop_id, registers), now)


async def take_heartbeat(hub_id: str, shop_id: str, now: datetime) -> None:
    """The shop's stock as told is current."""
    if not await shop_store.hear_stock(shop_id, now):
        await shop_store.ensure_shop(hub_id, shop_id, now)
        await shop_store.hear_stock(shop_id, now)


async def take_link(hub_id: str, shop_id: str, state: str, name: str, now: datetime) -> None:
    """The link stands differently: everything of the boutique appears or disappears."""
    await shop_store.set_link(hub_id, shop_id, state, name, now)
    await index_store.add_index_events_of_shop(shop_id, now)


async def _project_delete(shop_id: str, shelf: Shelf, key: str, now: datetime) -> None:
    if key == SHOP_KEY:
        await shop_store.drop_profile(shop_id, now)
        await index_store.add_index_events_of_shop(shop_id, now)
    else:
        shelf.delete(product_id_of(key))


async def _project_profile(shop_id: str, record: AcceptedRecord, profile: ShopProfile, now: datetime) -> None:
    if await shop_store.handle_owner(profile.handle) not in {None, shop_id}:
        fault = FieldError("/handle", "taken", f"another boutique here is called {profile.handle!r}; choose another")
        raise RecordInvalidError(fault.message, errors=(fault,))
    await shop_store.save_profile(shop_id, profile.handle, record.body, record.seq, record.leaf_hash, now)
    await index_store.add_index_events_of_shop(shop_id, now)
