"""What a card shows."""

from federation.node.languages import in_language
from federation.vocabulary.money import Money
from federation.vocabulary.product import Media
from marketplace.listings.domain.cards import card, pictures, size_labels
from tests.marketplace.listings.builders import product, profile, variant

BLUE_AND_RED = product(
    "p",
    variant("b40", 10_000, "blue", "40"),
    variant("b42", 12_000, "blue", "42"),
    variant("r40", 9_000, "red", "40"),
    media=tuple(
        Media(f"http://shop.example/{place}.svg", f"{place}" * 64, 600, 800, words)
        for place, words in enumerate(("Blue dress", "Blue dress, back", "Red dress", "Red dress, back"))
    ),
)


def test_a_card_speaks_of_its_own_colour() -> None:
    """Price range, pictures and sizes in stock are those of the colour that was found."""
    shown = card(("s", profile("x")), BLUE_AND_RED, "blue", frozenset({"b40", "b42", "r40"}), spoken=in_language)
    assert (shown.price, shown.price_to) == (Money(10_000, "EUR"), Money(12_000, "EUR"))
    assert [url.split("/")[2][:1] for url in (shown.image_url, shown.second_image_url)] == ["0", "1"]
    assert shown.picture is not None
    assert shown.image_url == shown.picture.url == f"/media/{'0' * 64}/640.webp?of=x"
    assert shown.sizes == ["IT 40", "IT 42"]
    red = card(("s", profile("x")), BLUE_AND_RED, "red", frozenset(), spoken=in_language)
    assert (red.image_url.split("/")[2][:1], red.sizes, red.price_to) == ("2", [], None)


def test_a_product_without_pictures_has_a_card() -> None:
    """No picture is an empty address, not a fault."""
    bare = product("p", media=())
    assert pictures("x", bare, "Blue") == (None, None)
    assert card(("s", profile("x")), bare, "blue", frozenset(), spoken=in_language).image_url == ""


def test_sizes_stand_from_small_to_large() -> None:
    """Numbers are put in order; letters stay as the boutique has them, which knows that S is below L."""
    mixed = [variant("a", size="46"), variant("b", size="9,5"), variant("c", size="40")]
    assert size_labels(mixed) == ["IT 9,5", "IT 40", "IT 46"]
    letters = [variant("a", size="S"), variant("b", size="M"), variant("c", size="L")]
    assert size_labels(letters) == ["IT S", "IT M", "IT L"]
