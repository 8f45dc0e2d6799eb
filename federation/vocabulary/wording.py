"""Marks sentences for people that are kept as values, so that the pages that show them can translate them. Pure."""

from collections.abc import Mapping


class Sentence(str):
    """A sentence in English that still knows its message and what was filled in, so that a page can say it again.

    Anything but our own pages reads it as the text it is.
    """

    __slots__ = ("pattern", "values")

    pattern: str
    values: Mapping[str, object]


def message(text: str) -> str:
    """This very text: the mark tells the extraction of messages that it is one, translated where it is shown."""
    return text


def sentence(pattern: str, **values: object) -> Sentence:
    """The message `pattern` with its `%(name)s` filled in; a value may be a Sentence itself."""
    made = Sentence(pattern % values)
    made.pattern, made.values = pattern, values
    return made
