"""Lists as files for spreadsheets."""

from datetime import UTC, date, datetime

import pytest

from federation.node.languages import speaking
from federation.node.spreadsheets import Cell, download, sheet
from federation.vocabulary.money import Money


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+39 02", "'+39 02"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ('Caffè, "nero"', '"Caffè, ""nero"""'),
        (-5, "-5"),
        (Money(-123_450, "EUR"), "-1234.50"),
        (Money(1_200, "JPY"), "1200"),
        (datetime(2026, 11, 22, 9, 5, tzinfo=UTC), "2026-11-22T09:05:00+00:00"),
        (date(2026, 11, 22), "2026-11-22"),
        (None, ""),
    ],
)
def test_each_cell_is_what_it_says(cell: Cell, written: str) -> None:
    """Texts that look like formulas stay texts, numbers stay numbers, amounts are exact."""
    assert sheet(["A", "B"], [[cell, 1]]).decode("utf-8-sig") == f"A,B\r\n{written},1\r\n"


def test_italian_spreadsheets_open_the_file_as_a_table() -> None:
    """In Italian semicolons part the cells and a comma stands before the cents; a comma in a text needs no quotes."""
    with speaking("it"):
        made = sheet(["Totale", "Chi"], [[Money(-123_450, "EUR"), "Rossi, Ada; figlia"], [Money(1_200, "JPY"), 3]])
    assert made.decode("utf-8-sig") == 'Totale;Chi\r\n-1234,50;"Rossi, Ada; figlia"\r\n1200;3\r\n'


def test_a_file_begins_with_a_byte_order_mark() -> None:
    """Excel reads accents only after one."""
    answer = download("orders", ["Città"], [])
    assert answer.content == b"\xef\xbb\xbf" + "Città\r\n".encode()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="orders.csv"'
