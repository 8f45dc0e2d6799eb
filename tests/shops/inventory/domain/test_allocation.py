"""Which pieces a hold takes."""

from shops.inventory.domain.allocation import (
    Level,
    Pieces,
    allocate,
    held_pieces_max,
    over_bound,
    wanted_by_variant,
)


def level(variant_id: str, on_hand: int, held: int = 0, location: str = "main", position: int = 0) -> Level:
    return Level(variant_id=variant_id, location=location, position=position, on_hand=on_hand, held=held)


def test_takes_from_the_first_location_that_has_some() -> None:
    """Pieces come from the lowest position first and spill over to the next place."""
    levels = [level("a", 3, location="cellar", position=1), level("a", 2, held=1)]
    assert allocate({"a": 3}, levels).pieces == (Pieces("a", "main", 1), Pieces("a", "cellar", 2))


def test_all_variants_or_none() -> None:
    """One variant that is short leaves nothing taken of the others, and says what there is of each."""
    allocation = allocate({"a": 1, "b": 2}, [level("a", 5), level("b", 1)])
    assert allocation.pieces == ()
    assert allocation.available == {"a": 5, "b": 1}


def test_an_unknown_variant_has_none() -> None:
    """A variant without a register counts as sold out."""
    assert allocate({"a": 1}, []).available == {"a": 0}


def test_fewer_on_hand_than_held_is_nothing_to_sell() -> None:
    """After a recount below what is held nothing is sellable, and never less than nothing."""
    assert level("a", 1, held=3).sellable == 0


def test_two_lines_of_one_variant_are_summed() -> None:
    """Two lines cannot each take the same last piece."""
    assert wanted_by_variant([("a", 1), ("b", 1), ("a", 2)]) == {"a": 3, "b": 1}


def test_a_small_register_has_no_bound_but_itself() -> None:
    """A single hub can hold the last pieces of a small boutique."""
    assert over_bound({"a": 3}, {}, [level("a", 3)]) is None
    assert over_bound({"a": 1}, {"a": 9}, [level("a", 10)]) is None


def test_a_large_register_is_bounded_by_a_share() -> None:
    """Past a fifth of a large register, rounded up, a hub gets no more."""
    assert held_pieces_max(101) == 21
    assert over_bound({"a": 1}, {"a": 20}, [level("a", 101)]) is None
    assert over_bound({"a": 1}, {"a": 21}, [level("a", 101)]) == "a"
