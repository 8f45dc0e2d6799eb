"""What an importer has to say about a file: where, what stood there, how grave it is, what was done. Pure.

Invariants: codes are stable and never used for something else; a raw value is shown shortened and with its control
characters made visible, so that a report can be read, stored and exported whatever a file contains.
"""

from typing import Literal

import msgspec

Severity = Literal["error", "warning", "note"]

RAW_LENGTH_MAX = 80
_CONTROL_PICTURES = {number: 0x2400 + number for number in range(32)} | {127: 0x2421}
"""Unicode's own pictures of control characters."""


class Rule(msgspec.Struct, frozen=True):
    """What a code means everywhere: how grave it is and what becomes of the value, row or file."""

    severity: Severity
    done: str


RULES: dict[str, Rule] = {
    "file.encoding": Rule("error", "the file was refused"),
    "file.cut_off": Rule("error", "the file was refused"),
    "file.header": Rule("error", "the file was refused"),
    "file.empty": Rule("error", "the file was refused"),
    "file.too_large": Rule("error", "the file was refused"),
    "file.gone": Rule("error", "the file waits for your word"),
    "vat.unknown": Rule("error", "the file was refused"),
    "row.ragged": Rule("error", "row refused"),
    "key.missing": Rule("error", "row refused"),
    "key.duplicate": Rule("error", "refused; the first one stays"),
    "key.rewritten": Rule("note", "a plain code was made of it"),
    "shop.unknown": Rule("error", "row refused"),
    "title.missing": Rule("error", "product refused"),
    "title.html": Rule("warning", "tags taken out"),
    "price.missing": Rule("error", "variant refused"),
    "price.unreadable": Rule("error", "variant refused"),
    "price.currency": Rule("error", "variant refused"),
    "price.zero": Rule("warning", "kept; not for sale until the price is confirmed"),
    "price.negative": Rule("error", "variant refused"),
    "price.decimal_sign": Rule("error", "variant refused, not guessed"),
    "compare_at.not_above": Rule("warning", "former price dropped"),
    "compare_at.unreadable": Rule("warning", "former price dropped"),
    "stock.negative": Rule("note", "0 is shown"),
    "stock.unreadable": Rule("error", "variant refused"),
    "stock.untracked": Rule("note", "offered with the number of pieces from your settings"),
    "stock.unknown": Rule("note", "the stock known here stays"),
    "sku.missing": Rule("warning", "a code was made from the options"),
    "sku.duplicate": Rule("warning", "both kept; the later one got a code of its own"),
    "sku.rewritten": Rule("note", "kept in letters and digits that every system reads"),
    "gtin.length": Rule("warning", "bar code dropped"),
    "gtin.check": Rule("warning", "bar code dropped"),
    "gtin.prefix": Rule("warning", "bar code dropped"),
    "gtin.scientific": Rule("warning", "bar code dropped"),
    "gtin.duplicate": Rule("warning", "both kept"),
    "option.unknown_size": Rule("warning", "kept as written, not converted"),
    "option.too_many": Rule("warning", "written into the size"),
    "combination.duplicate": Rule("error", "variant refused; the first one stays"),
    "variant.orphan": Rule("error", "row refused"),
    "variant.too_many": Rule("error", "variants beyond the bound refused"),
    "image.url": Rule("warning", "picture left out"),
    "image.scheme": Rule("warning", "picture left out"),
    "image.status": Rule("warning", "asked for again later"),
    "image.type": Rule("warning", "picture left out"),
    "image.many": Rule("warning", "pictures beyond the bound left out"),
    "image.duplicate": Rule("warning", "shown once"),
    "image.row": Rule("note", "read as a picture, not as a variant"),
    "html.removed": Rule("note", "taken out"),
    "text.mojibake": Rule("warning", "kept as it is"),
    "text.control": Rule("warning", "characters taken out"),
    "text.too_long": Rule("warning", "cut at a word"),
    "category.unmapped": Rule("warning", "kept; not shown until you choose a category for it"),
    "colour.unmapped": Rule("warning", "shown under its name, found as multicolour"),
    "colour.missing": Rule("note", "found as multicolour"),
    "status.not_listed": Rule("note", "kept, not shown"),
    "type.unsupported": Rule("error", "product refused"),
    "locale.value": Rule("error", "row refused"),
    "translation.orphan": Rule("warning", "left out"),
}
"""Codes of table files. JSON lines keep those of their own documentation: every one of them refuses its line."""

_LINE_RULE = Rule("error", "line refused")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to say. `line` counts lines of the file from 1, `record` rows after the header; 0 is the whole file."""

    code: str
    sentence: str
    severity: Severity = "error"
    done: str = ""
    file: str = ""
    line: int = 0
    record: int = 0
    product: str = ""
    column: str = ""
    raw: str = ""

    @property
    def pointer(self) -> str:
        """Where inside the row: a column's name, or the JSON pointer in a line."""
        return self.column

    @property
    def message(self) -> str:
        """The sentence."""
        return self.sentence


def found(code: str, sentence: str, *, column: str = "", raw: str = "", line: int = 0, record: int = 0) -> Finding:
    """A finding of `code`, with what that code always means; the product's key is added by whoever knows it."""
    rule = RULES.get(code, _LINE_RULE)
    return Finding(
        code=code,
        sentence=sentence,
        severity=rule.severity,
        done=rule.done,
        line=line,
        record=record,
        column=column,
        raw=shown(raw),
    )


def shown(raw: str) -> str:
    """A raw value fit for a report."""
    short = raw if len(raw) <= RAW_LENGTH_MAX else raw[: RAW_LENGTH_MAX - 1] + "…"
    return short.translate(_CONTROL_PICTURES)
