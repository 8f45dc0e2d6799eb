"""What consoles and portals read of money."""

from datetime import timedelta
from uuid import UUID

import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.node.keyset import PlaceInvalidError
from federation.node.listing import Sorting, Span
from federation.vocabulary.sales import DaySales
from payouts import service
from payouts.adapters.memory import Fault
from payouts.errors import PaymentMissingError, ProviderRefusedError
from payouts.service import reads
from payouts.service.bank_payouts import run_payouts
from payouts.service.reads import EntryRange
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


async def test_pages_of_every_order_hold_each_row_once(scene: MemoryScene) -> None:
    """However a list is sorted, its pages follow one another without a gap, there and back."""
    await scene.buy()
    await scene.release(PART_A, PART_C)
    rows = list(await service.settlements())
    sorted_by = {"begun": "created_at", "amount": "amount_minor", "state": "status"}
    assert len({each.status for each in rows}) > 1
    for sorting in (Sorting(name, turned) for name in reads.LIST_SORTS for turned in (False, True)):
        forth = [await reads.settlements_page((), Span(2, sorting))]
        while forth[-1].after:
            forth.append(await reads.settlements_page((), Span(2, sorting, after=forth[-1].after)))
        back = [forth[-1]]
        while back[-1].before:
            back.append(await reads.settlements_page((), Span(2, sorting, before=back[-1].before)))
        shown = [each for page in forth for each in page.rows]
        assert sorted(each.id for each in shown) == sorted(each.id for each in rows), sorting
        assert [page.rows for page in reversed(back)] == [page.rows for page in forth], sorting
        along = [getattr(each, sorted_by[sorting.column]) for each in shown]
        assert along == sorted(along, reverse=sorting.descending), sorting
    sent = await reads.transfers_page(Span(1, Sorting("state")))
    rest = await reads.transfers_page(Span(9, Sorting("state"), after=sent.after))
    assert {each.id for each in (*sent.rows, *rest.rows)} == {each.id for each in await service.transfers()}


async def test_a_place_of_another_list_is_refused(scene: MemoryScene) -> None:
    """A cursor of another order, or of a list whose rows are numbered, is none of this list."""
    await scene.buy()
    newest = await reads.settlements_page((), Span(1, Sorting("begun", descending=True)))
    for sorting in (Sorting("begun"), Sorting("amount", descending=True)):
        with pytest.raises(PlaceInvalidError):
            await reads.settlements_page((), Span(1, sorting, after=newest.after))
    with pytest.raises(PlaceInvalidError):
        await reads.transfers_page(Span(1, Sorting("begun", descending=True), after=newest.after))


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
