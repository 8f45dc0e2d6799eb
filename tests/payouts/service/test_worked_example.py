"""The worked example of the design, row by row, over the real services and the real client: every account to the cent.

Rows 1 to 3 sell and send, 4 gives a ring back, 5 to 7 are the dispute of the dress, 8a loses it, 8b wins it.
"""

from collections.abc import AsyncIterator
from uuid import UUID

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from payouts import service, tables
from payouts.domain.dispute import ChosenLine
from payouts.domain.dispute_records import DisputeRecord
from payouts.domain.split import SaleLine, SaleShare
from payouts.service.claiming import recover_claim
from payouts.service.disputes import choose_lines, observe_dispute
from payouts.service.reconciling import reconcile
from payouts.standin import bank, disputes
from payouts.standin.moves import move
from payouts.store import disputes as dispute_store
from payouts.store import recon, rows
from tests.payouts.stripe_lab import stripe_world
from tests.payouts.stripe_scene import StripeScene
from tests.payouts.worked_example import ORDER, PART_A, PART_B, PART_C, A, B, C, euro

pytestmark = pytest.mark.apps("payouts.piccolo_app")

SECOND_ORDER, SECOND_PART = UUID(int=200), UUID(int=201)
FEE, SECOND_FEE, DISPUTE_FEE = 546, 171, 2_000
SHOPS = {"A": A, "B": B, "C": C}


class Books:
    """The trial balance, told in the words of the example."""

    def __init__(self, scene: StripeScene) -> None:
        self._scene = scene
        self._before: dict[str, int] = {}

    async def moved(self) -> dict[str, int]:
        """What every account changed by since the last time this was asked."""
        now = await self._scene.balances()
        moved = {code: now.get(code, 0) - self._before.get(code, 0) for code in {*now, *self._before}}
        self._before = now
        return {code: amount for code, amount in moved.items() if amount}

    async def available(self) -> int:
        return (await self._scene.balances()).get("provider:available", 0)


def held(shop: str) -> str:
    return f"shop:{SHOPS[shop]}:held"


def releasable(shop: str) -> str:
    return f"shop:{SHOPS[shop]}:releasable"


def owes(shop: str) -> str:
    return f"recv:{SHOPS[shop]}"


@pytest.fixture
async def scene(committed: object) -> AsyncIterator[StripeScene]:
    """A hub on a database of its own, and a stand-in with the example's fees where money waits for an hour."""
    async with stripe_world(fee_fixed_minor=59, funds_delay_seconds=3600) as lab:
        yield StripeScene(lab)


async def _sold_and_sent(scene: StripeScene, books: Books) -> None:
    await scene.buy()
    assert await books.moved() == {
        "provider:pending": 34759,
        "hub:promo": 1000,
        held("A"): -12890,
        held("B"): -7610 - 1440,
        held("C"): -9988,
        "hub:commission": -3359,
        "vat:payable:FR": -472,
    }
    await scene.lab.advance(3600)
    await scene.sweep()
    assert await books.moved() == {
        "hub:provider_fees": FEE,
        "provider:pending": -34759,
        "provider:available": 34213,
    }
    await scene.release(PART_A, PART_B, PART_C)
    assert await books.moved() == {
        held("A"): 12890,
        held("B"): 9050,
        held("C"): 9988,
        "provider:available": -31928,
    }
    assert await books.available() == 2285


async def _ring_given_back(scene: StripeScene, books: Books) -> None:
    ring = service.RefundRequest(
        refund_id=new_id(), order_id=ORDER, shop_order_id=PART_C, parts=(service.RefundPart("ring", quantity=1),)
    )
    await scene.refund(ring)
    await scene.lab.advance(1)
    await scene.hear()
    assert await books.moved() == {
        "hub:commission": 500,
        "hub:promo": -149,
        "provider:available": -4850 + 4499,
    }
    assert await books.available() == 1934


async def _dress_disputed(scene: StripeScene, books: Books) -> DisputeRecord:
    """Rows 5 and 6; before the claims of row 6 the account of A is paid out but for 60.00."""
    [charge] = [each for each in scene.made("charge") if each["amount"] == 34759]
    made = disputes.open_dispute(scene.lab.state, charge["id"], 12333, "product_not_received", inquiry=False)
    await observe_dispute(scene.pay, await scene.lab.provider.disputes.get_dispute(made["id"]), clock.now())
    assert await books.moved() == {
        "dispute:open": 12333,
        "hub:dispute_fees": DISPUTE_FEE,
        "provider:available": -14333,
    }
    dispute = await dispute_store.by_provider_id(made["id"])
    assert dispute is not None
    assert dispute.wants_lines
    dress, shipping = ChosenLine(str(PART_A), "dress", 11643), ChosenLine(str(PART_A), "shipping", 690)
    async with atomic():
        await choose_lines(scene.pay, dispute.id, (dress, shipping), "operator", clock.now())
    assert await books.moved() == {
        owes("A"): 9810,
        owes("B"): 1440,
        "hub:dispute_provision": 1083,
        "dispute:open": -12333,
    }
    assert await books.available() == -12399
    account = await rows.shop_accounts.get(A)
    assert account is not None
    bank.pay_out(scene.lab.state, account.provider_id or "", {"amount": 12890 - 6000, "currency": "eur"})
    for claim in await rows.claims.find(tables.Claim.dispute_id == dispute.id):
        await recover_claim(scene.pay, claim.id, clock.now())
    assert await books.moved() == {"provider:available": 7440, owes("A"): -6000, owes("B"): -1440}
    assert await books.available() == -4959
    return dispute


