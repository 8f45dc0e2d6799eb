"""What of money waits for a person."""

from datetime import UTC, datetime
from typing import Any

from marketplace.console.views.hands import Morning, in_order, money_todos, wrong
from payouts.service.hands import Hands

DAY = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def hands(**changes: Any) -> Hands:
    """Nothing waits but what is said."""
    counts = {name: None if name.endswith(("since", "due_at", "shop")) else 0 for name in Hands.__struct_fields__}
    return Hands(**(counts | changes))


QUIET = Morning(hands=hands(), shortfall={"EUR": 0})


def test_what_is_missing_stands_in_the_headline() -> None:
    """Nobody has to look for the sum."""
    (todo,) = wrong(Morning(hands=hands(), shortfall={"EUR": 22_422, "USD": 0}))
    assert todo.sentence == "The hub owes €224.22 more than it has"


def test_a_quiet_morning_says_what_was_looked_at() -> None:
    """Nothing to do; every look is named with its page."""
    assert money_todos(QUIET) == []
    words = [one.words for one in in_order(QUIET)]
    assert "the books balance" in words
    assert len(words) == 9


def test_each_kind_leads_to_its_page_the_worst_first() -> None:
    """What is wrong, what others wait for, what goes its way: since when it waits or until when there is time."""
    morning = Morning(
        hands=hands(
            disputes=3,
            disputes_pressing=1,
            dispute_due_at=DAY,
            unmatched=2,
            unmatched_since=DAY,
            refunds_unfunded=1,
            unfunded_since=DAY,
            corrections=1,
            bank_details=1,
            bank_details_shop="s1",
            files_unheard=1,
            unheard_since=DAY,
            kept_long=4,
            debts=1,
        ),
        late_jobs=["pay.payouts"],
    )
    found = money_todos(morning)
    assert [todo.tone for todo in found] == ["bad"] * 3 + ["todo"] * 5 + ["calm"] * 2
    assert [(todo.sentence, todo.detail) for todo in found[:3]] == [
        ("1 regular job has not run", "pay.payouts"),
        ("1 dispute to be answered within 3 days", "the first by 22 Nov 2026, 09:30"),
        ("2 movements at the provider that nobody understands", "the oldest since 22 Nov 2026"),
    ]
    assert found[5].url == "/console/money/corrections"
    assert found[6].url == "/console/boutiques/s1/terms#bank-waiting"
    assert found[-2].sentence == "2 disputes under way"
    assert [one.words for one in in_order(morning)] == [
        "the books balance", "the hub has what it owes", "nothing is blocked",
    ]  # fmt: skip
