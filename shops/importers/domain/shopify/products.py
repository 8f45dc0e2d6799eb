"""The rows of one handle of a Shopify CSV as a draft. Pure."""

from collections.abc import Sequence

import msgspec

from shops.importers.domain.choices import FileRules
from shops.importers.domain.drafts import Draft, DraftVariant, Spot
from shops.importers.domain.entries import PictureSource
from shops.importers.domain.findings import Finding, found
from shops.importers.domain.picture_cells import bare
from shops.importers.domain.prices import read_price
from shops.importers.domain.shopify.columns import ShopifyColumns
from shops.importers.domain.table import Record
from shops.importers.domain.translations import Translation
from shops.importers.domain.words.sizes import system_named

OPTIONS = ("option1", "option2", "option3")
_NO_OPTIONS = ("title", "default title")
_YES = frozenset({"true", "yes", "1", "vero", "vrai", "wahr", "verdadero"})
_CHILDREN = frozenset({"kids", "kid", "children", "toddler", "infant", "newborn", "baby", "bambini"})
_LAST = 1_000_000


class ShopifyProduct(msgspec.Struct):
    """The rows of one handle, in the order of the file."""

    handle: str
    rows: list[Record]


def draft_of(
    product: ShopifyProduct, columns: ShopifyColumns, rules: FileRules, translations: Sequence[Translation]
) -> Draft:
    """What the rows of a handle say, with the texts of other languages."""
    head = next((row for row in product.rows if columns.cell(row.cells, "title")), product.rows[0])

    def said(field: str) -> str:
        return columns.cell(head.cells, field)

    language = rules.choices.language
    draft = Draft(
        key=product.handle,
        spot=_spot(head),
        titles={language: said("title")} | {each.language: each.title for each in translations if each.title},
        bodies={language: said("body")} | {each.language: each.body for each in translations if each.body},
        care={language: said("care")} | {each.language: each.care for each in translations if each.care},
        brand=said("vendor"),
        materials=tuple(item for place in columns.materials for item in items(head.cells[place])),
        type=said("type"),
        paths=tuple(filter(None, (said("category"), said("google_category")))),
        tags=tuple(tag.strip() for tag in said("tags").split(",") if tag.strip()),
        genders=tuple(filter(None, (said("target_gender"), said("gender")))),
        is_childs=bool(_CHILDREN & {*items(said("target_age").casefold()), said("age_group").casefold()}),
        colours=tuple(items(said("colours"))),
        size_system=system_named(said("size_system")) if said("size_system") else None,
        hidden=_kept_back(said("status"), said("published")),
        unsupported="gift cards are not sold here" if said("gift_card").casefold() in _YES else "",
        absent=_absent(columns),
    )
    _read_rows(draft, product.rows, head, columns, rules)
    return draft


def items(cell: str) -> list[str]:
    """The items of a metafield's list, which a semicolon parts."""
    return [item.strip() for item in cell.split(";") if item.strip()]


def _spot(row: Record) -> Spot:
    return Spot(row.line, row.number)


def _kept_back(status: str, published: str) -> str:
    """Why the shop itself does not show a product: only what is active and published is on sale."""
    state = status.casefold()
    if state and state != "active":
        return state[:20]
    return "unpublished" if published and published.casefold() not in _YES else ""


def _absent(columns: ShopifyColumns) -> frozenset[str]:
    """The parts of a product that this file could not say anything about."""
    absent = {
        "description": columns.has("body"),
        "brand": columns.has("vendor"),
        "materials": bool(columns.materials),
        "care": columns.has("care"),
        "media": columns.has("image") or columns.has("variant_image"),
    }
    return frozenset(part for part, is_there in absent.items() if not is_there)


def _read_rows(draft: Draft, rows: Sequence[Record], head: Record, columns: ShopifyColumns, rules: FileRules) -> None:
    """Add variants and pictures of each row, and count those that are neither."""
    names = [columns.cell(head.cells, f"{option}_name") for option in OPTIONS]
    used = [option for option, name in zip(OPTIONS, names, strict=True) if name]
    plain = (
        len(used) <= 1
        and (names[0].casefold() or "title") == "title"
        and all(columns.cell(row.cells, "option1").casefold() in {"", "default title"} for row in rows)
    )
    used = [] if plain else used
    draft.option_names = tuple(_option_name(columns, head, option) for option in used)
    variants: list[DraftVariant] = []
    pictures: list[tuple[int, PictureSource]] = []
    notes: list[Finding] = []
    for row in rows:
        has_picture = _add_picture(row, columns, pictures)
        if _is_variant(row, head, columns):
            variants.append(_variant(row, used, columns, rules, is_head=row is head))
        elif has_picture and row is not head:
            draft.image_rows += 1
            notes.append(found("image.row", "the row has a picture only", line=row.line, record=row.number))
        elif row is not head:
            draft.skipped_rows += 1
    draft.variants, draft.findings = variants, notes
    draft.images_read = len(pictures)
    draft.pictures = _ordered(rows, columns, pictures)


def _option_name(columns: ShopifyColumns, head: Record, option: str) -> str:
    """An option's name; one that is linked to the standard colours is a colour whatever it is called."""
    linked = columns.cell(head.cells, f"{option}_linked").casefold()
    name = columns.cell(head.cells, f"{option}_name")
    return f"{name} (colour)" if "color" in linked else name


def _is_variant(row: Record, head: Record, columns: ShopifyColumns) -> bool:
    said = any(columns.cell(row.cells, field) for field in ("price", "sku", *OPTIONS))
    return said or (row is head and not columns.cell(row.cells, "image"))


def _variant(
    row: Record, used: Sequence[str], columns: ShopifyColumns, rules: FileRules, *, is_head: bool
) -> DraftVariant:
    def said(field: str) -> str:
        return columns.cell(row.cells, field)

    former = said("compare_at")
    tracker = columns.has("tracker")
    return DraftVariant(
        spot=_spot(row),
        options=tuple(said(option) for option in used),
        price=read_price(said("price"), rules),
        compare_at=read_price(former, rules) if former else None,
        sku=said("sku").removeprefix("'").strip(),
        gtin=said("barcode").removeprefix("'").strip(),
        quantity=said("quantity") if columns.has("quantity") else None,
        is_tracked=bool(said("tracker")) if tracker else True,
        is_head=is_head,
    )


def _add_picture(row: Record, columns: ShopifyColumns, pictures: list[tuple[int, PictureSource]]) -> bool:
    address = columns.cell(row.cells, "image")
    if not address:
        return False
    position = columns.cell(row.cells, "image_position")
    place = int(position) if position.isascii() and position.isdigit() and len(position) < 6 else _LAST  # noqa: PLR2004
    alt = " ".join(columns.cell(row.cells, "image_alt").split())[:300]
    pictures.append((place, PictureSource(address=address, alt=alt, line=row.line, record=row.number)))
    return True


def _ordered(
    rows: Sequence[Record], columns: ShopifyColumns, pictures: Sequence[tuple[int, PictureSource]]
) -> list[PictureSource]:
    """The product's pictures by their positions, and after them those that only a variant names."""
    ordered = [picture for _, picture in sorted(pictures, key=lambda each: each[0])]
    known = {bare(picture.address) for picture in ordered}
    for row in rows:
        address = columns.cell(row.cells, "variant_image")
        if address and bare(address) not in known:
            known.add(bare(address))
            ordered.append(PictureSource(address=address, line=row.line, record=row.number))
    return ordered
