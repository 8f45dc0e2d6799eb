"""Rows of a CSV file with their line numbers; a file that is cut off or not text is refused whole. Pure.

Invariants: a record knows the physical line it begins on and its number after the header, as a spreadsheet and a text
editor show them; nothing is split at line ends inside quotes.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Protocol

import msgspec

from federation.vocabulary.wording import Sentence, message, sentence
from shops.importers.errors import FileRefusedError

CELL_CHARACTERS_MAX = 1_000_000
RECORDS_MAX = 5_000_000
_BLANKS = re.compile(r"\s+")

csv.field_size_limit(CELL_CHARACTERS_MAX)


class _Reader(Protocol):
    """What `csv.reader` gives: rows, and the number of the line it has read last."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...


class Record(msgspec.Struct, frozen=True, gc=False):
    """One row: where it stands and its cells as written."""

    number: int
    line: int
    cells: list[str]


class Header(msgspec.Struct, frozen=True):
    """The names of a table's columns as written, and where each stands by its name in lower case."""

    names: tuple[str, ...]
    places: dict[str, int]

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.names)


def text_of(data: bytes) -> str:
    """The text of a UTF-8 file, with or without byte order mark. Raises FileRefusedError."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileRefusedError("file.encoding", _not_utf8(line), line) from error


def _not_utf8(line: int) -> Sentence:
    return sentence("line %(line)s is not UTF-8 text: save the file as CSV in UTF-8 and choose it again", line=line)


def delimiter_of(first_line: str) -> str:
    """What parts the cells of a file with this first line: a comma, a semicolon or a tab."""
    outside = re.sub(r'"[^"]*"', "", first_line)
    return max(",;\t", key=outside.count)


def rows_of(text: str) -> tuple[Header, Iterator[Record]]:
    """The header of a CSV text and its records, read as they are asked for. Raises FileRefusedError."""
    return rows_of_lines(io.StringIO(text, newline=""), delimiter_of(text[: text.find("\n") + 1] or text))


def rows_of_lines(lines: Iterable[str], delimiter: str) -> tuple[Header, Iterator[Record]]:
    """As `rows_of`, from lines that keep their ends; only one row is held at a time."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    first = next(_rows(reader), None)
    while first is not None and not any(first[1]):
        first = next(_rows(reader), None)
    if first is None:
        raise FileRefusedError("file.empty", message("the file is empty: choose the file to import again"))
    return _header(first[1]), _records(_rows(reader))


def _rows(reader: "_Reader") -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it begins on."""
    begins = reader.line_num + 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise FileRefusedError("file.cut_off", _why(error, begins, reader.line_num), begins) from error
    except UnicodeDecodeError as error:
        raise FileRefusedError("file.encoding", _not_utf8(begins), begins) from error
    except EOFError as error:
        raise FileRefusedError(
            "file.cut_off", message("the packed file ends too early: copy it again"), begins
        ) from error


def _why(error: csv.Error, begins: int, ends: int) -> Sentence:
    if "unexpected end" in str(error):
        return sentence(
            "the file ends inside a quoted cell that begins on line %(line)s: it was cut off, export it again",
            line=begins,
        )
    if "field larger" in str(error):
        return sentence("a cell that begins on line %(line)s never ends: a quote is missing there", line=begins)
    return sentence(
        "a quote stands in the middle of a cell between lines %(line)s and %(end)s: export the file again",
        line=begins,
        end=ends,
    )


def _header(cells: list[str]) -> Header:
    names = tuple(cell.removeprefix("\ufeff").strip() for cell in cells)
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        places.setdefault(column_key(name), place)
    return Header(names, places)


def column_key(name: str) -> str:
    """A column's name as it is compared: lower case, single blanks."""
    return _BLANKS.sub(" ", name.strip()).casefold()


def _records(rows: Iterable[tuple[int, list[str]]]) -> Iterator[Record]:
    number = 0
    for line, cells in rows:
        if not cells:
            continue
        number += 1
        if number > RECORDS_MAX:
            raise FileRefusedError(
                "file.too_large", sentence("a file has at most %(num)s rows: split it", num=RECORDS_MAX), line
            )
        yield Record(number, line, cells)
