"""The demo's boutiques: sound records, no two alike, readable in their own colours, the same every time."""

from collections import Counter

import msgspec
import pytest

from federation.node.colours import contrast
from federation.vocabulary.product import check_product, is_gtin
from marketplace.demo.world.boutiques import BOUTIQUES, FIRST, house
from marketplace.demo.world.making import DemoBoutique
from tests.marketplace.demo.world import proof
from tests.support.boutiques import catalog_lines

EACH = pytest.mark.parametrize("boutique", BOUTIQUES, ids=lambda boutique: boutique.profile.handle)


def test_there_are_twelve_on_three_nodes() -> None:
    """Twelve boutiques, about six hundred products, spread over three nodes."""
    assert len(BOUTIQUES) == 12
    assert Counter(boutique.node for boutique in BOUTIQUES) == {0: 4, 1: 4, 2: 4}
    assert 560 <= sum(len(boutique.products) for boutique in BOUTIQUES) <= 680
    assert sum(len(product.variants) for boutique in BOUTIQUES for product in boutique.products) >= 2000


def test_no_two_boutiques_are_alike() -> None:
    """Names, towns, monograms, palettes, openings and numbers are each one's own; all type pairings are worn."""
    for pick in ("handle", "name", "town", "vat_id", "email"):
        assert len({getattr(boutique.profile, pick) for boutique in BOUTIQUES}) == 12, pick
    themes = [boutique.profile.theme for boutique in BOUTIQUES]
    assert len({theme.monogram for theme in themes}) == 12
    assert len({(theme.ground, theme.accent) for theme in themes}) == 12
    assert len({(theme.layout, theme.motif) for theme in themes}) == 12
    assert {theme.pairing for theme in themes} == set(range(1, 9))


def test_all_but_one_accept_orders_by_themselves() -> None:
    """One boutique accepts by hand, so that both ways can be seen."""
    manual = [boutique for boutique in BOUTIQUES if boutique.profile.order_acceptance == "manual"]
    assert len(manual) == 1


def test_each_form_of_export_is_used_by_four() -> None:
    """The small world goes through every door that a catalogue can come in by."""
    assert Counter(boutique.export for boutique in BOUTIQUES) == {"shopify": 4, "shopify-new": 4, "jsonl": 4}


def test_ids_and_numbers_are_used_once() -> None:
    """Variants, SKUs, GTINs and texts never repeat, be it in Italian or in English."""
    variants = [variant for boutique in BOUTIQUES for product in boutique.products for variant in product.variants]
    for values in ([one.id for one in variants], [one.sku for one in variants]):
        assert len(values) == len(set(values))
    gtins = [one.gtin for one in variants if one.gtin]
    assert len(gtins) == len(set(gtins))
    for language in ("it", "en"):
        for said in ("title", "description"):
            texts = [getattr(one, said)[language] for boutique in BOUTIQUES for one in boutique.products]
            assert len(texts) == len(set(texts)), (language, said)


def test_no_sentence_is_shared_by_two_boutiques() -> None:
    """The editions of a piece share its words; no boutique borrows a sentence from another."""
    assert list(proof.repeated({name: house(name) for name in FIRST})) == []


def test_every_boutique_speaks_italian_and_english() -> None:
    """What a boutique says of itself and of each product stands in both languages, and in any third one throughout."""
    for boutique in BOUTIQUES:
        languages = boutique.profile.story.keys()
        assert languages >= {"it", "en"}
        for words in (boutique.profile.tagline, boutique.profile.returns):
            assert words.keys() == languages
        for product in boutique.products:
            assert product.title.keys() == product.description.keys() == languages, product.id
            assert product.care.keys() >= {"it", "en"}, product.id


@EACH
def test_every_record_is_sound(boutique: DemoBoutique) -> None:
    """Products pass the vocabulary's own checks; GTINs are of the range for examples and have right check digits."""
    assert 40 <= len(boutique.products) <= 75
    for product in boutique.products:
        check_product(product)
        for variant in product.variants:
            assert variant.price.currency == boutique.profile.currency
            assert variant.gtin is None or (variant.gtin.startswith("952") and is_gtin(variant.gtin))


@EACH
def test_colours_can_be_read(boutique: DemoBoutique) -> None:
    """Ink on ground at least 7 to 1, accent on ground at least 4.5 to 1."""
    theme = boutique.profile.theme
    assert contrast(theme.ink, theme.ground) >= 7
    assert contrast(theme.accent, theme.ground) >= 4.5


@EACH
def test_stock_is_small_and_every_piece_can_be_had(boutique: DemoBoutique) -> None:
    """A few pieces of each size, some sold out, but no product without any."""
    for product in boutique.products:
        held = [boutique.stock[variant.id] for variant in product.variants]
        assert max(held) <= 6
        assert sum(held) > 0


@EACH
def test_catalogue_lines_carry_what_the_importer_reads(boutique: DemoBoutique) -> None:
    """One line per product with its stock and two pictures per colour, whose words name the colour."""
    lines = [msgspec.json.decode(line) for line in catalog_lines(boutique)]
    assert len(lines) == len(boutique.products)
    for line, product in zip(lines, boutique.products, strict=True):
        colours = list(dict.fromkeys(variant.colour.name for variant in product.variants))
        assert line["stock"].keys() == {variant.id for variant in product.variants}
        assert len(line["pictures"]) == 2 * len(colours)
        for place, picture in enumerate(line["pictures"]):
            assert colours[place // 2] in picture["alt"]


def test_some_variant_has_three_pieces() -> None:
    """The demo's race needs a variant with exactly three left."""
    assert any(quantity == 3 for boutique in BOUTIQUES for quantity in boutique.stock.values())
