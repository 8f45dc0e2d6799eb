"""The form of `houses/*.toml`: how a boutique of the demo is written down, and what the file must hold.

Values only. A text is either one string, which is English, or one string per language. A piece names the editions it is
made in (a cloth, a leather, a stone), and each of them makes one product; a piece without editions is one product.
"""

import tomllib
from typing import Annotated, Any, Literal

import msgspec

from federation.vocabulary.product import Gender, HexColour
from marketplace.demo.world.cuts import AnyCut, Pattern

Words = str | dict[str, str]
"""A text, in English alone or by language."""

ExportKind = Literal["shopify", "shopify-new", "jsonl"]
"""How a boutique's own system gives its catalogue away: Shopify's older or newer columns, or JSON lines."""

Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,28}$")]


class Shade(msgspec.Struct, frozen=True, array_like=True):
    """A colour of a piece: the shop's name for it, its family, its hex, and a second hex where two colours meet."""

    name: str
    family: str
    colour: HexColour
    second: HexColour = "#f4efe4"


Shades = Annotated[tuple[Shade, ...], msgspec.Meta(min_length=1, max_length=4)]


class Edition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a piece can be made in: `cloth` and `metal` replace the cut's own, `plus` is added to the price."""

    id: Key
    name: Words
    text: Words
    shades: Shades
    materials: tuple[str, ...]
    care: Words
    cloth: Pattern | None = None
    metal: Literal["gold", "silver", "rose"] | None = None
    plus: str = "0.00"


class Piece(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One article as the boutique writes it down."""

    id: Key
    title: Words
    category: str
    gender: Gender
    price: str
    sizes: str
    text: Words
    cut: AnyCut
    was: str = ""
    editions: tuple[Key, ...] = ()
    shades: tuple[Shade, ...] = ()
    materials: tuple[str, ...] = ()
    care: Words = ""


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
    """One boutique's file: its profile, how it numbers and names its goods, its editions and pieces."""

    profile: dict[str, Any]
    post: Post
    owner_email: str
    sku_prefix: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")]
    company_number: Annotated[str, msgspec.Meta(pattern=r"^\d{4}$")]
    barcodes: bool
    plate_ground: HexColour
    pieces: Annotated[tuple[Piece, ...], msgspec.Meta(min_length=1)]
    editions: tuple[Edition, ...] = ()
    naming: dict[str, str] = msgspec.field(default_factory=lambda: {"en": "{piece} {edition}"})
    export: ExportKind = "jsonl"


def read_house(source: bytes) -> House:
    """The house that a `houses/*.toml` file describes; msgspec.ValidationError names the faulty field."""
    return msgspec.convert(tomllib.loads(source.decode()), House)


def spoken(words: Words) -> dict[str, str]:
    """A text by language."""
    return {"en": words} if isinstance(words, str) else words
