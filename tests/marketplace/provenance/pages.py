"""A product page as a hub draws it, as small as can be."""

from federation.vocabulary.money import Money
from federation.vocabulary.product import Colour, Product, Size, Variant

PRODUCT = Product(
    id="1",
    title={"en": "Ribbed jumper"},
    category="knitwear",
    gender="women",
    variants=tuple(
        Variant(
            id=f"1-{size.lower()}",
            sku=f"RJ-{size}",
            size=Size("INT", size, size),
            colour=Colour("Ecru", "white"),
            price=Money(amount, "EUR"),
        )
        for size, amount in (("S", 18_900), ("M", 19_900))
    ),
)


def page_of(product: Product) -> str:
    """The page, in euros."""
    items = "".join(
        f'<li data-published="variant" data-variant="{one.id}"><span>{one.colour.name}, {one.size.label}</span>'
        f" <span>€{one.price.amount_minor // 100}.00</span></li>"
        for one in product.variants
    )
    return (
        "<html><head><title>Galleria</title>"
        '<link rel="alternate" type="application/vnd.fed.record-proof+json" href="/b/atelier/p/1/proof.json"></head>'
        f'<body><h1 data-published="title">{product.title["en"]}</h1>'
        '<p data-published="price" data-currency="EUR">€189.00 to €199.00 <s>was <span>€300.00</span></s></p>'
        f"<ul>{items}</ul></body></html>"
    )
