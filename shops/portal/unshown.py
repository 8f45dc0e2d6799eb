"""What hubs do not show of a boutique's catalogue, in the owner's words: which record, what is wrong, what to do. Pure.

Pointers (RFC 6901) into a record become the names of fields as the product's form has them.
"""

import re
from collections.abc import Sequence

import msgspec

from federation.log.records import SHOP_KEY
from federation.records import Refusal
from federation.vocabulary.errors import FieldError
from federation.vocabulary.wording import message
from shops.catalog.domain.wording import in_words
from shops.portal.words import say

FIELDS = {
    "title": message("Title"),
    "description": message("Description"),
    "category": message("Category"),
    "gender": message("For"),
    "brand": message("Brand"),
    "materials": message("Materials"),
    "care": message("Care"),
    "media": message("Pictures"),
    "price": message("Price"),
    "compare_at": message("Former price"),
    "size": message("Size"),
    "colour": message("Colour"),
    "gtin": message("GTIN"),
    "sku": message("SKU"),
    "handle": message("Short name"),
    "currency": message("Currency"),
    "shipping": message("Shipping"),
}
_PRODUCT = re.compile(r"product/(.+)")


class Unshown(msgspec.Struct, frozen=True, kw_only=True):
    """One record that one hub does not show; `path` is the page of the portal on which it is put right."""

    hub_name: str
    name: str
    path: str
    faults: tuple[str, ...]
    line: int


def unshown(refusals: Sequence[Refusal]) -> list[Unshown]:
    """The refused records for a page."""
    return [_one(refusal) for refusal in refusals]


def _one(refusal: Refusal) -> Unshown:
    product = _PRODUCT.fullmatch(refusal.key)
    path = f"/products/{product[1]}" if product else "/profile" if refusal.key == SHOP_KEY else ""
    name = product[1] if product else say("Your boutique’s profile") if refusal.key == SHOP_KEY else refusal.key
    return Unshown(
        hub_name=refusal.hub_name,
        name=name,
        path=path,
        faults=tuple(dict.fromkeys(_fault(error) for error in refusal.errors)),
        line=refusal.seq,
    )


def _fault(error: FieldError) -> str:
    words = in_words(error.message or error.code)
    parts = [part for part in error.pointer.split("/") if part]
    named = [say(FIELDS[part]) for part in parts if part in FIELDS]
    if len(parts) > 1 and parts[0] == "variants" and parts[1].isdigit():
        named.insert(0, say("row %(number)d", number=int(parts[1]) + 1))
    return f"{', '.join(named)}: {words}" if named else words
