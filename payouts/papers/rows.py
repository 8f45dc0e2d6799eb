"""Thousands of rows on paper: a list that draws its text straight onto the page, as paragraphs would take minutes.

Each row may have a day, has a title with smaller details under it, and numbers. Title and details take up to two lines
each; what is longer still ends in an ellipsis. The list breaks between rows; each page repeats its head, and says first
what the pages before came to.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from federation.node.letters import cut, draw, draw_right, fitting_of, width_of
from federation.node.paper import INK, LINE, SOFT

_HEAD_HEIGHT = 6 * mm
_DAY_WIDTH = 22 * mm
_NUMBER_WIDTH = 25 * mm
_GAP = 4 * mm
_TITLE_SIZE, _SMALL_SIZE, _HEAD_SIZE = 9.5, 7.0, 7.5
_TITLE_LEADING, _SMALL_LEADING = 4.2 * mm, 3.3 * mm
_PADDING = 1.5 * mm
_DETAILS_GAP = 0.4 * mm
_LINES_MAX = 2
_BETWEEN = " \u00b7"
"""What parts details; no line begins or ends with it."""


class Row(msgspec.Struct, frozen=True):
    """One row: the day (or nothing), its title and details, and its numbers, each as text.

    `carried` is what a page that ends with this row hands on to the next, number by number. A row that `is_sum` is what
    others come to.
    """

    day: str
    title: str
    details: str
    numbers: tuple[str, ...]
    carried: tuple[str, ...] = ()
    is_sum: bool = False


class _Set(msgspec.Struct, frozen=True):
    """A row as it stands on the page: its lines, and how high it is."""

    row: Row
    title: tuple[str, ...]
    details: tuple[str, ...]

    @property
    def height(self) -> float:
        text: float = len(self.title) * _TITLE_LEADING + len(self.details) * _SMALL_LEADING
        return text + float(2 * _PADDING + (_DETAILS_GAP if self.details else 0))


class RowList(Flowable):  # type: ignore[misc]  # the library is untyped
    """The rows under a head of labels: of the day (empty: there is none), of the title, of each number.

    `carried` is what the row is called with which a page begins that goes on.
    """

    def __init__(self, head: Sequence[str], rows: Sequence[Row], carried: str = "") -> None:
        super().__init__()
        self.rows = tuple(rows)
        self._head, self._carried = tuple(head), carried
        self._begun = 0
        """How many rows at the front only say what came before."""
        self._set: Sequence[_Set] = ()
        self._indent = _DAY_WIDTH if self._head[0] else 0.0

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """All the width there is, and the height of all rows."""
        if not self._set:
            room = width - self._indent - (len(self._head) - 2) * _NUMBER_WIDTH - _GAP
            self._set = [
                _Set(
                    row,
                    _lines(row.title, "Serif", _TITLE_SIZE, room),
                    _lines(row.details, "Sans", _SMALL_SIZE, room + _NUMBER_WIDTH) if row.details else (),
                )
                for row in self.rows
            ]
        self.width, self.height = width, _HEAD_HEIGHT + sum(one.height for one in self._set)
        return self.width, self.height

    def split(self, _width: float, height: float) -> list[Any]:
        """What fits on this page, and the rest; nothing when not even one row fits."""
        room, fitting = height - _HEAD_HEIGHT, 0
        for one in self._set:
            room -= one.height
            if room < 0:
                break
            fitting += 1
        if fitting <= self._begun:
            return []
        if fitting == len(self._set):
            return [self]
        brought = self._brought(self._set[fitting - 1].row)
        rest = self._part([*brought, *self._set[fitting:]], len(brought))
        return [self._part(self._set[:fitting], self._begun), rest]

    def _part(self, part: Sequence[_Set], begun: int) -> "RowList":
        made = RowList(self._head, [one.row for one in part], self._carried)
        made._set, made._begun = part, begun
        return made

    def _brought(self, last: Row) -> list[_Set]:
        """The row with which the page after this one begins."""
        if not last.carried:
            return []
        return [_Set(Row("", self._carried, "", last.carried, is_sum=True), (self._carried,), ())]

    def draw(self) -> None:
        """Head, then row under row."""
        count = len(self._head) - 2
        right = [self.width - (count - 1 - place) * _NUMBER_WIDTH for place in range(count)]
        self._draw_head(right)
        at = self.height - _HEAD_HEIGHT
        for place, one in enumerate(self._set):
            self._draw_row(one, at, right)
            at -= one.height
            before_sum = any(after.row.is_sum for after in self._set[place + 1 : place + 2])
            self._line(at, *((INK, 0.6) if before_sum else (LINE, 0.3)))

    def _line(self, at: float, colour: Any, width: float) -> None:
        self.canv.setStrokeColor(colour)
        self.canv.setLineWidth(width)
        self.canv.line(0, at, self.width, at)

    def _draw_head(self, right: Sequence[float]) -> None:
        canvas, at = self.canv, self.height - _HEAD_HEIGHT
        canvas.setFont("Sans-Bold", _HEAD_SIZE)
        canvas.setFillColor(SOFT)
        canvas.drawString(0, at + _PADDING, self._head[0])
        canvas.drawString(self._indent, at + _PADDING, self._head[1])
        for place, label in zip(right, self._head[2:], strict=True):
            canvas.drawRightString(place, at + _PADDING, label)
        self._line(at, INK, 0.6)

    def _draw_row(self, one: _Set, top: float, right: Sequence[float]) -> None:
        canvas, at = self.canv, top - _PADDING - 0.75 * _TITLE_LEADING
        face = "Serif-Bold" if one.row.is_sum else "Serif"
        canvas.setFillColor(INK)
        if one.row.day:
            draw(canvas, (0, at), one.row.day, face, _TITLE_SIZE)
        for place, number in zip(right, one.row.numbers, strict=True):
            draw_right(canvas, (place, at), number, face, _TITLE_SIZE)
        for line in one.title:
            draw(canvas, (self._indent, at), line, face, _TITLE_SIZE)
            at -= _TITLE_LEADING
        canvas.setFillColor(SOFT)
        at -= _DETAILS_GAP
        for line in one.details:
            draw(canvas, (self._indent, at + _TITLE_LEADING - _SMALL_LEADING), line, "Sans", _SMALL_SIZE)
            at -= _SMALL_LEADING


def _lines(text: str, font: str, size: float, room: float) -> tuple[str, ...]:
    """The text in lines broken between words, at most two; the last one cut where it is still too long."""
    if width_of(text, font, size) <= room:
        return (text,)
    lines: list[str] = []
    left = text
    while left and len(lines) < _LINES_MAX - 1:
        line, left = _broken(left, font, size, room)
        lines.append(line)
    return (*lines, cut(left, font, size, room)) if left else tuple(lines)


def _broken(text: str, font: str, size: float, room: float) -> tuple[str, str]:
    """As many whole words as there is room for, and what is left; a word that is too long is cut."""
    fitting = fitting_of(text, font, size, room)
    if fitting == len(text):
        return text, ""
    space = text.rfind(" ", 0, fitting + 1)
    end = space if space > 0 else max(fitting, 1)
    return text[:end].rstrip(_BETWEEN), text[end:].lstrip(_BETWEEN)