async def _next_share_netted(scene: StripeScene, books: Books) -> None:
    scene.listener.shares = (SaleShare(A, SECOND_PART, (SaleLine("bag", 1, euro(8000), 0, 0),), euro(0)),)
    scene.listener.coupon_minor = 0
    payment = await scene.ask(SECOND_ORDER, euro(8000))
    await scene.lab.pay(payment.redirect_url.rsplit("/", 1)[1])
    await scene.lab.advance(3600)
    await scene.hear()
    await scene.sweep()
    assert await books.moved() == {
        held("A"): -8000,
        "hub:provider_fees": SECOND_FEE,
        "provider:available": 8000 - SECOND_FEE,
    }
    await scene.release(SECOND_PART)
    assert await books.moved() == {held("A"): 8000, "provider:available": -4190, owes("A"): -3810}
    assert await books.available() == -9149 + 8000 - SECOND_FEE


async def _until_seven(scene: StripeScene, books: Books) -> DisputeRecord:
    await _sold_and_sent(scene, books)
    await _ring_given_back(scene, books)
    dispute = await _dress_disputed(scene, books)
    await _next_share_netted(scene, books)
    await scene.check()
    return dispute


async def _all_is_matched(scene: StripeScene) -> None:
    """Each movement of the provider's balance stands for one transaction, and nothing is left of the difference."""
    await reconcile(scene.pay, clock.now())
    assert await recon.unmatched() == []
    today = clock.now().date()
    assert [day.unexplained for day in await recon.days(today, today)] == [0]
    assert await recon.only_ours(clock.now()) == []


async def test_row_8a_lost(scene: StripeScene) -> None:
    """Lost: the hub gives up its commission with the VAT, its coupon was not spent, and the books are as designed."""
    books = Books(scene)
    dispute = await _until_seven(scene, books)
    disputes.decide(scene.lab.state, dispute.provider_id, "lost")
    await scene.hear()
    assert await books.moved() == {
        "hub:commission": 1200,
        "vat:payable:FR": 240,
        "hub:promo": -357,
        "hub:dispute_provision": -1083,
    }
    assert await scene.balances() == {
        "provider:available": -9149 + 8000 - SECOND_FEE,
        "hub:commission": -1659,
        "hub:promo": 494,
        "hub:provider_fees": FEE + SECOND_FEE,
        "hub:dispute_fees": DISPUTE_FEE,
        "vat:payable:FR": -232,
    }
    assert await service.shortfall() == {"EUR": 232 + 9149 - 8000 + SECOND_FEE}
    await scene.check()
    await _all_is_matched(scene)


async def test_row_8b_won(scene: StripeScene) -> None:
    """Won: what the shops gave up is owed to them again, and is sent to the account that each has by then."""
    books = Books(scene)
    dispute = await _until_seven(scene, books)
    fresh = await scene.lab.provider.create_account(A, "Shop A, new bank", "FR", "EUR", "acct:shop-a:2")
    await scene.lab.complete_account(fresh.id)
    account = await rows.shop_accounts.get(A)
    assert account is not None
    await rows.shop_accounts.save(msgspec.structs.replace(account, provider_id=fresh.id))
    disputes.decide(scene.lab.state, dispute.provider_id, "won")
    await observe_dispute(scene.pay, await scene.lab.provider.disputes.get_dispute(dispute.provider_id), clock.now())
    assert await books.moved() == {
        "provider:available": 12333,
        "hub:dispute_provision": -1083,
        releasable("A"): -9810,
        releasable("B"): -1440,
    }
    await scene.check(quiet=False)
    move(scene.lab.state, "", ("topup", "tu_1"), 5_000, "eur")
    await scene.hear()
    await scene.sweep()
    sent = {each["destination"]: each["amount"] for each in scene.made("transfer") if not each["source_transaction"]}
    of_b = await rows.shop_accounts.get(B)
    assert of_b is not None
    assert sent == {fresh.id: 9810, of_b.provider_id: 1440}
    again = await dispute_store.reinstated_by(dispute.id)
    assert {(each.shop_id, each.amount, each.status.value) for each in again} == {
        (A, euro(9810), "sent"),
        (B, euro(1440), "sent"),
    }
    await _all_is_matched(scene)
    await scene.check()
    earned = 3359 - 500 - (1000 - 149) - FEE - SECOND_FEE - DISPUTE_FEE
    assert await service.shortfall() == {"EUR": -earned}
    assert (await scene.balances())["bank"] == -5_000


def test_the_rows_add_up() -> None:
    """The figures of the example themselves: what the hub keeps, and what the dispute divides into."""
    assert Money(3359 + 472 - 1000, "EUR") == euro(34759 - 31928)
    assert 9810 + 1440 + 1200 + 240 - 357 == 12333
