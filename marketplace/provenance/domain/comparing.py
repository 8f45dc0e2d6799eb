"""A shown page against the record its boutique signed: title, prices, variants. Pure.

Figures are compared as the digits a reader sees, so that any language's way of writing an amount will do. A price
shown in another currency than the boutique's is the hub's conversion: it is said so, and the boutique's own figures,
which the page lists variant by variant, are compared instead.
"""

import re

import msgspec

from federation.vocabulary.money import Money, to_decimal
from federation.vocabulary.product import Product, Variant
from marketplace.provenance.domain.shown import ShownPage, ShownVariant

_AMOUNT = re.compile(r"\d(?:[\d.,'\u2019\u00a0\u202f ]*\d)?")


class Comparison(msgspec.Struct, frozen=True):
    """One thing compared: `reason` says how it differs, empty when it does not; `note` what else to know."""

    name: str
    reason: str = ""
    note: str = ""


def compare(shown: ShownPage, product: Product) -> tuple[Comparison, ...]:
    """Compare what a page shows with what was signed."""
    return (_title(shown, product), _price(shown, product), _variants(shown, product))


def _title(shown: ShownPage, product: Product) -> Comparison:
    said = {" ".join(title.split()) for title in product.title.values()}
    if shown.title in said:
        return Comparison("title", note=shown.title)
    return Comparison("title", f"the page shows {shown.title!r}; signed was {' / '.join(sorted(said))!r}")


def _price(shown: ShownPage, product: Product) -> Comparison:
    own = {variant.price.currency for variant in product.variants}
    if not shown.price:
        return Comparison("price", "the page marks no price")
    if shown.currency not in own:
        note = f"{shown.price} by this hub's conversion, the boutique's own in {', '.join(sorted(own))}"
        return Comparison("price", note=note)
    signed = {_digits(variant.price) for variant in product.variants}
    strange = [figure for figure in _amounts(shown.price) if figure not in signed]
    if strange or not _amounts(shown.price):
        prices = ", ".join(sorted({_words(variant.price) for variant in product.variants}))
        return Comparison("price", f"the page shows {shown.price}; signed was {prices}")
    return Comparison("price", note=shown.price)


def _variants(shown: ShownPage, product: Product) -> Comparison:
    signed = {variant.id: variant for variant in product.variants}
    ids = [one.id for one in shown.variants]
    if sorted(ids) != sorted(signed):
        more, less = sorted(set(ids) - set(signed)), sorted(set(signed) - set(ids))
        return Comparison(
            "variants", f"not signed: {', '.join(more) or 'none'}; not shown: {', '.join(less) or 'none'}"
        )
    for one in shown.variants:
        reason = _differs(one, signed[one.id])
        if reason:
            return Comparison("variants", reason)
    return Comparison("variants", note=f"{len(ids)} with their sizes, colours and prices")


def _differs(shown: ShownVariant, signed: Variant) -> str:
    price = _digits(signed.price)
    rest = shown.text
    for words in (signed.colour.name, signed.size.label):
        if words not in rest:
            return f"variant {signed.id} is shown as {shown.text!r}; signed was {words!r}"
        rest = rest.replace(words, " ", 1)
    if price not in _amounts(rest):
        return f"variant {signed.id} is shown as {shown.text!r}; signed was {_words(signed.price)}"
    return ""


def _amounts(text: str) -> list[str]:
    """The figures in a text, as digits alone."""
    return [re.sub(r"\D", "", found) for found in _AMOUNT.findall(text)]


def _digits(money: Money) -> str:
    return str(money.amount_minor)


def _words(money: Money) -> str:
    return f"{to_decimal(money)} {money.currency}"
