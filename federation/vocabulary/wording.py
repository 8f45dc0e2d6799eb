"""Marks sentences for people that are kept as values, so that the pages that show them can translate them. Pure."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import msgspec

from federation.vocabulary.money import Money


class Sentence(str):
    """A sentence in English that still knows its message and what was filled in, so that a page can say it again.

    Anything but our own pages reads it as the text it is. Values are texts, whole numbers, amounts (Money), moments,
    days, Sentences, or tuples of these; pages write amounts, moments and days as their language does.
    """

    __slots__ = ("pattern", "values")

    pattern: str
    values: Mapping[str, object]


def message(text: str) -> str:
    """This very text: the mark tells the extraction of messages that it is one, translated where it is shown."""
    return text


def sentence(pattern: str, **values: object) -> Sentence:
    """The message `pattern` with its `%(name)s` filled in; a value may be a Sentence itself."""
    made = Sentence(pattern % {name: _in_english(one) for name, one in values.items()})
    made.pattern, made.values = pattern, values
    return made


def as_sentence(text: str) -> Sentence:
    """A refusal's text as a Sentence: itself when it is one, else a message without values."""
    return text if isinstance(text, Sentence) else sentence(text.replace("%", "%%"))


def _in_english(value: object) -> object:
    match value:
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        case date():
            return value.isoformat()
        case tuple():
            return ", ".join(str(_in_english(one)) for one in value)
    return value


class _Amount(msgspec.Struct, frozen=True, tag="amount"):
    minor: int
    currency: str


class _Moment(msgspec.Struct, frozen=True, tag="moment"):
    at: datetime


class _Day(msgspec.Struct, frozen=True, tag="day"):
    on: date


class _Several(msgspec.Struct, frozen=True, tag="several"):
    each: "list[_Kept]"


class _Inner(msgspec.Struct, frozen=True, tag="sentence"):
    pattern: str
    values: "dict[str, _Kept]"


_Kept = str | int | _Amount | _Moment | _Day | _Several | _Inner


class _Told(msgspec.Struct, frozen=True):
    pattern: str
    values: dict[str, _Kept]


_DECODER = msgspec.json.Decoder(_Told)


def as_kept(text: str) -> str:
    """A Sentence as JSON, to be read again by `told_again`; nothing for a text that is a message as it stands."""
    if not isinstance(text, Sentence):
        return ""
    return msgspec.json.encode(_Told(text.pattern, _all_kept(text.values))).decode()


def told_again(text: str, told: str) -> str:
    """What `as_kept` made of a Sentence as one again; `text` itself when nothing was kept."""
    if not told:
        return text
    read = _DECODER.decode(told)
    return sentence(read.pattern, **{name: _read(one) for name, one in read.values.items()})


def _all_kept(values: Mapping[str, object]) -> dict[str, _Kept]:
    return {name: _value_kept(one) for name, one in values.items()}


def _value_kept(value: object) -> _Kept:
    match value:
        case Sentence():
            return _Inner(value.pattern, _all_kept(value.values))
        case Money():
            return _Amount(value.amount_minor, value.currency)
        case datetime():
            return _Moment(value)
        case date():
            return _Day(value)
        case tuple():
            return _Several([_value_kept(one) for one in value])
    return value if type(value) is int else str(value)


def _read(value: _Kept) -> object:
    match value:
        case _Inner():
            return sentence(value.pattern, **{name: _read(one) for name, one in value.values.items()})
        case _Amount():
            return Money(value.minor, value.currency)
        case _Moment():
            return value.at
        case _Day():
            return value.on
        case _Several():
            return tuple(_read(one) for one in value.each)
    return value
