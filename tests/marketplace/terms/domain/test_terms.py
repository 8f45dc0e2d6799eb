"""What rules, settings and boutiques' words come to for one piece."""

import msgspec
import pytest

from federation.vocabulary.money import Money
from marketplace.terms.domain.rules import Rule, standard_rule
from marketplace.terms.domain.terms import (
    HubTerms,
    Referrer,
    RuleBook,
    Sold,
    categories_known,
    path_of,
    terms_of,
)
from tests.marketplace.listings.builders import profile

BOOK = RuleBook(
    revision=7,
    rules=(Rule(id="rings", name="Rings", category="jewellery", rate_bp=700), standard_rule(1000)),
)
HUB = HubTerms(country="IT", vat_bp=2200)
PIECE = Sold(shop_id="s1", profile=profile("one"), category="rings", price=Money(10_000, "EUR"), destination="DE")


def test_the_terms_name_rule_and_revision() -> None:
    """What is frozen on a line says by which rule of which revision, and how VAT was treated."""
    terms = terms_of(PIECE, BOOK, HUB)
    assert (terms.rule_id, terms.rule_revision, terms.rate_bp) == ("rings", 7, 700)
    assert (terms.vat_treatment, terms.vat_bp, terms.goods_vat_bp) == ("domestic", 2200, 0)


def test_a_net_base_takes_the_vat_of_the_destination_out() -> None:
    """Where rates are of net prices, the line carries the rate of the country the parcel goes to."""
    assert terms_of(PIECE, BOOK, msgspec.structs.replace(HUB, base="net")).goods_vat_bp == 1900


@pytest.mark.parametrize(
    ("hub_bp", "own_bp_max", "other_bp_max", "other", "share_bp"),
    [(500, 500, 800, "s2", 500), (500, 400, 800, "s2", 0), (500, 800, 400, "s2", 0), (500, 800, 800, "s1", 0)],
)
def test_a_referral_needs_both_boutiques_word(
    hub_bp: int, own_bp_max: int, other_bp_max: int, other: str, share_bp: int
) -> None:
    """The share is the hub's rate, if both agreed to as much; a boutique is never paid for its own shopper."""
    own = msgspec.structs.replace(PIECE.profile, referral_bp_max=own_bp_max)
    sold = msgspec.structs.replace(PIECE, profile=own)
    terms = terms_of(sold, BOOK, msgspec.structs.replace(HUB, referral_bp=hub_bp), Referrer(other, other_bp_max))
    assert (terms.referral_bp, terms.referrer) == (share_bp, other if share_bp else "")


def test_categories_are_paths_under_their_department() -> None:
    """Rules can name a department or a category below it; an unknown code is a path of its own."""
    assert path_of("rings") == "jewellery/rings"
    assert path_of("robots") == "robots"
    assert {"jewellery", "jewellery/rings"} <= set(categories_known())
