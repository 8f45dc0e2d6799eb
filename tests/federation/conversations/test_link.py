"""Links: what both sides allow, moved by each side for itself."""

import pytest

from federation.conversations import link
from federation.conversations.errors import TransitionRefusedError
from federation.conversations.link import LinkWord


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


NOW = 1_795_000_000_000


def test_a_word_is_numbered_above_all_before_it() -> None:
    """By the clock, and by one more where the clock has gone back."""
    first = link.decided(LinkWord("proposed"), "accept", NOW)
    assert first == LinkWord("accepted", NOW)
    assert link.decided(first, "suspend", NOW - 9) == LinkWord("suspended", NOW + 1)


@pytest.mark.parametrize(
    ("known", "said", "after"),
    [
        (LinkWord("suspended", 5), LinkWord("accepted", 4), LinkWord("suspended", 5)),
        (LinkWord("suspended", 5), LinkWord("accepted", 5), LinkWord("suspended", 5)),
        (LinkWord("suspended", 5), LinkWord("accepted", 0), LinkWord("suspended", 5)),
        (LinkWord("suspended", 5), LinkWord("accepted", 6), LinkWord("accepted", 6)),
        (LinkWord("suspended", 0), LinkWord("accepted", 0), LinkWord("accepted", 0)),
        (LinkWord("ended", 5), LinkWord("accepted", 4), LinkWord("ended", 5)),
    ],
)
def test_an_older_word_is_no_news(known: LinkWord, said: LinkWord, after: LinkWord) -> None:
    """Nor is the same one; only a side that numbers nothing is taken at its last."""
    assert link.heard(known, said) == after


@pytest.mark.parametrize(
    ("known", "said", "after"),
    [
        (LinkWord("proposed"), LinkWord("accepted", 3), LinkWord("accepted", 3)),
        (LinkWord("accepted", 3), LinkWord("suspended", 4), LinkWord("suspended", 4)),
        (LinkWord("suspended", 4), LinkWord("accepted", 3), LinkWord("suspended", 4)),
        (LinkWord("accepted", 3), LinkWord("proposed", 0), LinkWord("accepted", 3)),
        (LinkWord("ended", 3), LinkWord("accepted", 4), LinkWord("ended", 3)),
    ],
)
def test_an_answer_may_have_been_overtaken(known: LinkWord, said: LinkWord, after: LinkWord) -> None:
    """What an answer says counts if it is newer than what is known, or the first word at all."""
    assert link.answered(known, said) == after


@pytest.mark.parametrize(
    ("own", "told", "after"),
    [
        (LinkWord("accepted", 3), LinkWord("suspended", 4), LinkWord("suspended", 4)),
        (LinkWord("accepted", 3), LinkWord("accepted", 4), LinkWord("accepted", 4)),
        (LinkWord("suspended", 3), LinkWord("accepted", 4), LinkWord("suspended", NOW)),
        (LinkWord("suspended", 3), LinkWord("accepted", NOW + 5), LinkWord("suspended", NOW + 6)),
        (LinkWord("proposed", 0), LinkWord("accepted", 4), LinkWord("proposed", NOW)),
        (LinkWord("accepted", 3), LinkWord("suspended", 3), LinkWord("accepted", 3)),
        (LinkWord("accepted", 3), None, LinkWord("accepted", 3)),
        (LinkWord("accepted", 3), LinkWord("ended", NOW + link.NUMBER_AHEAD_MAX + 1), LinkWord("accepted", 3)),
    ],
)
def test_a_reminder_never_loosens_our_own_word(own: LinkWord, told: LinkWord | None, after: LinkWord) -> None:
    """A stricter word that we have forgotten is ours again; a looser one makes us say ours above it."""
    assert link.reminded(own, told, NOW) == after
