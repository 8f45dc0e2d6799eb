"""The bytes of Negentropy protocol V1: varints, bounds, ranges, messages. Read strictly, written one way only.

Source: the published description of the protocol (hoytech/negentropy, docs/negentropy-protocol-v1.md).

    Message := <0x61> <Range>*              Range := <Bound> <mode Varint> <payload>
    Varint  := base-128, most significant digit first, high bit on all bytes but the last
    Bound   := <encodedTimestamp Varint> <length Varint> <id prefix>     infinity is 0, else 1 + offset to the last
    payload := nothing (skip, 0) | 16 bytes (fingerprint, 1) | <count Varint> <id>* (id list, 2)

Stricter than the description in what it reads: a varint has no leading zero digit and fits 64 bits, bounds rise,
nothing follows infinity. So one range has one spelling, and a hostile message is refused before anything is computed.
"""

from collections.abc import Sequence
from enum import IntEnum

import msgspec

from federation import limits
from federation.vocabulary.errors import RecordInvalidError, TooLargeError

VERSION = 0x61
ID_BYTES = 32
FINGERPRINT_BYTES = 16
TIMESTAMP_MAX = 2**64 - 1
"""Stands for infinity; no item has it."""

_VARINT_BYTES_MAX = 10
_MORE = 0x80
"""The high bit of a digit that is not the last."""


class Mode(IntEnum):
    """What a range carries."""

    SKIP = 0
    FINGERPRINT = 1
    ID_LIST = 2


class Bound(msgspec.Struct, frozen=True, order=True):
    """Where a range ends, itself not included; a prefix stands for the id it begins, zeros after it."""

    timestamp: int
    prefix: bytes = b""


INFINITY = Bound(TIMESTAMP_MAX)


class WireRange(msgspec.Struct, frozen=True):
    """One range as read: up to `upper`, with a fingerprint or ids by its mode."""

    upper: Bound
    mode: Mode
    fingerprint: bytes = b""
    ids: tuple[bytes, ...] = ()


def spell_varint(number: int) -> bytes:
    """A number as base-128 digits, the most significant first."""
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | _MORE)
    return bytes(reversed(digits))


class MessageWriter:
    """A message in the making: ranges one after another, each beginning where the last one ended."""

    def __init__(self) -> None:
        self._parts = bytearray([VERSION])
        self._timestamp = 0

    def __len__(self) -> int:
        return len(self._parts)

    def skip(self, upper: Bound) -> None:
        """Nothing to say up to `upper`."""
        self._begin(upper, Mode.SKIP)

    def fingerprint(self, upper: Bound, fingerprint: bytes) -> None:
        """The fingerprint of what lies below `upper`."""
        self._begin(upper, Mode.FINGERPRINT)
        self._parts += fingerprint

    def id_list(self, upper: Bound, ids: Sequence[bytes]) -> None:
        """Every id below `upper`."""
        self._begin(upper, Mode.ID_LIST)
        self._parts += spell_varint(len(ids)) + b"".join(ids)

    def message(self) -> bytes:
        """The bytes so far."""
        return bytes(self._parts)

    def _begin(self, upper: Bound, mode: Mode) -> None:
        if upper.timestamp == TIMESTAMP_MAX:
            self._parts += b"\0"
        else:
            self._parts += spell_varint(1 + upper.timestamp - self._timestamp)
            self._timestamp = upper.timestamp
        self._parts += spell_varint(len(upper.prefix)) + upper.prefix
        self._parts.append(mode)


def read_message(message: bytes) -> list[WireRange]:
    """The ranges of a message. Raises TooLargeError beyond RECON_FRAME_BYTES_MAX, RecordInvalidError for bad bytes."""
    if len(message) > limits.RECON_FRAME_BYTES_MAX:
        raise TooLargeError(f"a message of {len(message)} bytes: at most {limits.RECON_FRAME_BYTES_MAX} are read")
    if not message or message[0] != VERSION:
        raise RecordInvalidError("a reconciliation message begins with 0x61, Negentropy protocol version 1")
    reader = _Reader(message)
    ranges: list[WireRange] = []
    lower = Bound(0)
    while reader.more():
        if lower == INFINITY:
            raise RecordInvalidError("ranges follow the one that ends at infinity")
        found = reader.wire_range(lower)
        ranges.append(found)
        lower = found.upper
    return ranges


class _Reader:
    """A place in a received message."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 1

    def more(self) -> bool:
        return self._at < len(self._data)

    def wire_range(self, lower: Bound) -> WireRange:
        upper = self._bound(lower)
        match self._varint():
            case Mode.SKIP:
                return WireRange(upper, Mode.SKIP)
            case Mode.FINGERPRINT:
                return WireRange(upper, Mode.FINGERPRINT, fingerprint=self._take(FINGERPRINT_BYTES))
            case Mode.ID_LIST:
                data = self._take(ID_BYTES * self._varint())
                ids = tuple(data[at : at + ID_BYTES] for at in range(0, len(data), ID_BYTES))
                return WireRange(upper, Mode.ID_LIST, ids=ids)
            case other:
                raise RecordInvalidError(f"a range of mode {other} is unknown to Negentropy V1")

    def _bound(self, lower: Bound) -> Bound:
        told = self._varint()
        timestamp = TIMESTAMP_MAX if told == 0 else lower.timestamp + told - 1
        length = self._varint()
        if length > ID_BYTES or (told == 0 and length):
            raise RecordInvalidError(f"a bound has a prefix of {length} bytes")
        upper = Bound(timestamp, self._take(length))
        if timestamp >= TIMESTAMP_MAX and told:
            raise RecordInvalidError("a bound lies beyond any timestamp")
        if (upper.timestamp, upper.prefix.ljust(ID_BYTES, b"\0")) < (
            lower.timestamp,
            lower.prefix.ljust(ID_BYTES, b"\0"),
        ):
            raise RecordInvalidError("a range ends before it begins")
        return upper

    def _varint(self) -> int:
        number = 0
        for place in range(_VARINT_BYTES_MAX):
            (digit,) = self._take(1)
            if place == 0 and digit == _MORE:
                raise RecordInvalidError("a number begins with a zero digit")
            number = number << 7 | digit & 0x7F
            if not digit & _MORE:
                if number > TIMESTAMP_MAX:
                    break
                return number
        raise RecordInvalidError("a number does not fit 64 bits")

    def _take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._data):
            raise RecordInvalidError("the message breaks off inside a range")
        taken = self._data[self._at : end]
        self._at = end
        return taken
