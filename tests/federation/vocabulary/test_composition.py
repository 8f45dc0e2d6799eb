"""What pieces are made of."""

import pytest

from federation.vocabulary.composition import share_and_word


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("62% wool", ("62%", "wool")),
        ("100 % linen", ("100%", "linen")),
        ("calf leather", ("", "calf leather")),
        (" 18 ct gold ", ("", "18 ct gold")),
        ("5% of silk", ("5%", "silk")),
    ],
)
def test_share_and_material_are_told_apart(written: str, read: tuple[str, str]) -> None:
    """A share is a percentage at the beginning; a purity such as 18 ct belongs to the material."""
    assert share_and_word(written) == read
