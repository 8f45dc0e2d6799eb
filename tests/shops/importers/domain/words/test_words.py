"""Words of five languages: what they say of categories, colours, sizes and wearers."""

import pytest

from federation.vocabulary.product import CATEGORIES, COLOUR_FAMILIES
from shops.importers.domain.draft_looks import FAMILY_NAMES
from shops.importers.domain.words.categories import category_named, category_of_path, category_of_tags
from shops.importers.domain.words.colours import family_named
from shops.importers.domain.words.sizes import SizeRules, is_colour_option, is_size_option, read_size, system_named
from shops.importers.domain.words.wearers import gender_of

RULES = SizeRules("IT", "EU")


@pytest.mark.parametrize(
    ("words", "language", "category"),
    [
        ("Borse", "it", "handbags"),
        ("borsa da cintura", "it", "handbags"),
        ("Belt bag", "en", "handbags"),
        ("Piccola pelletteria", "it", "wallets"),
        ("Boucles d’oreilles", "fr", "earrings"),
        ("Lederhandschuhe", "de", "gloves"),
        ("Größere Taschen", "de", "handbags"),
        ("Zapatos", "es", "shoes"),
        ("Abito da uomo", "it", "suits"),
        ("T-Shirt", "en", "shirts"),
        ("Astronavi", "it", None),
    ],
)
def test_types_name_categories(words: str, language: str, category: str | None) -> None:
    """A shop's own type is known in its language: the head of a name counts, first or last as the language has it."""
    assert category_named(words, language) == category


def test_every_category_is_named_by_its_own_label() -> None:
    """The English label and the code of each of our categories lead back to it."""
    assert {code: category_named(label, "en") for code, (label, _) in CATEGORIES.items()} == {
        code: code for code in CATEGORIES
    }


def test_the_deepest_known_part_of_a_path_counts() -> None:
    """Taxonomy paths are read from their end; a path of generalities says nothing."""
    root = "Apparel & Accessories"
    assert category_of_path(f"{root} > Handbags, Wallets & Cases > Handbags > Shoulder Bags") == "handbags"
    assert category_of_path(f"{root} > Clothing > Outerwear > Coats & Jackets") == "coats"
    assert category_of_path(f"{root} > Clothing") is None


def test_tags_count_when_they_agree() -> None:
    """One category among many tags is taken; two are no answer."""
    assert category_of_tags(["estate", "sandali", "Made in Italy"], "it") == "sandals"
    assert category_of_tags(["sandali", "borse"], "it") is None


@pytest.mark.parametrize(
    ("name", "language", "family"),
    [
        ("Verde bosco", "it", "green"),
        ("Testa di moro", "it", "brown"),
        ("blu navy", "it", "navy"),
        ("Light blue", "en", "blue"),
        ("Dunkelgrün", "de", "green"),
        ("rose-gold", "en", "copper"),
        ("nero/bianco", "it", "multicolour"),
        ("bianco / avorio", "it", "white"),
        ("Xyz", "it", None),
    ],
)
def test_colour_names_have_families(name: str, language: str, family: str | None) -> None:
    """A shop's own colour name leads to a family; two colours of different families are many."""
    assert family_named(name, language) == family


def test_every_family_is_known_by_its_own_words() -> None:
    """Each family's code, and its name in each language, lead back to it."""
    for family in COLOUR_FAMILIES:
        assert family_named(family, "en") == family
        for language, name in FAMILY_NAMES[family].items():
            assert family_named(name, language) == family, name


@pytest.mark.parametrize(
    ("text", "category", "system", "value"),
    [
        ("IT 42", "dresses", "IT", "42"),
        ("42", "dresses", "IT", "42"),
        ("36,5", "sandals", "EU", "36.5"),
        ("EU35.5/US5.5", "shoes", "EU", "35.5"),
        ("42 FR", "coats", "FR", "42"),
        ("7½", "gloves", "INT", "7.5"),
        ("85", "belts", "CM", "85"),
        ("85 cm", "bracelets", "CM", "85"),
        ("W30 L32", "trousers", "WL", "30/32"),
        ("Small", "shirts", "INT", "S"),
        ("Taglia unica", "scarves", "ONE", "ONE"),
        ("", "rings", "ONE", "ONE"),
    ],
)
def test_sizes_are_read(text: str, category: str, system: str, value: str) -> None:
    """A size says its system itself, or the piece's kind and the boutique's rules do."""
    read = read_size(text, category, None, RULES)
    assert (read.size.system, read.size.value, read.is_known) == (system, value, True)


def test_what_fits_no_system_is_kept_as_written() -> None:
    """An unknown size keeps its words, within bounds, and is said to be unknown."""
    read = read_size('Lithograph - Height: 9" x Width: 12" and a half', "shirts", None, RULES)
    assert not read.is_known
    assert read.size.label.startswith("Lithograph - Height")
    assert not read_size("900", "belts", None, RULES).is_known


def test_option_names_are_told_apart() -> None:
    """Names of options say whether they hold sizes or colours, also within longer names, and which system."""
    assert is_size_option("Italian Size MEN")
    assert is_size_option("Größe")
    assert is_colour_option("COLOR")
    assert not is_colour_option("Size")
    assert [system_named(name) for name in ("Size (IT)", "ALPHA", "Taglia")] == ["IT", "INT", None]
    assert system_named("EU") == "EU"


def test_wearers_are_named_alone_together_or_as_children() -> None:
    """Women and men together are everybody; any child makes it a child's; no word is no answer."""
    assert gender_of(["inverno, donna"]) == "women"
    assert gender_of(["female; male"]) == "unisex"
    assert gender_of(["Kids", "women"]) == "children"
    assert gender_of(["inverno"]) is None
