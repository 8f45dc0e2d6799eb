"""Money at a glance."""

from datetime import timedelta

import httpx
import pytest

from federation.conversations.messages import Accepted, Shipped
from federation.node import clock
from federation.node.database import execute
from payouts.domain.trends import Step
from payouts.service import hands, trends
from payouts.settings import PayoutSettings
from tests.marketplace.console.operator import APPS, read
from tests.marketplace.orders.world import World

pytestmark = pytest.mark.apps(*APPS)
PAGE = "/console/money"


async def test_an_empty_hub_has_nothing_to_do(desk: httpx.AsyncClient) -> None:
    """Every part of the page says why it is empty, and all pages about money can be reached from it."""
    page = await read(desk, PAGE)
    assert "Nothing. Have a good day." in page
    assert "the first payment opens the books" in page
    assert "are drawn from the first sale on" in page
    assert 'href="/console/trial-balance"' in page


async def test_sales_are_drawn_and_what_waits_is_counted(world: World, desk: httpx.AsyncClient) -> None:
    """Volume and take rate follow the sale, punctuality the share that was sent on its day and the one that was not."""
    sent, lying = await world.buy({"a": 1}), await world.buy({"b": 1})
    for token, letter in ((sent, "a"), (lying, "b")):
        await world.says(letter, token, Accepted())
    await world.says("a", sent, Shipped())
    await world.work()
    await execute("UPDATE pay_settlement SET due_at = now() - interval '3 days' WHERE status = 'held'")
    for step in Step:
        (found,) = await trends.trends(step, clock.now() + timedelta(seconds=1))
        assert found.currency == "EUR"
        assert [sum(getattr(one, name) for one in found.periods) for name in ("orders", "punctual", "missing")] == [
            2, 2, 2,
        ]  # fmt: skip
        assert found.periods[-1].volume.amount_minor == 21_380
        assert found.periods[-1].take_bp == 935
    page = await read(desk, f"{PAGE}?by=day")
    assert "9.4 %" in page
    assert "In all €213.80" in page
    assert "2 settlements cannot be sent to their boutiques" in page
    assert "Nothing" not in page.split("What needs a hand")[1].split("</section>")[0]
    assert await read(desk, f"{PAGE}?by=century")


async def test_every_count_is_of_what_is_open(world: World) -> None:
    """Counts see what waits now: a share sold long ago and still here, a bank file nobody was heard of about."""
    await world.buy({"a": 1})
    settings = PayoutSettings()
    now = clock.now()
    assert (await hands.hands(settings, now)).kept_long == 0
    assert (await hands.hands(settings, now + timedelta(days=settings.holding_days_max + 1))).kept_long == 2
