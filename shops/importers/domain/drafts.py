"""A product as a table file tells it, before anything is decided: the one form that every table format is brought to.

Pure. A reader of a format fills a `Draft` with raw cells and where they stood; `assembling` makes an entry of it.
"""

from collections.abc import Iterable

import msgspec

from federation.vocabulary.product import SizeSystem
from shops.importers.domain.choices import FileRules
from shops.importers.domain.entries import PictureSource
from shops.importers.domain.findings import Finding
from shops.importers.domain.prices import ReadPrice


class Spot(msgspec.Struct, frozen=True):
    """Where something stood: the file's line and the record's number."""

    line: int
    record: int


class DraftVariant(msgspec.Struct, kw_only=True):
    """One variant: raw option values beside the draft's option names, prices read, the rest as written.

    `quantity` is None where the file says nothing about stock.
    """

    spot: Spot
    options: tuple[str, ...]
    price: ReadPrice
    compare_at: ReadPrice | None = None
    sku: str = ""
    gtin: str = ""
    quantity: str | None = None
    is_tracked: bool = True
    size_system: SizeSystem | None = None
    is_head: bool = False


class Draft(msgspec.Struct, kw_only=True):
    """One product: `key` as the shop calls it, texts by language, hints for what is to be guessed, its rows."""

    key: str
    spot: Spot
    titles: dict[str, str] = {}
    bodies: dict[str, str] = {}
    care: dict[str, str] = {}
    brand: str = ""
    materials: tuple[str, ...] = ()
    type: str = ""
    paths: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()
    is_childs: bool = False
    colours: tuple[str, ...] = ()
    size_system: SizeSystem | None = None
    option_names: tuple[str, ...] = ()
    hidden: str = ""
    unsupported: str = ""
    variants: list[DraftVariant] = []
    pictures: list[PictureSource] = []
    images_read: int = 0
    image_rows: int = 0
    skipped_rows: int = 0
    refused_rows: int = 0
    absent: frozenset[str] = frozenset()
    findings: list[Finding] = []


class Columns(msgspec.Struct, frozen=True):
    """What each fact is called in this file, so that findings name the column as its owner knows it."""

    title: str = "title"
    body: str = "description"
    price: str = "price"
    compare_at: str = "compare-at price"
    sku: str = "SKU"
    gtin: str = "barcode"
    quantity: str = "stock"
    size: str = "size"
    colour: str = "colour"
    category: str = "category"
    image: str = "image"


class Seen:
    """The SKUs and bar codes of a boutique's file so far."""

    def __init__(self) -> None:
        self.skus: set[str] = set()
        self.gtins: set[str] = set()
        self.keys: set[str] = set()

    def free_sku(self, wanted: str) -> str:
        """`wanted`, or that with the first number that makes it free."""
        made, number = wanted, 1
        while made in self.skus:
            number += 1
            made = f"{wanted[:60]}.{number}"
        self.skus.add(made)
        return made


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A draft before its judge: the code it will bear, its category ("" if unknown), and what it is judged by."""

    draft: Draft
    key: str
    category: str
    rules: FileRules
    seen: Seen
    columns: Columns


def repeated(values: Iterable[str]) -> set[str]:
    """Those values that stand more than once; blank ones never do."""
    once: set[str] = set()
    twice: set[str] = set()
    for value in values:
        (twice if value in once else once).add(value)
    return twice - {""}
