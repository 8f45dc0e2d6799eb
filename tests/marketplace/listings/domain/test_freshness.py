"""How old a word on stock may be."""

from datetime import timedelta

import pytest

from marketplace.listings.domain.freshness import freshness_of, offer_of
from tests.marketplace.listings.builders import NOW


@pytest.mark.parametrize(
    ("age_seconds", "freshness"), [(0, "fresh"), (39.9, "fresh"), (40, "soft"), (149, "soft"), (150, "stale")]
)
def test_bounds_of_freshness(age_seconds: float, freshness: str) -> None:
    """Below 40 s fresh, below 150 s soft, then stale; never heard is stale."""
    assert freshness_of(NOW - timedelta(seconds=age_seconds), NOW) == freshness
    assert freshness_of(None, NOW) == "stale"


def test_counts_are_shown_only_while_fresh() -> None:
    """An old count is no count."""
    assert offer_of(3, "fresh").available == 3
    assert offer_of(3, "soft").available is None
    assert not offer_of(0, "soft").in_stock
