"""Product words as they travel: the body of `fed.product/1` and `fed.shop/1` records. Pure values, bounded here.

Texts are keyed by BCP 47 language. A variant is one size and colour; stock never appears here (it travels as
registers). Unknown fields in a received body are kept by whoever stores the bytes, ignored by this reader. Patterns
refuse a line break before their `$`, which alone would let one through at the end. What is read by the hundred
thousand holds no cycles, so the collector of cycles need not look at it (`gc=False`).
"""

from typing import Annotated, Final, Literal

import msgspec

from federation.vocabulary.errors import FieldError, RecordInvalidError
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message

SizeSystem = Literal["IT", "FR", "DE", "ES", "EU", "UK", "US", "JP", "INT", "ISO", "CM", "WL", "ONE"]
"""Who counts: a country's numbers, INT for letters, ISO for ring millimetres, WL for jeans inches, ONE for one size."""

Gender = Literal["women", "men", "unisex", "children"]

CATEGORIES: dict[str, tuple[str, str]] = {
    "dresses": (message("Dresses"), "clothing"),
    "knitwear": (message("Knitwear"), "clothing"),
    "coats": (message("Coats & jackets"), "clothing"),
    "shirts": (message("Shirts & blouses"), "clothing"),
    "trousers": (message("Trousers"), "clothing"),
    "skirts": (message("Skirts"), "clothing"),
    "suits": (message("Suits"), "clothing"),
    "hosiery": (message("Socks & tights"), "clothing"),
    "shoes": (message("Shoes"), "shoes"),
    "boots": (message("Boots"), "shoes"),
    "sandals": (message("Sandals"), "shoes"),
    "handbags": (message("Handbags"), "bags"),
    "wallets": (message("Wallets & small leather"), "bags"),
    "rings": (message("Rings"), "jewellery"),
    "necklaces": (message("Necklaces"), "jewellery"),
    "earrings": (message("Earrings"), "jewellery"),
    "bracelets": (message("Bracelets"), "jewellery"),
    "watches": (message("Watches"), "jewellery"),
    "scarves": (message("Scarves"), "accessories"),
    "belts": (message("Belts"), "accessories"),
    "hats": (message("Hats"), "accessories"),
    "gloves": (message("Gloves"), "accessories"),
    "eyewear": (message("Eyewear"), "accessories"),
    "home": (message("For the home"), "home"),
}
"""Category code to its English label and its department."""

COLOUR_FAMILIES: dict[str, str] = {
    "black": message("Black"),
    "white": message("White"),
    "grey": message("Grey"),
    "beige": message("Beige"),
    "brown": message("Brown"),
    "red": message("Red"),
    "burgundy": message("Burgundy"),
    "pink": message("Pink"),
    "orange": message("Orange"),
    "yellow": message("Yellow"),
    "gold": message("Gold"),
    "green": message("Green"),
    "olive": message("Olive"),
    "turquoise": message("Turquoise"),
    "blue": message("Blue"),
    "navy": message("Navy"),
    "purple": message("Purple"),
    "silver": message("Silver"),
    "multicolour": message("Multicolour"),
    "transparent": message("Transparent"),
    "copper": message("Copper"),
}
"""Colour family code to its English label."""

Text = Annotated[str, msgspec.Meta(max_length=8_000)]
ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}(?!\n)$")]
Country = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}(?!\n)$")]
HexColour = Annotated[str, msgspec.Meta(pattern=r"^#[0-9A-Fa-f]{6}(?!\n)$")]


class Size(msgspec.Struct, frozen=True, gc=False):
    """A size as the shop prints it (`label`), with its counting system and the value inside that system."""

    system: SizeSystem
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    label: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


ONE_SIZE_LABEL: Final = message("One size")
"""The usual label of a piece that comes in one size only; pages say it in their reader's language."""


class Colour(msgspec.Struct, frozen=True, gc=False):
    """The shop's own colour name and the family it belongs to (one of COLOUR_FAMILIES)."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    family: str


class Media(msgspec.Struct, frozen=True, gc=False):
    """One picture: where the shop serves it, its hash and pixel size, and words for those who cannot see it."""

    url: Annotated[str, msgspec.Meta(max_length=500)]
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}(?!\n)$")]
    width: Annotated[int, msgspec.Meta(ge=1, le=20_000)]
    height: Annotated[int, msgspec.Meta(ge=1, le=20_000)]
    alt: Annotated[str, msgspec.Meta(max_length=300)] = ""


class Variant(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One size and colour: what is held, bought and shipped. Prices include VAT, in the shop's list currency."""

    id: Code
    sku: Code
    size: Size
    colour: Colour
    price: Money
    gtin: Annotated[str, msgspec.Meta(pattern=r"^([0-9]{8}|[0-9]{12,14})(?!\n)$")] | None = None
    compare_at: Money | None = None


