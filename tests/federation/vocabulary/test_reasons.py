"""Why an order was declined, as it is sent and as it is said."""

import pytest

from federation.vocabulary.reasons import DeclineReason, reason_in_words, reason_of
from federation.vocabulary.wording import Sentence


@pytest.mark.parametrize("note", ["", "a torn seam: 100%"])
@pytest.mark.parametrize("reason", ["sold_out", "damaged"])
def test_a_reason_of_ours_is_known_again(reason: DeclineReason, note: str) -> None:
    """What comes back from the wire can be said in every language, its note untouched."""
    sent = reason_of(reason, note)
    known = reason_in_words(str(sent))
    assert isinstance(known, Sentence)
    assert (known, known.values) == (sent, sent.values)


def test_another_reason_stays_as_it_is() -> None:
    """A boutique of another kind writes what it likes."""
    assert reason_in_words("The piece is damagedly odd") == "The piece is damagedly odd"
    assert not isinstance(reason_in_words("Odd"), Sentence)
