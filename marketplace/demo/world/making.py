"""From what a boutique writes in its file to what Galleria carries: products, variants, stock, pictures.

Deterministic: the same file always gives the same values. GTINs begin with 952, the prefix GS1 keeps for examples.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from federation.vocabulary.countries import EUROPEAN_UNION
from federation.vocabulary.money import Money, parse_decimal
from federation.vocabulary.product import Colour, ShippingRate, ShopProfile, Size, Variant
from federation.vocabulary.product import Product as ProductRecord
from marketplace.demo.world.cuts import AnyCut
from marketplace.demo.world.goods import care_words
from marketplace.demo.world.house import Edition, ExportKind, House, Piece, Post, Shade, Words, spoken
from marketplace.demo.world.picturing import Look, Plate, look_of, plates
from marketplace.storefront.destinations import BEYOND

STOCK_LADDER = (0, 1, 1, 2, 2, 2, 3, 3, 4, 6)
"""What a small shop has of one size: mostly one to three, sometimes none. One rung is picked per variant."""

_BREAK = re.compile(r"[ \t\n]+")
"""Where a file may break a line; non-breaking spaces stay."""

STEPS = {"IT": 2, "FR": 2}
"""Systems whose sizes go in twos; the others go in ones."""


class DemoBoutique(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A boutique of the demo, ready to open: profile, products without media, stock per variant, looks per product."""

    profile: ShopProfile
    owner_email: str
    node: int
    products: tuple[ProductRecord, ...]
    stock: dict[str, int]
    looks: dict[str, tuple[Look, ...]]
    export: ExportKind = "jsonl"

    @cached_property
    def plates(self) -> dict[str, tuple[Plate, ...]]:
        """The pictures of every product in the order to show them; drawn when first asked for."""
        return {
            product_id: tuple(plate for look in looks for plate in plates(look))
            for product_id, looks in self.looks.items()
        }


class _Article(msgspec.Struct, frozen=True, kw_only=True):
    """A piece in one edition: what becomes one product."""

    id: str
    index: int
    piece: Piece
    title: dict[str, str]
    description: dict[str, str]
    shades: tuple[Shade, ...]
    materials: tuple[str, ...]
    care: dict[str, str]
    plus: str
    cut: AnyCut


def make_boutique(house: House, node: int) -> DemoBoutique:
    """The boutique that a house describes, hosted on shop node `node`. Raises ValueError, naming what does not fit."""
    profile = _profile(house)
    articles = tuple(_articles(house))
    products = tuple(_product(house, profile, article) for article in articles)
    return DemoBoutique(
        profile=profile,
        owner_email=house.owner_email,
        node=node,
        products=products,
        stock=_stock(products),
        looks={article.id: tuple(_looks(house, article)) for article in articles},
        export=house.export,
    )


def languages_of(house: House) -> tuple[str, ...]:
    """The languages a house writes, its own first."""
    return tuple(house.profile.get("story") or {"en": ""})


def sizes_of(text: str) -> tuple[Size, ...]:
    """Read `IT 38-46`, `EU 36-41`, `INT S M L`, `WL 30 31 32`, `CM 55-60` or `ONE`; IT and FR count in twos."""
    system, _, rest = text.partition(" ")
    if system == "ONE":
        return (Size("ONE", "ONE", "One size"),)
    values = _spread(system, rest)
    return tuple(msgspec.convert({"system": system, "value": v, "label": _size_label(system, v)}, Size) for v in values)


def _spread(system: str, rest: str) -> Sequence[str]:
    first, dash, last = rest.partition("-")
    if not dash:
        return rest.split()
    return [str(value) for value in range(int(first), int(last) + 1, STEPS.get(system, 1))]


def _size_label(system: str, value: str) -> str:
    if system == "CM":
        return f"{value} cm"
    if system == "WL":
        return f"W{value}"
    return value if system in {"INT", "ISO"} else f"{system} {value}"


def _articles(house: House) -> Iterator[_Article]:
    editions = {edition.id: edition for edition in house.editions}
    index = 0
    for piece in house.pieces:
        unknown = set(piece.editions) - editions.keys()
        if unknown:
            raise ValueError(f"piece {piece.id} names editions that are not there: {', '.join(sorted(unknown))}")
        made_in: list[Edition | None] = [editions[name] for name in piece.editions]
        for edition in made_in or [None]:
            yield _article(house, index, piece, edition)
            index += 1


def _article(house: House, index: int, piece: Piece, edition: Edition | None) -> _Article:
    if edition is None:
        return _Article(
            id=piece.id,
            index=index,
            piece=piece,
            title=spoken(piece.title),
            description=_prose_of(piece.text),
            shades=piece.shades,
            materials=piece.materials,
            care=_care(piece.care),
            plus="0.00",
            cut=piece.cut,
        )
    return _Article(
        id=f"{piece.id}-{edition.id}",
        index=index,
        piece=piece,
        title=_titles(house, piece, edition),
        description=_told(piece, edition),
        shades=edition.shades,
        materials=edition.materials,
        care=_care(edition.care),
        plus=edition.plus,
        cut=_cut(piece.cut, edition),
    )


def _cut(cut: AnyCut, edition: Edition) -> AnyCut:
    changed: dict[str, str] = {}
    if edition.cloth is not None:
        changed["cloth"] = edition.cloth
    if edition.metal is not None and "metal" in cut.__struct_fields__:
        changed["metal"] = edition.metal
    return msgspec.structs.replace(cut, **changed)


