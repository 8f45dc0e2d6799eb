"""From what a boutique writes in its file to what Galleria carries: products, variants, stock, import lines.

Owns the form of `houses/*.toml` and the rules by which ids, SKUs, GTINs and stock follow from it. Deterministic:
the same file always gives the same bytes. GTINs begin with 952, the prefix GS1 keeps for examples.
"""

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import msgspec

from federation.vocabulary.money import Money, parse_decimal
from federation.vocabulary.product import Colour, Gender, HexColour, ShippingRate, ShopProfile, Size, Variant
from federation.vocabulary.product import Product as ProductRecord
from marketplace.demo.world.cuts import AnyCut
from marketplace.demo.world.plates.plate import Plate, plates_of
from marketplace.storefront.destinations import BEYOND, EUROPEAN_UNION

STOCK_LADDER = (0, 1, 1, 2, 2, 2, 3, 3, 4, 6)
"""What a small shop has of one size: mostly one to three, sometimes none. One rung is picked per variant."""


class Shade(msgspec.Struct, frozen=True, array_like=True):
    """A colour of a piece: the shop's name for it, its family, its hex, and a second hex where two colours meet."""

    name: str
    family: str
    colour: HexColour
    second: HexColour = "#f4efe4"


class Piece(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One article as the boutique writes it down."""

    id: str
    title: str
    category: str
    gender: Gender
    price: str
    sizes: str
    shades: Annotated[tuple[Shade, ...], msgspec.Meta(min_length=1, max_length=4)]
    materials: tuple[str, ...]
    text: str
    care: str
    cut: AnyCut
    was: str = ""


class Post(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a parcel costs and how many working days it takes: at home, in the European Union, beyond."""

    home: str
    europe: str
    world: str
    home_days: tuple[int, int]
    europe_days: tuple[int, int]
    world_days: tuple[int, int]
    free_from: str = ""


class House(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One boutique's file: its profile, where the demo hosts it, how it numbers its goods, its pieces."""

    profile: dict[str, Any]
    post: Post
    owner_email: str
    node: Annotated[int, msgspec.Meta(ge=0, le=2)]
    sku_prefix: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")]
    company_number: Annotated[str, msgspec.Meta(pattern=r"^\d{4}$")]
    barcodes: bool
    plate_ground: HexColour
    pieces: tuple[Piece, ...]


class DemoBoutique(msgspec.Struct, frozen=True, kw_only=True):
    """A boutique of the demo, ready to open: profile, products without media, stock per variant, plates per product."""

    profile: ShopProfile
    owner_email: str
    node: int
    products: tuple[ProductRecord, ...]
    stock: dict[str, int]
    plates: dict[str, tuple[Plate, ...]]

    def catalog_lines(self) -> Iterator[bytes]:
        """The catalogue as JSON lines for the importer: product, its stock, its pictures in the order to show them."""
        for product in self.products:
            stock = {variant.id: self.stock[variant.id] for variant in product.variants}
            pictures = self.plates[product.id]
            yield msgspec.json.encode({"product": product, "stock": stock, "pictures": pictures})


def read_house(source: bytes) -> DemoBoutique:
    """Build the boutique that a `houses/*.toml` file describes; msgspec.ValidationError names the faulty field."""
    house = msgspec.convert(tomllib.loads(source.decode()), House)
    profile = _profile(house)
    products = tuple(_product(house, profile, index, piece) for index, piece in enumerate(house.pieces))
    plates = {piece.id: _plates(house, piece) for piece in house.pieces}
    return DemoBoutique(
        profile=profile,
        owner_email=house.owner_email,
        node=house.node,
        products=products,
        stock=_stock(products),
        plates=plates,
    )


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
    step = {"IT": 2, "FR": 2}.get(system, 1)
    return [str(value) for value in range(int(first), int(last) + 1, step)]


def _size_label(system: str, value: str) -> str:
    if system == "CM":
        return f"{value} cm"
    if system == "WL":
        return f"W{value}"
    return value if system in {"INT", "ISO"} else f"{system} {value}"


def _product(house: House, profile: ShopProfile, index: int, piece: Piece) -> ProductRecord:
    price = parse_decimal(piece.price, profile.currency)
    was = parse_decimal(piece.was, profile.currency) if piece.was else None
    return ProductRecord(
        id=piece.id,
        title={"en": piece.title},
        category=piece.category,
        gender=piece.gender,
        variants=tuple(_variants(house, index, piece, price, was)),
        description={"en": _prose(piece.text)},
        brand=profile.name,
        materials=piece.materials,
        care={"en": piece.care},
    )


def _variants(house: House, index: int, piece: Piece, price: Money, was: Money | None) -> Iterator[Variant]:
    sizes = sizes_of(piece.sizes)
    for place, (shade, size) in enumerate((shade, size) for shade in piece.shades for size in sizes):
        serial = f"{index:03d}{place:02d}"
        parts = [house.sku_prefix, f"{index + 1:02d}", _initials(shade.name), size.value.upper()]
        sku = "-".join(part for part in parts if part != "ONE")
        yield Variant(
            id=sku.lower(),
            sku=sku,
            size=size,
            colour=Colour(shade.name, shade.family),
            price=price,
            gtin=with_check_digit(f"952{house.company_number}{serial}") if house.barcodes else None,
            compare_at=was,
        )


def _plates(house: House, piece: Piece) -> tuple[Plate, ...]:
    drawn: list[Plate] = []
    for shade in piece.shades:
        drawn += plates_of(
            f"{piece.id}-{slug(shade.name)}",
            f"{piece.title}, {shade.name}",
            piece.cut,
            (shade.colour, shade.second),
            house.plate_ground,
        )
    return tuple(drawn)


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
    profile = msgspec.convert({**house.profile, "shipping": []}, ShopProfile)
    return msgspec.structs.replace(
        profile,
        shipping=_shipping(house.post, profile.country, profile.currency),
        story={language: _prose(text) for language, text in profile.story.items()},
        returns={language: _prose(text) for language, text in profile.returns.items()},
    )


def _shipping(post: Post, home: str, currency: str) -> tuple[ShippingRate, ...]:
    free_from = parse_decimal(post.free_from, currency) if post.free_from else None
    europe = tuple(country for country in sorted(EUROPEAN_UNION) if country != home)
    return (
        ShippingRate((home,), parse_decimal(post.home, currency), *post.home_days, free_from),
        ShippingRate(europe, parse_decimal(post.europe, currency), *post.europe_days, free_from),
        ShippingRate(tuple(sorted(BEYOND)), parse_decimal(post.world, currency), *post.world_days),
    )


def _prose(text: str) -> str:
    """Undo the file's line breaks, keeping paragraphs apart."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))
