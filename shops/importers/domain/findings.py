"""What an importer has to say about a file: where, what stood there, how grave it is, what was done. Pure.

Invariants: codes are stable and never used for something else; a raw value is shown shortened and with its control
characters made visible, so that a report can be read, stored and exported whatever a file contains.
"""

from typing import Literal

import msgspec

from federation.vocabulary.wording import message

Severity = Literal["error", "warning", "note"]

RAW_LENGTH_MAX = 80
_CONTROL_PICTURES = {number: 0x2400 + number for number in range(32)} | {127: 0x2421}
"""Unicode's own pictures of control characters."""


class Rule(msgspec.Struct, frozen=True):
    """What a code means everywhere: how grave it is, in words, and what becomes of the value, row or file."""

    severity: Severity
    words: str
    done: str


RULES: dict[str, Rule] = {
    "file.encoding": Rule("error", message("The file is not UTF-8 text"), message("the file was refused")),
    "file.cut_off": Rule("error", message("The file ends in the middle"), message("the file was refused")),
    "file.header": Rule("error", message("Columns are missing"), message("the file was refused")),
    "file.empty": Rule("error", message("The file has no rows"), message("the file was refused")),
    "file.too_large": Rule("error", message("The file is too large"), message("the file was refused")),
    "file.gone": Rule(
        "error",
        message("Many products that are on sale are missing in the file"),
        message("the file waits for your word"),
    ),
    "vat.unknown": Rule(
        "error", message("Prices are without VAT and no rate is given"), message("the file was refused")
    ),
    "row.ragged": Rule("error", message("The row has more or fewer cells than the header"), message("row refused")),
    "key.missing": Rule("error", message("The row names no product"), message("row refused")),
    "key.duplicate": Rule(
        "error", message("The product stands in the file twice"), message("refused; the first one stays")
    ),
    "key.rewritten": Rule(
        "note",
        message("The product's name holds signs that a code may not have"),
        message("a plain code was made of it"),
    ),
    "shop.unknown": Rule("error", message("The row belongs to a boutique that is not here"), message("row refused")),
    "title.missing": Rule("error", message("The product has no title"), message("product refused")),
    "title.html": Rule("warning", message("The title holds HTML tags"), message("tags taken out")),
    "price.missing": Rule("error", message("There is no price"), message("variant refused")),
    "price.unreadable": Rule("error", message("The price cannot be read"), message("variant refused")),
    "price.currency": Rule(
        "error", message("The price is in another currency than the boutique's"), message("variant refused")
    ),
    "price.zero": Rule(
        "warning", message("The price is 0"), message("kept back; not for sale until the file gives a price")
    ),
    "price.negative": Rule("error", message("The price is below zero"), message("variant refused")),
    "price.decimal_sign": Rule(
        "error",
        message("The price is written with another decimal sign than your settings say"),
        message("variant refused, not guessed"),
    ),
    "compare_at.not_above": Rule(
        "warning", message("The former price is not above the price"), message("former price dropped")
    ),
    "compare_at.unreadable": Rule(
        "warning", message("The former price cannot be read"), message("former price dropped")
    ),
    "stock.negative": Rule("note", message("More were sold than were there"), message("0 is shown")),
    "stock.unreadable": Rule("error", message("The stock is not a whole number"), message("variant refused")),
    "stock.untracked": Rule(
        "note",
        message("The shop does not count these pieces"),
        message("offered with the number of pieces from your settings"),
    ),
    "stock.unknown": Rule(
        "note", message("The stock is counted, but no figure is given"), message("the stock known here stays")
    ),
    "sku.missing": Rule("warning", message("The variant has no SKU"), message("a code was made from the options")),
    "sku.duplicate": Rule(
        "warning",
        message("The SKU stands on more than one variant"),
        message("both kept; the later one got a code of its own"),
    ),
    "sku.rewritten": Rule(
        "note",
        message("The SKU holds signs that not every system reads"),
        message("kept in letters and digits that every system reads"),
    ),
    "gtin.length": Rule(
        "warning", message("The bar code is no GTIN: those have 8, 12, 13 or 14 digits"), message("bar code dropped")
    ),
    "gtin.check": Rule(
        "warning", message("The last digit of the bar code does not fit the others"), message("bar code dropped")
    ),
    "gtin.prefix": Rule(
        "warning", message("The bar code is a number for use inside a shop"), message("bar code dropped")
    ),
    "gtin.scientific": Rule("warning", message("A spreadsheet has rounded the bar code"), message("bar code dropped")),
    "gtin.duplicate": Rule("warning", message("The bar code stands on more than one variant"), message("both kept")),
    "option.unknown_size": Rule(
        "warning", message("The size fits no counting system"), message("kept as written, not converted")
    ),
    "combination.duplicate": Rule(
        "error", message("The same options stand there twice"), message("variant refused; the first one stays")
    ),
    "variant.too_many": Rule(
        "error", message("The product has more than 250 variants"), message("variants beyond the bound refused")
    ),
    "image.url": Rule("warning", message("The picture's address cannot be read"), message("picture left out")),
    "image.scheme": Rule("warning", message("The picture's address is none of the web"), message("picture left out")),
    "image.status": Rule("warning", message("The picture did not come"), message("asked for again later")),
    "image.type": Rule("warning", message("The file is no picture"), message("picture left out")),
    "image.many": Rule(
        "warning", message("The product has more than 10 pictures"), message("pictures beyond the bound left out")
    ),
    "image.duplicate": Rule("warning", message("The picture stands there twice"), message("shown once")),
    "image.row": Rule("note", message("The row holds a picture only"), message("read as a picture, not as a variant")),
    "html.removed": Rule("note", message("The text held markup that acts or loads something"), message("taken out")),
    "text.mojibake": Rule("warning", message("Letters look damaged by a wrong encoding"), message("kept as it is")),
    "text.control": Rule(
        "warning", message("The text holds invisible control characters"), message("characters taken out")
    ),
    "text.too_long": Rule("warning", message("The text is too long"), message("cut at a word")),
    "category.unmapped": Rule(
        "warning",
        message("No category is known for this type"),
        message("kept; not shown until you choose a category for it"),
    ),
    "colour.unmapped": Rule(
        "warning",
        message("No colour family is known for this colour"),
        message("shown under its name, found as multicolour"),
    ),
    "colour.missing": Rule("note", message("No colour is named"), message("found as multicolour")),
    "status.not_listed": Rule(
        "note", message("The shop does not show this product itself"), message("kept back, not on sale")
    ),
    "type.unsupported": Rule("error", message("Products of this kind are not sold here"), message("product refused")),
    "translation.orphan": Rule(
        "warning", message("The translation belongs to no product of the file"), message("left out")
    ),
}
"""Codes of table files."""