def _titles(house: House, piece: Piece, edition: Edition) -> dict[str, str]:
    names = spoken(edition.name)
    return {
        language: house.naming.get(language, house.naming["en"]).format(
            piece=title, edition=names.get(language, names["en"])
        )
        for language, title in spoken(piece.title).items()
    }


def _told(piece: Piece, edition: Edition) -> dict[str, str]:
    cloth = _prose_of(edition.text)
    return {
        language: " ".join(filter(None, (text, cloth.get(language))))
        for language, text in _prose_of(piece.text).items()
    }


def _care(care: Words) -> dict[str, str]:
    return care_words().get(care) or spoken(care) if isinstance(care, str) else care


def _product(house: House, profile: ShopProfile, article: _Article) -> ProductRecord:
    piece = article.piece
    spoken_here = set(article.title)
    return ProductRecord(
        id=article.id,
        title=article.title,
        category=piece.category,
        gender=piece.gender,
        variants=tuple(_variants(house, profile.currency, article)),
        description=article.description,
        brand=profile.name,
        materials=article.materials,
        care={language: words for language, words in article.care.items() if language in spoken_here},
    )


def _variants(house: House, currency: str, article: _Article) -> Iterator[Variant]:
    piece = article.piece
    price = _plus(piece.price, article.plus, currency)
    was = _plus(piece.was, article.plus, currency) if piece.was else None
    marks = _marks(article.shades)
    places = [(shade, mark, size) for shade, mark in marks for size in sizes_of(piece.sizes)]
    for place, (shade, mark, size) in enumerate(places):
        parts = [house.sku_prefix, f"{article.index + 1:02d}", mark, slug(size.value).upper()]
        sku = "-".join(part for part in parts if part != "ONE")
        serial = f"{article.index:03d}{place:02d}"
        yield Variant(
            id=sku.lower(),
            sku=sku,
            size=size,
            colour=Colour(shade.name, shade.family),
            price=price,
            gtin=with_check_digit(f"952{house.company_number}{serial}") if house.barcodes else None,
            compare_at=was,
        )


def _plus(amount: str, more: str, currency: str) -> Money:
    first, second = parse_decimal(amount, currency), parse_decimal(more.removeprefix("-"), currency)
    sign = -1 if more.startswith("-") else 1
    return Money(first.amount_minor + sign * second.amount_minor, currency)


def _marks(shades: Sequence[Shade]) -> list[tuple[Shade, str]]:
    """Each shade with a short mark for SKUs, unlike the others'."""
    marked: dict[str, Shade] = {}
    for shade in shades:
        mark = _initials(shade.name)
        marked[mark if mark not in marked else f"{mark}{len(marked) + 1}"] = shade
    return [(shade, mark) for mark, shade in marked.items()]


def _looks(house: House, article: _Article) -> Iterator[Look]:
    language = languages_of(house)[0]
    title = article.title.get(language) or article.title["en"]
    for shade in article.shades:
        yield look_of(article.cut, shade, house.plate_ground, f"{title}, {shade.name}", language)


def _stock(products: Sequence[ProductRecord]) -> dict[str, int]:
    stock: dict[str, int] = {}
    for product in products:
        held = {variant.id: _rung(variant.id) for variant in product.variants}
        if not any(held.values()):
            held[product.variants[0].id] = 2
        stock |= held
    return stock


def _rung(variant_id: str) -> int:
    return STOCK_LADDER[hashlib.sha256(variant_id.encode()).digest()[0] % len(STOCK_LADDER)]


def with_check_digit(digits: str) -> str:
    """`digits` and their GS1 check digit (General Specifications 7.9)."""
    weighted = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return f"{digits}{-weighted % 10}"


def slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _initials(name: str) -> str:
    words = slug(name).split("-")
    return (words[0][:3] if len(words) == 1 else "".join(word[0] for word in words)[:3]).upper()


def _profile(house: House) -> ShopProfile:
    texts = {name: _prose_of(house.profile.get(name, {})) for name in ("story", "returns", "tagline")}
    profile = msgspec.convert({**house.profile, **texts, "shipping": []}, ShopProfile)
    return msgspec.structs.replace(profile, shipping=_shipping(house.post, profile.country, profile.currency))


def _shipping(post: Post, home: str, currency: str) -> tuple[ShippingRate, ...]:
    free_from = parse_decimal(post.free_from, currency) if post.free_from else None
    europe = tuple(sorted(EUROPEAN_UNION - {home}))
    world = tuple(sorted(BEYOND - {home}))
    return (
        ShippingRate((home,), parse_decimal(post.home, currency), *post.home_days, free_from),
        ShippingRate(europe, parse_decimal(post.europe, currency), *post.europe_days, free_from),
        ShippingRate(world, parse_decimal(post.world, currency), *post.world_days),
    )


def _prose_of(words: Words | Mapping[str, str]) -> dict[str, str]:
    """Undo the file's line breaks, keeping paragraphs apart."""
    texts = {"en": words} if isinstance(words, str) else words
    return {
        language: "\n\n".join(_BREAK.sub(" ", paragraph.strip()) for paragraph in text.strip().split("\n\n"))
        for language, text in texts.items()
    }
