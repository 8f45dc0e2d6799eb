"""A node that keeps the protocol passes every check there is."""

from pathlib import Path
from typing import Literal

import pytest

from federation.conformance.judging import CHECKS, Wish, judge
from federation.conformance.verdicts import Verdict
from tests.federation.conformance.room import SEED, Fault, Room

Kind = Literal["shop", "hub"]


@pytest.mark.parametrize("kind", ["shop", "hub"])
async def test_a_good_node_conforms(kind: Kind, tmp_path: Path) -> None:
    """Every check is passed but the one that needs a stranger, which is passed before the link."""
    room = await Room(kind, tmp_path, Fault()).open()
    told: list[Verdict] = []
    strange = await judge(room, room.profile_url, Wish(seed=SEED, stays_linked=True), told.append)
    assert [verdict for verdict in strange.verdicts if verdict.outcome == "failed"] == []
    assert tuple(told) == strange.verdicts
    await room.accept()
    report = await judge(room, room.profile_url, Wish(seed=SEED, may_spend=True), told.append)
    assert [verdict for verdict in report.verdicts if verdict.outcome == "failed"] == []
    assert report.conforms
    asked = {verdict.name for verdict in (*strange.verdicts, *report.verdicts) if verdict.outcome == "passed"}
    assert {check.name for check in CHECKS[kind]} <= asked
