"""A process that dies at any call of the provider, at all three moments of it, loses nothing and does nothing twice."""

from collections.abc import AsyncIterator

import pytest

from federation.node.database import Database, using
from federation.node.seals import Seal
from tests.payouts.kill_lives import Life
from tests.payouts.kill_mortal import MOMENTS, Doom, MortalDatabase
from tests.payouts.kill_points import CALLS, Point, points
from tests.payouts.kill_stories import MET_IN, NOT_REPEATED, STORIES
from tests.support.clients import SECRET_KEY
from tests.support.postgres import Urls

pytestmark = pytest.mark.apps("payouts.piccolo_app")

WITHIN_THE_ADAPTER = {"payout_terms", "set_payout_terms"}
"""Calls of the port that only an adapter makes of itself, when it opens an account."""


@pytest.fixture
async def mortals(database_urls: Urls) -> AsyncIterator[MortalDatabase]:
    """A database of its own for a process that can die."""
    database = MortalDatabase(Seal(SECRET_KEY))
    started: Database = await database.start(database_urls.app)
    with using(started):
        yield database
    await database.stop()


def test_every_point_has_its_story() -> None:
    """What is killed here is exactly what the code calls: a new call, or a new caller, needs a line in `MET_IN`."""
    assert set(points()) == set(MET_IN)
    called = {point.call for point in MET_IN}
    assert set().union(*CALLS.values()) - called == WITHIN_THE_ADAPTER


LIVES = [
    (point, moments)
    for point in MET_IN
    for moments in ((MOMENTS[:2], MOMENTS[::2]) if point in NOT_REPEATED else (MOMENTS,))
]


@pytest.mark.parametrize(("point", "moments"), LIVES, ids=lambda each: str(each) if isinstance(each, Point) else "")
async def test_killed_at(mortals: MortalDatabase, point: Point, moments: tuple[str, ...]) -> None:
    """Killed before the call, with the answer lost, before the commit: in the end it is as if nothing had died."""
    story = STORIES[MET_IN[point]]
    doom = mortals.doom = Doom(point, moments)
    life = Life(doom, story.settings)
    await story.tell(life)
    await life.comes_to_rest()
    assert doom.died == list(moments), "the story does not come to this point as often as the process is to die there"
    assert life.made() == story.ends_with
    await life.agrees()
