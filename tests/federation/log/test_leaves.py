"""Leaves: one spelling per leaf, kept and hashed byte for byte."""

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import limits
from federation.log.errors import LineInvalidError
from federation.log.leaves import build_leaf, leaf_hash, parse_leaf
from federation.vocabulary.errors import GalleriaError, TooLargeError

HASH = "ab" * 32


def test_a_put_is_one_exact_line() -> None:
    """The line of a put is spelled as the protocol prints it, and reads back whole."""
    line = build_leaf(3, "put", "product/1", None, record_type="fed.product/1", body=b'{"id":"1"}')
    assert line == b'{"s":3,"o":"put","k":"product/1","p":null,"t":"fed.product/1","b":{"id":"1"}}'
    leaf = parse_leaf(line)
    assert (leaf.seq, leaf.operation, leaf.key, leaf.previous) == (3, "put", "product/1", None)
    assert (leaf.type, leaf.body, leaf.line) == ("fed.product/1", b'{"id":"1"}', line)
    assert leaf.hash == hashlib.sha256(b"\0" + line).hexdigest() == leaf_hash(line).hex()


def test_a_del_names_what_it_ends_and_has_no_body() -> None:
    """A tombstone is a leaf too, so it orders against late puts."""
    line = build_leaf(4, "del", "product/1", HASH)
    assert line == b'{"s":4,"o":"del","k":"product/1","p":"' + HASH.encode() + b'"}'
    assert (parse_leaf(line).type, parse_leaf(line).body) == ("", b"")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b'{"o":"put","s":1,"k":"product/1","p":null,"t":"fed.product/1","b":{}}',
        b'{"s":01,"o":"put","k":"product/1","p":null,"t":"fed.product/1","b":{}}',
        b'{"s":-1,"o":"put","k":"product/1","p":null,"t":"fed.product/1","b":{}}',
        b'{"s":1,"o":"patch","k":"product/1","p":null,"t":"fed.product/1","b":{}}',
        b'{"s":1,"o":"put","k":"product","p":null,"t":"fed.product/1","b":{}}',
        b'{"s":1,"o":"put","k":"product/a\\u0062","p":null,"t":"fed.product/1","b":{}}',
        b'{"s":1,"o":"put","k":"product/1","p":"AB","t":"fed.product/1","b":{}}',
        b'{"s":1,"o":"put","k":"product/1","p":null,"t":"product","b":{}}',
        b'{"s":1,"o":"put","k":"product/1","p":null}',
        b'{"s":1,"o":"put","k":"product/1","p":null,"t":"fed.product/1","b":}',
        b'{"s":1,"o":"del","k":"product/1","p":null,"t":"fed.product/1","b":{}}',
        b'{"s":1,"o":"del","k":"product/1","p":null,"x":1}',
        b'{"s":1, "o":"del","k":"product/1","p":null}',
        b'{"s":1,"o":"put","k":"product/1","p":null,"t":"fed.product/1","b":{}}\n',
    ],
)
def test_another_spelling_is_no_leaf(line: bytes) -> None:
    """Other orders, spaces, escapes and missing or extra parts are refused."""
    with pytest.raises(LineInvalidError):
        parse_leaf(line)


def test_a_second_key_cannot_hide_in_a_line() -> None:
    """What follows the body belongs to the body, so no reader sees another key than we do."""
    line = b'{"s":1,"o":"put","k":"product/1","p":null,"t":"fed.product/1","b":{},"k":"product/2"}'
    leaf = parse_leaf(line)
    assert leaf.key == "product/1"
    assert leaf.body == b'{},"k":"product/2"'


def test_lines_keys_and_types_are_bounded() -> None:
    """Each part has its bound, met by builder and reader alike."""
    body = b'"' + b"x" * limits.LINE_BYTES_MAX + b'"'
    with pytest.raises(TooLargeError):
        build_leaf(0, "put", "product/1", None, record_type="fed.product/1", body=body)
    with pytest.raises(TooLargeError):
        build_leaf(0, "del", "product/" + "x" * limits.KEY_BYTES_MAX, None)
    with pytest.raises(TooLargeError):
        build_leaf(0, "put", "product/1", None, record_type="x" * limits.RECORD_TYPE_BYTES_MAX + "/1", body=b"1")


@pytest.mark.parametrize(
    "parts",
    [
        {"seq": -1},
        {"key": 'product/1","o":"del'},
        {"key": "product/1\n"},
        {"previous": "AB" * 32},
        {"record_type": "fed.product/0"},
        {"body": b""},
        {"body": b'{"a":\n1}'},
    ],
)
def test_the_builder_makes_nothing_the_reader_refuses(parts: dict[str, Any]) -> None:
    """A part that would break the line is refused when it is built."""
    good: dict[str, Any] = {"seq": 0, "operation": "put", "key": "product/1", "previous": None}
    good |= {"record_type": "fed.product/1", "body": b"{}"}
    assert build_leaf(**good)
    with pytest.raises(LineInvalidError):
        build_leaf(**{**good, **parts})


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(line: bytes) -> None:
    """No line raises anything but a refusal, with or without a good beginning."""
    for data in (line, b'{"s":1,"o":"put","k":"product/1","p":null,"t":"fed.product/1","b":' + line):
        try:
            assert parse_leaf(data).line == data
        except GalleriaError:
            continue
