"""The columns of a Shopify product CSV under either generation of names, in any order and number. Pure."""

import re
from collections.abc import Sequence

import msgspec

from federation.vocabulary.wording import sentence
from shops.importers.domain.drafts import Columns
from shops.importers.domain.table import Header, column_key
from shops.importers.errors import FileRefusedError

_NAMES: dict[str, tuple[str, ...]] = {
    "handle": ("Handle", "URL handle"),
    "title": ("Title",),
    "body": ("Body (HTML)", "Description"),
    "vendor": ("Vendor",),
    "category": ("Product Category", "Standard Product Type"),
    "type": ("Type", "Custom Product Type"),
    "tags": ("Tags",),
    "published": ("Published", "Published on online store"),
    "status": ("Status",),
    "option1_name": ("Option1 Name",),
    "option1": ("Option1 Value",),
    "option2_name": ("Option2 Name",),
    "option2": ("Option2 Value",),
    "option3_name": ("Option3 Name",),
    "option3": ("Option3 Value",),
    "option1_linked": ("Option1 Linked To",),
    "option2_linked": ("Option2 Linked To",),
    "option3_linked": ("Option3 Linked To",),
    "sku": ("Variant SKU", "SKU"),
    "tracker": ("Variant Inventory Tracker", "Inventory tracker"),
    "quantity": ("Variant Inventory Qty", "Inventory quantity"),
    "price": ("Variant Price", "Price"),
    "compare_at": ("Variant Compare At Price", "Compare-at price"),
    "barcode": ("Variant Barcode", "Barcode"),
    "image": ("Image Src", "Product image URL"),
    "image_position": ("Image Position",),
    "image_alt": ("Image Alt Text",),
    "variant_image": ("Variant Image", "Variant image URL"),
    "gift_card": ("Gift Card",),
    "google_category": ("Google Shopping / Google Product Category",),
    "gender": ("Google Shopping / Gender",),
    "age_group": ("Google Shopping / Age Group",),
}
_REQUIRED = ("handle", "title", "price")
_METAFIELD = re.compile(r"\(product\.metafields\.[\w-]+\.([\w-]+)\)$")
_TAKEN_METAFIELDS = {
    "color-pattern": "colours",
    "color": "colours",
    "target-gender": "target_gender",
    "age-group": "target_age",
    "fabric": "materials",
    "care-instructions": "care",
    "size-system": "size_system",
}


class ShopifyColumns(msgspec.Struct, frozen=True):
    """Where each column we read stands; `materials` may be several. What is not there reads as an empty cell."""

    places: dict[str, int]
    materials: tuple[int, ...]
    width: int
    words: Columns

    def has(self, field: str) -> bool:
        """Whether the file has this column at all."""
        return field in self.places

    def cell(self, cells: Sequence[str], field: str) -> str:
        """A cell without the blanks around it."""
        place = self.places.get(field)
        return "" if place is None else cells[place].strip()


def shopify_columns(header: Header) -> ShopifyColumns:
    """Find the columns of a Shopify product CSV. Raises FileRefusedError naming those that are missing."""
    places: dict[str, int] = {}
    for field, names in _NAMES.items():
        place = next((header.places[key] for name in names if (key := column_key(name)) in header.places), None)
        if place is not None:
            places[field] = place
    missing = [" / ".join(_NAMES[field]) for field in _REQUIRED if field not in places]
    if missing:
        raise FileRefusedError(
            "file.header",
            sentence(
                "this is no Shopify product export: the column %(columns)s is missing", columns=", ".join(missing)
            ),
            1,
        )
    materials = []
    for place, name in enumerate(header.names):
        field = _metafield(name)
        if field == "materials":
            materials.append(place)
        elif field:
            places.setdefault(field, place)
    return ShopifyColumns(places, tuple(materials), header.width, _words(header, places))


def _metafield(name: str) -> str:
    found = _METAFIELD.search(name.casefold())
    if found is None:
        return ""
    key = found[1].replace("_", "-")
    return _TAKEN_METAFIELDS.get(key, "materials" if key.endswith("material") else "")


def _words(header: Header, places: dict[str, int]) -> Columns:
    def name(field: str) -> str:
        return header.names[places[field]] if field in places else _NAMES[field][0]

    return Columns(
        title=name("title"),
        body=name("body"),
        price=name("price"),
        compare_at=name("compare_at"),
        sku=name("sku"),
        gtin=name("barcode"),
        quantity=name("quantity"),
        size=name("option1"),
        colour=name("option1"),
        category=name("type"),
        image=name("image"),
    )
