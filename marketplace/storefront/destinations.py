"""Where parcels may go: the countries a shopper chooses from, with their names in the reader's language."""

from collections.abc import Mapping
from functools import lru_cache

from babel import Locale

from federation.node.languages import language
from federation.vocabulary.countries import EUROPEAN_UNION

COUNTRY_DEFAULT = "IT"
BEYOND = frozenset({"AU", "CA", "CH", "GB", "JP", "NO", "US"})


def offered() -> Mapping[str, str]:
    """Country code to name, by name."""
    return _offered(language())


@lru_cache
def _offered(locale: str) -> Mapping[str, str]:
    names = Locale(locale).territories
    return {code: names[code] for code in sorted(EUROPEAN_UNION | BEYOND, key=lambda code: names[code])}


def known(country: object) -> str:
    """`country` when parcels may go there, else the default."""
    return country if isinstance(country, str) and country in EUROPEAN_UNION | BEYOND else COUNTRY_DEFAULT