_REFUSED = message("line refused")
LINE_RULES: dict[str, Rule] = {
    "type": Rule("error", message("A field is missing, unknown or of another kind"), _REFUSED),
    "record-invalid": Rule("error", message("The line is not JSON as it should be"), _REFUSED),
    "too-large": Rule("error", message("The line or its text is too long"), _REFUSED),
    "missing": Rule("error", message("Something is missing"), _REFUSED),
    "unknown": Rule("error", message("A name is not known here"), _REFUSED),
    "range": Rule("error", message("A figure is outside its bounds"), _REFUSED),
    "mixed": Rule("error", message("Two currencies are mixed"), _REFUSED),
    "currency": Rule("error", message("The price is in another currency than the boutique's"), _REFUSED),
    "price": Rule("error", message("The price cannot be read"), _REFUSED),
    "check-digit": Rule("error", message("The last digit of the bar code does not fit the others"), _REFUSED),
    "duplicate": Rule("error", message("A product or variant stands there twice"), _REFUSED),
    "taken": Rule("error", message("A SKU or variant id belongs to another product"), _REFUSED),
    "twice": Rule("error", message("Pictures are given in two places"), _REFUSED),
    "one-of": Rule("error", message("A picture is not named"), _REFUSED),
    "vector": Rule("error", message("A picture is a drawing"), _REFUSED),
    "plate": Rule("error", message("A plate cannot be used"), _REFUSED),
    "too-many": Rule("error", message("The file has too many lines"), _REFUSED),
}
"""Codes of JSON lines, as their documentation names them; what stands there in particular each finding says itself."""

_LINE_RULE = Rule("error", "", _REFUSED)


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
    def words(self) -> str:
        """What this kind of finding means, for pages that translate it; the sentence itself where no rule says it.

        Sentences of JSON lines are messages with what was filled in, so pages translate those.
        """
        rule = RULES.get(self.code)
        return rule.words if rule is not None else self.sentence

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
    rule = RULES.get(code) or LINE_RULES.get(code, _LINE_RULE)
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
