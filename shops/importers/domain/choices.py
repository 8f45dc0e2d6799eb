"""What a boutique decides about its own files, because the files do not say it: kept with the boutique. Pure.

Invariants: a price without VAT is never shown to anybody: net prices need a rate; what the boutique maps by hand comes
before any guess.
"""

from typing import Annotated, Literal

import msgspec

from federation.vocabulary.errors import FieldError, RecordInvalidError
from federation.vocabulary.product import CATEGORIES, COLOUR_FAMILIES, Gender, SizeSystem
from shops.importers.domain.words.sizes import SizeRules

Vat = Literal["included", "excluded"]
DecimalSign = Literal[".", ","]
LANGUAGES = ("it", "en", "fr", "de", "es", "ja")
MAPPINGS_MAX = 500
_BASIS_POINTS = 10_000


class ImportChoices(msgspec.Struct, frozen=True, kw_only=True):
    """How a boutique's table files are to be read.

    `vat_rate` is in basis points (2200 is 22 %) and counts only for net prices. `categories` maps the file's own types
    or paths, and `colours` its colour names, both in lower case. `untracked_pieces` are offered of what the shop
    does not count. `gone_percent` is the share of known products that a file may lack before the owner is asked.
    """

    language: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=20)] = "it"
    vat: Vat = "included"
    vat_rate: Annotated[int, msgspec.Meta(ge=0, le=_BASIS_POINTS)] | None = None
    decimal: DecimalSign = "."
    sizes_clothing: SizeSystem = "IT"
    sizes_shoes: SizeSystem = "EU"
    gender: Gender = "unisex"
    default_category: str = ""
    categories: Annotated[dict[str, str], msgspec.Meta(max_length=MAPPINGS_MAX)] = {}
    colours: Annotated[dict[str, str], msgspec.Meta(max_length=MAPPINGS_MAX)] = {}
    untracked_pieces: Annotated[int, msgspec.Meta(ge=0, le=1_000)] = 10
    gone_percent: Annotated[int, msgspec.Meta(ge=0, le=100)] = 30

    @property
    def sizes(self) -> SizeRules:
        """The counting systems of plain numbers."""
        return SizeRules(self.sizes_clothing, self.sizes_shoes)


class FileRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a boutique's files are read by: its own choices, its currency, its locations (the first takes numbers)."""

    currency: str
    locations: tuple[str, ...]
    choices: ImportChoices = ImportChoices()
    plates: bool = False


def check_choices(choices: ImportChoices) -> None:
    """Refuse codes that nobody knows; raises RecordInvalidError with a fault for each."""
    faults = [
        FieldError("categories", "unknown", f"there is no category {code!r} (for {name!r})")
        for name, code in choices.categories.items()
        if code not in CATEGORIES
    ]
    faults += [
        FieldError("colours", "unknown", f"there is no colour family {family!r} (for {name!r})")
        for name, family in choices.colours.items()
        if family not in COLOUR_FAMILIES
    ]
    if choices.default_category and choices.default_category not in CATEGORIES:
        faults.append(FieldError("default_category", "unknown", f"no category {choices.default_category!r}"))
    if choices.vat == "excluded" and choices.vat_rate is None:
        faults.append(FieldError("vat_rate", "missing", "prices without VAT need the rate to add"))
    if faults:
        raise RecordInvalidError(faults[0].message, errors=tuple(faults))


_LANGUAGE_OF = {
    "IT": "it", "FR": "fr", "BE": "fr", "MC": "fr", "DE": "de", "AT": "de", "CH": "de", "ES": "es", "JP": "ja",
}  # fmt: skip
_CLOTHING_OF: dict[str, SizeSystem] = {
    "IT": "IT", "FR": "FR", "BE": "FR", "DE": "DE", "AT": "DE", "CH": "EU", "ES": "ES", "GB": "UK", "IE": "UK",
    "US": "US", "CA": "US", "JP": "JP",
}  # fmt: skip
_SHOES_OF: dict[str, SizeSystem] = {"GB": "UK", "IE": "UK", "US": "US", "CA": "US", "JP": "JP"}


def usual_choices(country: str) -> ImportChoices:
    """What is usual where a boutique is: its language and the systems in which its sizes count."""
    return ImportChoices(
        language=_LANGUAGE_OF.get(country, "en"),
        sizes_clothing=_CLOTHING_OF.get(country, "EU"),
        sizes_shoes=_SHOES_OF.get(country, "EU"),
    )
