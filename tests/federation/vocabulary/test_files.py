"""What bytes are is told by the bytes."""

import pytest

from federation.vocabulary.files import FILE_ENDINGS, type_of
from tests.support.evidence_files import jpeg, pdf, png


def test_whole_files_are_known_by_both_ends() -> None:
    """A PDF, a PNG and a JPEG each have a type and an ending."""
    found = [type_of(content) for content in (pdf(), png(), jpeg(), jpeg() + b"\0\0")]
    assert found == ["application/pdf", "image/png", "image/jpeg", "image/jpeg"]
    assert set(FILE_ENDINGS) == set(found)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00",
        b"<html>%PDF-1.7 %%EOF",
        pdf()[:-7],
        png()[:-1],
        jpeg()[:-2],
        b"GIF89a",
        pdf() + b"PK\x03\x04" * 500,
    ],
)
def test_anything_else_is_nothing(content: bytes) -> None:
    """Cut off, begun with something else, with much behind its end, or of another kind."""
    assert type_of(content) is None
