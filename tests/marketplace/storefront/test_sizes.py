"""The same size elsewhere."""

import pytest

from federation.vocabulary.product import Size
from marketplace.storefront.sizes import elsewhere, yours


@pytest.mark.parametrize(
    ("size", "gender", "category", "found"),
    [
        (Size("IT", "42", "IT 42"), "women", "dresses",
         {"FR": "38", "ES": "38", "DE": "36", "UK": "10", "US": "6", "JP": "11"}),
        (Size("FR", "38", "FR 38"), "women", "coats",
         {"IT": "42", "ES": "38", "DE": "36", "UK": "10", "US": "6", "JP": "11"}),
        (Size("IT", "50", "IT 50"), "men", "suits", {"FR": "50", "DE": "50", "ES": "50", "UK": "40", "US": "40"}),
        (Size("EU", "39", "EU 39"), "women", "shoes", {"UK": "6", "US": "9"}),
        (Size("IT", "34", "IT 34"), "women", "skirts", {"FR": "30", "ES": "30", "DE": "28", "UK": "2", "JP": "3"}),
        (Size("INT", "M", "M"), "women", "knitwear", {}),
        (Size("ISO", "54", "54"), "women", "rings", {}),
        (Size("IT", "42", "IT 42"), "children", "coats", {}),
    ],
)  # fmt: skip
def test_sizes_are_translated_only_where_it_is_certain(
    size: Size, gender: str, category: str, found: dict[str, str]
) -> None:
    """Known countings translate; letters, rings and children's sizes are left alone; none falls below nought."""
    assert elsewhere(size, gender, category) == found


@pytest.mark.parametrize(
    ("country", "words"),
    [("GB", "UK 10"), ("US", "US 6"), ("FR", "FR 38"), ("AT", "DE 36"), ("JP", "JP 11"), ("IT", "")],
)
def test_a_shopper_reads_her_own_counting(country: str, words: str) -> None:
    """The size stands as the country counts that parcels go to; the shop's own counting is not said twice."""
    assert yours(Size("IT", "42", "IT 42"), "women", "dresses", country) == words


def test_shoes_and_mens_jackets_follow_their_own_tables() -> None:
    """Shoes count European on the continent and British in Britain; a jacket has no Japanese number."""
    assert yours(Size("UK", "8", "8"), "men", "shoes", "IT") == "EU 42"
    assert yours(Size("EU", "39", "39"), "women", "boots", "GB") == "UK 6"
    assert yours(Size("IT", "50", "50"), "men", "coats", "JP") == ""
