"""Any table with one offer per row, read by a mapping: neighbouring rows of one product are its variants. Pure.

Invariants: only the rows of one product are held at a time; a product whose rows come back later is refused there and
said, since the file is read once as it comes.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from shops.importers.domain.assembling import assemble
from shops.importers.domain.choices import FileRules
from shops.importers.domain.codes import code_of
from shops.importers.domain.drafts import Draft, DraftVariant, Seen, Spot
from shops.importers.domain.entries import Entry, PictureSource, RowTally
from shops.importers.domain.findings import Finding, found
from shops.importers.domain.mapping import MappedColumns, Mapping
from shops.importers.domain.picture_cells import bare
from shops.importers.domain.prices import ReadPrice, read_price
from shops.importers.domain.table import Record
from shops.importers.domain.words.sizes import system_named

DIGITS_MAX = 15


class Group(msgspec.Struct, frozen=True):
    """Neighbouring rows of one product of one shop; a row that cannot be read has a finding, and names what it can."""

    shop: str
    product: str
    rows: list[Record]
    finding: Finding | None = None


def groups_of(records: Iterable[Record], columns: MappedColumns) -> Iterator[Group]:
    """The rows of a file, product by product as they stand."""
    rows: list[Record] = []
    before = ("", "")
    for record in records:
        named = (columns.shop_of(record.cells), columns.cell(record.cells, "product"))
        finding = _unreadable(record, columns)
        if finding is not None:
            yield from _ended(before, rows)
            rows = []
            yield Group(*named, [record], finding)
            continue
        if named != before:
            yield from _ended(before, rows)
            rows, before = [], named
        rows.append(record)
    yield from _ended(before, rows)


def _ended(named: tuple[str, str], rows: list[Record]) -> Iterator[Group]:
    if rows:
        yield Group(*named, rows)


def _unreadable(record: Record, columns: MappedColumns) -> Finding | None:
    if len(record.cells) != columns.width:
        sentence = f"the row has {len(record.cells)} cells where the header has {columns.width}"
        return found("row.ragged", sentence, line=record.line, record=record.number)
    if not columns.cell(record.cells, "product"):
        return found("key.missing", "the row names no product", line=record.line, record=record.number)
    return None


def mapped_rules(rules: FileRules, mapping: Mapping) -> FileRules:
    """The boutique's rules, with what the mapping says of the file itself."""
    changes = {
        "decimal": mapping.prices.decimal,
        "vat": mapping.prices.vat or rules.choices.vat,
        "language": mapping.language or rules.choices.language,
        "categories": rules.choices.categories | mapping.words.category,
        "colours": rules.choices.colours | mapping.words.colour,
    }
    return msgspec.structs.replace(rules, choices=msgspec.structs.replace(rules.choices, **changes))


def entry_of(group: Group, mapping: Mapping, columns: MappedColumns, rules: FileRules, seen: Seen) -> Entry:
    """The entry of a group, without its place; `rules` are those of `mapped_rules`."""
    if group.finding is not None:
        spared = code_of(group.product) if group.product else ""
        rows = RowTally(refused=len(group.rows))
        return Entry(place=0, line=group.rows[0].line, spared=spared, findings=(group.finding,), rows=rows)
    return assemble(_draft(group, mapping, columns, rules), rules, seen, columns.words)


def _draft(group: Group, mapping: Mapping, columns: MappedColumns, rules: FileRules) -> Draft:
    head = group.rows[0]

    def said(field: str) -> str:
        return columns.cell(head.cells, field)

    language = rules.choices.language
    gender = said("gender")
    return Draft(
        key=group.product,
        spot=Spot(head.line, head.number),
        titles={language: said("title")},
        bodies={language: said("description")},
        care={language: said("care")},
        brand=said("brand"),
        materials=tuple(part.strip() for part in said("materials").split(mapping.list_separator) if part.strip()),
        type=said("category"),
        genders=(mapping.words.gender.get(gender.casefold(), gender),) if gender else (),
        option_names=tuple(name for field, name in _OPTIONS.items() if field in columns.places),
        variants=[_variant(row, mapping, columns, rules, is_head=row is head) for row in group.rows],
        pictures=_pictures(group.rows, columns, mapping),
        images_read=sum(bool(columns.cell(row.cells, "image")) for row in group.rows),
        absent=frozenset(part for part in _PARTS if _PARTS[part] not in columns.places),
    )


_OPTIONS = {"size": "size", "colour": "colour", "variant": "variant"}
_PARTS = {"description": "description", "brand": "brand", "materials": "materials", "care": "care", "media": "image"}


def _variant(row: Record, mapping: Mapping, columns: MappedColumns, rules: FileRules, *, is_head: bool) -> DraftVariant:
    def said(field: str) -> str:
        return columns.cell(row.cells, field)

    system = said("size_system")
    named = mapping.words.size_system.get(system.casefold()) or (system_named(system) if system else None)
    former = said("compare_at")
    return DraftVariant(
        spot=Spot(row.line, row.number),
        options=tuple(said(field) for field in _OPTIONS if field in columns.places),
        price=_price(said("price"), said("currency"), mapping, rules),
        compare_at=_amount(former, mapping, rules) if former else None,
        sku=said("sku").removeprefix("'").strip(),
        gtin=said("gtin").removeprefix("'").strip(),
        quantity=said("stock") if "stock" in columns.places else None,
        size_system=named,
        is_head=is_head,
    )


def _price(cell: str, currency: str, mapping: Mapping, rules: FileRules) -> ReadPrice:
    if currency and currency.upper() != rules.currency:
        return ReadPrice(
            0, "price.currency", f"the price is in {currency[:8]}, the boutique sells in {rules.currency}", currency
        )
    return _amount(cell, mapping, rules)


def _amount(cell: str, mapping: Mapping, rules: FileRules) -> ReadPrice:
    if mapping.prices.form == "decimal" or not cell:
        return read_price(cell, rules)
    digits = cell.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > DIGITS_MAX:
        return ReadPrice(0, "price.unreadable", f"{cell[:20]!r} is not a whole number of minor units", cell)
    if cell.startswith("-"):
        return ReadPrice(0, "price.negative", f"the price {cell} is below zero", cell)
    rate = (rules.choices.vat_rate or 0) if rules.choices.vat == "excluded" else 0
    return ReadPrice((int(digits) * (10_000 + rate) * 2 + 10_000) // 20_000)


def _pictures(rows: Sequence[Record], columns: MappedColumns, mapping: Mapping) -> list[PictureSource]:
    """Every row's pictures, each once."""
    made: dict[str, PictureSource] = {}
    for row in rows:
        for address in columns.cell(row.cells, "image").split(mapping.list_separator):
            if address.strip() and bare(address.strip()) not in made:
                picture = PictureSource(address=address.strip(), line=row.line, record=row.number)
                made[bare(address.strip())] = picture
    return list(made.values())
