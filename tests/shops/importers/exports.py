"""Small Shopify exports for tests, in both generations of the header; and where real exports lie, if they do."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shops.importers.domain.choices import FileRules, ImportChoices
from shops.importers.domain.entries import Entry, RowTally
from shops.importers.domain.shopify.reading import read_shopify

CATALOGS = Path(__file__).parents[3].parent / "shared" / "catalogs"
"""Real export files, beside the repository where it is developed."""

NEWER = {
    "Handle": "URL handle",
    "Body (HTML)": "Description",
    "Published": "Published on online store",
    "Variant SKU": "SKU",
    "Variant Barcode": "Barcode",
    "Option1 Name": "Option1 name",
    "Option1 Value": "Option1 value",
    "Option2 Name": "Option2 name",
    "Option2 Value": "Option2 value",
    "Variant Price": "Price",
    "Variant Compare At Price": "Compare-at price",
    "Variant Inventory Tracker": "Inventory tracker",
    "Variant Inventory Qty": "Inventory quantity",
    "Image Src": "Product image URL",
    "Image Position": "Image position",
    "Gift Card": "Gift card",
}

COLUMNS = (*NEWER, "Title", "Vendor", "Type", "Tags", "Status", "Image Alt Text")


def row(handle: str = "abito", **cells: str) -> dict[str, str]:
    """A variant row with a price and counted stock."""
    plain = {"Handle": handle, "Variant Price": "189.00", "Variant Inventory Tracker": "shopify"}
    return plain | {"Variant Inventory Qty": "2"} | {name.replace("_", " "): cell for name, cell in cells.items()}


def head(handle: str = "abito", **cells: str) -> dict[str, str]:
    """The first row of a product: active, with its title and the option Taglia."""
    texts = {"Title": f"Il {handle}", "Type": "Abiti", "Status": "active", "Published": "true", "Vendor": "Ginestra"}
    options = {"Option1 Name": "Taglia", "Option1 Value": "IT 42", "Variant SKU": f"{handle}-42"}
    return row(handle) | texts | options | {name.replace("_", " "): cell for name, cell in cells.items()}


def csv_of(rows: Sequence[Mapping[str, str]], columns: Sequence[str] = COLUMNS, *, newer: bool = False) -> str:
    """The rows as a file; a row may have columns of its own."""
    names = list(dict.fromkeys((*columns, *(name for each in rows for name in each))))
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n" if newer else "\n")
    writer.writerow([NEWER.get(name, name) for name in names] if newer else names)
    writer.writerows([each.get(name, "") for name in names] for each in rows)
    return written.getvalue()


def rules(**choices: Any) -> FileRules:
    """How the boutique of these tests reads its files."""
    return FileRules(currency="EUR", locations=("main",), choices=ImportChoices(**choices))


def read(rows: Sequence[Mapping[str, str]], **choices: Any) -> list[Entry]:
    """The entries of these rows, after checking that every row is counted once."""
    entries = read_shopify(csv_of(rows), rules(**choices))
    assert sum((entry.rows for entry in entries), RowTally()).read == len(rows)
    return entries


def codes(entries: Sequence[Entry]) -> list[tuple[int, str]]:
    """Record and code of every finding, in the order of the file."""
    return sorted((finding.record, finding.code) for entry in entries for finding in entry.findings)
