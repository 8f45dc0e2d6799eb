"""Links: what both sides allow, moved by each side for itself."""

import pytest

from federation.conversations import link
from federation.conversations.errors import TransitionRefusedError


def test_a_proposal_is_the_proposers_acceptance() -> None:
    """One side accepted and the other proposed is a proposal; both accepted is a link."""
    assert link.state_of("accepted", "proposed") == "proposed"
    assert link.state_of("accepted", link.step("proposed", "accept")) == "accepted"


def test_a_suspended_peer_cannot_lift_its_suspension() -> None:
    """The peer accepting again moves only its own side; ours keeps the link suspended until we accept."""
    ours = link.step("accepted", "suspend")
    theirs = link.step("accepted", link.EVENT_OF_DECISION["accepted"])
    assert link.state_of(ours, theirs) == "suspended"
    assert link.state_of(link.step(ours, "accept"), theirs) == "accepted"


def test_either_side_ends_a_link_for_good() -> None:
    """An end by one is an end, and nothing but another end follows on that side."""
    ended = link.step("accepted", "end")
    assert link.state_of("accepted", ended) == link.state_of(ended, "suspended") == "ended"
    assert link.step(ended, "end") == "ended"
    for event in ("accept", "suspend"):
        with pytest.raises(TransitionRefusedError):
            link.step(ended, event)
