"""Changing what a boutique offers: every change and its leaf in the signed log are one transaction.

Invariants: a leaf is appended exactly when the published body changes; every leaf's body is kept beside its hash,
so that an order can be checked against the record it was priced from; a variant that is no longer offered has no
stock left to sell; a variant offered always has a register, so hubs learn of a 0 too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from federation.log.records import PRODUCT_TYPE, product_key
from federation.service.catalogue import Change, append, own_leaf_hashes
from federation.vocabulary.errors import FieldError, NotFoundError, RecordInvalidError
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.money import Money
from federation.vocabulary.product import Product
from shops import store as boutiques
from shops.catalog import store
from shops.catalog.domain.record import Owners, gone_variants, name_faults, product_body
from shops.errors import SkuTakenError
from shops.inventory.service import levels
from shops.inventory.store import registers
from shops.media import service as media
from shops.settings import ShopNodeSettings

PUBLICATIONS_KEPT = timedelta(days=30)


class Saved(msgspec.Struct, frozen=True):
    """What became of one product of a batch; `faults` say why it was rejected."""

    product_id: str
    outcome: Literal["imported", "unchanged", "rejected"]
    faults: tuple[FieldError, ...] = ()


async def save_product(shop_id: PartyId, product: Product, now: datetime) -> Saved:
    """Write and publish one product.

    Raises RecordInvalidError, with every fault, for a product that breaks a rule; SkuTakenError for a SKU or variant
    id of another product.
    """
    saved = (await save_products(shop_id, [product], now))[0]
    if saved.outcome == "rejected":
        error = SkuTakenError if any(fault.code == "taken" for fault in saved.faults) else RecordInvalidError
        raise error(f"not saved: {saved.faults[0].message}", errors=saved.faults)
    return saved


async def save_products(shop_id: PartyId, products: Sequence[Product], now: datetime) -> list[Saved]:
    """Write and publish those products that keep the rules, in order; returns one outcome for each.

    A product id that stands twice in `products` is rejected the second time.
    """
    await boutiques.lock(shop_id)
    outcomes, bodies = await judge_products(shop_id, products, Owners({}, {}))
    if bodies:
        old_variants = await store.variants_of(shop_id, list(bodies))
        await store.write_products(shop_id, bodies, now)
        await _publish(shop_id, bodies, now)
        await _fit_registers(shop_id, old_variants, [product for product, _ in bodies.values()], now)
    return outcomes


async def judge_products(
    shop_id: PartyId, products: Sequence[Product], admitted: Owners
) -> tuple[list[Saved], dict[str, tuple[Product, bytes]]]:
    """What saving these products would do, and the bodies that would change; writes nothing.

    `admitted` are the names of products judged before these in the same file; those of these are added to it.
    """
    currency = (await boutiques.boutique(shop_id)).profile.currency
    before = await store.products(shop_id, [product.id for product in products])
    variants = [variant for product in products for variant in product.variants]
    known = await store.owners(shop_id, [variant.id for variant in variants], [variant.sku for variant in variants])
    judged = list(_each_alone(products, currency))
    batch = [(product, not faults) for product, (_, faults) in zip(products, judged, strict=True)]
    taken = name_faults(batch, known, admitted)
    outcomes: list[Saved] = []
    bodies: dict[str, tuple[Product, bytes]] = {}
    for product, (body, own), names in zip(products, judged, taken, strict=True):
        if own or names:
            outcomes.append(Saved(product.id, "rejected", (*own, *names)))
            continue
        admitted.admit(product)
        stored = before.get(product.id)
        unchanged = stored is not None and stored.body == body and stored.state == "published"
        outcomes.append(Saved(product.id, "unchanged" if unchanged else "imported"))
        if not unchanged:
            bodies[product.id] = (product, body)
    return outcomes, bodies


def _each_alone(products: Iterable[Product], currency: str) -> Iterator[tuple[bytes, tuple[FieldError, ...]]]:
    """The body of each product and its faults, before anybody asks whose names it bears."""
    seen: set[str] = set()
    for product in products:
        try:
            body, faults = product_body(product, currency), tuple[FieldError, ...]()
        except RecordInvalidError as error:
            body, faults = b"", error.errors or (FieldError("", error.slug, error.detail),)
        if product.id in seen:
            faults += (FieldError("/id", "duplicate", f"product {product.id} stands twice in one batch"),)
        seen.add(product.id)
        yield body, faults


async def _publish(shop_id: PartyId, bodies: Mapping[str, tuple[Product, bytes]], now: datetime) -> None:
    changes = [Change("put", product_key(product_id), PRODUCT_TYPE, body) for product_id, (_, body) in bodies.items()]
    await append(shop_id, changes, now)
    hashes = await own_leaf_hashes(shop_id, [change.key for change in changes])
    leaves = {
        product_id: (hashes[key], body)
        for product_id, (_, body) in bodies.items()
        if (key := product_key(product_id)) in hashes
    }
    await store.write_publications(shop_id, leaves, now)


async def _fit_registers(
    shop_id: PartyId, old_variants: Mapping[str, str], products: Sequence[Product], now: datetime
) -> None:
    await levels.empty_registers(shop_id, gone_variants(old_variants, products), new_id(), now)
    offered = [variant.id for product in products for variant in product.variants]
    known = {level.variant_id for level in await registers.levels(shop_id, offered)}
    first = next(iter(await boutiques.locations(shop_id)))
    missing = {(variant_id, first): 0 for variant_id in offered if variant_id not in known}
    await levels.set_levels(shop_id, missing, "import", new_id(), now)


async def product(shop_id: PartyId, product_id: str) -> store.StoredProduct:
    """Raises NotFoundError."""
    found = (await store.products(shop_id, [product_id])).get(product_id)
    if found is None:
        raise NotFoundError("this boutique has no such product; it may have been deleted")
    return found


async def product_to_change(shop_id: PartyId, product_id: str) -> store.StoredProduct:
    """A product that nobody else changes until the transaction ends: read it so before writing it from what it was.

    Raises NotFoundError.
    """
    await boutiques.lock(shop_id)
    return await product(shop_id, product_id)


async def change_price(shop_id: PartyId, variant_id: str, prices: tuple[Money, Money], now: datetime) -> None:
    """Give one variant a new price: `prices` is (the price the person saw, the new one).

    Raises RecordInvalidError when it breaks a rule or the price is another by now.
    """
    await boutiques.lock(shop_id)
    product_id = await store.product_of_variant(shop_id, variant_id)
    if product_id is None:
        raise NotFoundError("this variant is no longer offered; look at the product again")
    stored = await product(shop_id, product_id)
    seen, wanted = prices
    variants = []
    for variant in stored.product.variants:
        if variant.id != variant_id:
            variants.append(variant)
        elif variant.price != seen:
            raise RecordInvalidError("the price changed since you looked: look again, then decide")
        else:
            variants.append(msgspec.structs.replace(variant, price=wanted))
    changed = msgspec.structs.replace(stored.product, variants=tuple(variants))
    if stored.state == "published":
        await save_product(shop_id, changed, now)
    else:
        raise RecordInvalidError("a withdrawn product has no price to change: publish it again first")


async def withdraw(shop_id: PartyId, product_id: str, now: datetime) -> None:
    """Take a product out of sale everywhere; its stock stays as it is. Harmless when it is withdrawn already."""
    if (await product_to_change(shop_id, product_id)).state == "withdrawn":
        return
    await store.write_state(shop_id, product_id, "withdrawn", now)
    await append(shop_id, [Change("del", product_key(product_id))], now)
    await store.supersede(shop_id, [product_id], now)


async def publish_again(shop_id: PartyId, product_id: str, now: datetime) -> None:
    """Put a withdrawn product back on sale as it was."""
    await save_product(shop_id, (await product_to_change(shop_id, product_id)).product, now)


async def delete(shop_id: PartyId, product_id: str, now: datetime) -> None:
    """Withdraw a product and forget it; nothing of it is left to sell. Its id and SKUs may be used again."""
    await withdraw(shop_id, product_id, now)
    variants = await store.variants_of(shop_id, [product_id])
    await levels.empty_registers(shop_id, sorted(variants), new_id(), now)
    await store.drop_product(shop_id, product_id)


async def forget_publications(now: datetime) -> None:
    """Sweep: forget the bodies of leaves that were superseded too long ago for any order to name them."""
    for view in await boutiques.boutiques():
        await store.forget_publications(view.shop_id, now - PUBLICATIONS_KEPT)


async def add_picture(
    settings: ShopNodeSettings, shop_id: PartyId, place: tuple[str, str], data: bytes, now: datetime
) -> None:
    """Keep a picture and put it at the end of a product's; `place` is (product id, words for the picture)."""
    product_id, alt = place
    stored = await product_to_change(shop_id, product_id)
    picture = await media.keep_picture(settings, shop_id, data, alt=alt, now=now)
    others = tuple(known for known in stored.product.media if known.sha256 != picture.sha256)
    await save_product(shop_id, msgspec.structs.replace(stored.product, media=(*others, picture)), now)


async def remove_picture(shop_id: PartyId, product_id: str, sha256: str, now: datetime) -> None:
    """Take a picture off a product."""
    stored = await product_to_change(shop_id, product_id)
    left = tuple(known for known in stored.product.media if known.sha256 != sha256)
    await save_product(shop_id, msgspec.structs.replace(stored.product, media=left), now)
