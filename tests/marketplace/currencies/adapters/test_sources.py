"""The sources of rates behind their port."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from federation.node.door import DoorResponse
from federation.vocabulary.errors import GalleriaError, RecordInvalidError
from marketplace.currencies.adapters.ecb import DAILY_URL, EcbRates
from marketplace.currencies.adapters.table import TableRates
from tests.marketplace.currencies.domain.test_ecb import GOOD, daily
from tests.marketplace.currencies.sheets import DAY, NOW


class Door:
    """A guarded door with one answer behind it."""

    def __init__(self, status: int, body: bytes) -> None:
        self.answer = DoorResponse(status, [], body)
        self.asked: list[tuple[str, str]] = []

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes, max_bytes: int
    ) -> DoorResponse:
        assert not headers
        assert not body
        assert max_bytes <= 64 * 1024
        self.asked.append((method, url))
        return self.answer


async def test_the_ecb_is_asked_through_the_door() -> None:
    """One GET of the daily file gives the day's sheet."""
    door = Door(200, daily(GOOD))
    sheet = await EcbRates(door).latest(NOW)
    assert door.asked == [("GET", DAILY_URL)]
    assert sheet.day == DAY


@pytest.mark.parametrize(("status", "body"), [(503, b"later"), (200, b"<cut"), (304, b"")])
async def test_any_other_answer_is_a_refusal(status: int, body: bytes) -> None:
    """Neither an error page nor half a file becomes rates."""
    with pytest.raises(GalleriaError):
        await EcbRates(Door(status, body)).latest(NOW)


async def test_a_table_of_our_own_is_of_today(tmp_path: Path) -> None:
    """A demonstration's rates are always valid and say that they are a demonstration's."""
    path = tmp_path / "rates.toml"
    path.write_text('source = "demo table"\n[per_euro]\nGBP = "0.8412"\nJPY = "178.43"\n')
    sheet = await TableRates(path).latest(NOW)
    assert (sheet.day, sheet.source, str(sheet.rate("GBP"))) == (NOW.date(), "demo table", "0.8412")


async def test_a_table_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """A missing or broken file is a sentence, not a crash."""
    with pytest.raises(RecordInvalidError):
        await TableRates(tmp_path / "missing.toml").latest(NOW)
