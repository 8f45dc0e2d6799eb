"""Boutiques share the page fairly, and relevance is never crossed."""

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from search.ranking import ROW, ROW_CAP, Candidate, one_card_each, spread, tiers

TODAY = date(2026, 11, 22)


def candidates(*shops_and_scores: tuple[str, float]) -> list[Candidate]:
    return [
        Candidate(f"{shop}/{place}", shop, str(place), "red", score)
        for place, (shop, score) in enumerate(shops_and_scores)
    ]


SCORED = st.lists(
    st.tuples(st.sampled_from("abcdefg"), st.sampled_from([10.0, 9.0, 8.0, 4.0, 3.0, 1.0])), min_size=1, max_size=80
)


@given(SCORED)
def test_nothing_is_lost_and_tiers_are_never_crossed(scored: list[tuple[str, float]]) -> None:
    """Spreading permutes the block, and a piece of a lower tier never stands before one of a higher."""
    given_order = sorted(candidates(*scored), key=lambda found: -found.score)
    spread_order = spread(given_order, today=TODAY)
    assert sorted(found.id for found in spread_order) == sorted(found.id for found in given_order)
    tier_of = {found.id: number for number, tier in enumerate(tiers(given_order)) for found in tier}
    places = [tier_of[found.id] for found in spread_order]
    assert places == sorted(places)


@given(SCORED)
def test_a_shop_keeps_the_order_of_its_own_scores(scored: list[tuple[str, float]]) -> None:
    """Among one boutique's cards the better match stays ahead."""
    order = spread(candidates(*scored), today=TODAY)
    for shop in {found.shop for found in order}:
        scores = [found.score for found in order if found.shop == shop]
        assert scores == sorted(scores, reverse=True)


def test_no_shop_fills_a_row() -> None:
    """With enough other boutiques, a shop with thirty matches gets at most its cap of a row."""
    many = candidates(*[("big", 10.0)] * 30, *[(shop, 9.0) for shop in "abcdef" for _ in range(6)])
    first_row = spread(many, today=TODAY)[:ROW]
    assert Counter(found.shop for found in first_row)["big"] <= ROW_CAP


def test_caps_are_lifted_when_the_query_names_a_shop() -> None:
    """Whoever asks for one boutique sees its pieces in plain order of score."""
    many = candidates(*[("big", 10.0)] * 5, *[(shop, 9.0) for shop in "abcdef"])
    assert [found.shop for found in spread(many, today=TODAY, named_shop=True)][:5] == ["big"] * 5


def test_ties_rotate_from_day_to_day() -> None:
    """Equal matches do not always show the boutique that was indexed first."""
    equal = candidates(*[(shop, 1.0) for shop in "abcdefghij"])
    firsts = {spread(equal, today=date(2026, 11, day))[0].shop for day in range(1, 29)}
    assert len(firsts) > 3


def test_splitting_a_shop_in_two_gains_no_more_than_its_second_cap() -> None:
    """A single block after an earlier one counts the cards already placed."""
    first = spread(candidates(*[("a", 5.0), ("b", 5.0), ("c", 5.0), ("d", 5.0)]), today=TODAY)
    second = candidates(*[("a", 5.0), ("e", 5.0), ("f", 5.0), ("g", 5.0)])
    assert spread(second, first, today=TODAY)[-1].shop == "a"


def test_one_card_per_product() -> None:
    """A piece in several colours takes one place, also across blocks."""
    red, black = Candidate("1", "s", "p", "red", 2.0), Candidate("2", "s", "p", "black", 1.0)
    other = Candidate("3", "s", "q", "red", 1.0)
    assert one_card_each([red, black, other]) == [red, other]
    assert one_card_each([black], [red]) == []
