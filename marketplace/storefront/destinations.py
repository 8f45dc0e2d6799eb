"""Where parcels may go: the countries a shopper chooses from, with their English names."""

from collections.abc import Mapping

from babel import Locale

COUNTRY_DEFAULT = "IT"
EUROPEAN_UNION = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
BEYOND = frozenset({"AU", "CA", "CH", "GB", "JP", "NO", "US"})
_NAMES: Mapping[str, str] = Locale("en").territories

DESTINATIONS: dict[str, str] = {
    code: _NAMES[code] for code in sorted(EUROPEAN_UNION | BEYOND, key=lambda code: _NAMES[code])
}
"""Country code to name, by name."""


def known(country: object) -> str:
    """`country` when parcels may go there, else the default."""
    return country if isinstance(country, str) and country in DESTINATIONS else COUNTRY_DEFAULT


def country_name(code: str) -> str:
    """The English name of a country, or its code when we know none."""
    return _NAMES.get(code, code)
