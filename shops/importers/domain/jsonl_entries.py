"""JSON lines as the entries that every import works with. Pure."""

from collections.abc import Iterable, Iterator

from shops.importers.domain.choices import FileRules
from shops.importers.domain.entries import Entry, PictureSource, RowTally
from shops.importers.domain.findings import found
from shops.importers.domain.jsonl import LinePicture, LineRules, read_file


def jsonl_entries(lines: Iterable[bytes], rules: FileRules) -> Iterator[Entry]:
    """One entry for each line that is not blank; its place is the line's number."""
    line_rules = LineRules(currency=rules.currency, locations=rules.locations, plates=rules.plates)
    for row in read_file(lines, line_rules):
        if row.read is None:
            findings = tuple(
                found(fault.code, fault.message or fault.code, column=fault.pointer, line=row.number, record=row.number)
                for fault in row.faults
            )
            yield Entry(place=row.number, line=row.number, findings=findings, rows=RowTally(refused=1))
            continue
        product = row.read.product
        yield Entry(
            place=row.number,
            line=row.number,
            key=product.id,
            product=product,
            stock=row.read.stock,
            pictures=tuple(_picture(picture) for picture in row.read.pictures),
            absent=frozenset() if row.read.pictures else frozenset({"pictures"}),
            rows=RowTally(product=1),
            variants_read=len(product.variants),
            variants_taken=len(product.variants),
            images_read=len(row.read.pictures),
        )


def _picture(picture: LinePicture) -> PictureSource:
    return PictureSource(
        alt=picture.alt, sha256=picture.sha256, svg=picture.svg, width=picture.width, height=picture.height
    )
