"""Leaves: the lines of a shop's log, one exact spelling each, kept and hashed byte for byte.

    {"s":0,"o":"put","k":"product/1","p":null,"t":"fed.product/1","b":{...}}
    {"s":1,"o":"del","k":"product/1","p":"<hash of the key's newest leaf>"}

`s` is the leaf's place in the tree, from 0. The envelope is matched as text, so no field of it can stand twice or
elsewhere; the body of a `put` is whatever stands between `"b":` and the last brace, judged by `records`.
"""

import hashlib
import re
from typing import Literal

import msgspec

from federation import limits
from federation.log.errors import LineInvalidError
from federation.vocabulary.errors import TooLargeError

Change = Literal["put", "del"]

KEY_PATTERN = r"[a-z][a-z0-9-]{0,31}/[A-Za-z0-9][A-Za-z0-9._:~/-]*"
RECORD_TYPE_PATTERN = r"[a-z][a-z0-9.-]*/[1-9][0-9]{0,3}"

_ENVELOPE = re.compile(
    (
        r'\{"s":(?P<seq>0|[1-9]\d{0,15}),"o":"(?P<operation>put|del)",'
        rf'"k":"(?P<key>{KEY_PATTERN})","p":(?:null|"(?P<previous>[0-9a-f]{{64}})")'
        rf'(?:,"t":"(?P<type>{RECORD_TYPE_PATTERN})","b":)?'
    ).encode(),
    re.ASCII,
)


class Leaf(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A leaf read from its line: `previous` is the hash of its key's newest leaf before, `body` is empty on `del`."""

    seq: int
    operation: Change
    key: str
    previous: str | None
    type: str
    body: bytes
    line: bytes
    hash: str


def build_leaf(
    seq: int, operation: Change, key: str, previous: str | None, *, record_type: str = "", body: bytes = b""
) -> bytes:
    """The line of a leaf, without newline; `record_type` and `body` (JSON on one line) belong to a `put` only.

    Raises LineInvalidError or TooLargeError for what `parse_leaf` would refuse.
    """
    pointer = "null" if previous is None else f'"{previous}"'
    head = f'{{"s":{seq},"o":"{operation}","k":"{key}","p":{pointer}'
    tail = f',"t":"{record_type}","b":'.encode() + body if operation == "put" else b""
    line = head.encode() + tail + b"}"
    parse_leaf(line)
    return line


def parse_leaf(line: bytes) -> Leaf:
    """Read a line. Raises TooLargeError beyond a bound, LineInvalidError for anything but a leaf's envelope."""
    if len(line) > limits.LINE_BYTES_MAX:
        raise TooLargeError(f"a line of {len(line)} bytes: at most {limits.LINE_BYTES_MAX} are taken")
    found = _ENVELOPE.match(line)
    if found is None or b"\n" in line or not line.endswith(b"}"):
        raise LineInvalidError(f"{line[:60]!r} does not begin as a leaf of the log")
    is_put = found["operation"] == b"put"
    rest = line[found.end() : -1]
    if is_put != (found["type"] is not None) or (not is_put and rest) or (is_put and not rest):
        raise LineInvalidError(f"{line[:60]!r} is a put without type and body, or a del with them")
    key, record_type = found["key"].decode(), (found["type"] or b"").decode()
    if len(key) > limits.KEY_BYTES_MAX or len(record_type) > limits.RECORD_TYPE_BYTES_MAX:
        raise TooLargeError(f"the key or type of leaf {found['seq'].decode()} is longer than allowed")
    return Leaf(
        seq=int(found["seq"]),
        operation="put" if is_put else "del",
        key=key,
        previous=None if found["previous"] is None else found["previous"].decode(),
        type=record_type,
        body=rest,
        line=line,
        hash=leaf_hash(line).hex(),
    )


def key_in(line: bytes) -> str | None:
    """The key of a line that `parse_leaf` may still refuse; None when it does not begin as a leaf."""
    found = _ENVELOPE.match(line[: limits.LINE_BYTES_MAX])
    return None if found is None or len(found["key"]) > limits.KEY_BYTES_MAX else found["key"].decode()


def leaf_hash(line: bytes) -> bytes:
    """The RFC 6962 hash of a leaf: SHA-256 of a zero byte and the line."""
    return hashlib.sha256(b"\x00" + line).digest()
