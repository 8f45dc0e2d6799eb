"""Lists as files for spreadsheets: CSV (RFC 4180) in UTF-8 with a byte order mark, without which Excel garbles accents.

Invariants: a text that a spreadsheet would run as a formula is kept as text by an apostrophe (`cells`);
numbers stand bare, with a point; moments are ISO 8601, in UTC.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from litestar import Response

from federation.vocabulary.cells import kept_as_text
from federation.vocabulary.money import Money, to_decimal

Cell = str | int | Money | datetime | date | None


def sheet(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A table as a file. An amount is written without its currency: give that a column of its own."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([_cell(one) for one in headings])
    writer.writerows([_cell(one) for one in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def _cell(content: Cell) -> str:
    match content:
        case None:
            return ""
        case str():
            return kept_as_text(content)
        case Money():
            return to_decimal(content)
        case datetime() | date():
            return content.isoformat()
        case _:
            return str(content)


def download(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response[bytes]:
    """The same as an answer that browsers keep as `<name>.csv`; `name` is ours, in plain letters."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(sheet(headings, rows), media_type="text/csv", headers=headers)
