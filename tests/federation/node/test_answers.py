"""Refusals as documents for machines."""

from datetime import UTC, datetime

import msgspec

from federation.node.answers import problem_of, written
from federation.vocabulary.errors import FieldError, RecordInvalidError
from federation.vocabulary.wording import sentence


def test_a_sentence_is_its_text_to_machines() -> None:
    """Words that pages can translate are plain English in the document."""
    said = sentence("row %(number)s needs a SKU", number=3)
    error = RecordInvalidError(said, errors=(FieldError("v2_sku", "invalid", said),))
    document = msgspec.json.decode(written(problem_of(error, instance="1", now=datetime(2026, 11, 22, tzinfo=UTC))))
    assert document["detail"] == document["errors"][0]["message"] == "row 3 needs a SKU"
