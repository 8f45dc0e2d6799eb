"""Boutiques side by side: what each sells, by country and town, narrowed by what a shopper looks for. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from hashlib import sha256
from urllib.parse import urlencode

import msgspec

from federation.vocabulary.product import CATEGORIES
from marketplace.listings.views import CardView, ShopCard
from search.regions import region_words

Assortments = Mapping[str, Mapping[str, int]]
"""Shop id to category to number of pieces."""

PER_PAGE = 48
SOUGHT_MAX = 80


class Kind(msgspec.Struct, frozen=True):
    """A category that a boutique sells, with its number of pieces and the page that shows them.

    `label` is English: what is kept here is shown in any language.
    """

    code: str
    label: str
    count: int
    url: str
    active: bool = False


class Department(msgspec.Struct, frozen=True):
    """A department over all boutiques with its categories, the fullest first."""

    code: str
    count: int
    kinds: tuple[Kind, ...]


class Town(msgspec.Struct, frozen=True):
    """A town and its boutiques."""

    name: str
    shops: tuple[ShopCard, ...]


class Country(msgspec.Struct, frozen=True):
    """A country, its towns by name, and how many boutiques there are."""

    code: str
    towns: tuple[Town, ...]
    count: int


class Wanted(msgspec.Struct, frozen=True):
    """What somebody looks for among the boutiques; an empty word stands for anything."""

    words: str = ""
    country: str = ""
    sells: str = ""

    @property
    def anything(self) -> bool:
        """Whether nothing narrows the list."""
        return not (self.words or self.country or self.sells)


def kinds(path: str, assortment: Mapping[str, int], chosen: str = "") -> tuple[Kind, ...]:
    """What one boutique sells, the fullest category first; `path` is its page."""
    ordered = sorted(assortment.items(), key=lambda one: (-one[1], one[0]))
    return tuple(
        Kind(code, label_of(code), count, f"{path}?{urlencode({'kind': code})}#pieces", code == chosen)
        for code, count in ordered
    )


def departments(assortments: Assortments) -> tuple[Department, ...]:
    """All departments over all boutiques in the vocabulary's order."""
    counts: dict[str, int] = {}
    for assortment in assortments.values():
        for code, count in assortment.items():
            counts[code] = counts.get(code, 0) + count
    found: dict[str, list[Kind]] = {}
    for code, (label, department) in CATEGORIES.items():
        if counts.get(code):
            kind = Kind(code, label, counts[code], f"/search?{urlencode({'category': code})}")
            found.setdefault(department, []).append(kind)
    return tuple(
        Department(code, sum(kind.count for kind in group), tuple(sorted(group, key=lambda kind: -kind.count)))
        for code, group in found.items()
    )


def label_of(category: str) -> str:
    """A category as people read it."""
    return CATEGORIES[category][0] if category in CATEGORIES else category


def narrowed(shops: Sequence[ShopCard], assortments: Assortments, wanted: Wanted) -> list[ShopCard]:
    """The boutiques that fit: words in name, town or line about themselves; country; department or category sold."""
    words = _folded(wanted.words).split()

    def fits(shop: ShopCard) -> bool:
        if wanted.country and shop.country != wanted.country:
            return False
        sold = assortments.get(shop.shop_id, {})
        if wanted.sells and not any(wanted.sells in {code, CATEGORIES.get(code, ("", ""))[1]} for code in sold):
            return False
        about = _folded(" ".join([shop.name, shop.town, region_words(shop.country, shop.town), *shop.tagline.values()]))
        return all(word in about for word in words)

    return [shop for shop in shops if fits(shop)]


def by_country(shops: Iterable[ShopCard]) -> tuple[Country, ...]:
    """Boutiques by country (most boutiques first), town and name."""
    found: dict[str, dict[str, list[ShopCard]]] = {}
    for shop in shops:
        found.setdefault(shop.country, {}).setdefault(shop.town, []).append(shop)
    countries = [
        Country(
            code,
            tuple(
                Town(name, tuple(sorted(group, key=lambda shop: _folded(shop.name))))
                for name, group in sorted(towns.items(), key=lambda one: _folded(one[0]))
            ),
            sum(len(group) for group in towns.values()),
        )
        for code, towns in found.items()
    ]
    return tuple(sorted(countries, key=lambda country: (-country.count, country.code)))


@lru_cache(2048)
def town_id(name: str) -> str:
    """Where a town stands on the page of all boutiques."""
    return "town-" + "-".join(re.findall(r"[a-z0-9]+", _folded(name)))


def of_the_day(shops: Sequence[ShopCard], today: date) -> ShopCard | None:
    """The boutique whose day it is: each in turn, so that every one has as many days as any other."""
    shown = sorted((shop for shop in shops if shop.products), key=lambda shop: sha256(shop.handle.encode()).digest())
    return shown[today.toordinal() % len(shown)] if shown else None


def unlike(cards: Sequence[CardView], count: int) -> list[CardView]:
    """So many of one boutique's pieces: one of each category before a second of any."""
    order: dict[int, list[CardView]] = {}
    seen: dict[str, int] = {}
    for card in cards:
        place = seen[card.category] = seen.get(card.category, -1) + 1
        order.setdefault(place, []).append(card)
    return [card for place in sorted(order) for card in order[place]][:count]


def hung(cards: Sequence[CardView], count: int) -> tuple[CardView, ...]:
    """The opening wall: a garment first, then pieces of other categories and boutiques, as far as there are any."""
    garment = [card for card in cards if CATEGORIES.get(card.category, ("", ""))[1] == "clothing"]
    wall = garment[:1] or list(cards[:1])
    for strict in (True, False):
        for card in cards:
            alike = any(card.category == one.category or card.shop_id == one.shop_id for one in wall)
            if len(wall) < count and card not in wall and not (strict and alike):
                wall.append(card)
    return tuple(wall)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
