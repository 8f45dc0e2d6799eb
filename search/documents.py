"""Index documents: one per product and colour, with the sizes in stock in that very colour. Pure.

A product-wide document would lie: "red in 42" must hold on one variant, and engines treat lists as OR. Quantities
and anything shown to a shopper stay out; hits are re-read from the database.
"""

import hashlib
from collections.abc import Iterable

import msgspec

from federation.vocabulary.product import CATEGORIES, ONE_SIZE_LABEL, Product, ShopProfile, Size, Variant
from search.analysis import index_text
from search.lexicon import attribute_words, colour_and_parent
from search.ports import EngineDocument, IndexSpec, OwnerDocuments
from search.prices import ONE_CURRENCY, Ruler
from search.regions import region_words

ROTATIONS = 4
"""How many shuffled orders are kept, so that browsing without a query favours no boutique for long."""

LISTINGS = IndexSpec(
    name="listings",
    texts={"title": 3.0, "names": 2.0, "attributes": 1.6, "description": 0.4},
    keywords=(
        *("owner", "product", "shop", "category", "department", "gender", "colour", "size", "town", "brand"),
        *("currency", "in_stock"),
    ),
    numbers=("price", "first_seen", "discount", *(f"rotation_{n}" for n in range(ROTATIONS))),
    returned=("product", "shop", "colour"),
)


def owner_of(shop_id: str, product_id: str) -> str:
    """The key under which all documents of a product are replaced together."""
    return f"{shop_id}/{product_id}"


def size_token(category: str, size: Size) -> str:
    """A size that means one thing everywhere: department, counting system and value, `shoes:IT:37.5`."""
    department = CATEGORIES.get(category, ("", "other"))[1]
    return f"{department}:{size.system}:{size.value.replace(',', '.')}"


def size_label(token: str) -> str:
    """How a size token reads to a shopper: "IT 42", "M", "One size"."""
    _, _, rest = token.partition(":")
    system, _, value = rest.partition(":")
    if system == "ONE":
        return ONE_SIZE_LABEL
    return value if system in {"INT", "WL"} else f"{system} {value}"


def documents_of(
    product: Product,
    shop: ShopProfile,
    shop_id: str,
    *,
    in_stock: frozenset[str],
    rev: int,
    first_seen: int,
    ruler: Ruler = ONE_CURRENCY,
) -> OwnerDocuments:
    """All index documents of a product at revision `rev`.

    `in_stock` holds the variant ids that can be bought now; `first_seen` is seconds since the epoch; `ruler` makes
    prices of all currencies comparable.
    """
    owner = owner_of(shop_id, product.id)
    source = _Source(product, shop, owner, in_stock, rev, first_seen, ruler)
    return OwnerDocuments(owner, rev, tuple(_document(source, group) for group in _by_colour(product.variants)))


class _Source(msgspec.Struct, frozen=True):
    """What all documents of one product share."""

    product: Product
    shop: ShopProfile
    owner: str
    in_stock: frozenset[str]
    rev: int
    first_seen: int
    ruler: Ruler


def _by_colour(variants: Iterable[Variant]) -> list[tuple[Variant, ...]]:
    groups: dict[tuple[str, str], list[Variant]] = {}
    for variant in variants:
        groups.setdefault((variant.colour.family, variant.colour.name), []).append(variant)
    return [tuple(group) for group in groups.values()]


def _document(source: _Source, variants: tuple[Variant, ...]) -> EngineDocument:
    product, shop, owner = source.product, source.shop, source.owner
    colour = variants[0].colour
    document_id = f"{owner}/{hashlib.sha256(f'{colour.family}/{colour.name}'.encode()).hexdigest()[:12]}"
    sellable = [variant for variant in variants if variant.id in source.in_stock]
    lead = min(sellable or variants, key=lambda variant: variant.price.amount_minor)
    former = lead.compare_at.amount_minor if lead.compare_at is not None else 0
    discount = round(100 * (former - lead.price.amount_minor) / former) if former else 0
    department = CATEGORIES.get(product.category, ("", "other"))[1]
    codes = " ".join(code for variant in variants for code in (variant.sku, variant.gtin or ""))
    return EngineDocument(
        id=document_id,
        owner=owner,
        rev=source.rev,
        texts={
            "title": index_text(*product.title.values()),
            "names": index_text(shop.name, shop.town, region_words(shop.country, shop.town), product.brand, codes),
            "attributes": index_text(
                colour.name,
                *product.materials,
                attribute_words(product.category, colour.family, product.gender),
                *(f"{variant.size.system} {variant.size.value} {variant.size.label}" for variant in sellable),
            ),
            "description": index_text(*product.description.values()),
        },
        keywords={
            "owner": (owner,),
            "product": (product.id,),
            "shop": (owner.partition("/")[0],),
            "category": (product.category,),
            "department": (department,),
            "gender": (product.gender,),
            "colour": colour_and_parent(colour.family),
            "size": tuple(sorted({size_token(product.category, variant.size) for variant in sellable})),
            "town": (shop.town,),
            "brand": (product.brand,) if product.brand else (),
            "currency": (lead.price.currency,),
            "in_stock": ("yes",) if sellable else ("no",),
        },
        numbers={
            "price": source.ruler.amount(lead.price),
            "first_seen": source.first_seen,
            "discount": discount,
            **{f"rotation_{n}": rotation(document_id, n) for n in range(ROTATIONS)},
        },
    )


def rotation(document_id: str, number: int) -> int:
    """A fixed pseudo-random place of a document in shuffle `number`: 0 to 2^31-1."""
    return int.from_bytes(hashlib.sha256(f"{number}:{document_id}".encode()).digest()[:4], "big") >> 1
