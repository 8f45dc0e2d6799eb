"""Every page is whole in every language: nothing unmarked, nothing untranslated, nothing left over."""

import pytest

from tests import wording

EACH = pytest.mark.parametrize("audience", wording.AUDIENCES)


@EACH
def test_every_sentence_can_be_translated(audience: str) -> None:
    """No template holds words that stand outside the catalogues."""
    assert [f"{one.template}:{one.line}: {one.text}" for one in wording.bare_texts(audience)] == []


@EACH
@pytest.mark.parametrize("code", wording.TRANSLATED_INTO)
def test_every_message_is_translated(audience: str, code: str) -> None:
    """Each message has a translation with the same placeholders, none is guessed, and none is kept for nothing."""
    assert list(wording.faults(audience, code)) == []
