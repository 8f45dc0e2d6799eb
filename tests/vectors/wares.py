"""Vectors of records: a product and a boutique as they stand in a log, and records that are quarantined, with why."""

from typing import Any

import msgspec

from federation.documents import json
from federation.log.leaves import build_leaf, leaf_hash, parse_leaf
from federation.log.records import PRODUCT_TYPE, SHOP_KEY, SHOP_TYPE, faults_of, product_key
from federation.vocabulary.money import Money
from federation.vocabulary.product import (
    Colour,
    Media,
    Product,
    ShippingRate,
    ShopProfile,
    Size,
    Theme,
    Variant,
)

COAT = Product(
    id="1",
    title={"en": "Wool coat", "it": "Cappotto di lana"},
    category="coats",
    gender="women",
    variants=(
        Variant(
            id="1-s",
            sku="COAT-S",
            size=Size("IT", "40", "40"),
            colour=Colour("Midnight", "navy"),
            price=Money(18_900, "EUR"),
            gtin="4006381333931",
            compare_at=Money(24_900, "EUR"),
        ),
        Variant(
            id="1-m",
            sku="COAT-M",
            size=Size("IT", "42", "42"),
            colour=Colour("Midnight", "navy"),
            price=Money(18_900, "EUR"),
        ),
    ),
    description={"en": "Cut in Florence."},
    materials=("wool",),
    media=(Media("https://atelier.example/media/coat.jpg", "ab" * 32, 1200, 1600, "A dark blue coat"),),
)
SHOP = ShopProfile(
    handle="atelier",
    name="Atelier",
    town="Firenze",
    country="IT",
    currency="EUR",
    theme=Theme("#FFFFFF", "#111111", "#AA3333", 1, "A"),
    shipping=(ShippingRate(("IT", "FR"), Money(900, "EUR"), 1, 3, Money(20_000, "EUR")),),
    tagline={"en": "Coats, and nothing else"},
    email="ciao@atelier.example",
)


def made() -> dict[str, Any]:
    """What the file holds beside its heading."""
    product, shop = json.encode(COAT), json.encode(SHOP)
    lines = (
        build_leaf(0, "put", SHOP_KEY, None, record_type=SHOP_TYPE, body=shop),
        build_leaf(1, "put", product_key("1"), None, record_type=PRODUCT_TYPE, body=product),
    )
    return {
        "served": [{"line": line.decode(), "hash": leaf_hash(line).hex()} for line in lines],
        "quarantined": [_refused(line) for line in _faulty_lines()],
    }


def _refused(line: bytes) -> dict[str, Any]:
    faults = faults_of(parse_leaf(line))
    return {"line": line.decode(), "faults": [{"pointer": item.pointer, "code": item.code} for item in faults]}


def _faulty_lines() -> tuple[bytes, ...]:
    first, second = COAT.variants
    changed = msgspec.structs.replace
    products = (
        changed(COAT, category="boats"),
        changed(COAT, title={}),
        changed(COAT, variants=(first, changed(second, sku=first.sku))),
        changed(COAT, variants=(changed(first, price=Money(0, "EUR"), compare_at=None),)),
        changed(COAT, variants=(first, changed(second, price=Money(18_900, "GBP")))),
        changed(COAT, variants=(changed(first, gtin="4006381333932"),)),
        changed(COAT, variants=(changed(first, compare_at=Money(100, "EUR")),)),
    )
    faulty = [_put(product_key("1"), json.encode(product)) for product in products]
    faulty.append(_put(product_key("2"), json.encode(COAT)))
    faulty += [_put(product_key("1"), body) for body in (b"{}", b'{"id":1.5}', b'{"id":"1","id":"1"}', b"not json")]
    return tuple(faulty)


def _put(key: str, body: bytes) -> bytes:
    return build_leaf(2, "put", key, None, record_type=PRODUCT_TYPE, body=body)
