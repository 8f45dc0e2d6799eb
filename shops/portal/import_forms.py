"""Forms about imported files: what a boutique decides once, and the words of a file that nobody knew. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from federation.vocabulary.errors import FieldError, RecordInvalidError
from federation.vocabulary.wording import message
from shops.importers.domain.choices import ImportChoices
from shops.importers.domain.findings import Finding

Fields = Mapping[str, str]
UNKNOWN_WORDS_MAX = 40
_BASIS_POINTS_PER_PERCENT = 100
_PLAIN = ("language", "vat", "decimal", "sizes_clothing", "sizes_shoes", "gender", "default_category")
_NUMBERS = ("untracked_pieces", "gone_percent")
_WORDS = ("categories", "colours")


class UnknownWords(msgspec.Struct, frozen=True):
    """Types and colour names of a file that no category and no colour family is known for."""

    categories: tuple[str, ...]
    colours: tuple[str, ...]


def choice_fields(choices: ImportChoices) -> dict[str, str]:
    """The form as the boutique decided before."""
    fields = {name: str(getattr(choices, name)) for name in (*_PLAIN, *_NUMBERS)}
    fields["vat_rate"] = "" if choices.vat_rate is None else _percent(choices.vat_rate)
    for name in _WORDS:
        words: dict[str, str] = getattr(choices, name)
        fields[name] = "\n".join(f"{word} = {code}" for word, code in sorted(words.items()))
    return fields


def _percent(basis_points: int) -> str:
    whole, rest = divmod(basis_points, _BASIS_POINTS_PER_PERCENT)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(whole)


def choices_from(fields: Fields) -> ImportChoices:
    """What the form says. Raises RecordInvalidError with a fault for each field that does not fit."""
    values: dict[str, object] = {name: fields[name] for name in _PLAIN if name in fields}
    faults: list[FieldError] = []
    for name in _NUMBERS:
        text = fields.get(name, "").strip()
        if text.isascii() and text.isdigit() and len(text) < 6:  # noqa: PLR2004
            values[name] = int(text)
        else:
            faults.append(FieldError(name, "range", message("write a whole number")))
    rate = fields.get("vat_rate", "").strip()
    if rate:
        values["vat_rate"] = _rate(rate, faults)
    for name in _WORDS:
        values[name] = _words(name, fields.get(name, ""), faults)
    if not faults:
        try:
            return msgspec.convert(values, ImportChoices)
        except msgspec.ValidationError as error:
            field = str(error).partition("$.")[2].partition("`")[0]
            faults.append(FieldError(field, "type", message("this is not one of the values we know")))
    raise RecordInvalidError(faults[0].message, errors=tuple(faults))


def _rate(text: str, faults: list[FieldError]) -> int:
    whole, _, fraction = text.rstrip("%").strip().replace(",", ".").partition(".")
    if whole.isascii() and whole.isdigit() and (fraction or "0").isdigit() and len(fraction) <= 2 and len(whole) <= 2:  # noqa: PLR2004
        return int(whole) * _BASIS_POINTS_PER_PERCENT + int(fraction.ljust(2, "0"))
    faults.append(FieldError("vat_rate", "range", message("write percent, such as 22 or 8.1")))
    return 0


def _words(name: str, text: str, faults: list[FieldError]) -> dict[str, str]:
    words = {}
    for line in text.splitlines():
        word, sign, code = line.rpartition("=")
        if line.strip() and not (sign and word.strip() and code.strip()):
            faults.append(
                FieldError(name, "type", message("write one word and its code on a line, such as borse = handbags"))
            )
            return {}
        if line.strip():
            words[word.strip().casefold()] = code.strip()
    return words


def unknown_words(findings: Iterable[Finding]) -> UnknownWords:
    """The words to ask the owner about, each once."""
    told: dict[str, dict[str, None]] = {"category.unmapped": {}, "colour.unmapped": {}}
    for finding in findings:
        if finding.code in told and finding.raw:
            told[finding.code][finding.raw] = None
    return UnknownWords(
        tuple(told["category.unmapped"])[:UNKNOWN_WORDS_MAX], tuple(told["colour.unmapped"])[:UNKNOWN_WORDS_MAX]
    )


def with_words(choices: ImportChoices, fields: Fields) -> ImportChoices:
    """The choices with the words that the owner has given a meaning to: fields `category:<word>`, `colour:<word>`."""
    given: dict[str, dict[str, str]] = {"category": {}, "colour": {}}
    for name, code in fields.items():
        kind, _, word = name.partition(":")
        if kind in given and word and code:
            given[kind][word.casefold()] = code
    return msgspec.structs.replace(
        choices, categories=choices.categories | given["category"], colours=choices.colours | given["colour"]
    )
