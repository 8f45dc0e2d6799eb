"""From a boutique's file to records."""

from importlib.resources import files

import msgspec
import pytest

from federation.vocabulary.product import is_gtin
from marketplace.demo.world.house import read_house
from marketplace.demo.world.making import make_boutique, sizes_of, slug, with_check_digit
from tests.support.boutiques import catalog_lines

SOURCE = files("marketplace.demo.world").joinpath("houses", "lucca.toml").read_bytes()


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("IT 38-42", ["IT 38", "IT 40", "IT 42"]),
        ("EU 36-38", ["EU 36", "EU 37", "EU 38"]),
        ("INT S M", ["S", "M"]),
        ("CM 75 80", ["75 cm", "80 cm"]),
        ("WL 30 31", ["W30", "W31"]),
        ("ONE", ["One size"]),
    ],
)
def test_sizes_are_spread_as_their_system_counts(text: str, labels: list[str]) -> None:
    """Italian and French clothes go in twos, the rest in ones."""
    assert [size.label for size in sizes_of(text)] == labels


def test_the_same_file_gives_the_same_bytes() -> None:
    """Reading twice gives equal lines, pictures included."""
    made = [list(catalog_lines(make_boutique(read_house(SOURCE), 0))) for _ in range(2)]
    assert made[0] == made[1]


def test_a_misspelt_field_is_named() -> None:
    """A fault in a file is refused with the field's name."""
    with pytest.raises(msgspec.ValidationError, match="lapels"):
        read_house(SOURCE.replace(b"rows = 1", b"lapels = 1"))


def test_check_digits_and_slugs() -> None:
    """Check digits satisfy the standard; accents and ampersands leave a slug."""
    assert is_gtin(with_check_digit("952100100000"))
    assert slug("Crêpe & Ink, no. 2") == "crepe-ink-no-2"
