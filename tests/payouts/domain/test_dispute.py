"""The life of a dispute as a table: what the provider says leads to one state, in whatever order it is heard."""

from itertools import permutations

import pytest

from payouts.domain.dispute import (
    DISPUTE,
    ChosenLine,
    DisputedLine,
    DisputeStatus,
    begins_as,
    checked,
    crosses_border,
    spread,
    step_of,
)
from payouts.errors import DisputeChoiceError

LINES = (DisputedLine("p1", "dress", 11643), DisputedLine("p1", "shipping", 690), DisputedLine("p2", "ring", 9700))


def walked(status: DisputeStatus, word: str) -> DisputeStatus:
    """Where one word of the provider leads."""
    while (step := step_of(status, word)) is not None:
        status = DISPUTE.after(status, step)
    return status


@pytest.mark.parametrize(
    ("words", "end"),
    [
        (("inquiry", "inquiry_review", "inquiry_closed"), "closed"),
        (("inquiry", "open", "review", "won"), "won"),
        (("open", "lost"), "lost"),
        (("inquiry", "prevented"), "prevented"),
        (("open", "review", "won", "appeal", "lost"), "lost"),
        (("open", "lost", "appeal_review", "won"), "won"),
    ],
)
def test_a_dispute_ends_where_its_bank_ends_it(words: tuple[str, ...], end: str) -> None:
    """Told in order, each story has its end."""
    status = begins_as(words[0])
    for word in words:
        status = walked(status, word)
    assert status == end


@pytest.mark.parametrize("end", ["won", "lost", "prevented"])
def test_a_word_that_comes_late_changes_nothing(end: str) -> None:
    """In every order of the same words that ends with the decision, and after it, the state is the decided one."""
    for order in permutations(("inquiry", "inquiry_review", "open", "review")):
        status = begins_as(order[0])
        for word in (*order[:2], end, *order[2:]):
            status = walked(status, word)
        assert status == end, order


def test_a_first_sight_late_in_its_life_is_as_good_as_an_early_one() -> None:
    """Seen for the first time when it was decided: decided at once."""
    for word, end in (
        ("won", "won"),
        ("review", "evidence"),
        ("appeal_review", "evidence"),
        ("inquiry_closed", "closed"),
    ):
        assert walked(begins_as(word), word) == end


def test_a_dispute_spreads_over_what_is_left_and_no_further() -> None:
    """In proportion, to the cent; more than all lines is nobody's; nothing of a line that is gone."""
    assert sum(each.amount_minor for each in spread(12_333, LINES)) == 12_333
    assert spread(99_999, LINES) == tuple(ChosenLine(one.shop_order_id, one.line_id, one.left_minor) for one in LINES)
    assert spread(100, (DisputedLine("p", "a", 0), DisputedLine("p", "b", 7))) == (ChosenLine("p", "b", 7),)
    assert spread(100, ()) == ()


def test_a_choice_is_of_this_order_and_within_the_dispute() -> None:
    """Exactly the dress and its shipping is a choice; anything beyond a line or the dispute is none."""
    whole = (ChosenLine("p1", "dress", 11643), ChosenLine("p1", "shipping", 690))
    assert checked(12_333, whole, LINES) == whole
    for wrong in ((), (ChosenLine("p1", "dress", 0),), (ChosenLine("p3", "dress", 1),), (*whole, whole[0])):
        with pytest.raises(DisputeChoiceError):
            checked(12_333, wrong, LINES)
    with pytest.raises(DisputeChoiceError):
        checked(12_332, whole, LINES)


def test_borders_that_money_may_not_cross_twice() -> None:
    """Within the economic area money goes back and forth; elsewhere a reversal waits for the decision."""
    assert not any(crosses_border(hub, shop) for hub, shop in (("FR", "FR"), ("FR", "DE"), ("US", "US")))
    assert all(crosses_border(hub, shop) for hub, shop in (("FR", "US"), ("US", "DE"), ("FR", "CH")))
