"""Boutiques for catalogues from outside: distinct, publishable, and made from whatever folder describes them."""

import gzip
from pathlib import Path

import pytest

from marketplace.cli.errors import CommandError
from marketplace.demo.catalogs import OFFERS, catalog_shops, offers_mapping
from marketplace.demo.guests import guest_profile
from shops.catalog.domain.record import profile_body

DESCRIPTION = """{"shops": [
 {"file": "a.csv", "shop": "Uno", "town": "Lucca", "country": "IT", "currency": "EUR", "vat": "included",
  "decimal": ".", "language": "it", "expected": {"products": 1}},
 {"file": "b.csv", "shop": "Uno", "town": "Lucca", "country": "IT", "currency": "EUR", "vat": "included",
  "decimal": ".", "language": "it", "expected": {"changes": 0}},
 {"file": "c.csv", "shop": "Two", "town": "Toronto", "country": "CA", "currency": "CAD", "vat": "excluded",
  "decimal": ".", "language": "en", "expected": {"products": 1}}]}"""


def test_a_hundred_and_fifty_guests_are_all_different() -> None:
    """No two have the same name, handle or look and name; every profile can be published."""
    profiles = [guest_profile(place) for place in range(150)]
    assert len({profile.name for profile in profiles}) == 150
    assert len({profile.handle for profile in profiles}) == 150
    assert all(profile_body(profile) for profile in profiles)
    assert profiles[7] == guest_profile(7)


def test_a_folder_becomes_boutiques(tmp_path: Path) -> None:
    """Files of one shop follow one another; net prices get a rate; each shop of the offers is a boutique of its own."""
    (tmp_path / "demo-shops.json").write_text(DESCRIPTION)
    (tmp_path / "load").mkdir()
    column = offers_mapping().shop
    assert column is not None
    (tmp_path / OFFERS).write_bytes(gzip.compress(f"x,{column.column}\n1,s-1\n2,s-1\n3,s-2\n".encode()))
    shops = catalog_shops(tmp_path)
    assert [shop.files for shop in shops] == [("a.csv", "b.csv"), ("c.csv",), (), ()]
    assert [shop.word for shop in shops] == ["", "", "s-1", "s-2"]
    assert (shops[1].profile.currency, shops[1].choices.vat_rate) == ("CAD", 1_300)


def test_a_folder_without_a_description_is_refused(tmp_path: Path) -> None:
    """The refusal names the file that is missing."""
    with pytest.raises(CommandError, match=r"demo-shops\.json"):
        catalog_shops(tmp_path)
