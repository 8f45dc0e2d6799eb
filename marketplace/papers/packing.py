"""Whether a PDF is one of ours to the byte, but for how its streams are packed, which differs between machines.

Invariants: each packed stream stands where ours does, is as long as its /Length says, holds what ours holds and nothing
behind it; every other byte is ours, and every place that the cross-reference names is the one that follows from the
lengths (ISO 32000-2, 7.3.8, 7.5.4 and 7.5.5).
"""

import base64
import re
import zlib
from collections.abc import Iterator, Sequence

import msgspec

_HEAD = re.compile(
    rb"/Filter \[ (?P<letters>/ASCII85Decode )?/FlateDecode \] /Length (?P<length>[0-9]+)[^\n]*\n>>\nstream\n"
)
_LENGTH = re.compile(rb"[1-9][0-9]{0,8}")
_PLACE = re.compile(rb"(?<=\n)[0-9]{10}(?= 00000 n)")
_TABLE = b"\nxref\n"
_START = re.compile(rb"(?<=\nstartxref\n)[0-9]+")


class _Stream(msgspec.Struct, frozen=True):
    """Where a packed stream of ours begins and ends, and the digits of its length do."""

    length_begins: int
    length_ends: int
    begins: int
    ends: int
    as_letters: bool


class _Packed(msgspec.Struct, frozen=True):
    """What the other file has for a stream of ours, from its length to its end; `grown` is by how much that is more."""

    ours: _Stream
    content: bytes

    @property
    def grown(self) -> int:
        return len(self.content) - (self.ours.ends - self.ours.length_begins)


def is_packed_anew(given: bytes, made: bytes) -> bool:
    """Whether `given` is `made`, which our own library drew just now, with its streams packed by another hand."""
    packed: list[_Packed] = []
    moved = 0
    for ours in _streams(made):
        found = _standing_for(ours, made, given, ours.length_begins + moved)
        if found is None:
            return False
        packed.append(found)
        moved += found.grown
    return _rebuilt(made, packed) == given


def _streams(made: bytes) -> Iterator[_Stream]:
    ends = 0
    while (head := _HEAD.search(made, ends)) is not None:
        ends = head.end() + int(head["length"])
        yield _Stream(*head.span("length"), head.end(), ends, head["letters"] is not None)


def _standing_for(ours: _Stream, made: bytes, given: bytes, place: int) -> _Packed | None:
    """What stands in the other file at that place, from the length on; None when it does not hold the same."""
    length = _LENGTH.match(given, place)
    if length is None:
        return None
    head = made[ours.length_ends : ours.begins]
    begins = length.end() + len(head)
    theirs = given[begins : begins + int(length[0])]
    plain = _unpacked(made[ours.begins : ours.ends], as_letters=ours.as_letters)
    if plain is None or _unpacked(theirs, len(plain) + 1, as_letters=ours.as_letters) != plain:
        return None
    return _Packed(ours, length[0] + head + theirs)


def _unpacked(content: bytes, most: int = 0, *, as_letters: bool) -> bytes | None:
    """What is packed there, unless it is more than `most` bytes (0: any), or anything else stands there too."""
    packed = content
    if as_letters:
        try:
            packed = base64.a85decode(content.removesuffix(b"~>"))
        except ValueError:
            return None
        if base64.a85encode(packed) + b"~>" != content:
            return None
    deflated = zlib.decompressobj()
    try:
        plain = deflated.decompress(packed, most)
    except zlib.error:
        return None
    return plain if deflated.eof and not deflated.unused_data else None


def _rebuilt(made: bytes, packed: Sequence[_Packed]) -> bytes:
    """Our file with those streams in the places of its own, and every place that it names moved with them."""
    parts: list[bytes] = []
    place = 0
    for each in packed:
        parts += [made[place : each.ours.length_begins], each.content]
        place = each.ours.ends
    rest, table, places = made[place:].rpartition(_TABLE)

    def moved(found: re.Match[bytes]) -> bytes:
        at = int(found[0])
        now = at + sum(each.grown for each in packed if each.ours.ends <= at)
        return str(now).encode().rjust(len(found[0]), b"0")

    return b"".join([*parts, rest, table, _START.sub(moved, _PLACE.sub(moved, places))])
