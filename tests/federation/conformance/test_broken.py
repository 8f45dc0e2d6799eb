"""Every check can fail: for each there is a node that breaks just that rule, and is told so in fitting words."""

from pathlib import Path

import pytest

from federation.conformance.judging import CHECKS, INTRODUCED, Wish, judge
from federation.conformance.meeting import RULES
from federation.conformance.verdicts import Report
from tests.federation.conformance.faults import Broken
from tests.federation.conformance.room import SEED, Fault, Room
from tests.federation.conformance.talk_faults import BROKEN

LINKLESS = frozenset({"link-needed"})


async def judged(broken: Broken, folder: Path) -> Report:
    """What the judge says of a broken node whose people have accepted the link before the fault began."""
    room = await Room(broken.kind, folder, Fault()).open()
    await judge(room, room.profile_url, Wish(seed=SEED, stays_linked=True), lambda _verdict: None)
    if broken.check not in LINKLESS:
        await room.accept()
    if broken.kind == "hub" and broken.check not in LINKLESS:
        only = frozenset({"push-taken", "push-cosigned"})
        await judge(room, room.profile_url, Wish(seed=SEED, stays_linked=True, only=only), lambda _verdict: None)
    room.fault = broken.fault
    wish = Wish(seed=SEED, may_spend=True, stays_linked=True, only=frozenset({broken.check}))
    return await judge(room, room.profile_url, wish, lambda _verdict: None)


@pytest.mark.parametrize("broken", BROKEN, ids=[broken.name for broken in BROKEN])
async def test_a_broken_node_is_told_what_is_wrong(broken: Broken, tmp_path: Path) -> None:
    """The check that stands for the rule fails, with the reason; the report says that the node does not conform."""
    report = await judged(broken, tmp_path)
    (verdict,) = (verdict for verdict in report.verdicts if verdict.name == broken.check)
    assert verdict.outcome == "failed", verdict
    assert broken.words in verdict.reason
    assert not report.conforms


def test_every_check_has_a_node_that_fails_it() -> None:
    """No check is there that cannot fail."""
    asked = {check.name for checks in CHECKS.values() for check in checks}
    assert {broken.check for broken in BROKEN} == {*asked, *RULES, INTRODUCED}
