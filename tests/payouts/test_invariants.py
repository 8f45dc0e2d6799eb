"""The rules over all rows: silent when they hold, an alert when one is broken."""

import asyncpg
import pytest

from federation.node import clock
from payouts import service
from payouts.invariants import breaches, check_books, differences
from tests.payouts.scene import MemoryScene
from tests.payouts.worked_example import PART_A, PART_B, PART_C, euro
from tests.support.postgres import Urls

pytestmark = pytest.mark.apps("payouts.piccolo_app")


async def test_nothing_is_wrong_after_an_ordinary_sale(scene: MemoryScene) -> None:
    """Paid, released and sent: every rule holds and nobody is called."""
    await scene.buy()
    await scene.release(PART_A, PART_B, PART_C)
    assert await check_books(scene.pay, clock.now()) == []
    assert await service.alerts() == []


@pytest.mark.parametrize(
    ("harm", "rule"),
    [
        ("UPDATE pay_account SET balance = balance - 1 WHERE kind = 'held'", "balance-is-sum"),
        ("UPDATE pay_settlement SET refunded_minor = 1 WHERE kind = 'sale'", "held-is-owed"),
        ("UPDATE pay_line SET refunded_minor = 1 WHERE line_id = 'ring'", "refunds-within-lines"),
        ("UPDATE pay_settlement SET sent_minor = amount_minor, status = 'sent'", "held-is-owed"),
        ("UPDATE pay_payment SET received_minor = 1", ""),
    ],
)
async def test_harm_done_behind_our_back_is_found(
    scene: MemoryScene, database_urls: Urls, harm: str, rule: str
) -> None:
    """Rows changed by hand break a rule, which is named in an alert once."""
    await scene.buy()
    owner = await asyncpg.connect(database_urls.owner)
    await owner.execute(harm)
    await owner.close()
    found = {breach.rule for breach in await breaches(clock.now())}
    assert rule in found or (rule == "" and not found)
    await check_books(scene.pay, clock.now())
    await check_books(scene.pay, clock.now())
    kinds = [alert.kind for alert in await service.alerts()]
    assert set(kinds) == found
    assert len(kinds) == len({(alert.kind, alert.reference) for alert in await service.alerts()})


async def test_books_that_differ_from_the_provider_are_found(scene: MemoryScene) -> None:
    """Money that left the provider's balance without us is a difference, and once it is listed, in suspense."""
    await scene.buy()
    scene.provider.take_from_platform(euro(7))
    assert [breach.reference for breach in await differences(scene.pay)] == ["EUR"]
    assert await check_books(scene.pay, clock.now()) == []
    assert await differences(scene.pay) == []
    assert [alert.kind for alert in await service.alerts()] == ["suspense"]


async def test_shortfall_is_known_to_the_cent(scene: MemoryScene) -> None:
    """The hub is solvent after a sale, coupon and fee counted: its commission covers them."""
    await scene.buy()
    assert await service.shortfall() == {"EUR": 0}
    balances = await scene.balances()
    owed = -sum(amount for code, amount in balances.items() if code.startswith(("shop:", "vat:")))
    assert balances["provider:available"] - owed == 3359 - 1000 - 512
