"""Documents on paper: one look for every PDF that a node makes, in the fonts its pages are set in.

Invariants: the same content gives the same bytes (no clock, no chance, no other document drawn at the same time); every
letter of Latin, Greek and Cyrillic is embedded, for others see `letters`; text from outside is escaped by `words`. What
a document says is its caller's, in the caller's language.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from importlib.resources import as_file, files
from io import BytesIO
from threading import RLock

import msgspec
import reportlab
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from federation.node.letters import EASTERN, cut, draw, draw_right, marked_up, width_of

_FILES = {
    "Serif": ("font_source_serif_pro", "SourceSerifPro-Regular.ttf"),
    "Serif-Bold": ("font_source_serif_pro", "SourceSerifPro-Semibold.ttf"),
    "Serif-Italic": ("font_source_serif_pro", "SourceSerifPro-It.ttf"),
    "Sans": ("font_manrope", "Manrope-Regular.ttf"),
    "Sans-Bold": ("font_manrope", "Manrope-SemiBold.ttf"),
}
"""Faces by the name under which documents use them; of each family the files that PDF can embed (TrueType)."""

_PACKAGES = ("font-source-serif-pro", "font-manrope")
_RECIPE = 2
"""Raised with every change that draws any document differently, its words among them."""

INK, SOFT, LINE = HexColor(0x161513), HexColor(0x5F5B54), HexColor(0xCFC9BE)
MARGIN = 20 * mm
WIDTH = A4[0] - 2 * MARGIN
"""What there is between the margins, in points."""
LINES_MAX, ADDRESS_LINES_MAX = 12, 8
"""The most lines in which a text stands, and an address; a cell that is higher than a page could not be drawn."""
_DRAWING = RLock()
"""Held while a document is drawn: the library keeps what it does with a face in the face, which all documents share."""
_FOOT_SIZE, _FOOT_GAP = 7.5, 6 * mm
_HEADED_HEIGHT = 38 * mm
_FRAME = 6
"""What the library keeps free inside the margins of its own, in points."""

_TEXT = ParagraphStyle("text", fontName="Serif", fontSize=10, leading=14, textColor=INK)
STYLES = {
    "title": ParagraphStyle("title", _TEXT, fontSize=22, leading=27, spaceAfter=2 * mm),
    "heading": ParagraphStyle("heading", _TEXT, fontSize=13, leading=17, spaceBefore=6 * mm, spaceAfter=1.5 * mm),
    "text": _TEXT,
    "strong": ParagraphStyle("strong", _TEXT, fontName="Serif-Bold"),
    "small": ParagraphStyle("small", _TEXT, fontName="Sans", fontSize=7.5, leading=11, textColor=SOFT),
    "label": ParagraphStyle("label", _TEXT, fontName="Sans-Bold", fontSize=7.5, leading=11, textColor=SOFT),
    "label-number": ParagraphStyle(
        "label-number", _TEXT, fontName="Sans-Bold", fontSize=7.5, leading=11, textColor=SOFT, alignment=TA_RIGHT
    ),
    "number": ParagraphStyle("number", _TEXT, alignment=TA_RIGHT),
    "strong-number": ParagraphStyle("strong-number", _TEXT, fontName="Serif-Bold", alignment=TA_RIGHT),
}
"""How each kind of text is set."""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around a document: its title and author in the file, the foot of each page, the language (BCP 47).

    `page_words` says which page of how many this is.
    """

    title: str
    author: str
    language: str
    foot: str
    page_words: Callable[[int, int], str]


def paper(sheet: Sheet, story: Sequence[Flowable]) -> bytes:
    """The document as PDF, A4; one at a time in a process, so call it beside the loop."""
    _ensure_fonts()
    written = BytesIO()
    document = SimpleDocTemplate(
        written,
        pagesize=A4,
        leftMargin=MARGIN - _FRAME,
        rightMargin=MARGIN - _FRAME,
        topMargin=MARGIN - _FRAME,
        bottomMargin=MARGIN + 6 * mm - _FRAME,
        title=sheet.title,
        author=sheet.author,
        lang=sheet.language,
        producer=drawn_by(),
        invariant=1,
        initialFontName="Serif",
    )
    with _DRAWING:
        document.build(list(story), canvasmaker=_canvas_of(sheet))
    return written.getvalue()


@cache
def drawn_by() -> str:
    """What a file says it was made by: where two say the same, the same content is in the same bytes.

    But for how streams are packed, which differs between machines.
    """
    faces = ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
    return f"Galleria papers {_RECIPE}, ReportLab {reportlab.Version}, {faces}"


