"""Codes that stand for a product or variant for ever, made from what a shop calls them; and bar codes. Pure."""

import hashlib
import re
import unicodedata
from functools import lru_cache

from federation.vocabulary.product import is_gtin

CODE_LENGTH_MAX = 64
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_OTHER = re.compile(r"[^a-z0-9.]+")
_NOT_CODE = re.compile(r"[^A-Za-z0-9._:-]+")
_HASH_LENGTH = 6
_FRACTIONS = str.maketrans({"½": " 1/2", "¼": " 1/4", "¾": " 3/4"})
_SCIENTIFIC = re.compile(r"^\d(?:[.,]\d+)?E\+?\d+$", re.IGNORECASE)
_RESTRICTED = ("02", "04", "05", "2", "98", "99")
"""GS1 General Specifications 1.4: numbers for use inside a shop, coupons and refunds; 13 digits."""
_GTIN_13 = 13


def is_code(text: str) -> bool:
    """Whether a text can be a product's or variant's code as it is."""
    return _CODE.fullmatch(text) is not None


def _spelt_out(text: str) -> str:
    """`text` without accents and with its fractions written out."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKD", text.translate(_FRACTIONS))
    return "".join(character for character in plain if not unicodedata.combining(character))


@lru_cache(maxsize=16384)
def slug(text: str) -> str:
    """`text` in small letters, digits, dots and dashes; `7½` becomes `7-1-2`."""
    made = _OTHER.sub("-", _spelt_out(text).casefold().replace(",", ".")).strip("-.")
    return made or short_hash(text)


def short_hash(text: str) -> str:
    """Six letters that tell texts apart which look alike as codes."""
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]


def code_of(text: str) -> str:
    """A code for any text: itself where it is one, else made from it, always the same."""
    if is_code(text):
        return text
    made = slug(text)
    return made if is_code(made) and slug(made) == made and len(made) <= CODE_LENGTH_MAX else shortened(made, text)


def shortened(made: str, text: str) -> str:
    """A code that is too long, cut and told apart by a hash of the whole `text`."""
    return f"{made[: CODE_LENGTH_MAX - _HASH_LENGTH - 1].strip('-.:')}-{short_hash(text)}"


def variant_code(product_id: str, options: tuple[str, ...]) -> str:
    """The code of the variant with these option values; of the only variant, the product's own."""
    if not options:
        return product_id
    made = f"{product_id}:{'-'.join(slug(option) for option in options)}"
    return made if len(made) <= CODE_LENGTH_MAX else shortened(made, "\x1f".join((product_id, *options)))


def sku_code(text: str) -> str:
    """A SKU in letters, digits and `._:-`; accents and fractions are written out."""
    if is_code(text):
        return text
    made = _NOT_CODE.sub("-", _spelt_out(text)).strip("-._:")
    return made if is_code(made) else shortened(made or "sku", text)


def gtin_problem(text: str) -> str:
    """Why a bar code is no GTIN, as a code of `findings`; empty when it is one."""
    if _SCIENTIFIC.match(text):
        return "gtin.scientific"
    if not (text.isascii() and text.isdigit()) or len(text) not in {8, 12, 13, 14}:
        return "gtin.length"
    if not is_gtin(text):
        return "gtin.check"
    if len(text) == _GTIN_13 and text.startswith(_RESTRICTED):
        return "gtin.prefix"
    return ""
