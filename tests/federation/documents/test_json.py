"""The JSON subset: what every reader understands alike is taken, everything else is refused with a reason."""

import unicodedata
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import limits
from federation.documents import json
from federation.vocabulary.errors import GalleriaError, RecordInvalidError, TooLargeError
from federation.vocabulary.money import Money

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0")).map(
    lambda text: unicodedata.normalize("NFC", text)
)
names = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=10)
integers = st.integers(-limits.INTEGER_MAGNITUDE_MAX, limits.INTEGER_MAGNITUDE_MAX)
documents = st.recursive(
    st.none() | st.booleans() | integers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=20,
)


class Part(msgspec.Struct):
    """A nested value with a bound, for pointers."""

    count: Annotated[int, msgspec.Meta(ge=1)]


class Whole(msgspec.Struct):
    """A document with a list and a map of parts."""

    parts: list[Part] = []
    named: dict[str, Part] = {}


@given(documents)
def test_what_is_written_is_read_back(document: Any) -> None:
    """Every document of the subset survives encode and decode, and its canonical form is stable."""
    data = json.encode(document)
    assert json.decode(data, Any) == document
    assert json.encode(json.decode(data, Any)) == data


def test_canonical_form_is_that_of_rfc_8785() -> None:
    """Names are sorted at every depth, structs too; only quote, backslash and controls are escaped, in lower case."""
    value = {"b": [{"z": 1, "a": Money(5, "EUR")}], "a": '\x0f\n\t"\\/\x7f\u20ac\U0001f600'}
    assert (
        json.encode(value)
        == (
            '{"a":"\\u000f\\n\\t\\"\\\\/\x7f\u20ac\U0001f600","b":[{"a":{"amount_minor":5,"currency":"EUR"},"z":1}]}'
        ).encode()
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xef\xbb\xbf{}",
        b'"\xff"',
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"[1.0]",
        b"[1e3]",
        b"[-0]",
        b"[01]",
        b"[9007199254740992]",
        b"[-9007199254740992]",
        b"[" + b"9" * 5_000 + b"]",
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":1,"\\u0061":2}',
        '{"é":1}'.encode(),
        b'{"\\u00e9":1}',
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'"a\\u0000"',
        b'"a\x00"',
        b'"a\nb"',
        b'"e\\u0301"',
        '"e\u0301"'.encode(),
        b"{} {}",
        b"[1,]",
        b"'a'",
    ],
)
def test_outside_the_subset_is_refused(data: bytes) -> None:
    """Whatever two readers might take differently is refused as a whole."""
    with pytest.raises(RecordInvalidError):
        json.decode(data, Any)


def test_an_escape_before_a_combining_mark_is_no_fault() -> None:
    """Normal form is judged on the text that was meant: a line feed does not combine with a mark after it."""
    assert json.decode('"\\n\u0301"'.encode(), str) == "\n\u0301"


def test_depth_is_bounded_and_brackets_in_strings_do_not_count() -> None:
    """Sixteen levels are read, seventeen are not, whatever strings contain."""
    deepest = limits.JSON_DEPTH_MAX
    assert json.decode(b"[" * deepest + b"]" * deepest, Any)
    with pytest.raises(TooLargeError):
        json.decode(b"[" * (deepest + 1) + b"]" * (deepest + 1), Any)
    assert json.decode(b'["' + b"[{" * 50 + b'\\"[["]', list[str])


@pytest.mark.parametrize(
    "data",
    [b"[" * 100_000, b'{"a":' * 40_000, b'"\\"' * 80_000, b'["' + b'\\"' * 100_000, b"[" * 20 + b'"' + b"\\" * 200_001],
)
def test_hostile_input_costs_linear_time(data: bytes) -> None:
    """Bombs of brackets, quotes and backslashes are refused at once."""
    with pytest.raises(GalleriaError):
        json.decode(data, Any)


def test_size_is_bounded() -> None:
    """A document over the bound is not even looked at."""
    with pytest.raises(TooLargeError):
        json.decode(b"[" + b" " * 100 + b"]", Any, bytes_max=100)


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        (b'{"parts":[{"count":1},{"count":0}]}', "/parts/1/count"),
        (b'{"named":{"x":{"count":"1"}}}', "/named/*/count"),
        (b'{"parts":[{}]}', "/parts/0"),
        (b"[]", ""),
    ],
)
def test_a_fault_is_pointed_at(data: bytes, pointer: str) -> None:
    """A value that does not fit its type is named by its JSON pointer."""
    with pytest.raises(RecordInvalidError) as caught:
        json.decode(data, Whole)
    assert [fault.pointer for fault in caught.value.errors] == [pointer]


@pytest.mark.parametrize("value", [1.5, {"a": 2**53}, {"é": 1}, "e\u0301", [[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]])
def test_encode_never_writes_what_decode_refuses(value: Any) -> None:
    """The writer holds itself to the reader's rules."""
    with pytest.raises(GalleriaError):
        json.encode(value)


@given(st.binary(max_size=60) | st.text('[]{}",:\\0123e.-a ').map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """No input raises anything but a refusal."""
    try:
        json.decode(data, Any)
    except GalleriaError:
        return


pieces = st.lists(
    st.sampled_from(
        [
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            '"a"',
            '"b"',
            '"\u00e9"',
            '"e\u0301"',
            '"\\n\u0301"',
            '"\\u0061"',
            '"\\""',
            '"\\/"',
            "0",
            "-0",
            "1.5",
            "1e3",
            "9007199254740991",
            "9007199254740992",
            "true",
            "null",
            "NaN",
            " ",
            '"1.5e3"',
            '"\x00"',
        ]
    ),
    max_size=9,
).map("".join)


@given(pieces | documents.map(lambda document: json.encode(document).decode()))
def test_the_quick_way_agrees_with_the_thorough_one(text: str) -> None:
    """Whatever the quick look calls good, the thorough check takes."""
    data = text.encode()
    if json.is_plain(data):
        json.check_strictly(data)


@pytest.mark.parametrize(
    "data", [b'{"a":[1,-2,"x\\n"],"b":null}', '{"a":"\u00e9t\u00e9 \\"x\\" 1.5e3"}'.encode(), b"[900719925474099]"]
)
def test_usual_documents_take_the_quick_way(data: bytes) -> None:
    """What our own encoder writes needs no second look."""
    assert json.is_plain(data)


@pytest.mark.parametrize(
    "data",
    ['{"\u00e9":1}'.encode(), '{"a\u00e9\\"b":1}'.encode(), b'{"a":1,"a":1}', b"[1.5]", b"[9007199254740992]", b"[-0]"],
)
def test_the_quick_way_passes_on_what_it_cannot_judge(data: bytes) -> None:
    """Names outside ASCII, repeats, fractions and wide numbers are left to the thorough check, which refuses them."""
    assert not json.is_plain(data)
    with pytest.raises(RecordInvalidError):
        json.check(data)


@pytest.mark.parametrize("count", range(14, 40))
def test_alternating_brackets_count_each(count: int) -> None:
    """Objects in arrays in objects: every level counts, whatever its kind and however many neighbours it has."""
    opening, closing = '[{"a":', "}]"
    deep = "[" * (count % 2) + opening * (count // 2) + "[],[],{}"[: 2 * (count % 2)] + "1" * (1 - count % 2)
    data = (deep + closing * (count // 2) + "]" * (count % 2)).encode()
    depth = count + count % 2
    if depth <= limits.JSON_DEPTH_MAX:
        json.check(data)
    else:
        with pytest.raises(TooLargeError):
            json.check(data)
