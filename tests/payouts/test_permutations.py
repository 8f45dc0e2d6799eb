"""All orders of up to six events of one order, with events lost and doubled, lead to one state of ledger and rows.

The payment's story always has six events. `GALLERIA_MACHINE_EXAMPLES`, by which the machine lives longer too, gives
six to those of refunds with a dispute and of the slow workers; each more doubles the time they take.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from federation.node import clock, database
from federation.node.database import Database, atomic
from federation.vocabulary.ids import new_id
from payouts import service
from payouts.service import bank_payouts, disputes, payments, refund_payment
from payouts.standin import accounts, levers, refunds
from payouts.standin import disputes as banks
from tests.machine.branches import Act, Branch, Tree, differing, settings_of
from tests.machine.crashing import Ticks
from tests.machine.hub import Till
from tests.machine.orders import COUNTRIES, SHOPS, Order
from tests.machine.outside import Outside

pytestmark = pytest.mark.apps("payouts.piccolo_app")

ORDERS_OF_SIX = 720
DEEP = "GALLERIA_MACHINE_EXAMPLES" in os.environ
DRAFT = {
    "currency": "EUR",
    "manual": False,
    "coupon_bp": 300,
    "bears_fee": False,
    "parts": [
        {
            "shop": "shop-a",
            "shipping": 490,
            "lines": [{"quantity": 2, "price": 4_999, "discount": 0, "referral_bp": 1_200}],
        },
        {"shop": "shop-b", "shipping": 0, "lines": [{"quantity": 1, "price": 8_000, "discount": 17, "referral_bp": 0}]},
    ],
}


class Story:
    """One order at one hub, up to the moment from which events come in any order."""

    def __init__(self, branch: Branch, draft: dict[str, Any]) -> None:
        self.branch = branch
        self.world = branch.outside.world
        self.order = Order(1, draft)
        branch.till.orders[self.order.id] = self.order

    async def open(self) -> None:
        """Accounts for the shops, and a page to pay on."""
        now = clock.now
        async with atomic():
            for shop in SHOPS:
                await service.ensure_account(shop, shop, COUNTRIES[shop], "EUR", now())
        await self.branch.work()
        for account_id in list(self.world.things["account"]):
            accounts.change(self.world, account_id, ready=True)
        await self.branch.sweep(1)
        async with atomic():
            payment = await service.open_payment(
                self.order.id, self.order.total(), "Hats", "http://hub.invalid/", now()
            )
        view = await service.start_payment(self.branch.pay, payment.id, now())
        self.order.page = view.redirect_url.rpartition("/")[2]

    async def sell(self) -> None:
        """Paid, shipped, sent and on the way to banks; one piece of the first line goes back and waits for funds."""
        await self.open()
        levers.pay_page(self.world, self.order.page)
        await self.branch.sweep(1)
        async with atomic():
            for part in self.order.parts:
                await service.note_moment(part, "shipped", clock.now())
        await self.branch.work()
        await bank_payouts.run_payouts(self.branch.pay, clock.now())
        first = next(iter(self.order.parts))
        async with atomic():
            await service.refund_part(
                service.RefundRequest(
                    refund_id=new_id(),
                    order_id=self.order.id,
                    shop_order_id=first,
                    parts=(service.RefundPart("line-0", quantity=1),),
                ),
                clock.now(),
            )
        await self.branch.work()
        await self.branch.work()

    def things(self, kind: str) -> list[dict[str, Any]]:
        return list(self.world.things[kind].values())

    def charge(self) -> str:
        return str(self.things("charge")[0]["id"])

    def told_since(self, seen: int) -> list[dict[str, Any]]:
        """The events written since there were so many."""
        return self.things("event")[seen:]


@pytest.fixture
async def branch(rolled_back: Database) -> AsyncIterator[Branch]:
    """A hub with nothing in it, in a transaction that is undone."""
    del rolled_back
    outside = Outside(Ticks(), settle_delay_seconds=600, payout_delay_seconds=3_600)
    with outside.present():
        yield Branch(outside, Till(settings_of()))


def brought(events: list[dict[str, Any]]) -> list[tuple[str, Act]]:
    """The provider's events as acts, named by their types."""

    def act(event: dict[str, Any]) -> Act:
        return lambda branch: branch.event(event)

    return [(f"{place}:{event['type']}", act(event)) for place, event in enumerate(events)]


async def one_end(branch: Branch, acts: list[tuple[str, Act]], *, loses: bool = True) -> Tree:
    """Grow the tree and hold its ends to be one."""
    tree = Tree(acts, loses=loses)
    await tree.grow(branch)
    assert len(tree.ends) == 1, "\n".join(differing(tree.ends))
    return tree


async def test_a_payment_its_exchange_and_doubts_in_any_order(branch: Branch) -> None:
    """Paid in yen, exchanged later, warned of and asked about: the events of its birth in all orders, or lost."""
    story = Story(branch, DRAFT | {"currency": "JPY"})
    await story.open()
    seen = len(story.things("event"))
    levers.pay_page(story.world, story.order.page)
    branch.outside.pass_time(700)
    banks.open_dispute(story.world, story.charge(), 900, "general", inquiry=True)
    banks.warn(story.world, story.charge())
    acts = brought([each for each in story.told_since(seen) if each["type"] != "payment_intent.created"])
    assert len(acts) == 6, [name for name, _ in acts]
    tree = await one_end(branch, acts)
    assert tree.orders == ORDERS_OF_SIX


