"""Ids: unique, rising, unguessable, and of one form."""

import pytest

from federation.vocabulary.ids import is_party_id, new_id, new_token


def test_ids_rise_with_time() -> None:
    """A later id sorts after an earlier one, so that indexes stay dense."""
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1000
    assert {made.version for made in ids} == {7}


def test_tokens_differ() -> None:
    """No two tokens are alike, and each is safe in an address."""
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 43 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("s1" + "a" * 32, True),
        ("h1" + "234567abcdefghijklmnopqrstuvwxyz", True),
        ("s1" + "a" * 31, False),
        ("s1" + "a" * 33, False),
        ("x1" + "a" * 32, False),
        ("s1" + "A" * 32, False),
        ("s1" + "1" * 32, False),
        ("s1" + "a" * 32 + "\n", False),
    ],
)
def test_form_of_party_ids(text: str, *, fits: bool) -> None:
    """Kind, version and 32 base32 characters: nothing more, nothing less."""
    assert is_party_id(text) is fits
