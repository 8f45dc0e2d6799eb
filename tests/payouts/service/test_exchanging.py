"""A sale paid in yen at a hub that settles in euro, from the charge to the shops' accounts and back."""

from decimal import Decimal
from uuid import UUID

import pytest

from federation.node.database import atomic, fetch_value
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from payouts import service
from payouts.ports import TransferState
from payouts.service import PaymentView, RefundPart, RefundRequest
from payouts.service.sales import SHIPPING_LINE
from tests.payouts.scene import MemoryScene, provider_id
from tests.payouts.worked_example import ORDER, PART_A, PART_B, PART_C, SHARES, TOTAL, A, C, in_yen

pytestmark = pytest.mark.apps("payouts.piccolo_app")

YEN = Money(TOTAL.amount_minor, "JPY")


async def paid_in_yen(scene: MemoryScene, *, late: bool = False) -> PaymentView:
    """The worked example, its figures as yen, paid and booked."""
    scene.listener.shares = in_yen(SHARES)
    scene.provider.settles_late = late
    await scene.open_accounts()
    payment = await scene.ask(amount=YEN)
    scene.provider.pay(provider_id(payment))
    await scene.hear()
    await scene.drain()
    return payment


async def settled_now(scene: MemoryScene, payment: PaymentView) -> None:
    """The provider says what the payment came to."""
    scene.provider.settle(provider_id(payment))
    await scene.hear()


def refund_of(part: UUID, line: str, quantity: int = 1, *, shipping: bool = False) -> RefundRequest:
    """Some pieces of a line go back."""
    parts = (RefundPart(line, quantity=quantity),) if quantity else ()
    return RefundRequest(refund_id=new_id(), order_id=ORDER, shop_order_id=part, parts=parts, shipping=shipping)


def sent(scene: MemoryScene) -> list[TransferState]:
    """The transfers the provider made."""
    return list(scene.provider.transfers.values())


async def test_shops_are_owed_and_sent_the_hubs_currency(scene: MemoryScene) -> None:
    """The charge stands in yen until the provider has exchanged it; then every share is euro, to the cent."""
    payment = await paid_in_yen(scene, late=True)
    assert (await scene.balances("JPY"))["provider:pending"] == 34759
    assert await scene.balances() == {}
    await settled_now(scene, payment)
    assert await scene.balances("JPY") == {}
    gross = scene.provider.payments[provider_id(payment)].gross
    assert gross == Money(19_559, "EUR")
    books = await scene.balances()
    assert books["provider:available"] + books["hub:provider_fees"] == gross.amount_minor
    assert scene.listener.heard.count(("settled", str(ORDER))) == 1
    await scene.release(PART_A, PART_B, PART_C)
    assert {made.amount.currency for made in sent(scene)} == {"EUR"}
    view = await service.payment_of_order(ORDER)
    assert view is not None
    assert (view.amount, view.settled, view.exchange_rate) == (YEN, gross, "0.005627")
    await scene.check()


async def test_shares_come_to_what_was_settled(scene: MemoryScene) -> None:
    """Each shop's settlements are its lines', and all of it with commission, VAT and coupon is the settled gross."""
    await paid_in_yen(scene)
    owed = await service.settlements_of_order(ORDER)
    assert {one.currency for one in owed} == {"EUR"}
    books = await scene.balances()
    assert sum(one.amount_minor for one in owed) == -sum(
        amount for code, amount in books.items() if code.endswith(":held")
    )
    share = await service.settled_share(ORDER, PART_C)
    assert share is not None
    mine = {one.kind.value: one.amount_minor for one in owed if one.shop_id == C}
    assert (share.seller.amount_minor, share.shipping.amount_minor) == (mine["sale"], mine["shipping"])


async def test_nothing_is_sent_before_it_is_settled(scene: MemoryScene) -> None:
    """A share released too early keeps the word, and goes out by itself once its money is exchanged."""
    payment = await paid_in_yen(scene, late=True)
    await scene.release(PART_A, PART_B, PART_C)
    await scene.sweep()
    assert sent(scene) == []
    assert await service.settled_share(ORDER, PART_A) is None
    await scene.check(quiet=False)
    await settled_now(scene, payment)
    assert {made.account_id for made in sent(scene)} == set(scene.provider.accounts)
    await scene.check()


async def test_a_lost_word_of_the_exchange_is_found_by_the_sweep(scene: MemoryScene) -> None:
    """The process dies between booking the charge and settling it: reading the payment anew settles it once."""
    payment = await paid_in_yen(scene, late=True)
    scene.provider.settle(provider_id(payment))
    scene.provider.events.clear()
    await scene.sweep(later_seconds=400)
    await scene.sweep(later_seconds=900)
    await scene.hear()
    assert await fetch_value("SELECT count(*) FROM pay_txn WHERE kind = 'fx_settle'") == 1
    assert await scene.balances("JPY") == {}
    await scene.check()


async def test_the_same_event_again_settles_nothing_twice(scene: MemoryScene) -> None:
    """However often the provider tells of it, a payment is settled once."""
    payment = await paid_in_yen(scene)
    for _ in range(3):
        await settled_now(scene, payment)
    assert await fetch_value("SELECT count(*) FROM pay_txn WHERE kind = 'fx_settle'") == 1
    await scene.check()


