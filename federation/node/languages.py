"""The languages pages are written in, which one a request is answered in, and the words in it (gettext).

Messages are English sentences; each folder named `locale` holds one `<language>.po` per other language. The language of
a request comes from `?lang=`, then the cookie that remembers it, then Accept-Language (RFC 9110, 12.5.4). Content that
boutiques wrote is picked from their texts by `in_language`. Nothing here knows a page.
"""

import gettext as catalogues
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from federation.node.formats import value_in
from federation.vocabulary.wording import Sentence

SOURCE_LANGUAGE = "en"
LANGUAGES = {"en": "English", "it": "Italiano"}
"""Language code to its own name for itself, in the order to offer them."""

COOKIE = "lang"
PARAMETER = "lang"
ACCEPT_CHARACTERS_MAX = 500

_current: ContextVar[str] = ContextVar("language", default=SOURCE_LANGUAGE)


def language() -> str:
    """The language spoken now."""
    return _current.get()


def speak(code: str) -> None:
    """Speak a language until this task ends."""
    _current.set(code if code in LANGUAGES else SOURCE_LANGUAGE)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language inside; one we do not have is answered in English."""
    token = _current.set(code if code in LANGUAGES else SOURCE_LANGUAGE)
    try:
        yield
    finally:
        _current.reset(token)


def negotiate(accept_language: str) -> str:
    """The language we have that this Accept-Language likes best; English when it names none of ours."""
    best, best_weight = SOURCE_LANGUAGE, 0.0
    for item in accept_language[:ACCEPT_CHARACTERS_MAX].split(","):
        tag, _, parameters = item.strip().partition(";")
        code = tag.strip().lower().partition("-")[0]
        weight = _weight(parameters)
        if code in LANGUAGES and weight > best_weight:
            best, best_weight = code, weight
    return best


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if not name.strip():
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


def in_language(texts: Mapping[str, str], home: str = "") -> str:
    """A boutique's text in the language spoken now, else in English, else in `home`, else in whatever it wrote."""
    for code in (language(), SOURCE_LANGUAGE, home):
        if texts.get(code):
            return texts[code]
    return next((text for text in texts.values() if text), "")


def written_in(texts: Mapping[str, str], home: str = "") -> str:
    """The language of what `in_language` picks, for a `lang` attribute."""
    for code in (language(), SOURCE_LANGUAGE, home):
        if texts.get(code):
            return code
    return next((code for code, text in texts.items() if text), "")


class Wording:
    """The messages of some folders, spoken in the current language."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folder for folder in folders if folder.is_dir())

    def gettext(self, message: str) -> str:
        """The message in the current language."""
        return self._catalogue().gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The message for so many."""
        return self._catalogue().ngettext(singular, plural, number)

    def say(self, message: str, **values: object) -> str:
        """The message in the current language with its `%(name)s` filled in."""
        return self.gettext(message) % values

    def said(self, text: str) -> str:
        """A sentence kept as a value, in the current language; a text that is no message stays as it is.

        What is filled in stays as it is too, save Sentences, amounts, moments and days, and tuples of them.
        """
        if isinstance(text, Sentence):
            return self.gettext(text.pattern) % {name: self._filled(one) for name, one in text.values.items()}
        return self.gettext(text) if text else ""

    def _filled(self, value: object) -> object:
        if isinstance(value, Sentence):
            return self.said(value)
        if isinstance(value, tuple):
            return ", ".join(str(self._filled(one)) for one in value)
        return value_in(value, language())

    def pgettext(self, context: str, message: str) -> str:
        """The message as it is meant in `context`."""
        return self._catalogue().pgettext(context, message)

    def npgettext(self, context: str, singular: str, plural: str, number: int) -> str:
        """The message for so many, as it is meant in `context`."""
        return self._catalogue().npgettext(context, singular, plural, number)

    def _catalogue(self) -> catalogues.NullTranslations:
        return _catalogue(self._folders, language())


@lru_cache(maxsize=64)
def _catalogue(folders: tuple[Path, ...], code: str) -> catalogues.NullTranslations:
    found = catalogues.NullTranslations()
    for path in [folder / f"{code}.po" for folder in reversed(folders)]:
        if path.is_file():
            read = _read(path, code)
            read.add_fallback(found)
            found = read
    return found


def _read(path: Path, code: str) -> catalogues.GNUTranslations:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return catalogues.GNUTranslations(compiled)
