"""A demo boutique as a test imports it: one line per product, its pictures drawn into the line."""

from collections.abc import Iterator

import msgspec

from marketplace.demo.world.making import DemoBoutique


def catalog_lines(boutique: DemoBoutique) -> Iterator[bytes]:
    """The catalogue as JSON lines for the importer: product, its stock, its pictures in the order to show them."""
    for product in boutique.products:
        stock = {variant.id: boutique.stock[variant.id] for variant in product.variants}
        pictures = [
            {"svg": plate.svg, "alt": plate.alt, "width": plate.width, "height": plate.height}
            for plate in boutique.plates[product.id]
        ]
        yield msgspec.json.encode({"product": product, "stock": stock, "pictures": pictures})