def words(text: str, style: str = "text", *, is_titled: bool = False) -> Paragraph:
    """Plain text as a paragraph; line breaks are kept, but for text of more lines than there is place for.

    With `is_titled` the lines after the first are details of it, and smaller.
    """
    _ensure_fonts()
    lines = text.splitlines()
    lines = lines if len(lines) <= LINES_MAX else [few_lines(text, 1)]
    title = len(lines[:1]) if is_titled else len(lines)
    marked = [marked_up(line, STYLES[style].fontName) for line in lines[:title]]
    marked += [
        f'<font name="Sans" size="7.5" color="#5f5b54">{marked_up(line, "Sans")}</font>' for line in lines[title:]
    ]
    return Paragraph("<br/>".join(marked), STYLES[style])


def heading(text: str) -> list[Flowable]:
    """A heading with the beginning of what it is of: on the next page where there is no place left for both."""
    return [CondPageBreak(_HEADED_HEIGHT), words(text, "heading")]


def few_lines(text: str, most: int) -> str:
    """Text from outside in at most so many lines: with more of them it is one, with commas. Empty ones are left out."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return ("\n" if len(lines) <= most else ", ").join(lines)


def table(
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    head: int = 1,
    numbers: Sequence[int] = (),
    totals: int = 0,
    is_titled: bool = False,
) -> Table:
    """Rows of text under `head` rows of labels, which every page repeats; the last `totals` rows are sums.

    `widths` are shares of the page's width; the columns named in `numbers` are set to the right. With `is_titled` what
    stands under the first line of a text is smaller.
    """
    columns = frozenset(numbers)
    bounds = (head, len(rows) - totals)
    cells = [
        [
            words(text, _style_of(index, bounds, is_number=place in columns), is_titled=is_titled)
            for place, text in enumerate(row)
        ]
        for index, row in enumerate(rows)
    ]
    whole = sum(widths)
    made = Table(cells, [WIDTH * width / whole for width in widths], repeatRows=head, hAlign="LEFT")
    style = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-2, -1), 6),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
    ]
    if totals:
        style.append(("LINEABOVE", (0, -totals), (-1, -totals), 0.8, INK))
        if len(rows) > head + totals:
            style.append(("NOSPLIT", (0, -totals - 1), (-1, -1)))
    made.setStyle(TableStyle(style))
    return made


def columns(sides: Sequence[Sequence[Flowable]]) -> Table:
    """Blocks side by side, each as wide as the others."""
    made = Table([[list(side) for side in sides]], [WIDTH / len(sides)] * len(sides), hAlign="LEFT")
    made.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]))
    return made


def _style_of(index: int, bounds: tuple[int, int], *, is_number: bool) -> str:
    """How a cell of a row is set: rows before the first bound are the head, from the second on sums."""
    head, totals = bounds
    if head <= index < totals:
        return "number" if is_number else "text"
    return f"{'label' if index < head else 'strong'}{'-number' if is_number else ''}"


def _ensure_fonts() -> None:
    with _DRAWING:
        _read_fonts()


@cache
def _read_fonts() -> None:
    """Read the faces once for this process, some tenths of a second."""
    for name, (package, file) in _FILES.items():
        with as_file(files(package)) as folder:
            pdfmetrics.registerFont(TTFont(name, str(next(folder.rglob(file)))))
    for name in EASTERN:
        pdfmetrics.registerFont(UnicodeCIDFont(name))


def _canvas_of(sheet: Sheet) -> type[Canvas]:
    class Numbered(Canvas):  # type: ignore[misc]  # the library is untyped
        """Pages are kept until the last one is known, then each is numbered."""

        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)
            self._kept: list[dict[str, object]] = []

        def showPage(self) -> None:  # noqa: N802 - the library's own name
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, state in enumerate(self._kept, start=1):
                self.__dict__.update(state)
                self._foot(number, len(self._kept))
                super().showPage()
            super().save()

        def _foot(self, number: int, count: int) -> None:
            self.setStrokeColor(LINE)
            self.setLineWidth(0.4)
            self.line(MARGIN, MARGIN + 2 * mm, A4[0] - MARGIN, MARGIN + 2 * mm)
            self.setFillColor(SOFT)
            low = MARGIN - 2.5 * mm
            page = sheet.page_words(number, count)
            room = WIDTH - width_of(page, "Sans", _FOOT_SIZE) - _FOOT_GAP
            draw(self, (MARGIN, low), cut(sheet.foot, "Sans", _FOOT_SIZE, room), "Sans", _FOOT_SIZE)
            draw_right(self, (A4[0] - MARGIN, low), page, "Sans", _FOOT_SIZE)

    return Numbered
