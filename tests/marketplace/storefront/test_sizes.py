"""The same size elsewhere."""

import pytest

from federation.vocabulary.product import Size
from marketplace.storefront.sizes import elsewhere


@pytest.mark.parametrize(
    ("size", "gender", "category", "words"),
    [
        (Size("IT", "42", "IT 42"), "women", "dresses", "FR 38, DE 36, UK 10"),
        (Size("FR", "38", "FR 38"), "women", "coats", "IT 42, DE 36, UK 10"),
        (Size("IT", "50", "IT 50"), "men", "suits", "UK 40"),
        (Size("EU", "39", "EU 39"), "women", "shoes", "UK 6"),
        (Size("INT", "M", "M"), "women", "knitwear", ""),
        (Size("ISO", "54", "54"), "women", "rings", ""),
        (Size("IT", "42", "IT 42"), "children", "coats", ""),
    ],
)
def test_sizes_are_translated_only_where_it_is_certain(size: Size, gender: str, category: str, words: str) -> None:
    """Known countings translate; letters, rings and children's sizes are left alone."""
    assert elsewhere(size, gender, category) == words
