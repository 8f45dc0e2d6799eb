"""A second file that gives products their texts in further languages: `Handle, Locale, Title, Body (HTML)`. Pure."""

import re

import msgspec

from federation.vocabulary.wording import sentence
from shops.importers.domain.table import column_key, rows_of
from shops.importers.errors import FileRefusedError

_COLUMNS = {
    "handle": ("handle", "url handle", "slug"),
    "locale": ("locale", "language", "lang"),
    "title": ("title", "name"),
    "body": ("body (html)", "description", "body"),
    "care": ("care instructions", "care"),
}
_REQUIRED = ("handle", "locale", "title")
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Translation(msgspec.Struct, frozen=True):
    """The texts of one product in one language; blank ones are not translated."""

    language: str
    title: str
    body: str
    care: str
    line: int


def read_translations(text: str) -> dict[str, tuple[Translation, ...]]:
    """The translations of each handle. Raises FileRefusedError for a file that is none, or a locale that is none."""
    header, records = rows_of(text)
    places = {
        field: next((header.places[key] for name in names if (key := column_key(name)) in header.places), None)
        for field, names in _COLUMNS.items()
    }
    missing = [field for field in _REQUIRED if places[field] is None]
    if missing:
        raise FileRefusedError(
            "file.header", sentence("the translations have no column %(columns)s", columns=", ".join(missing)), 1
        )
    made: dict[str, list[Translation]] = {}
    for record in records:
        if len(record.cells) != header.width:
            why = sentence("line %(line)s of the translations is not whole", line=record.line)
            raise FileRefusedError("row.ragged", why, record.line)
        said = {name: "" if place is None else record.cells[place].strip() for name, place in places.items()}
        locale = said["locale"].replace("_", "-")
        locale = locale[:2].lower() + locale[2:]
        if _LOCALE.fullmatch(locale) is None:
            why = sentence(
                "line %(line)s of the translations: “%(text)s” is no language, write de or pt-BR",
                line=record.line,
                text=said["locale"][:20],
            )
            raise FileRefusedError("file.header", why, record.line)
        made.setdefault(said["handle"], []).append(
            Translation(locale, said["title"], said["body"], said["care"], record.line)
        )
    return {handle: tuple(each) for handle, each in made.items()}
