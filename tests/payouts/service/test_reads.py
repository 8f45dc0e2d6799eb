"""What consoles and portals read of money."""

from datetime import timedelta
from uuid import UUID

import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.node.listing import Sorting
from federation.vocabulary.sales import DaySales
from payouts import service
from payouts.adapters.memory import Fault
from payouts.errors import PaymentMissingError, ProviderRefusedError
from payouts.service import reads
from payouts.service.bank_payouts import run_payouts
from payouts.service.reads import EntryRange, ListPage
from tests.payouts.scene import MemoryScene
from tests.payouts.worked_example import ORDER, PART_A, PART_B, PART_C, A, B, C, euro

pytestmark = pytest.mark.apps("payouts.piccolo_app")


async def test_a_shop_sees_its_own_money_only(scene: MemoryScene) -> None:
    """Settlements, transfers, payouts and balances of one shop are its own, and add up."""
    await scene.buy()
    await scene.release(PART_A)
    await run_payouts(scene.pay, clock.now())
    assert {each.shop_id for each in await service.settlements(A)} == {A}
    assert sum(each.amount_minor for each in await service.transfers(A)) == 12890
    assert [each.amount_minor for each in await service.payouts(A)] == [12890]
    assert await service.payouts(C) == []
    money = (await service.shop_money(B))[0]
    assert (money.held, money.sent, money.currency) == (euro(7610), euro(1440), "EUR")
    assert await service.shop_money("nobody") == []


@pytest.mark.parametrize("descending", [False, True])
async def test_pages_of_a_sorted_list_hold_each_row_once(scene: MemoryScene, descending: bool) -> None:  # noqa: FBT001
    """Rows that are alike in the sorted column keep one order from page to page: that of their ids."""
    await scene.buy()
    sorting = Sorting("state", descending)
    pages = [await service.settlements(page=ListPage(1, place, sorting)) for place in range(5)]
    shown = [each.id for page in pages for each in page]
    assert shown == sorted((each.id for each in await service.settlements()), reverse=descending)[:5]


async def test_lists_can_be_cut_by_state(scene: MemoryScene) -> None:
    """A list in some states holds those and no others."""
    await scene.buy()
    await scene.release(PART_A)
    sent = await service.settlements(statuses={"sent"})
    assert {each.shop_order_id for each in sent} == {PART_A}
    held = await service.settlements(statuses={"held"}, limit=2)
    assert len(held) == 2
    assert await service.refunds(statuses={"failed"}) == []
    assert set(await service.reads.settlements_by_id([each.id for each in sent])) == {each.id for each in sent}
    assert await service.reads.settlements_by_id([]) == {}


async def test_sales_are_summed_by_day(scene: MemoryScene) -> None:
    """A day holds what shoppers paid for, of all shops or of one, in the settled currency; unpaid is nothing."""
    today = clock.now().date()
    assert await service.reads.sold_by_day(today) == []
    await scene.buy()
    assert await service.reads.sold_by_day(today) == [DaySales(day=today, amount=euro(34759), orders=1)]
    (own,) = await service.reads.sold_by_day(today, A)
    paid = sum(line.paid for line in await service.lines_of_order(ORDER) if line.shop_id == A)
    assert (own.amount, own.orders) == (euro(paid), 1)
    assert await service.reads.sold_by_day(today + timedelta(days=1)) == []


async def test_an_order_explains_itself(scene: MemoryScene) -> None:
    """Its lines carry their frozen components, and the ledger tells what was posted about it."""
    await scene.buy()
    lines = {(line.shop_order_id, line.line_id): line for line in await service.lines_of_order(ORDER)}
    assert lines[PART_A, "dress"].seller == 9120
    assert lines[PART_B, service.SHIPPING_LINE].paid == 490
    assert sum(line.paid for line in lines.values()) == 34759
    about = await service.ledger_about(ORDER)
    assert {entry.kind for entry in about} == {"capture"}
    assert sum(entry.amount for entry in about) == 0
    (held,) = await service.account_entries("shop:shop-a:held", "EUR", EntryRange(limit=5))
    assert held.balance_after == -12890
    whole = await reads.entries_of_order(ORDER)
    assert {entry.kind for entry in whole} >= {"capture", "funds"}
    assert await reads.orders_of([about[0].reference, "txn_1", str(UUID(int=999))]) == {about[0].reference: ORDER}
    assert await service.payment_of_order(UUID(int=999)) is None
    assert await service.refund_by_id(UUID(int=999)) is None


async def test_alerts_stay_until_cleared(scene: MemoryScene) -> None:
    """An alert is shown until a person cleared it, and raised again when it happens again."""
    await scene.buy()
    scene.provider.faults.append(Fault("transfer", ProviderRefusedError("no"), times=2))
    await scene.release(PART_C)
    alerts = await service.alerts()
    assert {alert.kind for alert in alerts} == {"transfer-refused"}
    async with atomic():
        for alert in alerts:
            await service.clear_alert(alert.id, clock.now())
    assert await service.alerts() == []
    with pytest.raises(PaymentMissingError):
        await service.clear_alert(999_999, clock.now())


async def test_accounts_of_all_shops_are_listed(scene: MemoryScene) -> None:
    """Every shop's account, ready or not, is there for the console."""
    await scene.open_accounts()
    assert {each.shop_id: each.ready for each in await service.accounts()} == {A: True, B: True, C: True}
    assert await service.account_of("nobody") is None
