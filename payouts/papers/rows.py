"""Thousands of rows on paper: a list that draws its text straight onto the page, as paragraphs would take minutes.

Each row has a day, a title with a smaller line of details, and numbers; what is too wide is cut with an ellipsis. It
breaks between rows and repeats its head on each page.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

from federation.node.paper import INK, LINE, SOFT

_HEAD_HEIGHT = 6 * mm
_ROW_HEIGHT = 9.6 * mm
_DAY_WIDTH = 22 * mm
_NUMBER_WIDTH = 25 * mm
_GAP = 2 * mm
_TITLE_SIZE, _SMALL_SIZE, _HEAD_SIZE = 9.5, 7.0, 7.5


class Row(msgspec.Struct, frozen=True):
    """One row: what stands first, its title and details, and its numbers, each as text."""

    day: str
    title: str
    details: str
    numbers: tuple[str, ...]


class RowList(Flowable):  # type: ignore[misc]  # the library is untyped
    """The rows under a head of labels: of the day, of the title, of each number."""

    def __init__(self, head: Sequence[str], rows: Sequence[Row]) -> None:
        super().__init__()
        self._head, self._rows = tuple(head), rows

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """All the width there is, and the height of all rows."""
        self.width, self.height = width, _HEAD_HEIGHT + len(self._rows) * _ROW_HEIGHT
        return self.width, self.height

    def split(self, _width: float, height: float) -> list[Any]:
        """What fits on this page, and the rest; nothing when not even one row fits."""
        fitting = int((height - _HEAD_HEIGHT) // _ROW_HEIGHT)
        if fitting < 1:
            return []
        if fitting >= len(self._rows):
            return [self]
        return [RowList(self._head, self._rows[:fitting]), RowList(self._head, self._rows[fitting:])]

    def draw(self) -> None:
        """Head, then row under row."""
        numbers = len(self._head) - 2
        right = [self.width - (numbers - 1 - place) * _NUMBER_WIDTH for place in range(numbers)]
        room = right[0] - _NUMBER_WIDTH - _DAY_WIDTH - _GAP if numbers else self.width - _DAY_WIDTH
        self._draw_head(right)
        at = self.height - _HEAD_HEIGHT
        for row in self._rows:
            at -= _ROW_HEIGHT
            self._draw_row(row, at, right, room)

    def _draw_head(self, right: Sequence[float]) -> None:
        canvas, at = self.canv, self.height - _HEAD_HEIGHT + 1.8 * mm
        canvas.setFont("Sans-Bold", _HEAD_SIZE)
        canvas.setFillColor(SOFT)
        canvas.drawString(0, at, self._head[0])
        canvas.drawString(_DAY_WIDTH, at, self._head[1])
        for place, label in zip(right, self._head[2:], strict=True):
            canvas.drawRightString(place, at, label)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.6)
        canvas.line(0, at - 1.8 * mm, self.width, at - 1.8 * mm)

    def _draw_row(self, row: Row, at: float, right: Sequence[float], room: float) -> None:
        canvas, upper = self.canv, at + _ROW_HEIGHT - 4.2 * mm
        canvas.setFillColor(INK)
        canvas.setFont("Serif", _TITLE_SIZE)
        canvas.drawString(0, upper, row.day)
        canvas.drawString(_DAY_WIDTH, upper, _cut(row.title, "Serif", _TITLE_SIZE, room))
        for place, number in zip(right, row.numbers, strict=True):
            canvas.drawRightString(place, upper, number)
        if row.details:
            canvas.setFont("Sans", _SMALL_SIZE)
            canvas.setFillColor(SOFT)
            wide = self.width - _DAY_WIDTH
            canvas.drawString(_DAY_WIDTH, upper - 3.6 * mm, _cut(row.details, "Sans", _SMALL_SIZE, wide))
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.3)
        canvas.line(0, at, self.width, at)


def _cut(text: str, font: str, size: float, room: float) -> str:
    """The text, or as much of it as there is room for and an ellipsis."""
    if stringWidth(text, font, size) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if stringWidth(text[:middle] + "\u2026", font, size) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "\u2026"
