"""Papers of a hub in Rome: closed, numbered and dated by its own clocks, and after it changed its zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from federation.node import clock
from payouts import service
from payouts.adapters.memory import MemoryProvider
from payouts.domain.invoice import Invoice
from payouts.domain.papers import PaperForm, PaperHead, PaperKind
from payouts.service import papers, statements
from payouts.store import papers as store
from tests.payouts.adding_up import check_papers
from tests.payouts.paper_scene import TestOffice
from tests.payouts.scene import MemoryScene
from tests.payouts.worked_example import ORDER, PART_A, A

pytestmark = [pytest.mark.apps("payouts.piccolo_app"), pytest.mark.usefixtures("committed")]

NEW_YEARS_EVE = datetime(2026, 12, 31, 22, 50, 0, 400_000, tzinfo=UTC)
"""Ten minutes to midnight in Rome."""


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let it be that moment."""
    with clock.reading(lambda: moment):
        yield


async def sold_in_rome() -> MemoryScene:
    """A hub in Rome that has just sold the worked example, on new year's eve."""
    with at(NEW_YEARS_EVE):
        scene = MemoryScene(MemoryProvider(NEW_YEARS_EVE))
        in_zone(scene, "Europe/Rome")
        await scene.buy()
    return scene


def in_zone(scene: MemoryScene, name: str) -> None:
    """Let the hub be in another zone, as when it is started with another setting."""
    scene.pay = msgspec.structs.replace(scene.pay, office=TestOffice(name))


async def chain(*kinds: PaperKind) -> list[PaperHead]:
    """A's papers of these kinds, by their periods."""
    return sorted((one for one in await statements.papers_of(A) if one.kind in kinds), key=lambda one: one.period_start)


def text(moment: datetime) -> str:
    """A moment as short as it is exact."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


async def test_a_year_ends_at_midnight_of_the_hub_and_no_hour_is_lost_when_it_moves() -> None:
    """Closed at ten past midnight in Rome, with numbers of the new year; then in UTC, then in Rome again for a year."""
    roman, midnight = await sold_in_rome(), datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert await papers.close_periods(roman.pay, midnight - timedelta(seconds=1)) == 0
    assert await papers.close_periods(roman.pay, midnight + timedelta(minutes=10)) == 6
    invoice, statement = sorted(await statements.papers_of(A), key=lambda head: head.kind)
    assert (invoice.number, statement.number) == ("FC-2027-00001", "ST-2027-00001")
    assert {invoice.time_zone, statement.time_zone} == {"Europe/Rome"}
    table = await statements.paper(A, statement.id, PaperForm.CSV)
    assert table is not None
    assert b"2026-12-01T00:00:00+01:00,opening" in table.content
    with at(midnight + timedelta(minutes=30)):
        in_zone(roman, "UTC")
        dress = (service.RefundPart("dress", 1),)
        await roman.refund(
            service.RefundRequest(refund_id=UUID(int=7), order_id=ORDER, shop_order_id=PART_A, parts=dress)
        )
    await papers.close_periods(roman.pay, datetime(2027, 2, 1, 0, 10, tzinfo=UTC))
    in_zone(roman, "Europe/Rome")
    await papers.close_periods(roman.pay, datetime(2027, 11, 10, tzinfo=UTC))
    told = await chain(PaperKind.STATEMENT)
    assert [text(one.period_start) for one in told[1:]] == [text(one.period_end) for one in told[:-1]]
    assert [text(one.period_end) for one in told] == [
        "2026-12-31T23:00:00", "2027-01-01T00:00:00", "2027-02-01T00:00:00", "2027-02-28T23:00:00",
        "2027-03-31T22:00:00", "2027-04-30T22:00:00", "2027-05-31T22:00:00", "2027-06-30T22:00:00",
        "2027-07-31T22:00:00", "2027-08-31T22:00:00", "2027-09-30T22:00:00", "2027-10-31T23:00:00",
    ]  # fmt: skip
    _, credit = await chain(PaperKind.INVOICE, PaperKind.CREDIT_NOTE)
    assert (credit.kind, credit.period_start, credit.time_zone) == (PaperKind.CREDIT_NOTE, invoice.period_end, "UTC")
    assert text(credit.period_end) == "2027-01-01T00:00:00"
    record = await store.papers.get(credit.id)
    assert record is not None
    assert msgspec.json.decode(record.document, type=Invoice).time_zone == "UTC"
    await check_papers(datetime(2027, 11, 10, tzinfo=UTC))


async def test_what_was_booked_in_this_very_second_is_closed_with_it() -> None:
    """Pressed at once after a sale, papers have it; what comes in the same second afterwards is on the next ones."""
    roman = await sold_in_rome()
    assert await papers.close_shop(roman.pay, A, NEW_YEARS_EVE, running=True) == 2
    assert await papers.close_shop(roman.pay, A, NEW_YEARS_EVE, running=True) == 0
    with at(NEW_YEARS_EVE):
        await roman.release(PART_A)
    assert await papers.close_shop(roman.pay, A, NEW_YEARS_EVE + timedelta(seconds=1), running=True) == 1
    first, second = await chain(PaperKind.STATEMENT)
    assert (first.total_minor, second.total_minor) == (12_890, 0)
    assert (first.period_end, second.period_start) == (NEW_YEARS_EVE.replace(second=1, microsecond=0),) * 2
    assert first.issued_at == first.period_end
    await check_papers(NEW_YEARS_EVE + timedelta(days=1))
