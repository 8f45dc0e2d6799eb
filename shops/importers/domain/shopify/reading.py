"""A Shopify product CSV read to its end and made into entries, one per handle, in order of first appearance. Pure.

Invariants: rows of one handle belong together wherever they stand; a row with a picture and neither price nor option
value is no variant; blank handles continue the product before only in files that never repeat a handle, and never
across a row that cannot be read, which may have begun another product.
"""

from collections.abc import Iterator, Mapping

import msgspec

from federation.vocabulary.wording import message
from shops.importers.domain.assembling import assemble
from shops.importers.domain.choices import FileRules
from shops.importers.domain.codes import code_of
from shops.importers.domain.drafts import Seen
from shops.importers.domain.entries import Entry, RowTally
from shops.importers.domain.findings import Finding, found
from shops.importers.domain.shopify.columns import ShopifyColumns, shopify_columns
from shops.importers.domain.shopify.products import ShopifyProduct, draft_of
from shops.importers.domain.table import Record, rows_of
from shops.importers.domain.translations import Translation
from shops.importers.errors import FileRefusedError


def read_shopify(
    text: str, rules: FileRules, translations: Mapping[str, tuple[Translation, ...]] | None = None
) -> list[Entry]:
    """The entries of a whole file. Raises FileRefusedError when the file cannot be read to its end."""
    header, records = rows_of(text)
    columns = shopify_columns(header)
    products, strays = _grouped(list(records), columns)
    if not products and not strays:
        raise FileRefusedError("file.empty", message("the file has a header and no rows: export it again"))
    seen = Seen()
    entries = [*strays]
    for product in products.values():
        draft = draft_of(product, columns, rules, (translations or {}).get(product.handle, ()))
        entries.append(assemble(draft, rules, seen, columns.words))
    entries.sort(key=lambda entry: entry.line)
    entries += _orphans(products, translations or {})
    return [msgspec.structs.replace(entry, place=place) for place, entry in enumerate(entries, 1)]


def _grouped(records: list[Record], columns: ShopifyColumns) -> tuple[dict[str, ShopifyProduct], list[Entry]]:
    """The rows of each handle, and an entry for every row that belongs to none."""
    continues = _continues_by_blanks(records, columns)
    products: dict[str, ShopifyProduct] = {}
    strays: list[Entry] = []
    before: ShopifyProduct | None = None
    for record in records:
        finding = _ragged(record, columns)
        if finding is not None:
            strays.append(_stray(record, finding, columns))
            before = None
            continue
        handle = columns.cell(record.cells, "handle")
        if not handle and not any(cell.strip() for cell in record.cells):
            strays.append(Entry(place=0, line=record.line, rows=RowTally(skipped=1)))
            continue
        if handle:
            before = products.setdefault(handle, ShopifyProduct(handle=handle, rows=[]))
        elif before is None or not continues:
            strays.append(_stray(record, _without_handle(record), columns))
            continue
        before.rows.append(record)
    return products, strays


def _continues_by_blanks(records: list[Record], columns: ShopifyColumns) -> bool:
    """Whether this file leaves the handle blank on further rows of a product, instead of repeating it."""
    handles = [
        handle
        for record in records
        if len(record.cells) == columns.width and (handle := columns.cell(record.cells, "handle"))
    ]
    return len(set(handles)) == len(handles)


def _ragged(record: Record, columns: ShopifyColumns) -> Finding | None:
    have = len(record.cells)
    if have == columns.width:
        return None
    sentence = f"the row has {have} cells where the header has {columns.width}: everything after would be shifted"
    return found("row.ragged", sentence, line=record.line, record=record.number)


def _without_handle(record: Record) -> Finding:
    sentence = "the row names no product: its handle is blank"
    return found("key.missing", sentence, column="Handle", line=record.line, record=record.number)


def _stray(record: Record, finding: Finding, columns: ShopifyColumns) -> Entry:
    """A refused row; the product it names is not taken for gone, even if its cells are shifted after the handle."""
    handle = columns.cell(record.cells, "handle") if columns.places["handle"] < len(record.cells) else ""
    spared = code_of(handle) if handle else ""
    return Entry(place=0, line=record.line, spared=spared, findings=(finding,), rows=RowTally(refused=1))


def _orphans(
    products: Mapping[str, ShopifyProduct], translations: Mapping[str, tuple[Translation, ...]]
) -> Iterator[Entry]:
    """An entry for each translation of a product that the file does not have."""
    for handle in translations.keys() - products.keys():
        line = translations[handle][0].line
        finding = found("translation.orphan", f"no product {handle[:80]} stands in the catalogue file", line=line)
        yield Entry(place=0, line=line, findings=(msgspec.structs.replace(finding, file="translations"),))
