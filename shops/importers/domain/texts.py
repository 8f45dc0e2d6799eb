"""Text from outside made fit for a catalogue: HTML to plain paragraphs, no control characters, bounded. Pure.

Invariants: what comes out is in Unicode normal form C without tags or control characters (line feeds stay); nothing is
repaired by guessing: damaged encoding is reported and kept.
"""

import html
import re
import unicodedata
from collections import Counter

import msgspec
import nh3

TITLE_LENGTH_MAX = 200
BODY_LENGTH_MAX = 8_000

_TAGS = {
    *(
        "p",
        "br",
        "div",
        "span",
        "b",
        "i",
        "em",
        "strong",
        "u",
        "small",
        "sub",
        "sup",
        "a",
        "ul",
        "ol",
        "li",
        "blockquote",
    ),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "dl", "dt", "dd", "hr"),
}
_MARKUP = re.compile(r"[<&]")
_ELEMENT = re.compile(r"<\s*([a-zA-Z][a-zA-Z0-9-]*)((?:\s[^<>]*)?)/?>")
_ATTRIBUTE = re.compile(r"[\s\"']([a-zA-Z][\w-]*)\s*=")
_FLOW = re.compile(r"[ \t\r\n\u00a0\u200b]+")
_CELL = re.compile(r"</t[dh]>\s*<t[dh]>", re.IGNORECASE)
_BREAK = re.compile(r"<br>|<hr>|</(?:p|div|h[1-6]|tr|table|blockquote|ul|ol|dl|dd)>", re.IGNORECASE)
_ITEM = re.compile(r"<li>", re.IGNORECASE)
_PARAGRAPH = re.compile(r"<(?:p|h[1-6]|table|ul|ol|blockquote)>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^>]*>")
_LINE_END_BLANKS = re.compile(r"[ \t]*\n[ \t]*")
_MANY_LINES = re.compile(r"\n{3,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\ufeff\ufdd0-\ufdef\ufffe\uffff]")
_MOJIBAKE = re.compile("\u00c3[\u0080-\u00bf\u201a-\u2122]|\u00e2\u20ac|\ufffd")


class ReadText(msgspec.Struct, frozen=True):
    """A text and the codes of what was wrong with it; `removed` names kinds of markup with their number."""

    text: str
    problems: tuple[str, ...] = ()
    removed: str = ""


def plain_line(raw: str, longest: int = TITLE_LENGTH_MAX) -> ReadText:
    """One line of text, such as a title: tags are taken out and reported, white space is made single."""
    problems = []
    text = raw
    if "<" in text and _ELEMENT.search(text):
        problems.append("title.html")
        text = _ANY_TAG.sub(" ", text)
    if "&" in text:
        text = html.unescape(text)
    return _bounded(text, longest, problems, line=True)


def plain_prose(raw: str, longest: int = BODY_LENGTH_MAX) -> ReadText:
    """The words of an HTML body, in paragraphs; lists keep their items and tables their rows."""
    if not _MARKUP.search(raw):
        return _bounded(raw, longest, [], line=False)
    removed = _removed_kinds(raw)
    clean = nh3.clean(raw, tags=_TAGS, attributes={}, url_schemes=set(), link_rel=None)
    flow = _CELL.sub(": ", _FLOW.sub(" ", clean))
    lines = _ITEM.sub("\n– ", _PARAGRAPH.sub("\n\n", _BREAK.sub("\n", flow)))
    prose = html.unescape(_ANY_TAG.sub("", lines)).replace("\u00a0", " ")
    return _bounded(prose, longest, ["html.removed"] if removed else [], line=False, removed=removed)


def _removed_kinds(raw: str) -> str:
    """What of `raw` must go, with numbers: elements that act or load, and attributes that do."""
    kinds: Counter[str] = Counter()
    for name, attributes in _ELEMENT.findall(raw):
        if name.lower() not in _TAGS and name.lower() != "img":
            kinds[name.lower()] += 1
        for attribute in _ATTRIBUTE.findall(attributes) if attributes else ():
            if attribute.lower() == "style" or attribute.lower().startswith("on"):
                kinds[attribute.lower()] += 1
    return ", ".join(f"{number} {name}" for name, number in sorted(kinds.items()))


def _bounded(text: str, longest: int, problems: list[str], *, line: bool, removed: str = "") -> ReadText:
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if _MOJIBAKE.search(text):
            problems.append("text.mojibake")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(text):
        problems.append("text.control")
        text = _CONTROL.sub("", text)
    text = " ".join(text.split()) if line else _MANY_LINES.sub("\n\n", _LINE_END_BLANKS.sub("\n", text)).strip()
    if len(text) > longest:
        problems.append("text.too_long")
        text = cut_at_word(text, longest)
    return ReadText(text, tuple(problems), removed)


def cut_at_word(text: str, longest: int) -> str:
    """At most `longest` characters of `text`, ending with a whole word and an ellipsis."""
    head = text[: longest - 1]
    blank = max(head.rfind(" "), head.rfind("\n"))
    return f"{head[:blank] if blank > longest // 2 else head}…"
