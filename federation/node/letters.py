"""Which face each letter of a document on paper is set in, so that a name in any script prints or is seen not to.

A letter that the wanted face lacks is taken from another of ours. Chinese, Japanese and Korean ones are set in faces
that readers of PDF bring along for them (ISO 32000-2, 9.7.5.2): they are named in the file, not embedded. What no face
has stands as `MARK`, and the document says so (`are_printed`). The faces are registered by `federation.node.paper`.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import groupby
from xml.sax.saxutils import escape

import msgspec
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

MARK = "[?]"
"""Drawn for letters that no face has, however many follow each other."""
EASTERN = {"HeiseiMin-W3": "cp932", "STSong-Light": "gbk", "MSung-Light": "cp950", "HYSMyeongJo-Medium": "cp949"}
"""Faces of eastern Asia by their names in PDF, each with the character set that tells which letters it surely has."""
_OTHERS = ("Serif", "Sans")
_UNSEEN = frozenset({"Cc", "Cf"})
"""Categories of characters that are not drawn: controls, and marks of direction and joining."""
_NOWHERE = ""
_KNOWN_MAX = 8_192


class Run(msgspec.Struct, frozen=True):
    """Letters that follow each other and are set in one face."""

    face: str
    text: str


def runs(text: str, face: str) -> Sequence[Run]:
    """A line of text as it is drawn, in `face` as far as that has its letters."""
    text = unicodedata.normalize("NFC", text)
    if _letters(face).issuperset(text):
        return (Run(face, text),)
    seen = _seen(text)
    faces = [face, *_OTHERS, *_eastern_faces(seen)]
    found = [(next((one for one in faces if _has(one, each)), _NOWHERE), each) for each in seen]
    return [
        Run(name or face, "".join(each for _, each in run) if name else MARK)
        for name, run in groupby(found, key=lambda one: one[0])
    ]


def are_printed(text: str) -> bool:
    """Whether every letter of a text has a face; line breaks and the like need none."""
    seen = frozenset(_seen(unicodedata.normalize("NFC", text)))
    return all(any(_has(face, each) for face in (*_OTHERS, *EASTERN)) for each in seen - _letters(_OTHERS[0]))


def are_lent(text: str) -> bool:
    """Whether a text has letters that are set in faces which the reader's machine brings along."""
    ours = _letters(_OTHERS[0]) | _letters(_OTHERS[1])
    seen = frozenset(_seen(unicodedata.normalize("NFC", text))) - ours
    return any(_has(face, each) for each in seen for face in EASTERN)


def marked_up(text: str, face: str) -> str:
    """A line of text as a paragraph of the library reads it; nothing in it is taken for markup."""
    return "".join(
        escape(run.text) if run.face == face else f'<font name="{run.face}">{escape(run.text)}</font>'
        for run in runs(text, face)
    )


def width_of(text: str, face: str, size: float) -> float:
    """How wide a line of text is drawn, in points."""
    return sum(float(stringWidth(run.text, run.face, size)) for run in runs(text, face))


def draw(canvas: Canvas, at: tuple[float, float], text: str, face: str, size: float) -> None:
    """Draw a line of text that begins at a point."""
    across, up = at
    for run in runs(text, face):
        canvas.setFont(run.face, size)
        canvas.drawString(across, up, run.text)
        across += float(stringWidth(run.text, run.face, size))


def draw_right(canvas: Canvas, at: tuple[float, float], text: str, face: str, size: float) -> None:
    """Draw a line of text that ends at a point."""
    draw(canvas, (at[0] - width_of(text, face, size), at[1]), text, face, size)


def _seen(text: str) -> list[str]:
    """What of a text is drawn; every kind of space as a plain one."""
    kinds = ((each, unicodedata.category(each)) for each in text)
    return [" " if kind == "Zs" else each for each, kind in kinds if kind not in _UNSEEN]


def cut(text: str, face: str, size: float, room: float) -> str:
    """A line of text that is no wider than there is room for; what is cut off leaves an ellipsis."""
    if width_of(text, face, size) <= room:
        return text
    return text[: fitting_of(text, face, size, room - width_of("…", face, size))].rstrip() + "…"


def fitting_of(text: str, face: str, size: float, room: float) -> int:
    """How many characters from the front of a line there is room for."""
    low, high = 0, len(text)
    width = stringWidth if _letters(face).issuperset(text) else width_of
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle], face, size) <= room:
            low = middle
        else:
            high = middle - 1
    return low


@cache
def _letters(face: str) -> frozenset[str]:
    """The letters of an embedded face."""
    return frozenset(map(chr, pdfmetrics.getFont(face).face.charToGlyph))


def _has(face: str, letter: str) -> bool:
    return _encodes(EASTERN[face], letter) if face in EASTERN else letter in _letters(face)


@lru_cache(_KNOWN_MAX)
def _encodes(charset: str, letter: str) -> bool:
    try:
        letter.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _eastern_faces(letters: Sequence[str]) -> list[str]:
    """The eastern faces, the one first that has most of these letters: a name is set in one face where that is."""
    return sorted(EASTERN, key=lambda face: -sum(_has(face, letter) for letter in letters))
