"""JSON as FED/1 allows it: the I-JSON subset that every reader understands alike, read from bytes and written to them.

Invariants of every accepted document: UTF-8 without byte order mark; nesting at most JSON_DEPTH_MAX; no name twice
in an object; names in ASCII; numbers are integers of at most 53 bits, written without fraction, exponent or minus
zero; strings in Unicode normal form C, without lone surrogates or U+0000. For such documents sorted keys without
white space are the canonical form of RFC 8785, and that is what `encode` writes. Does not verify signatures: check
the received bytes first, then decode those same bytes.
"""

import json
import re
import unicodedata
from typing import Any, NoReturn, TypeVar

import msgspec

from federation import limits
from federation.vocabulary.errors import FieldError, RecordInvalidError, TooLargeError

T = TypeVar("T")

_DIGITS = bytes(0x30 if byte in b"0123456789" else 0x20 for byte in range(256))
_WIDE = b"0" * 16
"""After translating by _DIGITS: sixteen digits in a row, perhaps a number beyond 53 bits."""

_OTHER_NAME = re.compile(rb'[\x80-\xff](?:[^"\\\x80-\xff]++|\\.)*+":', re.DOTALL)
"""A string with a character outside ASCII that a colon follows: a name."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_OPENING = ord("[")
_NEITHER_BRACKETS_NOR_QUOTES = bytes(set(range(256)) - set(b'[]{}"'))
_PATH_STEP = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+|\.\.\.)\]")
_INTEGER_CHARACTERS_MAX = len(str(-limits.INTEGER_MAGNITUDE_MAX))


def decode(data: bytes, type_: type[T], *, bytes_max: int = limits.DOCUMENT_BYTES_MAX) -> T:
    """Read `data` as a value of `type_`; fields the type does not have are ignored.

    Raises TooLargeError beyond a size or depth bound and RecordInvalidError for everything else, the latter with
    the RFC 6901 pointer of the fault where one is known.
    """
    check(data, bytes_max=bytes_max)
    try:
        return msgspec.json.decode(data, type=type_)
    except msgspec.ValidationError as error:
        sentence, _, path = str(error).partition(" - at `$")
        fault = FieldError(_pointer(path.removesuffix("`")), "type", sentence)
        raise RecordInvalidError(f"{fault.pointer or 'document'}: {sentence}", errors=(fault,)) from error
    except msgspec.DecodeError as error:
        raise RecordInvalidError(f"not JSON: {error}") from error


def encode(value: Any) -> bytes:
    """Write `value` canonically (RFC 8785); what `decode` would refuse is refused here too."""
    data = msgspec.json.encode(value, order="sorted")
    check(data, bytes_max=len(data))
    return data


def check(data: bytes, *, bytes_max: int = limits.DOCUMENT_BYTES_MAX) -> None:
    """Refuse `data` unless it is one document of the subset; raises as `decode` does."""
    if len(data) > bytes_max:
        raise TooLargeError(f"the document has {len(data)} bytes, at most {bytes_max} are read")
    _check_depth(data)
    if not is_plain(data):
        check_strictly(data)


def is_plain(data: bytes) -> bool:
    """Whether `data`, already known not to be too deep, is of the subset and in the usual spelling: the quick way.

    False decides nothing. True is exact: a document that comes out of a decoder and encoder unchanged repeats no
    name and has no white space, and what they would pass (wide numbers, text forms) is looked for here.
    """
    try:
        if (b"\\" in data and b"\\u" in data) or msgspec.json.encode(_PLAIN.decode(data)) != data:
            return False
    except (ValueError, RecordInvalidError):
        return False
    if _WIDE in data.translate(_DIGITS):
        return False
    return data.isascii() or (unicodedata.is_normalized("NFC", data.decode()) and not _OTHER_NAME.search(data))


def check_strictly(data: bytes) -> None:
    """Refuse `data`, already known not to be too deep, unless it is of the subset: the thorough way."""
    try:
        text = data.decode("utf-8")
        tree = _STRICT.decode(text)
    except ValueError as error:
        raise RecordInvalidError(f"not JSON of our subset: {error}") from error
    if not data.isascii() or b"\\u" in data:
        _check_strings(tree)


def _check_depth(data: bytes) -> None:
    if data.count(b"[") + data.count(b"{") <= limits.JSON_DEPTH_MAX:
        return
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    marks = data.translate(_ONE_KIND, _NEITHER_BRACKETS_NOR_QUOTES).replace(b'""', b"")
    brackets = b"".join(marks.split(b'"')[::2])
    rest = brackets
    for _ in range(limits.JSON_DEPTH_MAX):  # each turn takes one level away, the innermost
        rest = rest.replace(b"[]", b"")
        if not rest:
            return
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket == _OPENING else -1
        if depth > limits.JSON_DEPTH_MAX:
            raise TooLargeError(f"the document nests deeper than {limits.JSON_DEPTH_MAX}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise RecordInvalidError(f"the name {repeated[:60]!r} stands twice in one object")
    for name in result:
        if not name.isascii():
            raise RecordInvalidError(f"the name {name[:60]!r} is not ASCII")
    return result


def _integer(digits: str) -> int:
    if len(digits) <= _INTEGER_CHARACTERS_MAX and digits != "-0":
        number = int(digits)
        if abs(number) <= limits.INTEGER_MAGNITUDE_MAX:
            return number
    raise RecordInvalidError(f"the number {digits[:20]} is not an integer of at most 53 bits")


def _not_a_number_we_take(digits: str) -> NoReturn:
    raise RecordInvalidError(f"the number {digits[:20]} is not written as an integer")


_PLAIN = msgspec.json.Decoder(float_hook=_not_a_number_we_take)
_STRICT = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_not_a_number_we_take,
    parse_constant=_not_a_number_we_take,
)


def _check_strings(tree: Any) -> None:
    if isinstance(tree, str):
        _check_text(tree)
    elif isinstance(tree, list):
        for item in tree:
            _check_strings(item)
    elif isinstance(tree, dict):
        for name, item in tree.items():
            _check_text(name)
            _check_strings(item)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise RecordInvalidError("a string holds the character U+0000")
    if not text.isascii():
        if _SURROGATE.search(text) is not None:
            raise RecordInvalidError("a string holds half of a surrogate pair")
        if not unicodedata.is_normalized("NFC", text):
            raise RecordInvalidError(f"the string {text[:60]!r} is not in Unicode normal form C")


def _pointer(path: str) -> str:
    """A JSON pointer from msgspec's path, whose `...` stands for some entry of a map (written `*`)."""
    steps = (name or ("*" if index == "..." else index) for name, index in _PATH_STEP.findall(path))
    return "".join(f"/{step}" for step in steps)
