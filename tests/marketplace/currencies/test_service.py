"""Keeping rates current."""

from datetime import date, datetime, timedelta

import pytest

from federation.node.database import Database
from federation.vocabulary.errors import PeerUnreachableError
from marketplace.currencies import service
from marketplace.currencies.domain.rates import RateSheet
from tests.marketplace.currencies.sheets import DAY, NOW, sheet

pytestmark = pytest.mark.apps("marketplace.piccolo_app")


class Source:
    """A source that gives what it is told to, or nothing."""

    def __init__(self, given: RateSheet | None = None) -> None:
        self.given = given
        self.renewed = 0

    async def latest(self, now: datetime) -> RateSheet:
        del now
        if self.given is None:
            raise PeerUnreachableError("no answer")
        return self.given

    async def count(self, now: datetime) -> None:
        del now
        self.renewed += 1


async def test_a_new_sheet_is_kept_once(committed: Database) -> None:
    """The same rates again change nothing; those of another day take over."""
    source = Source(sheet())
    assert await service.refresh(source, source.count, NOW)
    assert not await service.refresh(source, source.count, NOW)
    source.given = sheet(date(2026, 11, 21), GBP="0.85")
    assert await service.refresh(source, source.count, NOW)
    assert source.renewed == 2
    found = await service.current(NOW)
    assert found is not None
    assert (found.day, str(found.rate("GBP"))) == (date(2026, 11, 21), "0.85")
    assert found.id > 0


async def test_a_source_that_is_down_leaves_the_rates_until_they_are_old(committed: Database) -> None:
    """Yesterday's rates go on serving; after four days nothing is converted any more, but prices can be compared."""
    source = Source(sheet())
    await service.refresh(source, source.count, NOW)
    source.given = None
    assert not await service.refresh(source, source.count, NOW + timedelta(hours=1))
    assert (await service.exchange("JPY", NOW + timedelta(days=2))).reaches("EUR")
    assert not (await service.exchange("JPY", NOW + timedelta(days=3))).reaches("EUR")
    assert (await service.ruler("EUR")).sheet is not None


async def test_old_rates_are_not_taken(committed: Database) -> None:
    """A source that sends last week's file has sent nothing."""
    source = Source(sheet(DAY - timedelta(days=7)))
    assert not await service.refresh(source, source.count, NOW)
    assert (await service.ruler("EUR")).sheet is None
