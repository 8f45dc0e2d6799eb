"""What pages say and how it is translated: extraction, comparison with the catalogues, and sentences nobody marked.

`python -m tests.wording` writes every message that a catalogue lacks into it, with an empty translation, and takes out
what no page says any more; translators fill in the rest by hand.
"""

import re
import sys
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from jinja2 import nodes

from federation.node.languages import LANGUAGES, SOURCE_LANGUAGE

ROOT = Path(__file__).parent.parent
AUDIENCES: dict[str, tuple[str, ...]] = {
    "federation/node": ("federation/vocabulary",),
    "marketplace/console": (
        "marketplace/accounts",
        "marketplace/vat",
        "marketplace/terms",
        "marketplace/coupons",
        "payouts/domain",
        "payouts/service",
    ),
    "marketplace/mails": (),
    "marketplace/storefront": (
        "marketplace/orders",
        "marketplace/coupons",
        "marketplace/listings",
        "marketplace/currencies",
        "search",
    ),
    "shops/portal": (
        "shops/catalog",
        "shops/importers",
        "shops/inventory",
        "shops/media",
        "shops/money",
        "shops/orders",
        "shops/vouchers",
    ),
    "shops/mails": (),
    "shops/site": (),
    "payouts/standin/pages": (),
}
"""Folders that speak to somebody, each with its own `locale`, and the folders whose refusals it shows."""

