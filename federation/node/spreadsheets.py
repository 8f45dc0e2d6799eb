"""Lists as files for spreadsheets: CSV (RFC 4180) in UTF-8 with a byte order mark, without which Excel garbles accents.

Invariants: a text that a spreadsheet would run as a formula is kept as text by an apostrophe (`cells`);
numbers stand bare; moments are ISO 8601, in UTC. What parts the cells and what stands before the cents is what
spreadsheets expect where the file's language is spoken: a semicolon and a comma in Italian, else a comma and a point.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from litestar import Response

from federation.node.languages import language
from federation.vocabulary.cells import kept_as_text
from federation.vocabulary.money import Money, to_decimal

Cell = str | int | Money | datetime | date | None


_SEMICOLONS = frozenset({"it"})
"""Languages whose spreadsheets write a comma before the cents, and so part cells by semicolons."""


def sheet(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A table as a file in the current language. An amount is written bare: give its currency a column of its own."""
    with_semicolons = language() in _SEMICOLONS
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";" if with_semicolons else ",", lineterminator="\r\n")
    decimal_sign = "," if with_semicolons else "."
    writer.writerow([_cell(one, decimal_sign) for one in headings])
    writer.writerows([_cell(one, decimal_sign) for one in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def _cell(content: Cell, decimal_sign: str) -> str:
    match content:
        case None:
            return ""
        case str():
            return kept_as_text(content)
        case Money():
            return to_decimal(content).replace(".", decimal_sign)
        case datetime() | date():
            return content.isoformat()
        case _:
            return str(content)


def download(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response[bytes]:
    """The same as an answer that browsers keep as `<name>.csv`; `name` is ours, in plain letters."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(sheet(headings, rows), media_type="text/csv", headers=headers)
