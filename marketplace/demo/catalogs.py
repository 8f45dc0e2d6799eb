"""`galleria demo --catalogs DIR`: further boutiques, made from real export files that lie in a folder.

The folder describes its Shopify exports in `demo-shops.json`, with what those files do not say themselves; offers of
many boutiques in one table lie in `load/`, read by the mapping beside this module. The files are read by the very
importers that boutiques use.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.ids import PartyId
from federation.vocabulary.product import ShopProfile
from marketplace.cli.commands.import_files import opener_of
from marketplace.cli.errors import CommandError
from marketplace.demo.guests import guest_profile, profile_of
from marketplace.demo.journal import CATALOG_PREFIX
from shops.importers.domain.choices import usual_choices
from shops.importers.domain.mapping import Mapping, read_mapping
from shops.importers.domain.report import ImportReport
from shops.importers.domain.table import rows_of_lines
from shops.importers.errors import FileRefusedError
from shops.importers.service import (
    ImportChoices,
    MappedImport,
    import_file,
    import_mapped,
    save_choices,
    shopify_file,
)
from shops.settings import ShopNodeSettings

DESCRIPTION = "demo-shops.json"
OFFERS = Path("load") / "offers_150_shops.csv.gz"
_VAT_RATES = {"CA": 1_300}
"""What is added to net prices where an export has them: Ontario's harmonised sales tax, 13 %."""


class DescribedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One export of `demo-shops.json`; files of one shop follow one another."""

    file: str
    shop: str
    town: str
    country: str
    currency: str
    vat: str
    decimal: str
    language: str
    expected: dict[str, Any] = {}


class _Description(msgspec.Struct, frozen=True):
    shops: tuple[DescribedFile, ...]


class CatalogShop(msgspec.Struct, frozen=True, kw_only=True):
    """A boutique of the folder: its profile, how its files are read, and which; or its word in the table of offers."""

    profile: ShopProfile
    choices: ImportChoices
    files: tuple[str, ...] = ()
    word: str = ""

    @property
    def name(self) -> str:
        """How journals call it."""
        return f"{CATALOG_PREFIX}{self.profile.handle}"

    @property
    def owner_email(self) -> str:
        """Who may enter its portal."""
        return f"owner@{self.profile.handle}.example"


@cache
def catalog_shops(folder: Path) -> tuple[CatalogShop, ...]:
    """The boutiques of a folder, in a fixed order. Raises CommandError when the folder describes none."""
    try:
        described = msgspec.json.decode((folder / DESCRIPTION).read_bytes(), type=_Description).shops
    except (OSError, msgspec.DecodeError) as error:
        raise CommandError(f"--catalogs {folder}: {DESCRIPTION} cannot be read: {error}") from error
    shops: dict[str, CatalogShop] = {}
    for one in described:
        before = shops.get(one.shop)
        earlier = before.files if before is not None else ()
        shops[one.shop] = _of_exports(one, (*earlier, one.file))
    return (*shops.values(), *_of_offers(folder))


def _of_exports(one: DescribedFile, names: tuple[str, ...]) -> CatalogShop:
    said = {"language": one.language, "vat": one.vat, "decimal": one.decimal, "vat_rate": _VAT_RATES.get(one.country)}
    choices = msgspec.convert(msgspec.structs.asdict(usual_choices(one.country)) | said, ImportChoices)
    return CatalogShop(profile=profile_of(one.shop, one.town, one.country, one.currency), choices=choices, files=names)


def _of_offers(folder: Path) -> Iterator[CatalogShop]:
    """The boutiques that the table of offers names, in the order in which it does."""
    if not (folder / OFFERS).is_file():
        return
    for place, word in enumerate(_words(folder / OFFERS)):
        choices = msgspec.structs.replace(usual_choices("IT"), language="en")
        yield CatalogShop(profile=guest_profile(place), choices=choices, word=word)


def _words(path: Path) -> list[str]:
    column = offers_mapping().shop
    try:
        with opener_of(path)() as lines:
            header, records = rows_of_lines(lines, ",")
            place = header.names.index(column.column if column is not None else "")
            return list(dict.fromkeys(record.cells[place] for record in records))
    except (FileRefusedError, ValueError, IndexError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error


def offers_mapping() -> Mapping:
    """How the table of offers is read."""
    return read_mapping(files("marketplace.demo").joinpath("offers.toml").read_text("utf-8"))


async def bring_in(
    settings: ShopNodeSettings, folder: Path, shops: Sequence[tuple[CatalogShop, PartyId]]
) -> dict[str, ImportReport]:
    """Import the catalogues of opened boutiques of one node; the last report of each by its handle."""
    reports: dict[str, ImportReport] = {}
    for shop, shop_id in shops:
        async with atomic():
            await save_choices(shop_id, shop.choices)
        for name in shop.files:
            source = shopify_file(_contained(folder, name).read_bytes())
            reports[shop.profile.handle] = await import_file(settings, shop_id, source, clock.now(), may_withdraw=True)
    words = {shop.word: shop.profile.handle for shop, _ in shops if shop.word}
    if words:
        mapping = offers_mapping()
        column = mapping.shop
        if column is not None:
            mapping = msgspec.structs.replace(mapping, shop=msgspec.structs.replace(column, handles=words))
        work = MappedImport(open=opener_of(folder / OFFERS), mapping=mapping, may_withdraw=True)
        reports |= await import_mapped(settings, work, clock.now())
    reports.pop("", None)
    return reports


def _contained(folder: Path, name: str) -> Path:
    """A file of the folder. Raises CommandError for a name that leads out of it."""
    path = (folder / name).resolve()
    if re.search(r"(^|/)\.\.(/|$)", name) or not path.is_relative_to(folder.resolve()):
        raise CommandError(f"{DESCRIPTION} names {name}, which is not inside {folder}")
    return path
