"""From a product to the bytes of its record, and the rules that need the whole boutique. Pure.

Invariants: equal products give equal bytes, so an unchanged product never makes a new leaf; a SKU and a variant id
belong to one product of a boutique.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from federation import limits
from federation.documents import json
from federation.vocabulary.errors import FieldError, RecordInvalidError
from federation.vocabulary.product import Product, ShopProfile, check_product

BODY_BYTES_MAX = limits.LINE_BYTES_MAX - 1024
"""What remains of a log line for the body beside sequence, key, type and hashes."""


def product_body(product: Product, currency: str) -> bytes:
    """The canonical body of a product's record, checked whole.

    Raises RecordInvalidError with a pointer per fault: among others for prices not in the boutique's `currency`.
    """
    check_product(product)
    if product.variants[0].price.currency != currency:
        raise RecordInvalidError(
            f"prices are in {product.variants[0].price.currency}, the boutique sells in {currency}",
            errors=(FieldError("/variants/0/price/currency", "currency", f"write prices in {currency}"),),
        )
    return _bounded(json.encode(product))


def profile_body(profile: ShopProfile) -> bytes:
    """The canonical body of a boutique's profile record; raises RecordInvalidError."""
    faults = [
        FieldError(f"/shipping/{index}/price", "currency", f"write shipping prices in {profile.currency}")
        for index, rate in enumerate(profile.shipping)
        if rate.price.currency != profile.currency
        or (rate.free_from is not None and rate.free_from.currency != profile.currency)
    ]
    faults += [
        FieldError(f"/shipping/{index}/days_max", "range", "the longest time is not shorter than the shortest")
        for index, rate in enumerate(profile.shipping)
        if rate.days_max < rate.days_min
    ]
    if faults:
        raise RecordInvalidError(faults[0].message, errors=tuple(faults))
    return _bounded(json.encode(profile))


def _bounded(body: bytes) -> bytes:
    if len(body) > BODY_BYTES_MAX:
        fault = FieldError("", "too-large", f"{len(body)} bytes of text, at most {BODY_BYTES_MAX} fit: shorten it")
        raise RecordInvalidError(fault.message, errors=(fault,))
    return body


class Published(msgspec.Struct, frozen=True):
    """A product as it stood under one leaf; `superseded_at` is None while it is the newest."""

    product: Product
    superseded_at: datetime | None


class Owners(msgspec.Struct):
    """Which product bears each variant id and SKU; grows as products of one batch are let in, in their order."""

    by_variant: dict[str, str]
    by_sku: dict[str, str]

    def forget(self, product_ids: Iterable[str]) -> None:
        """Free the names borne by these products: they are about to be written anew."""
        gone = set(product_ids)
        self.by_variant = {name: owner for name, owner in self.by_variant.items() if owner not in gone}
        self.by_sku = {name: owner for name, owner in self.by_sku.items() if owner not in gone}

    def merge(self, other: "Owners") -> None:
        """Take over what `other` knows; where both know a name, `other` is right."""
        self.by_variant |= other.by_variant
        self.by_sku |= other.by_sku

    def faults(self, product: Product) -> list[FieldError]:
        """What of `product` another product bears already."""
        found = []
        for index, variant in enumerate(product.variants):
            for name, value, owners in (("sku", variant.sku, self.by_sku), ("id", variant.id, self.by_variant)):
                owner = owners.get(value, product.id)
                if owner != product.id:
                    found.append(
                        FieldError(f"/variants/{index}/{name}", "taken", f"{value} belongs to product {owner} already")
                    )
        return found

    def take(self, product: Product, *, is_good: bool) -> list[FieldError]:
        """Admit a product that is good and free of faults; returns the faults."""
        found = self.faults(product)
        if is_good and not found:
            self.admit(product)
        return found

    def admit(self, product: Product) -> None:
        """Note that `product` bears its variants' names now."""
        self.forget((product.id,))
        for variant in product.variants:
            self.by_variant[variant.id] = product.id
            self.by_sku[variant.sku] = product.id


def name_faults(batch: Sequence[tuple[Product, bool]], known: Owners, admitted: Owners) -> list[list[FieldError]]:
    """What of each product of a batch another product bears; the batch says of each whether it is good otherwise.

    Names may move within a batch in any order, but only from a product that is written anew: a rejected one keeps its
    own. `known` are the names borne now, `admitted` those of products let in before the batch.
    """
    names = {product.id for product, _ in batch}
    keeping: set[str] = set()
    while True:
        owners = Owners(dict(known.by_variant), dict(known.by_sku))
        owners.forget((names - keeping) | set(admitted.by_variant.values()))
        owners.merge(admitted)
        faults = [owners.take(product, is_good=is_good) for product, is_good in batch]
        written = {product.id for (product, is_good), found in zip(batch, faults, strict=True) if is_good and not found}
        if names - written <= keeping:
            return faults
        keeping |= names - written


def gone_variants(before: Mapping[str, str], products: Iterable[Product]) -> list[str]:
    """Variant ids (of `before`: variant id to product id) that none of the rewritten products offers any more."""
    kept = {variant.id for product in products for variant in product.variants}
    return sorted(set(before) - kept)
