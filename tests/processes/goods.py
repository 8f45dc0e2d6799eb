"""Three tiny boutiques with many alike products, so that every test can have some of its own."""

from collections.abc import Iterator

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.product import Colour, Product, ShippingRate, ShopProfile, Size, Theme, Variant
from marketplace.demo.world.making import DemoBoutique

LAST, FEW, MANY = "s", "m", "l"
STOCK = {LAST: 1, FEW: 3, MANY: 9}
"""Each product comes in three sizes: one piece left, three, nine."""

PRODUCTS = 40
PRICE_MINOR = 4_990
SHIPPING_MINOR = 650
CURRENCY = "EUR"


def variant_id(product_id: str, size: str) -> str:
    """The id of one size of a product."""
    return f"{product_id}-{size}"


def product(product_id: str, price_minor: int = PRICE_MINOR) -> Product:
    """A plain scarf in three sizes."""
    return Product(
        id=product_id,
        title={"en": f"Scarf {product_id}"},
        category="scarves",
        gender="unisex",
        variants=tuple(
            Variant(
                id=variant_id(product_id, size),
                sku=variant_id(product_id, size).upper(),
                size=Size("INT", size.upper(), size.upper()),
                colour=Colour("Moss", "green"),
                price=Money(price_minor, CURRENCY),
            )
            for size in STOCK
        ),
    )


def import_line(made: Product, stock: dict[str, int] = STOCK) -> bytes:
    """A product as a line of a boutique's file."""
    counted = {variant_id(made.id, size): pieces for size, pieces in stock.items()}
    return msgspec.json.encode({"product": made, "stock": counted, "pictures": []})


def import_lines(prefix: str, count: int) -> Iterator[bytes]:
    """A file of so many products."""
    return (import_line(product(f"{prefix}-{number:03d}")) for number in range(count))


def boutique(handle: str, node: int) -> DemoBoutique:
    """A boutique that accepts by itself and ships everywhere in Italy."""
    profile = ShopProfile(
        handle=handle,
        name=handle.title(),
        town="Lucca",
        country="IT",
        currency=CURRENCY,
        theme=Theme("#E3E7DD", "#1B2A22", "#2F5D3A", 1, "X"),
        shipping=(ShippingRate(("IT",), Money(SHIPPING_MINOR, CURRENCY), 1, 3),),
        order_acceptance="automatic",
    )
    products = tuple(product(f"{handle}-{number:02d}") for number in range(PRODUCTS))
    stock = {variant_id(made.id, size): pieces for made in products for size, pieces in STOCK.items()}
    return DemoBoutique(
        profile=profile,
        owner_email=f"owner@{handle}.example",
        node=node,
        products=products,
        stock=stock,
        looks={made.id: () for made in products},
    )


ALBA, BRINA, CIMA = boutique("alba", 0), boutique("brina", 1), boutique("cima", 1)
BOUTIQUES = (ALBA, BRINA, CIMA)
