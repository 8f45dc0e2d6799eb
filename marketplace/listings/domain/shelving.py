"""What a batch of records leaves on a boutique's shelf: applied in log order in memory, written at once. Pure.

Invariants: the outcome is that of applying the records one by one; a variant id stands in one product of a boutique at
any moment, and frees itself when its product is written anew or deleted. Knows products only; profiles are not goods.
"""

from collections.abc import Iterable, Mapping

import msgspec

from federation.vocabulary.errors import FieldError, RecordInvalidError
from federation.vocabulary.product import Product


class GoodRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A good product record: the value read, and what proves it."""

    product: Product
    body: bytes
    seq: int
    leaf_hash: str


class Shelf:
    """A boutique's products as far as a batch concerns them, and how the batch changes them.

    `owners` maps variant ids to the products that bear them now: of every variant that the batch names, and of every
    product that it writes or deletes. `present` are those of its products that are listed now.
    """

    def __init__(self, owners: Mapping[str, str], present: Iterable[str]) -> None:
        self.written: dict[str, GoodRecord] = {}
        """The last good record of each product that ends up listed by this batch."""
        self.dropped: set[str] = set()
        """Products to take away first, those that are then written anew included."""
        self.stale: set[str] = set()
        """Products of which a record after the last good one could not be read."""
        self.touched: set[str] = set()
        """Products whose index documents are out of date."""
        self._listed = frozenset(present)
        self._present = set(self._listed)
        self._owners = dict(owners)
        self._variants: dict[str, set[str]] = {}
        for variant_id, product_id in owners.items():
            self._variants.setdefault(product_id, set()).add(variant_id)

    @property
    def changed(self) -> list[GoodRecord]:
        """What is written of products that were listed before this batch, and stay so."""
        return [record for product_id, record in self.written.items() if self._stays(product_id)]

    @property
    def added(self) -> list[GoodRecord]:
        """What is written of products that were not listed before, or go first."""
        return [record for product_id, record in self.written.items() if not self._stays(product_id)]

    def put(self, record: GoodRecord) -> None:
        """List a product; raises RecordInvalidError when it bears a variant of another."""
        product = record.product
        faults = tuple(self._taken(product))
        if faults:
            raise RecordInvalidError(faults[0].message, errors=faults)
        self._free(product.id)
        named = {variant.id for variant in product.variants}
        self._variants[product.id] = named
        self._owners |= dict.fromkeys(named, product.id)
        self._present.add(product.id)
        self.written[product.id] = record
        self.stale.discard(product.id)
        self.touched.add(product.id)

    def delete(self, product_id: str) -> None:
        """Take a product away; nothing when it is not there."""
        if product_id not in self._present:
            return
        self._free(product_id)
        self._present.discard(product_id)
        self.written.pop(product_id, None)
        self.stale.discard(product_id)
        self.dropped.add(product_id)
        self.touched.add(product_id)

    def doubt(self, product_id: str) -> None:
        """The newest record of a product could not be read: what is listed is an earlier version."""
        if product_id in self._present:
            self.stale.add(product_id)

    def _stays(self, product_id: str) -> bool:
        return product_id in self._listed and product_id not in self.dropped

    def _taken(self, product: Product) -> Iterable[FieldError]:
        for place, variant in enumerate(product.variants):
            owner = self._owners.get(variant.id, product.id)
            if owner != product.id:
                sentence = f"variant {variant.id} belongs to {owner} already"
                yield FieldError(f"/variants/{place}/id", "duplicate", sentence)

    def _free(self, product_id: str) -> None:
        for variant_id in self._variants.pop(product_id, ()):
            del self._owners[variant_id]
