"""The words that are drawn in a PDF of ours, line by line, to say where two of them differ.

Reads only what our own drawing library writes: numbered objects, streams packed as ASCII85 and deflate, lines of text
in faces that say which letters they hold. A file made to deceive may show other words than are read here: that two
say the same proves nothing, and nothing is concluded from it (see `packing`).
"""

import base64
import re
import zlib
from collections.abc import Iterator, Mapping

import msgspec

UNPACKED_BYTES_MAX = 64 * 1_048_576
"""No PDF of a paper has more when its streams are unpacked."""
LINE_CHARACTERS_MAX = 200

_OBJECT = re.compile(rb"(?<![0-9])([0-9]{1,7}) 0 obj\s(.*?)\sendobj", re.DOTALL)
_STREAM = re.compile(rb"\A(.*?)stream\r?\n(.*?)endstream\s*\Z", re.DOTALL)
_PRODUCER = re.compile(rb"/Producer \(((?:\\.|[^\\()])*)\)", re.DOTALL)
_FACE_NAMES = re.compile(rb"/(F[0-9]+(?:\+[0-9]+)?) ([0-9]{1,7}) 0 R")
_LETTERS = re.compile(rb"/ToUnicode ([0-9]{1,7}) 0 R")
_CHARACTER = re.compile(rb"<([0-9A-F]{2})> <((?:[0-9A-F]{4})+)>")
_CONTENTS = re.compile(rb"/Contents ([0-9]{1,7}) 0 R")
_STEP = re.compile(rb"/(F[0-9]+(?:\+[0-9]+)?) [0-9.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj|(T\*)|(ET)", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_SAID = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class Drawing(msgspec.Struct, frozen=True):
    """A PDF taken apart: its objects unpacked, in their order, and what it says it was made by."""

    objects: tuple[tuple[int, bytes], ...]
    made_by: str

    @property
    def pages(self) -> Iterator[tuple[str, ...]]:
        """The lines of text of each page, in the order in which they are drawn."""
        found = dict(self.objects)
        faces = _faces(found)
        for _, content in self.objects:
            told = _CONTENTS.search(content) if b"/Type /Page\n" in content else None
            if told is not None:
                yield tuple(_lines(found.get(int(told[1]), b""), faces))


def taken_apart(data: bytes) -> Drawing:
    """A PDF in its parts. Whatever it is, this ends: what cannot be unpacked stays as it is."""
    left = UNPACKED_BYTES_MAX
    objects: list[tuple[int, bytes]] = []
    for found in _OBJECT.finditer(data):
        content = _unpacked(found[2], left)
        left -= len(content)
        objects.append((int(found[1]), content))
    producer = _PRODUCER.search(data)
    return Drawing(tuple(objects), "" if producer is None else _plain(producer[1]).decode("latin-1"))


def first_difference(given: Drawing, made: Drawing) -> tuple[int, str, str] | None:
    """The page, and its first line in each, where two drawings say different things; None where no words differ."""
    ours, theirs = list(made.pages), list(given.pages)
    for place in range(max(len(ours), len(theirs))):
        lines = (theirs[place] if place < len(theirs) else (), ours[place] if place < len(ours) else ())
        for row in range(max(map(len, lines))):
            told, right = (side[row] if row < len(side) else "" for side in lines)
            if told != right:
                return place + 1, told[:LINE_CHARACTERS_MAX], right[:LINE_CHARACTERS_MAX]
    return None


def _unpacked(content: bytes, most: int) -> bytes:
    stream = _STREAM.match(content)
    if stream is None:
        return content
    head, body = stream[1], stream[2].strip()
    try:
        packed = base64.a85decode(body.removesuffix(b"~>")) if b"/ASCII85Decode" in head else body
        plain = zlib.decompressobj().decompress(packed, max(most, 1)) if b"/FlateDecode" in head else packed
    except (ValueError, zlib.error):
        return content
    return re.sub(rb"/Length [0-9]+", b"/Length", head) + plain


def _faces(found: Mapping[int, bytes]) -> dict[bytes, dict[int, str]]:
    """By the name of each face, the letters its codes stand for."""
    faces: dict[bytes, dict[int, str]] = {}
    for content in found.values():
        for name, number in _FACE_NAMES.findall(content):
            table = _LETTERS.search(found.get(int(number), b""))
            faces[name] = {} if table is None else dict(_letters(found.get(int(table[1]), b"")))
    return faces


def _letters(table: bytes) -> Iterator[tuple[int, str]]:
    for code, text in _CHARACTER.findall(table):
        yield int(code, 16), bytes.fromhex(text.decode()).decode("utf-16-be", "replace")


def _lines(content: bytes, faces: Mapping[bytes, Mapping[int, str]]) -> Iterator[str]:
    letters: Mapping[int, str] = {}
    line: list[str] = []
    for step in _STEP.finditer(content):
        if step[1]:
            letters = faces.get(step[1], {})
        elif step[2] is not None:
            line.append(_said(_plain(step[2]), letters))
        elif line and "".join(line).strip():
            yield "".join(line).strip()
            line = []
    if line:
        yield "".join(line).strip()


def _said(codes: bytes, letters: Mapping[int, str]) -> str:
    if not letters:
        return codes.decode("utf-16-be", "replace")
    return "".join(letters.get(code, "\ufffd") for code in codes)


def _plain(text: bytes) -> bytes:
    """A string of PDF without its escapes (ISO 32000-2, 7.3.4.2)."""
    return _ESCAPED.sub(lambda found: _unescaped(found[1]), text)


def _unescaped(code: bytes) -> bytes:
    return bytes([int(code, 8) & 0xFF]) if code[:1].isdigit() else _SAID.get(code, code)