TRANSLATED_INTO = tuple(code for code in LANGUAGES if code != SOURCE_LANGUAGE)
WIDTH = 120
_PASSING = (
    b'"POT-Creation',
    b'"PO-Revision',
    b'"Last-Translator',
    b'"Report-Msgid',
    b'"Language-Team',
    b'"Project-Id',
    b"#",
)
_METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract"), ("**.txt", "jinja2.ext:babel_extract")]
_OPTIONS = {
    pattern: {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false", "encoding": "utf-8"}
    for pattern in ("**.html", "**.txt")
}
_ERROR = re.compile(r"^class (\w+Error)\(", re.MULTILINE)
_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_SPOKEN_ATTRIBUTE = re.compile(
    r"""(?:\b(?:alt|title|placeholder|aria-label|aria-description|data-label)|name="description" content)="([^"]*)"""
)
_ATTRIBUTE = re.compile(r'^[a-z-]+="')
_CODE = re.compile(r"<(style|script|code)\b.*?(?:</\1>|$)", re.DOTALL)
_STYLES = re.compile(r"--[a-z-]+:")
_CODE_WORD = re.compile(r"[a-z_]+\.[a-z_]+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE = re.compile(r"^[A-Z][a-z]+|[a-z] [a-z]")
_TRANSLATING = frozenset({"_", "gettext", "ngettext", "pgettext", "npgettext"})
UNTRANSLATED = frozenset(
    {"Galleria", "nbsp", "mdash", "ndash", "middot", "times", "amp", "hellip", "svg", "SKU", "GTIN"}
)
"""Words that are the same in every language, and names of characters."""


class Bare(msgspec.Struct, frozen=True):
    """A sentence in a template that no catalogue can reach."""

    template: str
    line: int
    text: str


def messages(audience: str) -> Catalog:
    """What an audience's templates and modules say, in English."""
    found = Catalog(charset="utf-8")
    for folder in (audience, *AUDIENCES[audience]):
        for name, _, message, _, context in extract_from_dir(ROOT / folder, _METHODS, _OPTIONS, keywords=_keywords()):
            if not _is_code(message):
                found.add(message, locations=[(f"{folder}/{name}", 1)], context=context)
    return found


def _is_code(message: str | tuple[str, ...]) -> bool:
    """Whether this is no sentence but a name for machines, such as `price.missing`."""
    return isinstance(message, str) and _CODE_WORD.fullmatch(message) is not None


@cache
def _keywords() -> dict[str, Any]:
    """The functions and refusals whose first words are messages; a refusal built from values is no message."""
    classes = {name for path in ROOT.glob("*/**/errors.py") for name in _ERROR.findall(path.read_text("utf-8"))}
    plain = dict.fromkeys(
        ("_", "gettext", "message", "sentence", "say", "StateWord", "Looks", "Todo", "Share", *classes)
    )
    return plain | {
        "FieldError": (3,),
        "_fault": (2,),
        "counted": (1, 2),
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }


def catalogue(audience: str, code: str) -> Catalog:
    """An audience's catalogue in one language; empty when there is no file."""
    path = catalogue_path(audience, code)
    if not path.exists():
        return Catalog(locale=code, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def catalogue_path(audience: str, code: str) -> Path:
    """Where that catalogue lies."""
    return ROOT / audience / "locale" / f"{code}.po"


def faults(audience: str, code: str) -> Iterator[str]:
    """What is missing, left over, or wrong in an audience's catalogue."""
    said, translated = messages(audience), catalogue(audience, code)
    for message in said:
        if not message.id:
            continue
        found = translated.get(message.id, message.context)
        if found is None or not _filled(found):
            yield f"{audience}: not translated into {code}: {message.id!r}"
        elif found.fuzzy:
            yield f"{audience}: only guessed in {code}: {message.id!r}"
        else:
            yield from (f"{audience}: {message.id!r} in {code}: {error}" for error in found.check(translated))
    for message in translated:
        if message.id and said.get(message.id, message.context) is None:
            yield f"{audience}: no page says {message.id!r} any more ({code})"


def _filled(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else [message.string]
    return all(strings)


def bare_texts(audience: str) -> Iterator[Bare]:
    """Words in an audience's templates that stand outside every translation."""
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for path in sorted((ROOT / audience).rglob("*.html")):
        source = path.read_text("utf-8")
        tree = environment.parse(_without_code(source))
        pieces = list(tree.find_all(nodes.TemplateData))
        joined = "\0".join(node.data for node in pieces)
        for text in [*_spoken(joined), *_said_in_code(tree)]:
            line = source[: max(source.find(text), 0)].count("\n") + 1
            yield Bare(str(path.relative_to(ROOT)), line, text)


def _said_in_code(node: nodes.Node) -> Iterator[str]:
    """Sentences and capitalised words among a template's expressions, outside the calls that translate."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Call) and isinstance(child.node, nodes.Name) and child.node.name in _TRANSLATING:
            continue
        if isinstance(child, nodes.Const) and isinstance(child.value, str) and _SENTENCE.search(child.value):
            yield child.value
        yield from _said_in_code(child)


def _without_code(source: str) -> str:
    return _CODE.sub("", source)


def _spoken(markup: str) -> Iterator[str]:
    for found in [*_SPOKEN_ATTRIBUTE.findall(markup), *_TAG.sub("\n", markup).splitlines()]:
        text = found.replace("\0", " ").strip()
        words = [word for word in _WORD.findall(text) if word not in UNTRANSLATED]
        if words and not _ATTRIBUTE.match(text) and not _STYLES.search(text):
            yield text


def update() -> None:
    """Bring every catalogue's list of messages up to date."""
    for audience in AUDIENCES:
        said = messages(audience)
        for code in TRANSLATED_INTO:
            kept = catalogue(audience, code)
            kept.update(said, no_fuzzy_matching=True)
            kept.obsolete.clear()
            path = catalogue_path(audience, code)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(as_file(kept))


def as_file(catalogue: Catalog) -> bytes:
    """A catalogue as its file holds it: sorted, and without anything that changes from day to day."""
    written = BytesIO()
    write_po(written, catalogue, width=WIDTH, sort_output=True, include_lineno=False)
    lines = [line for line in written.getvalue().splitlines(keepends=True) if not line.startswith(_PASSING)]
    return b"".join(lines)


if __name__ == "__main__":
    update()
    left = [fault for audience in AUDIENCES for code in TRANSLATED_INTO for fault in faults(audience, code)]
    unmarked = [text for audience in AUDIENCES for text in bare_texts(audience)]
    for line in [*left, *(f"{one.template}:{one.line}: unmarked: {one.text}" for one in unmarked)]:
        print(line)  # noqa: T201 - a command's answer
    sys.exit(1 if left or unmarked else 0)
