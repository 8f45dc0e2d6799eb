"""One product and one boutique, as small as the rules allow, for tests of records and logs."""

from federation.vocabulary.money import Money
from federation.vocabulary.product import Colour, Product, ShopProfile, Size, Theme, Variant

PRODUCT = Product(
    id="1",
    title={"en": "Ribbed jumper"},
    category="knitwear",
    gender="women",
    variants=(
        Variant(
            id="1-s",
            sku="RJ-S",
            size=Size("INT", "S", "S"),
            colour=Colour("Ecru", "white"),
            price=Money(18_900, "EUR"),
        ),
    ),
)
SHOP_PROFILE = ShopProfile(
    handle="atelier",
    name="Atelier",
    town="Lucca",
    country="IT",
    currency="EUR",
    theme=Theme("#ffffff", "#111111", "#aa0000", 1, "A"),
    shipping=(),
)
