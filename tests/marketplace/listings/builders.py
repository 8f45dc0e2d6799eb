"""Boutiques and pieces for the hub's tests, as signed records would bring them."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from federation.conversations.messages import StockRegister
from federation.node.database import atomic
from federation.ports import AcceptedRecord
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
from marketplace.listings import records

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HUB_ID = "h1" + "a" * 32


def shop_id_of(letter: str) -> str:
    """A party id of a shop, told apart by a letter."""
    return "s1" + letter * 32


def profile(handle: str, **changes: Any) -> ShopProfile:
    """A boutique that ships to Italy for 6.90 (free from 150) and to France for 12.00."""
    values: dict[str, Any] = {
        "handle": handle,
        "name": handle.capitalize(),
        "town": "Palermo",
        "country": "IT",
        "currency": "EUR",
        "theme": Theme(ground="#FBFAF7", ink="#161513", accent="#6B1F2A", pairing=1, monogram=handle[0].upper()),
        "shipping": (
            ShippingRate(("IT",), Money(690, "EUR"), 1, 3, Money(15_000, "EUR")),
            ShippingRate(("FR",), Money(1_200, "EUR"), 2, 5),
        ),
    }
    return ShopProfile(**(values | changes))


def variant(variant_id: str, price_minor: int = 10_000, colour: str = "blue", size: str = "42") -> Variant:
    """A size of a piece."""
    return Variant(
        id=variant_id,
        sku=variant_id.upper(),
        size=Size("IT", size, f"IT {size}"),
        colour=Colour(colour.capitalize(), colour),
        price=Money(price_minor, "EUR"),
    )


def product(product_id: str, *variants: Variant, **changes: Any) -> Product:
    """A dress, of one variant unless told otherwise, with two pictures."""
    values: dict[str, Any] = {
        "id": product_id,
        "title": {"en": f"Dress {product_id}", "it": f"Abito {product_id}"},
        "category": "dresses",
        "gender": "women",
        "variants": variants or (variant(f"{product_id}-42"),),
        "media": tuple(
            Media(f"http://shop.example/{product_id}-{view}.svg", "0" * 64, 600, 800, f"Blue dress, {view}")
            for view in ("front", "back")
        ),
    }
    return Product(**(values | changes))


def put(seq: int, content: Product | ShopProfile, key: str = "") -> AcceptedRecord:
    """The record that publishes `content`."""
    is_product = isinstance(content, Product)
    own_key = f"product/{content.id}" if isinstance(content, Product) else "shop/profile"
    body = msgspec.json.encode(content, order="sorted")
    return AcceptedRecord(
        seq=seq,
        operation="put",
        key=key or own_key,
        type="fed.product/1" if is_product else "fed.shop/1",
        body=body,
        leaf_hash=hashlib.sha256(body).hexdigest(),
    )


def bad(seq: int, key: str, body: bytes = b'{"id":1}') -> AcceptedRecord:
    """A record that cannot be read."""
    return AcceptedRecord(
        seq=seq, operation="put", key=key, type="fed.product/1", body=body, leaf_hash=hashlib.sha256(body).hexdigest()
    )


def delete(seq: int, key: str) -> AcceptedRecord:
    """The record that withdraws `key`."""
    return AcceptedRecord(seq=seq, operation="del", key=key, type="", body=b"", leaf_hash="0" * 64)


def registers(quantities: dict[str, int], vseq: int = 1) -> list[StockRegister]:
    """Stock in the shop itself, one register for each variant."""
    return [
        StockRegister(variant_id=variant_id, quantity=quantity, vseq=vseq + place)
        for place, (variant_id, quantity) in enumerate(quantities.items())
    ]


async def open_boutique(
    letter: str, products: Sequence[Product], stock: dict[str, int], now: datetime = NOW, **changes: Any
) -> str:
    """A linked boutique with these products and this stock; returns its shop id."""
    shop_id = shop_id_of(letter)
    async with atomic():
        await records.take_link(HUB_ID, shop_id, "accepted", f"Shop {letter}", now)
        published = [put(0, profile(f"shop-{letter}", **changes))]
        published += [put(seq, one) for seq, one in enumerate(products, start=1)]
        await records.take_records(HUB_ID, shop_id, published, now)
        await records.take_stock(HUB_ID, shop_id, registers(stock), now)
        await records.take_heartbeat(HUB_ID, shop_id, now)
    return shop_id