async def test_a_refund_a_dispute_and_a_payout_in_any_order(branch: Branch) -> None:
    """A refund paid, a dispute won, a payout paid and then returned: all orders, some lost or doubled, end the same."""
    story = Story(branch, DRAFT)
    await story.sell()
    seen = len(story.things("event"))
    branch.outside.shift("", 9_000, "topup")
    branch.outside.pass_time(60)
    dispute = banks.open_dispute(story.world, story.charge(), 3_000, "general", inquiry=False)
    banks.decide(story.world, dispute["id"], "won")
    branch.outside.pass_time(3_600)
    names = ("refund.updated", "charge.dispute.created", "charge.dispute.closed", "payout.paid")
    repeating = ("charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated") if DEEP else ()
    await one_end(branch, wanted(story, seen, *names, *repeating))


def wanted(story: Story, seen: int, *types: str) -> list[tuple[str, Act]]:
    """The first event of each of these types since a moment."""
    told = story.told_since(seen)
    return brought([next(each for each in told if each["type"] == name) for name in types])


async def test_a_refund_that_fails_and_a_dispute_that_is_lost_in_any_order(branch: Branch) -> None:
    """A refund sent back by the bank, an inquiry that becomes a dispute and is lost: all orders end the same."""
    story = Story(branch, DRAFT)
    await story.sell()
    seen = len(story.things("event"))
    branch.outside.shift("", 20_000, "topup")
    branch.outside.pass_time(60)
    refunds.fail(story.world, story.things("refund")[0]["id"], "lost_or_stolen_card")
    dispute = banks.open_dispute(story.world, story.charge(), 3_000, "general", inquiry=True)
    banks.escalate(story.world, dispute["id"])
    banks.decide(story.world, dispute["id"], "lost")
    names = ("refund.failed", "charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed")
    repeating = ("refund.updated", "charge.dispute.updated") if DEEP else ()
    await one_end(branch, wanted(story, seen, *names, *repeating))


async def test_two_disputes_at_once_in_any_order(branch: Branch) -> None:
    """Two disputes of more than is left of a payment, one lost and one won: who bears what does not hang on order."""
    story = Story(branch, DRAFT)
    await story.sell()
    branch.outside.shift("", 20_000, "topup")
    branch.outside.pass_time(60)
    await branch.work()
    seen = len(story.things("event"))
    lost = banks.open_dispute(story.world, story.charge(), 8_000, "general", inquiry=False)
    won = banks.open_dispute(story.world, story.charge(), 9_000, "general", inquiry=False)
    banks.decide(story.world, lost["id"], "lost")
    banks.decide(story.world, won["id"], "won")
    told = {"charge.dispute.created"} | ({"charge.dispute.closed"} if DEEP else set())
    await one_end(branch, brought([each for each in story.told_since(seen) if each["type"] in told]))


Read = Callable[[], Awaitable[Any]]


async def test_workers_that_write_late_what_they_read_in_any_order(branch: Branch) -> None:
    """Readings of a refund, a payout and an inquiry as they moved on, written down in any order, end the same.

    A dispute is no part of it: once its money is known to be taken, shops bear it at once, whatever comes of it.
    """
    story = Story(branch, DRAFT)
    await story.sell()
    provider = branch.pay.provider
    refund_id = story.things("refund")[0]["id"]
    payout = (await service.payouts())[0]
    seen: list[tuple[str, Any, Any]] = []

    async def read(name: str, look: Awaitable[Any], record: Any) -> None:
        seen.append((name, await look, record))

    await read("refund waits", provider.get_refund(refund_id), refund_payment.observe_refund)
    branch.outside.shift("", 9_000, "topup")
    branch.outside.pass_time(60)
    await read("refund paid", provider.get_refund(refund_id), refund_payment.observe_refund)
    dispute = banks.open_dispute(story.world, story.charge(), 3_000, "general", inquiry=True)
    if DEEP:
        await read("inquiry open", provider.disputes.get_dispute(dispute["id"]), disputes.observe_dispute)
    banks.decide(story.world, dispute["id"], "warning_closed")
    await read("inquiry over", provider.disputes.get_dispute(dispute["id"]), disputes.observe_dispute)
    branch.outside.pass_time(3_600)
    await read("payout paid", provider.get_payout(str(payout.provider_id)), bank_payouts.observe_payout)
    levers.return_payout(story.world, str(payout.provider_id).rpartition("/")[2])
    await read("payout failed", provider.get_payout(str(payout.provider_id)), bank_payouts.observe_payout)

    def act(state: Any, record: Any) -> Act:
        async def late(other: Branch) -> None:
            await record(other.pay, state, clock.now())
            await other.work()

        return late

    await one_end(branch, [(name, act(state, record)) for name, state, record in seen], loses=False)


async def test_readings_of_one_payment_in_any_order(branch: Branch) -> None:
    """Open, processing to paid, exchanged, available: written down in any order, the last word stands."""
    story = Story(branch, DRAFT | {"currency": "GBP"})
    await story.open()
    provider, page = branch.pay.provider, story.order.page
    seen = [await provider.get_payment(page)]
    levers.decline_page(story.world, page)
    seen.append(await provider.get_payment(page))
    levers.pay_page(story.world, page)
    seen.append(await provider.get_payment(page))
    branch.outside.pass_time(700)
    seen.append(await provider.get_payment(page))

    def act(state: Any) -> Act:
        async def late(other: Branch) -> None:
            await payments.observe_payment(other.pay, state, clock.now())

        return late

    await one_end(branch, [(f"reading {place}", act(state)) for place, state in enumerate(seen)], loses=False)
    assert await database.fetch_value("SELECT count(*) FROM pay_payment") == 1
