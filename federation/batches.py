"""A batch of log lines as it travels, `application/vnd.fed.log+zstd`: one zstd frame of newline-ended lines.

The first line is the checkpoint note that the batch leads to, as a JSON string; each further line is a leaf, byte
for byte. Pure. Inflating is bounded before a line is looked at; whether lines and checkpoint belong together is
judged by `federation.log.intake`.
"""

import io
from collections.abc import Sequence

import msgspec
import zstandard

from federation import limits
from federation.documents import json
from federation.vocabulary.errors import RecordInvalidError, TooLargeError

_LEVEL = 3
_WINDOW_BYTES_MAX = 8 * 2**20
GROUP_BYTES_MAX = limits.BATCH_WIRE_BYTES_MAX - 2 * limits.LINE_BYTES_MAX
"""Lines between two checkpoints of an own log: below the wire's bound even if zstd finds nothing to save."""


class Batch(msgspec.Struct, frozen=True):
    """Lines that follow a known size, and the checkpoint note at their end."""

    note: bytes
    lines: tuple[bytes, ...]


def encode(batch: Batch) -> bytes:
    """The bytes to send; raises TooLargeError beyond the wire's bounds, so that no peer has to."""
    return pack((json.encode(batch.note.decode()), *batch.lines))


def decode(body: bytes) -> Batch:
    """Take a received batch apart; raises TooLargeError beyond a bound, RecordInvalidError for another form."""
    lines = unpack(body)
    if not lines:
        raise RecordInvalidError("a batch is lines that each end in a newline, the checkpoint first")
    if len(lines) > limits.BATCH_OPERATIONS_MAX + 1:
        raise TooLargeError(f"a batch has at most {limits.BATCH_OPERATIONS_MAX} operations, not {len(lines) - 1}")
    note = json.decode(lines[0], str, bytes_max=2 * limits.CHECKPOINT_BYTES_MAX)
    return Batch(note.encode(), tuple(lines[1:]))


def pack(lines: Sequence[bytes]) -> bytes:
    """Lines as one zstd frame; raises TooLargeError beyond the wire's bounds."""
    plain = b"".join(line + b"\n" for line in lines)
    body = zstandard.ZstdCompressor(level=_LEVEL).compress(plain)
    if len(body) > limits.BATCH_WIRE_BYTES_MAX or len(plain) > limits.BATCH_INFLATED_BYTES_MAX:
        raise TooLargeError(f"{len(lines)} lines are more than one message carries")
    return body


def unpack(body: bytes) -> list[bytes]:
    """The lines of one zstd frame; raises TooLargeError or RecordInvalidError."""
    *lines, rest = _inflate(body).split(b"\n")
    if rest:
        raise RecordInvalidError("the last line does not end in a newline")
    return lines


def _inflate(body: bytes) -> bytes:
    reader = zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES_MAX).stream_reader(io.BytesIO(body))
    try:
        plain = reader.read(limits.BATCH_INFLATED_BYTES_MAX + 1)
    except zstandard.ZstdError as error:
        raise RecordInvalidError(f"the body is not a zstd frame: {error}") from error
    if len(plain) > limits.BATCH_INFLATED_BYTES_MAX:
        raise TooLargeError(f"the batch inflates to more than {limits.BATCH_INFLATED_BYTES_MAX} bytes")
    return plain


def line_groups(lines: Sequence[bytes]) -> list[list[bytes]]:
    """Cut lines into the fewest runs that each fit one batch whatever they compress to."""
    groups: list[list[bytes]] = []
    weight = 0
    for line in lines:
        if not groups or len(groups[-1]) == limits.BATCH_OPERATIONS_MAX or weight + len(line) > GROUP_BYTES_MAX:
            groups.append([])
            weight = 0
        groups[-1].append(line)
        weight += len(line)
    return groups