async def test_a_refund_at_another_rate_is_the_hubs_result(scene: MemoryScene) -> None:
    """The shopper gets the yen back, the shop gives the euro it got, and the day's difference is in `hub:fx`."""
    await paid_in_yen(scene)
    await scene.release(PART_C)
    before = (await scene.balances())["provider:available"]
    scene.provider.rates["JPY"] = Decimal("160.00")
    view = await scene.refund(refund_of(PART_C, "ring", 2, shipping=True))
    assert (view.status, view.amount) == ("succeeded", Money(9700 + 990, "JPY"))
    taken = scene.provider.refunds[str(next(iter(scene.provider.refunds)))].taken
    assert taken == Money(6_681, "EUR")
    assert view.settled is not None
    books = await scene.balances()
    assert books["hub:fx"] == taken.amount_minor - view.settled.amount_minor > 0
    assert "fx" not in books
    assert await scene.balances("JPY") == {}
    assert books["provider:available"] < before
    await scene.check()


async def test_a_line_refunded_piece_by_piece_gives_back_exactly_what_it_got(scene: MemoryScene) -> None:
    """However it is cut, a whole refund leaves the shop nothing of the line and the hub no commission of it."""
    await paid_in_yen(scene)
    views = [await scene.refund(refund_of(PART_C, "ring")) for _ in range(2)]
    await scene.refund(refund_of(PART_C, "", 0, shipping=True))
    lines = {line.line_id: line for line in await service.lines_of_order(ORDER) if line.shop_order_id == PART_C}
    whole = lines["ring"].settled_components
    assert whole is not None
    given = [part for view in views for part in view.parts]
    assert sum(part.settled.amount_minor for part in given if part.settled) == whole.paid
    assert sum(part.settled_seller.amount_minor for part in given if part.settled_seller) == whole.seller
    money = {one.currency: one for one in await service.shop_money(C)}
    assert not money["EUR"].held
    assert lines[SHIPPING_LINE].refunded_minor == lines[SHIPPING_LINE].paid
    await scene.check()


async def test_a_refund_decided_before_the_exchange_is_paid_after_it(scene: MemoryScene) -> None:
    """It is owed at once, paid once it is known what of, and the shares are settled without it."""
    payment = await paid_in_yen(scene, late=True)
    view = await scene.refund(refund_of(PART_A, "dress"))
    assert (view.status, view.settled) == ("requested", None)
    assert (await scene.balances("JPY"))["customer:refund_due"] == -11643
    await scene.sweep()
    await scene.check(quiet=False)
    await settled_now(scene, payment)
    after = await service.refund_by_id(view.id)
    assert after is not None
    assert after.status == "succeeded"
    assert after.settled is not None
    line = next(one for one in await service.lines_of_order(ORDER) if one.line_id == "dress")
    assert line.settled_components is not None
    assert after.settled.amount_minor == line.settled_components.paid
    assert await scene.balances("JPY") == {}
    await scene.release(PART_A, PART_B, PART_C)
    await scene.check()
    a = {one.kind.value: one for one in await service.settlements(A)}
    assert a["sale"].sent_minor < a["sale"].amount_minor


async def test_money_that_came_too_late_goes_back_whatever_the_rate(scene: MemoryScene) -> None:
    """Yen paid for an order that is over are settled to nobody and given back in full."""
    await scene.open_accounts()
    payment = await scene.ask(amount=YEN)
    async with atomic():
        await service.cancel_payment(ORDER, scene.now)
    scene.provider.take_from_platform(Money(-50_000, "EUR"))
    scene.provider.pay(provider_id(payment))
    scene.provider.rates["JPY"] = Decimal("170.00")
    await scene.hear()
    await scene.sweep()
    await scene.hear()
    assert [one.amount for one in await service.refunds()] == [YEN]
    assert await scene.balances("JPY") == {}
    assert (await scene.balances())["hub:fx"] == 20_446 - 19_559
    await scene.check(quiet=False)


@pytest.mark.parametrize("received", [Money(34759, "USD"), Money(34758, "JPY")])
async def test_another_amount_or_currency_confirms_nothing(scene: MemoryScene, received: Money) -> None:
    """The figure alone is no payment: its currency must be the one that was asked; it waits, and can be given back."""
    await scene.open_accounts()
    payment = await scene.ask(amount=YEN)
    scene.provider.pay(provider_id(payment), received)
    await scene.hear()
    assert scene.listener.heard == []
    assert [alert.kind for alert in await service.alerts()] == ["payment-mismatch"]
    assert (await scene.balances(received.currency))["suspense"] == -received.amount_minor
    await scene.check()
    scene.provider.take_from_platform(Money(-50_000, "EUR"))
    async with atomic():
        await service.return_payment(payment.id, scene.now)
    await scene.drain()
    assert await scene.balances(received.currency) == {}
    await scene.check(quiet=False)


async def test_a_hub_whose_money_lands_elsewhere_is_told(scene: MemoryScene) -> None:
    """A provider that settles in a currency we do not expect moves nothing, and a person is called."""
    scene.provider.settlement_currency = "USD"
    await paid_in_yen(scene)
    assert "settled-elsewhere" in {alert.kind for alert in await service.alerts()}
    assert await scene.balances("USD") == {}
    assert (await scene.balances("JPY"))["provider:pending"] == 34759


async def test_a_refund_taken_in_another_currency_is_not_booked_as_ours(scene: MemoryScene) -> None:
    """What left the balance in pounds is never written down as so many cents: it waits, and the operator is told."""
    await paid_in_yen(scene)
    scene.provider.settlement_currency = "GBP"
    scene.provider.take_from_platform(Money(-1_000_000, "GBP"))
    before = await scene.balances()
    view = await scene.refund(refund_of(PART_C, "ring"))
    assert view.status == "submitting"
    assert (await scene.balances())["provider:available"] == before["provider:available"]
    assert "refund-taken-elsewhere" in [alert.kind for alert in await service.alerts()]
