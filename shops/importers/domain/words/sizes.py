"""What a size says, as boutiques write it in five languages: its counting system and its value. Pure.

Sizes are never converted from one system into another here: what does not fit the system that the text or the
boutique's settings name is kept as written, and said.
"""

import re
from functools import lru_cache
from typing import get_args

import msgspec

from federation.vocabulary.product import ONE_SIZE_LABEL, Size, SizeSystem
from shops.importers.domain.words.folding import folded


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


SIZE_OPTIONS = _words(
    "size sizes taglia taglie misura misure numero taille tailles pointure grosse grossen talla tallas "
    "circonferenza lunghezza length lange longueur largo"
)
COLOUR_OPTIONS = _words(
    "color colour colors colours colore colori couleur couleurs farbe farben colores farg metal metallo "
    "metall finitura finish material materiale pelle leather stone pietra variante fantasia pattern"
)
"""Option names whose values say how a variant looks; a material stands in for the colour where there is none."""

_TRUE_COLOUR = _words("color colour colors colours colore colori couleur couleurs farbe farben colores farg")

_SYSTEM_WORDS: dict[str, SizeSystem] = {
    "it": "IT", "ita": "IT", "italia": "IT", "italian": "IT", "italiana": "IT", "italiano": "IT",
    "fr": "FR", "francese": "FR", "french": "FR", "de": "DE", "german": "DE", "tedesca": "DE", "es": "ES", "eu": "EU",
    "eur": "EU", "europe": "EU", "uk": "UK", "gb": "UK", "us": "US", "usa": "US", "jp": "JP", "int": "INT",
    "alpha": "INT", "letters": "INT", "iso": "ISO", "cm": "CM", "wl": "WL", "waist": "WL", "one": "ONE",
}  # fmt: skip

_LETTERS = {
    "xxxs": "XXXS", "xxs": "XXS", "xs": "XS", "s": "S", "m": "M", "l": "L", "xl": "XL", "xxl": "XXL", "xxxl": "XXXL",
    "2xl": "XXL", "3xl": "XXXL", "4xl": "4XL", "5xl": "5XL", "extra small": "XS", "small": "S", "medium": "M",
    "large": "L", "extra large": "XL", "x small": "XS", "x large": "XL", "xx large": "XXL", "piccola": "S",
    "piccolo": "S", "media": "M", "medio": "M", "grande": "L", "petit": "S", "moyen": "M", "grand": "L", "klein": "S",
    "mittel": "M", "gross": "L", "xs s": "XS/S", "s m": "S/M", "m l": "M/L", "l xl": "L/XL",
}  # fmt: skip

_ONE = frozenset(
    [
        *("one size", "onesize", "os", "one", "unica", "taglia unica", "tu", "unico", "misura unica", "uni"),
        *("taille unique", "unique", "einheitsgrosse", "talla unica", "u", "tg unica", "one size fits all"),
    ]
)

_NUMBER = re.compile(r"^(\d{1,3}(?:[.,]\d{1,2})?|\d{1,2}[½¼¾])$")
_WITH_SYSTEM = re.compile(
    r"^(?:(?P<before>IT|ITA|FR|DE|ES|EU|EUR|UK|GB|US|USA|JP)[\s.:-]*)(?P<value>\d{1,3}(?:[.,]\d{1,2})?|\d{1,2}½)"
    r"(?:\s*(?:/|\(|-).*)?$|^(?P<value2>\d{1,3}(?:[.,]\d{1,2})?|\d{1,2}½)\s*(?P<after>IT|ITA|FR|DE|ES|EU|EUR|UK|GB|US|JP)$",
    re.IGNORECASE,
)
_WAIST = re.compile(r"^W?\s*(\d{2})(?:\s*[x/ ]?\s*L?\s*(\d{2}))?$", re.IGNORECASE)
_CENTIMETRES = re.compile(r"^(\d{1,3}(?:[.,]\d)?)\s*cm$", re.IGNORECASE)
_FRACTIONS = str.maketrans({"½": ".5", "¼": ".25", "¾": ".75", ",": "."})
_VALUE_MAX, _LABEL_MAX = 20, 40

ONE_SIZE = Size("ONE", "ONE", ONE_SIZE_LABEL)

