"""Small products and boutiques for search tests."""

from federation.vocabulary.money import Money
from federation.vocabulary.product import Colour, Product, ShopProfile, Size, Theme, Variant


def shop(name: str = "Filo Chiaro", town: str = "Como") -> ShopProfile:
    return ShopProfile(
        handle="filo-chiaro",
        name=name,
        town=town,
        country="IT",
        currency="EUR",
        theme=Theme("#ffffff", "#000000", "#6b1f2a", 1, "F"),
        shipping=(),
    )


def product(
    key: str,
    title: str,
    category: str = "dresses",
    colours: tuple[str, ...] = ("red",),
    *,
    price_minor: int = 10_000,
    currency: str = "EUR",
    sizes: tuple[str, ...] = ("40", "42"),
    description: str = "",
) -> Product:
    variants = tuple(
        Variant(
            id=f"{key}-{colour}-{size}",
            sku=f"{key}-{colour}-{size}",
            size=Size("IT", size, size),
            colour=Colour(colour.title(), colour),
            price=Money(price_minor, currency),
        )
        for colour in colours
        for size in sizes
    )
    return Product(
        id=key,
        title={"en": title},
        description={"en": description},
        category=category,
        gender="women",
        variants=variants,
    )


def all_in_stock(article: Product) -> frozenset[str]:
    return frozenset(variant.id for variant in article.variants)
