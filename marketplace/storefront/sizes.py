"""The same size as other countries count it: a help for choosing, never a key. Pure.

As shops print them: women's clothing in seven countings and men's jackets by fixed steps from the Italian, shoes by
gender from the European. Where counting differs too much from maker to maker nothing is said.
"""

from collections.abc import Mapping

from federation.vocabulary.product import Size

_CLOTHING = {"dresses", "knitwear", "coats", "shirts", "trousers", "skirts", "suits"}
_FOOTWEAR = {"shoes", "boots", "sandals"}
_WOMEN = {"IT": 0, "FR": -4, "ES": -4, "DE": -6, "UK": -32, "US": -36, "JP": -31}
_MEN = {"IT": 0, "FR": 0, "DE": 0, "ES": 0, "UK": -10, "US": -10}
_SHOES: Mapping[str, Mapping[str, int]] = {
    "women": {"EU": 0, "UK": -33, "US": -30},
    "men": {"EU": 0, "UK": -34, "US": -33},
}
_COUNTED_BY = {
    "IT": "IT", "FR": "FR", "BE": "FR", "LU": "FR", "ES": "ES", "PT": "ES", "GB": "UK", "IE": "UK", "AU": "UK",
    "US": "US", "CA": "US", "JP": "JP",
}  # fmt: skip
_ELSEWHERE_IN_EUROPE = "DE"
"""Countries without a counting of their own print the German one on clothes."""


def elsewhere(size: Size, gender: str, category: str) -> dict[str, str]:
    """The size in the other countings, by system, such as FR 38 and UK 10 for a woman's IT 42; empty when uncertain."""
    steps = _steps(gender, category)
    if size.system not in steps or not (size.value.isascii() and size.value.isdigit()):
        return {}
    base = int(size.value) - steps[size.system]
    found = {system: base + step for system, step in steps.items() if system != size.system}
    return {system: str(value) for system, value in found.items() if value >= 0}


def yours(size: Size, gender: str, category: str, country: str) -> str:
    """The size as people count it where the shopper is, such as `UK 10`; empty when it is the shop's own or unknown."""
    system = "EU" if category in _FOOTWEAR else _ELSEWHERE_IN_EUROPE
    system = _COUNTED_BY.get(country, system)
    steps = _steps(gender, category)
    if system not in steps:
        system = next(iter(steps), "")
    value = elsewhere(size, gender, category).get(system)
    return f"{system} {value}" if value else ""


def _steps(gender: str, category: str) -> Mapping[str, int]:
    if category in _FOOTWEAR:
        return _SHOES.get(gender, {})
    if category not in _CLOTHING:
        return {}
    return {"women": _WOMEN, "men": _MEN}.get(gender, {})
