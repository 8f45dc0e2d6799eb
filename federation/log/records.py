"""The records that bodies of leaves are: which types we read, and what is wrong with one that does not fit.

A type we do not know is kept as it is and served to nobody. A record's key says what it is: `product/<id>` holds the
product of that id, `shop/profile` the boutique itself. `log/epoch` is no goods: the first line of a later epoch.
"""

from typing import Annotated

import msgspec

from federation import limits
from federation.documents import json
from federation.log.leaves import Leaf
from federation.vocabulary.errors import FieldError, GalleriaError, RecordInvalidError
from federation.vocabulary.product import Product, ShopProfile, check_product

PRODUCT_TYPE = "fed.product/1"
SHOP_TYPE = "fed.shop/1"
SHOP_KEY = "shop/profile"
EPOCH_TYPE = "fed.epoch/1"
EPOCH_KEY = "log/epoch"


class EpochOpening(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of a later epoch: `follows` is the last checkpoint of the epoch before, as a root key named it.

    The `restated` lines after it say again all that is published; what they do not say is gone.
    """

    follows: Annotated[str, msgspec.Meta(min_length=1, max_length=limits.CHECKPOINT_BYTES_MAX)]
    restated: Annotated[int, msgspec.Meta(ge=0, le=limits.LIVE_RECORDS_MAX)]


class UnknownRecord(msgspec.Struct, frozen=True):
    """A record of a type this version does not read: history, not goods."""

    type: str


Record = Product | ShopProfile | EpochOpening | UnknownRecord

Judgement = Record | tuple[FieldError, ...] | None
"""A leaf's record, or what keeps it from being served (never nothing); None for a `del`, which has neither."""


def product_key(product_id: str) -> str:
    """The key under which a shop's log holds a product."""
    return f"product/{product_id}"


def decode_record(record_type: str, body: bytes) -> Record:
    """Read a body by its type; raises RecordInvalidError with a pointer per fault, or TooLargeError."""
    if record_type == PRODUCT_TYPE:
        product = json.decode(body, Product, bytes_max=limits.LINE_BYTES_MAX)
        check_product(product)
        return product
    if record_type == SHOP_TYPE:
        return json.decode(body, ShopProfile, bytes_max=limits.LINE_BYTES_MAX)
    if record_type == EPOCH_TYPE:
        return json.decode(body, EpochOpening, bytes_max=limits.LINE_BYTES_MAX)
    json.check(body, bytes_max=limits.LINE_BYTES_MAX)
    return UnknownRecord(record_type)


def key_of(record: Record) -> str | None:
    """The key a record must have, or None for one of an unknown type."""
    if isinstance(record, Product):
        return product_key(record.id)
    if isinstance(record, EpochOpening):
        return EPOCH_KEY
    return SHOP_KEY if isinstance(record, ShopProfile) else None


def opening_of(leaf: Leaf) -> EpochOpening | None:
    """What the first line of a later epoch says; None for any other line."""
    if leaf.seq != 0 or leaf.key != EPOCH_KEY or leaf.type != EPOCH_TYPE:
        return None
    record = decode_record(leaf.type, leaf.body)
    return record if isinstance(record, EpochOpening) else None


def judged(leaf: Leaf) -> Judgement:
    """What comes of reading a leaf's body; never raises."""
    if leaf.operation == "del":
        return None
    try:
        record = decode_record(leaf.type, leaf.body)
        key = key_of(record)
        if key not in {None, leaf.key}:
            raise RecordInvalidError(
                f"the record under {leaf.key} belongs under {key}",
                errors=(FieldError("", "key", f"this record belongs under {key}"),),
            )
    except GalleriaError as refusal:
        return refusal.errors or (FieldError("", refusal.slug, refusal.detail),)
    return record


def faults_of(leaf: Leaf) -> tuple[FieldError, ...]:
    """What keeps a leaf's record from being served; empty for a good one, and for every `del`."""
    found = judged(leaf)
    return found if isinstance(found, tuple) else ()
