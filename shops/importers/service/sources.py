"""Files as importers take them: something that gives the same entries each time it is read.

Invariant: a source that is a whole catalogue is read to its end before anything of it is taken, so that a file that is
cut off has no effect; products it lacks are withdrawn.
"""

from collections.abc import Iterable
from typing import Protocol

import msgspec

from federation.vocabulary.wording import message
from shops.importers.domain.choices import FileRules
from shops.importers.domain.entries import Entry
from shops.importers.domain.jsonl_entries import jsonl_entries
from shops.importers.domain.shopify.reading import read_shopify
from shops.importers.domain.table import text_of
from shops.importers.domain.translations import read_translations
from shops.importers.errors import FileRefusedError


class Source(Protocol):
    """A catalogue file."""

    @property
    def is_whole(self) -> bool:
        """Whether the file says all there is, so that what it lacks is gone."""
        ...

    def entries(self, rules: FileRules) -> Iterable[Entry]:
        """What the file holds. Raises FileRefusedError."""
        ...


class JsonlFile(msgspec.Struct, frozen=True):
    """Lines of JSON: each adds or changes a product, none takes one away."""

    lines: Iterable[bytes]
    is_whole: bool = False

    def entries(self, rules: FileRules) -> Iterable[Entry]:
        """One entry for each line."""
        return jsonl_entries(self.lines, rules)


class ShopifyFile(msgspec.Struct, frozen=True):
    """A Shopify product export, and perhaps a second file with its texts in further languages."""

    content: bytes
    translations: bytes = b""
    is_whole: bool = True

    def entries(self, rules: FileRules) -> Iterable[Entry]:
        """One entry for each handle and each row that belongs to none."""
        if rules.choices.vat == "excluded" and rules.choices.vat_rate is None:
            raise FileRefusedError(
                "vat.unknown", message("prices are without VAT: write the rate to add in your import settings")
            )
        translated = read_translations(text_of(self.translations)) if self.translations.strip() else {}
        return read_shopify(text_of(self.content), rules, translated)


def jsonl_file(lines: Iterable[bytes]) -> JsonlFile:
    """JSON lines; read a file with `bounded_lines`, so that no line is ever held whole beyond its bound."""
    return JsonlFile(lines)


def shopify_file(content: bytes, *, translations: bytes = b"") -> ShopifyFile:
    """A Shopify export as bytes, UTF-8."""
    return ShopifyFile(content, translations)
