"""What the forms of a return begin with."""

import pytest

from shops.portal.return_forms import address_fields
from tests.shops.house import profile


@pytest.mark.parametrize(
    ("address", "town", "postcode"),
    [
        ("Via Santa Teresa 19, 10121 Torino", "Torino", "10121"),
        ("Corso Telesio 137, 87100 Cosenza CS", "Cosenza", "87100"),
        ("Rua das Flores 8, 4050-600 Porto", "Porto", "4050-600"),
        ("9 Fort Road, Lerwick ZE1 0EP", "Lerwick", "ZE1 0EP"),
        ("Via Cosenza 12", "Cosenza", ""),
        ("Calle Ancha 3, Cádiz", "Cádiz", ""),
        ("", "Torino", ""),
    ],
)
def test_the_address_for_returns_takes_the_postcode_from_the_profile(address: str, town: str, postcode: str) -> None:
    """It stands beside the town, before or behind it; what does not look like one is left to be filled in."""
    fields = address_fields(profile(address=address, town=town), None)
    assert (fields["postcode"], fields["town"]) == (postcode, town)
