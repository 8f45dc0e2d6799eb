"""Replicas: caught up by pull or snapshot, repaired on doubt, frozen on a proven fork from anywhere."""

import pytest

from federation.conversations import replica
from federation.conversations.errors import TransitionRefusedError
from federation.conversations.replica import REPLICA, SERVED, ReplicaState


def test_a_copy_becomes_live_by_either_way() -> None:
    """A pull, or a snapshot and the leaves after it, ends live."""
    assert replica.step(replica.step("desynced", "pull"), "caught_up") == "live"
    assert replica.step(replica.step("desynced", "snapshot"), "loaded") == "catching_up"


@pytest.mark.parametrize("state", sorted(REPLICA.states))
def test_a_fork_freezes_from_every_state(state: ReplicaState) -> None:
    """Proof of two histories stops a copy wherever it stands; only an operator thaws it, to start anew."""
    assert replica.step(state, "fork") == "frozen"
    assert replica.step("frozen", "thaw") == "desynced"


def test_a_frozen_copy_takes_nothing_and_stays_served() -> None:
    """Good records already taken stay visible; no pull, push or repair moves the copy."""
    assert "frozen" in SERVED
    for event in ("pull", "caught_up", "mismatch", "snapshot"):
        with pytest.raises(TransitionRefusedError):
            replica.step("frozen", event)


def test_repair_has_a_budget() -> None:
    """A copy that keeps failing is throttled, and comes back to repair."""
    state = replica.step(replica.step("live", "mismatch"), "budget_spent")
    assert state == "throttled"
    assert replica.step(replica.step(state, "budget_back"), "repaired") == "live"
