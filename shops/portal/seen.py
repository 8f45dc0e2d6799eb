"""A product form that was opened before somebody else saved: how it is known, and where it differs. Pure.

The mark covers the fields that the form shows, so a new picture or an import that changed nothing spoils no form.
"""

import hashlib
import re

import msgspec

from federation.vocabulary.product import Product
from federation.vocabulary.wording import message
from shops.portal.forms import LANGUAGES, Fields, product_fields
from shops.portal.words import say

MARK_CHARACTERS = 16
_ROW = re.compile(r"v(\d+)_([a-z]+)$")
_TEXT = re.compile(r"(title|description|care)_([a-z]{2})$")
_WORDS = {
    "title": message("Title, %(language)s"),
    "description": message("Description, %(language)s"),
    "care": message("Care, %(language)s"),
    "category": message("Category"),
    "gender": message("For"),
    "brand": message("Brand"),
    "materials": message("Materials"),
    "sku": message("SKU, row %(number)s"),
    "system": message("Size system, row %(number)s"),
    "size": message("Size, row %(number)s"),
    "label": message("Size as you write it, row %(number)s"),
    "colour": message("Colour, row %(number)s"),
    "family": message("Colour family, row %(number)s"),
    "gtin": message("GTIN, row %(number)s"),
    "price": message("Price, row %(number)s"),
    "compare": message("Former price, row %(number)s"),
}


class Difference(msgspec.Struct, frozen=True):
    """A field of the product form: what is published now, and what the form says."""

    words: str
    now: str
    form: str


def seen_mark(product: Product) -> str:
    """What a form for this product saw: the same as long as every field of the form would show the same."""
    shown = sorted((name, text) for name, text in product_fields(product).items() if text)
    return hashlib.sha256(msgspec.json.encode(shown)).hexdigest()[:MARK_CHARACTERS]


def differences(fields: Fields, product: Product) -> list[Difference]:
    """Where a form says something else than the product does now."""
    now = product_fields(product)
    names = [name for name in {**now, **fields} if _is_shown(name, now, fields)]
    pairs = [(name, now.get(name, ""), _plain(name, fields.get(name, ""))) for name in names]
    return [Difference(_words(name), before, after) for name, before, after in pairs if before != after]


def _is_shown(name: str, now: Fields, fields: Fields) -> bool:
    """Whether a person can change this field; the blank rows at the end of the table do not count."""
    row = _ROW.match(name)
    if row is None:
        return name in _WORDS or bool(_TEXT.match(name))
    sku = f"v{row[1]}_sku"
    return row[2] in _WORDS and bool(now.get(sku) or fields.get(sku))


def _plain(name: str, text: str) -> str:
    """What a person wrote as our own form would show it: plain line ends, a point before the cents, two of them."""
    if not name.endswith(("_price", "_compare")):
        return text.replace("\r\n", "\n")
    whole, point, cents = text.strip("€ ").replace(",", ".").partition(".")
    return f"{whole}.{cents:0<2}" if whole and (point or whole.isdigit()) else text


def _words(name: str) -> str:
    if row := _ROW.match(name):
        return say(_WORDS[row[2]], number=int(row[1]) + 1)
    if text := _TEXT.match(name):
        return say(_WORDS[text[1]], language=say(LANGUAGES.get(text[2], text[2])))
    return say(_WORDS[name])