_BY_NATURE: dict[str, SizeSystem] = {
    "belts": "CM", "hats": "CM", "rings": "ISO", "necklaces": "CM", "bracelets": "CM", "gloves": "INT",
    "handbags": "INT", "wallets": "INT", "home": "INT", "scarves": "CM",
}  # fmt: skip
"""How numbers are meant where they are no clothes or shoe size; gloves count in inches, written like letters."""

_SHOES = frozenset({"shoes", "boots", "sandals"})
_PLAUSIBLE: dict[SizeSystem, tuple[float, float]] = {"CM": (5, 250), "ISO": (1, 80), "INT": (1, 14)}


class SizeRules(msgspec.Struct, frozen=True):
    """The systems in which a boutique counts clothes and shoes when it writes numbers alone."""

    clothing: SizeSystem = "IT"
    shoes: SizeSystem = "EU"


class ReadSize(msgspec.Struct, frozen=True):
    """A size, and whether its system is certain; an uncertain one is as written."""

    size: Size
    is_known: bool


def is_size_option(name: str) -> bool:
    """Whether an option of this name holds sizes."""
    return not SIZE_OPTIONS.isdisjoint(folded(name).split())


def is_colour_option(name: str) -> bool:
    """Whether an option of this name holds colours by its very name."""
    return not _TRUE_COLOUR.isdisjoint(folded(name).split())


def is_looks_option(name: str) -> bool:
    """Whether an option of this name says how a variant looks."""
    return not COLOUR_OPTIONS.isdisjoint(folded(name).split())


def system_named(text: str) -> SizeSystem | None:
    """The counting system that an option's name or a cell names, as in `Size (IT)`."""
    upper = text.strip().upper()
    if upper in get_args(SizeSystem):
        return next(system for system in get_args(SizeSystem) if system == upper)
    return next((_SYSTEM_WORDS[word] for word in folded(text).split() if word in _SYSTEM_WORDS), None)


@lru_cache(maxsize=16384)
def read_size(text: str, category: str, named: SizeSystem | None, rules: SizeRules) -> ReadSize:
    """The size that `text` says of a piece of `category`, where `named` is the system that the file names, if any."""
    written = " ".join(text.split())
    plain = folded(written)
    if plain in _ONE or not written:
        return ReadSize(ONE_SIZE if not written else _size("ONE", "ONE", written), is_known=True)
    if plain in _LETTERS:
        return ReadSize(_size("INT", _LETTERS[plain], written), is_known=True)
    fitting = _WITH_SYSTEM.match(written)
    if fitting is not None:
        system = _SYSTEM_WORDS[(fitting["before"] or fitting["after"]).lower()]
        return ReadSize(
            _size(system, (fitting["value"] or fitting["value2"]).translate(_FRACTIONS), written), is_known=True
        )
    centimetres = _CENTIMETRES.match(written)
    if centimetres is not None:
        return ReadSize(_size("CM", centimetres[1].translate(_FRACTIONS), written), is_known=True)
    return _numbered(written, category, named, rules)


def _numbered(written: str, category: str, named: SizeSystem | None, rules: SizeRules) -> ReadSize:
    if (written[:1] in "Ww" or named == "WL") and (waist := _WAIST.match(written)):
        return ReadSize(_size("WL", "/".join(filter(None, waist.groups())), written), is_known=True)
    if not _NUMBER.match(written):
        return ReadSize(_size("INT", written, written), is_known=False)
    system = named or (rules.shoes if category in _SHOES else _BY_NATURE.get(category, rules.clothing))
    value = written.translate(_FRACTIONS)
    low, high = _PLAUSIBLE.get(system, (0, 200))
    if not low <= float(value) <= high:
        return ReadSize(_size("INT", written, written), is_known=False)
    return ReadSize(_size(system, value, _label(system, written)), is_known=True)


def _label(system: SizeSystem, written: str) -> str:
    if system == "CM":
        return f"{written} cm"
    return written if system in {"INT", "ISO", "WL"} else f"{system} {written}"


def _size(system: SizeSystem, value: str, label: str) -> Size:
    return Size(system, value[:_VALUE_MAX], label[:_LABEL_MAX])