class Product(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The body of a `fed.product/1` record: one article with its variants, as published by its boutique."""

    id: Code
    title: dict[str, ShortText]
    category: str
    gender: Gender
    variants: Annotated[tuple[Variant, ...], msgspec.Meta(min_length=1, max_length=250)]
    description: dict[str, Text] = {}
    brand: Annotated[str, msgspec.Meta(max_length=100)] = ""
    materials: Annotated[tuple[ShortText, ...], msgspec.Meta(max_length=20)] = ()
    care: dict[str, Text] = {}
    media: Annotated[tuple[Media, ...], msgspec.Meta(max_length=20)] = ()


class ShippingRate(msgspec.Struct, frozen=True):
    """What one parcel to any of `countries` costs (flat, VAT included) and how many working days it takes."""

    countries: Annotated[tuple[Country, ...], msgspec.Meta(min_length=1, max_length=250)]
    price: Money
    days_min: Annotated[int, msgspec.Meta(ge=0, le=90)]
    days_max: Annotated[int, msgspec.Meta(ge=0, le=90)]
    free_from: Money | None = None


LAYOUTS = ("plate", "banner", "column", "index", "letter")
"""How a boutique's page opens; the first is the one for a look that names none, or one we do not know yet."""

MOTIFS = (
    *("none", "stripe", "weave", "terrazzo", "scales", "waves", "arches", "stars", "botanic", "grid", "dots", "marble"),
    *("herringbone", "majolica", "rope", "sun"),
)
"""What is drawn on a boutique's cover; the first stands for a look that names none, or one we do not know yet."""

LookWord = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z-]{0,23}(?!\n)$")]


class Theme(msgspec.Struct, frozen=True):
    """A boutique's look as data: ground and ink colours, an accent, one of eight type pairings, a monogram.

    `layout` and `motif` are words of LAYOUTS and MOTIFS; a word from a later list is taken for the first of its list.
    """

    ground: HexColour
    ink: HexColour
    accent: HexColour
    pairing: Annotated[int, msgspec.Meta(ge=1, le=8)]
    monogram: Annotated[str, msgspec.Meta(min_length=1, max_length=4)]
    layout: LookWord = LAYOUTS[0]
    motif: LookWord = MOTIFS[0]

    @property
    def layout_known(self) -> str:
        """The layout to draw, whatever the boutique's node may know beyond ours."""
        return self.layout if self.layout in LAYOUTS else LAYOUTS[0]

    @property
    def motif_known(self) -> str:
        """The motif to draw, whatever the boutique's node may know beyond ours."""
        return self.motif if self.motif in MOTIFS else MOTIFS[0]


class ShopProfile(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a `fed.shop/1` record (key `shop/profile`): how a boutique presents itself everywhere.

    `return_days` is how long after its arrival a piece can be given back; where the law says longer, that holds.
    `referral_bp_max` is the most (basis points of a piece's price) that the boutique gives another one whose site sent
    the shopper; who gives nothing is given nothing either.
    """

    handle: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?(?!\n)$")]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    town: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    country: Country
    currency: str
    theme: Theme
    shipping: Annotated[tuple[ShippingRate, ...], msgspec.Meta(max_length=50)]
    tagline: dict[str, ShortText] = {}
    story: dict[str, Text] = {}
    returns: dict[str, Text] = {}
    legal_name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    vat_id: Annotated[str, msgspec.Meta(max_length=30)] = ""
    address: Annotated[str, msgspec.Meta(max_length=400)] = ""
    email: Annotated[str, msgspec.Meta(max_length=200)] = ""
    order_acceptance: Literal["manual", "automatic"] = "manual"
    return_days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 14
    referral_bp_max: Annotated[int, msgspec.Meta(ge=0, le=3_000)] = 0


def is_gtin(text: str) -> bool:
    """Whether `text` is a GTIN-8, -12, -13 or -14 with a right check digit (GS1 General Specifications 7.9)."""
    if not (text.isascii() and text.isdigit() and len(text) in {8, 12, 13, 14}):
        return False
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(text)))
    return weighted % 10 == 0


def check_product(product: Product) -> None:
    """Refuse what the types cannot express: codes outside the lists, mixed currencies, repeated variants, bad GTINs.

    Raises RecordInvalidError with one FieldError per fault, each with its RFC 6901 pointer.
    """
    faults = [*_product_faults(product), *_variant_faults(product.variants)]
    if faults:
        raise RecordInvalidError(f"product {product.id}: {faults[0].message}", errors=tuple(faults))


def _product_faults(product: Product) -> list[FieldError]:
    faults = []
    if product.category not in CATEGORIES:
        faults.append(FieldError("/category", "unknown", f"category {product.category!r} is not one we know"))
    if not product.title:
        faults.append(FieldError("/title", "missing", "a product needs a title in at least one language"))
    return faults


def _former_price_faults(at: str, former: Money, price: Money) -> list[FieldError]:
    if former.currency != price.currency:
        return [FieldError(f"{at}/currency", "mixed", "the former price is in the currency of the price")]
    if former.amount_minor <= price.amount_minor:
        return [FieldError(at, "range", "the former price must be above the price")]
    return []


def _variant_faults(variants: tuple[Variant, ...]) -> list[FieldError]:
    faults: list[FieldError] = []
    seen: set[str] = set()
    currency = variants[0].price.currency
    for index, variant in enumerate(variants):
        at = f"/variants/{index}"
        if variant.id in seen or variant.sku in seen:
            faults.append(FieldError(at, "duplicate", f"variant {variant.sku} appears twice"))
        seen |= {variant.id, variant.sku}
        if variant.colour.family not in COLOUR_FAMILIES:
            faults.append(FieldError(f"{at}/colour/family", "unknown", f"no colour family {variant.colour.family!r}"))
        if variant.price.amount_minor <= 0:
            faults.append(FieldError(f"{at}/price", "range", "a price must be above zero"))
        if variant.price.currency != currency:
            faults.append(FieldError(f"{at}/price/currency", "mixed", "all variants share one currency"))
        if variant.compare_at is not None:
            faults += _former_price_faults(f"{at}/compare_at", variant.compare_at, variant.price)
        if variant.gtin is not None and not is_gtin(variant.gtin):
            faults.append(FieldError(f"{at}/gtin", "check-digit", f"GTIN {variant.gtin} has a wrong check digit"))
    return faults
