"""What waits for the operator."""

from datetime import timedelta

from marketplace.console.views.waiting import Waiting, todos
from tests.marketplace.console.views.test_standings import NOW, row, standing


def test_nothing_waits_in_a_quiet_house() -> None:
    """With every boutique fresh and no failure there is nothing to do."""
    assert todos(Waiting(standings=standing(row("ada")), shortfall={"EUR": 0})) == []


def test_the_worst_comes_first() -> None:
    """Books, solvency and forks before alerts; what others wait for before what is merely watched."""
    shown = standing(
        row("ada", replica_state="frozen"),
        row("bea", link_state="proposed"),
        row("cleo", quarantined=2, freshness="stale", last_heard_at=NOW - timedelta(hours=1)),
    )
    found = todos(
        Waiting(
            standings=shown,
            unbalanced=["EUR"],
            shortfall={"EUR": 5},
            alerts=1,
            dead_letters=2,
            failed_refunds=1,
            failed_payouts=1,
            blocked_settlements=2,
            owed_claims=1,
            overdue_parts=3,
        )
    )
    assert [todo.tone for todo in found] == ["bad"] * 7 + ["todo"] * 3 + ["calm"] * 3
    assert found[0].sentence == "The ledger does not balance in EUR. Stop and look."
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
    assert todos(Waiting(standings=standing(row("bea", link_state="proposed", proposed_by_shop=False)))) == []
