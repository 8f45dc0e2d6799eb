"""What waits for the operator."""

from datetime import timedelta

from marketplace.console.views.hands import Morning
from marketplace.console.views.waiting import Waiting, todos
from tests.marketplace.console.views.test_hands import QUIET, hands
from tests.marketplace.console.views.test_standings import NOW, row, standing


def test_nothing_waits_in_a_quiet_house() -> None:
    """With every boutique fresh and no failure there is nothing to do."""
    assert todos(Waiting(standings=standing(row("ada")), money=QUIET)) == []


def test_the_worst_comes_first() -> None:
    """Forks, books and solvency before alerts; what others wait for before what is merely watched."""
    shown = standing(
        row("ada", replica_state="frozen"),
        row("bea", link_state="proposed"),
        row("cleo", quarantined=2, freshness="stale", last_heard_at=NOW - timedelta(hours=1)),
    )
    found = todos(
        Waiting(
            standings=shown,
            money=Morning(
                hands=hands(alerts=1, refunds_failed=1, paused=1, blocked=2, blocked_since=NOW, debts=1),
                unbalanced=["EUR"],
                shortfall={"EUR": 5},
            ),
            dead_letters=2,
            overdue_parts=3,
        )
    )
    assert [todo.tone for todo in found] == ["bad"] * 7 + ["todo"] * 3 + ["calm"] * 3
    assert found[1].sentence == "The ledger does not balance in EUR. Stop and look."
    assert [todo.sentence for todo in found[7:]] == [
        "1 boutique asks to be let in",
        "3 parcels overdue",
        "2 settlements cannot be sent to their boutiques",
        "cleo: 2 records could not be read",
        "Silent for a while, sold only after asking: cleo",
        "1 debt of boutiques, to be set off against what they sell next",
    ]


def test_our_own_proposals_do_not_wait_for_us() -> None:
    """A boutique the hub has asked has to answer itself."""
    assert (
        todos(Waiting(standings=standing(row("bea", link_state="proposed", proposed_by_shop=False)), money=QUIET)) == []
    )
