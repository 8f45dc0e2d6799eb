"""Batches on the wire: what goes in comes out, and nothing beyond the bounds goes in or comes out."""

import pytest
import zstandard

from federation import batches, limits
from federation.batches import Batch
from federation.vocabulary.errors import RecordInvalidError, TooLargeError

NOTE = "origin\n1\nroot\n\n\u2014 signer c2ln\n".encode()


def packed(plain: bytes) -> bytes:
    """A zstd frame of anything."""
    return zstandard.ZstdCompressor().compress(plain)


@pytest.mark.parametrize("count", [0, 1, limits.BATCH_OPERATIONS_MAX])
def test_what_goes_in_comes_out(count: int) -> None:
    """Note and lines survive the way byte for byte, also when there are no lines."""
    batch = Batch(NOTE, tuple(f'{{"s":{number},"k":"é"}}'.encode() for number in range(count)))
    assert batches.decode(batches.encode(batch)) == batch


def test_what_no_peer_would_take_is_not_sent() -> None:
    """More bytes than a batch may inflate to are refused at the sender."""
    with pytest.raises(TooLargeError):
        batches.encode(Batch(NOTE, (b"x" * limits.BATCH_INFLATED_BYTES_MAX,)))


def test_a_frame_that_inflates_too_far_is_refused() -> None:
    """The bound holds whatever size the frame claims for itself."""
    with pytest.raises(TooLargeError, match="inflates"):
        batches.decode(packed(b"\n" * (limits.BATCH_INFLATED_BYTES_MAX + 1)))


def test_too_many_lines_are_refused() -> None:
    """More operations than a batch holds are refused before any is read."""
    with pytest.raises(TooLargeError, match="operations"):
        batches.decode(packed(b'"note"\n' + b"{}\n" * (limits.BATCH_OPERATIONS_MAX + 1)))


@pytest.mark.parametrize(
    "body",
    [b"", b"plain", packed(b""), packed(b"no newline"), packed(b"not json\n"), packed(b'{"not":"a string"}\n')],
)
def test_another_form_is_refused(body: bytes) -> None:
    """What is no frame, no lines or no note is a record that does not fit."""
    with pytest.raises(RecordInvalidError):
        batches.decode(body)


def test_a_window_beyond_our_memory_is_refused() -> None:
    """A frame that asks for a huge window is refused rather than given it."""
    parameters = zstandard.ZstdCompressionParameters(window_log=27, write_content_size=0)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    body = compressor.compress(b'"note"\n') + compressor.flush()
    with pytest.raises(RecordInvalidError):
        batches.decode(body)


def test_groups_keep_to_both_bounds() -> None:
    """Lines are cut by number and by weight, in order and without loss."""
    light = [b"x"] * (limits.BATCH_OPERATIONS_MAX + 1)
    heavy = [b"y" * limits.LINE_BYTES_MAX] * 30
    groups = batches.line_groups([*light, *heavy])
    assert [line for group in groups for line in group] == [*light, *heavy]
    assert all(len(group) <= limits.BATCH_OPERATIONS_MAX for group in groups)
    assert all(sum(map(len, group)) <= batches.GROUP_BYTES_MAX for group in groups)
    assert len(groups[0]) == limits.BATCH_OPERATIONS_MAX
