"""A mapping: how the columns of any table are to be read, written down in TOML by whoever knows the file. Pure.

Documented in `docs/import-mapping.md`. Invariants: an unknown name in a mapping is a fault, since a misspelt one would
silently lose a column; how prices are written is said by the mapping, never guessed from their size.
"""

from collections.abc import Mapping as ReadMapping
from typing import Annotated, Literal

import msgspec

from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.product import CATEGORIES, COLOUR_FAMILIES, Gender, SizeSystem
from shops.importers.domain.choices import DecimalSign, Vat
from shops.importers.domain.drafts import Columns
from shops.importers.domain.table import Header, column_key
from shops.importers.errors import FileRefusedError

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class ShopColumn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which boutique a row belongs to: the `column`, and the handle for each of its values.

    Without `handles` a value is the handle itself. With them, rows of other values are skipped.
    """

    column: Name
    handles: dict[str, Name] = {}


class ColumnNames(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What each fact's column is called in the file."""

    product: Name
    title: Name
    price: Name
    variant: Name | None = None
    description: Name | None = None
    brand: Name | None = None
    category: Name | None = None
    gender: Name | None = None
    materials: Name | None = None
    care: Name | None = None
    colour: Name | None = None
    size: Name | None = None
    size_system: Name | None = None
    sku: Name | None = None
    gtin: Name | None = None
    compare_at: Name | None = None
    currency: Name | None = None
    stock: Name | None = None
    image: Name | None = None


class PriceForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How prices are written: whole `minor` units, or `decimal` numbers with their sign; with VAT or without."""

    form: Literal["minor", "decimal"] = "decimal"
    decimal: DecimalSign = "."
    vat: Vat | None = None


class WordTables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file's own words mean, in lower case, where our guesses would not do."""

    category: dict[str, str] = {}
    colour: dict[str, str] = {}
    gender: dict[str, Gender] = {}
    size_system: dict[str, SizeSystem] = {}


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole mapping. `whole` says that the file is each boutique's whole catalogue."""

    columns: ColumnNames
    shop: ShopColumn | None = None
    prices: PriceForm = PriceForm()
    words: WordTables = WordTables()
    language: str | None = None
    delimiter: Literal[",", ";", "\t"] = ","
    list_separator: Annotated[str, msgspec.Meta(min_length=1, max_length=3)] = ";"
    whole: bool = True


def read_mapping(text: str) -> Mapping:
    """Understand a mapping. Raises RecordInvalidError saying what is wrong with it."""
    try:
        mapping = msgspec.toml.decode(text, type=Mapping)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise RecordInvalidError(f"the mapping cannot be read: {error}") from error
    _refuse_unknown(mapping.words.category, CATEGORIES, "category")
    _refuse_unknown(mapping.words.colour, COLOUR_FAMILIES, "colour family")
    return mapping


def _refuse_unknown(words: ReadMapping[str, str], known: object, what: str) -> None:
    for word, code in words.items():
        if code not in known:  # type: ignore[operator]
            raise RecordInvalidError(f"the mapping gives {word!r} the {what} {code!r}, which there is not")


class MappedColumns(msgspec.Struct, frozen=True):
    """Where each mapped column stands in a file."""

    places: dict[str, int]
    shop: int | None
    width: int
    words: Columns

    def cell(self, cells: list[str], field: str) -> str:
        """A cell without the blanks around it; empty for a column that is not mapped, and beyond a row's end."""
        place = self.places.get(field)
        return "" if place is None or place >= len(cells) else cells[place].strip()

    def shop_of(self, cells: list[str]) -> str:
        """What the shop column says; empty without one, and beyond a row's end."""
        return "" if self.shop is None or self.shop >= len(cells) else cells[self.shop].strip()


def mapped_columns(mapping: Mapping, header: Header) -> MappedColumns:
    """Find the mapped columns. Raises FileRefusedError naming those that the file does not have."""
    wanted = {field: name for field, name in msgspec.structs.asdict(mapping.columns).items() if name is not None}
    places = {field: header.places.get(column_key(name)) for field, name in wanted.items()}
    missing = [wanted[field] for field, place in places.items() if place is None]
    shop = None
    if mapping.shop is not None:
        shop = header.places.get(column_key(mapping.shop.column))
        missing += [mapping.shop.column] if shop is None else []
    if missing:
        raise FileRefusedError(
            "file.header", f"the file has no column {', '.join(missing)}, which the mapping names", 1
        )
    named = {
        "title": "title", "description": "body", "price": "price", "compare_at": "compare_at", "sku": "sku",
        "gtin": "gtin", "stock": "quantity", "size": "size", "colour": "colour", "category": "category",
        "image": "image",
    }  # fmt: skip
    words = Columns(**{ours: wanted[field] for field, ours in named.items() if field in wanted})
    return MappedColumns(
        {field: place for field, place in places.items() if place is not None}, shop, header.width, words
    )
