"""The same size as other countries count it: a help for choosing, never a key. Pure.

As shops print them: women's clothing IT to FR, DE and UK by fixed steps, men's jackets IT to UK by ten, shoes EU to
UK by gender. Where counting differs too much from maker to maker nothing is said.
"""

from federation.vocabulary.product import Size

_CLOTHING = {"dresses", "knitwear", "coats", "shirts", "trousers", "skirts", "suits"}
_FOOTWEAR = {"shoes", "boots", "sandals"}
_WOMEN_FROM_IT = {"FR": -4, "DE": -6, "UK": -32}
_WOMEN_FROM_FR = {"IT": 4, "DE": -2, "UK": -28}
_EU_TO_UK = {"women": 33, "men": 34}


def elsewhere(size: Size, gender: str, category: str) -> str:
    """Such as `FR 38, UK 10` for a woman's IT 42; empty when there is nothing certain to say."""
    if not (size.value.isascii() and size.value.isdigit()):
        return ""
    value = int(size.value)
    if category in _CLOTHING and gender == "women" and size.system in {"IT", "FR"}:
        steps = _WOMEN_FROM_IT if size.system == "IT" else _WOMEN_FROM_FR
        return ", ".join(f"{system} {value + step}" for system, step in steps.items())
    if category in _CLOTHING and gender == "men" and size.system == "IT":
        return f"UK {value - 10}"
    if category in _FOOTWEAR and size.system == "EU" and gender in _EU_TO_UK:
        return f"UK {value - _EU_TO_UK[gender]}"
    return ""
