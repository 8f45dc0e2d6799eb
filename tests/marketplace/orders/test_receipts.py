"""Receipts: one for each boutique that was paid, to the cent what was charged, from what was frozen at the sale."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from federation.conversations.messages import Accepted, Declined
from federation.node import clock, mail
from federation.node.database import atomic, execute
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.money import Money, zero
from marketplace.errors import OrderNotFoundError
from marketplace.orders import checkout, receipts, refunds
from marketplace.orders.domain.receipt import by_clocks_of
from marketplace.orders.domain.refund_words import words_of
from marketplace.orders.domain.refunds import RefundLine, RefundRequest
from marketplace.orders.store import parts as part_store
from marketplace.storefront import receipt_words
from marketplace.storefront.receipt_paper import receipt_paper
from payouts import service as payouts
from payouts.ports import RefundState
from payouts.service.refund_payment import observe_refund
from tests.marketplace.listings.builders import profile, put, shop_id_of
from tests.marketplace.orders.test_currencies import held, london, set_rates
from tests.marketplace.orders.world import APPS, World

pytestmark = pytest.mark.apps(*APPS)

DRESSED_UP = {
    "legal_name": "Àncora di Rossi & C. s.n.c.",
    "address": "Via Roma 1\n90133 Palermo",
    "vat_id": "IT00743110157",
    "email": "ancora@example.com",
}


async def present(world: World, letter: str, **changes: str) -> None:
    """The boutique changes its profile."""
    async with atomic():
        presented = [put(20, profile(f"shop-{letter}", **changes))]
        await world.desk.records_accepted(world.hub_id, PartyId(shop_id_of(letter)), presented, clock.now())


@pytest.mark.parametrize("currency", ["EUR", "JPY", "USD"])
async def test_the_receipts_come_to_what_was_charged(world: World, currency: str) -> None:
    """In any currency the receipts of an order sum to the payment, line by line and with each parcel."""
    await london(world)
    await set_rates(clock.now())
    token = await held(world, currency, a=2, b=1, g=3)
    await world.pay(token)
    made = await receipts.of_order(token)
    (payment,) = world.till.payments.values()
    assert [one.shop_id for one in made] == [shop_id_of(letter) for letter in "abg"]
    assert sum((one.paid for one in made), zero(currency)) == payment.received
    for one in made:
        assert one.goods - one.voucher - one.coupon + one.shipping == one.paid
        assert sum((line.paid for line in one.lines), one.shipping) == one.paid
        assert one.payment.total == payment.received


async def test_a_receipt_stands_as_it_was_sold(world: World) -> None:
    """Who sells, its VAT id and the VAT inside are those of the day, whatever the boutique writes later."""
    await present(world, "a", **DRESSED_UP)
    token = await world.buy({"a": 2, "b": 1})
    first, second = await receipts.of_order(token)
    assert first.seller is not None
    assert (first.seller.legal_name, first.seller.vat_id) == (DRESSED_UP["legal_name"], DRESSED_UP["vat_id"])
    assert [(one.rate_bp, one.paid, one.vat) for one in first.vat] == [(2200, first.paid, Money(3607, "EUR"))]
    assert (second.vat_known, second.vat) == (False, ())
    before = receipt_paper(first, "Hub")
    assert before.startswith(b"%PDF")
    await present(world, "a", legal_name="Another s.r.l.", vat_id="IT00000000000")
    assert receipt_paper((await receipts.of_order(token))[0], "Hub") == before
    tall = msgspec.structs.replace(first.seller, address="Via\n" * 100, legal_name="Rossi\n" * 33)
    assert receipt_paper(msgspec.structs.replace(first, seller=tall), "Hub").startswith(b"%PDF")
    await execute("UPDATE hub_shop_order SET seller = NULL")
    assert receipt_paper((await receipts.of_order(token))[0], "Hub").startswith(b"%PDF")


async def test_a_receipt_names_the_hub_that_pays_a_coupon(world: World) -> None:
    """The seller's paper never says "us" of the hub, its days are the hub's, what is taken off has a true minus."""
    [receipt] = await receipts.of_order(await world.buy({"a": 1}))
    late = msgspec.structs.replace(receipt, sold_at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert by_clocks_of(ZoneInfo("Europe/Rome"), late).sold_at.date() == date(2027, 1, 1)
    receipt = msgspec.structs.replace(receipt, coupon=Money(100, "EUR"), coupon_code="WELCOME10")
    words, amount = receipt_words.sums(receipt, "Galleria")[1]
    assert (words, receipt_words.written(amount)) == ("Coupon WELCOME10, paid by Galleria", "\N{MINUS SIGN}€1.00")


async def test_nothing_charged_means_no_receipt(world: World) -> None:
    """An unpaid order has none; another order's part is not found behind this link."""
    token = await world.hold({"a": 1})
    assert await receipts.of_order(token) == []
    with pytest.raises(OrderNotFoundError):
        await receipts.of_part(token, (await world.part(token, "a")).id)


async def test_a_declined_part_shows_what_came_back(world: World) -> None:
    """A part that was charged keeps its receipt, with its refund."""
    token = await world.buy({"a": 1, "b": 1})
    await world.says("a", token, Accepted())
    await world.says("b", token, Declined(reason="sold_out"))
    await world.work()
    made = {one.shop_id: one for one in await receipts.of_order(token)}
    other = made[shop_id_of("b")]
    assert made[shop_id_of("a")].refunds == ()
    assert [one.amount for one in other.refunds] == [other.paid]
    assert other.came_back == other.paid


async def test_the_shopper_reads_how_far_a_refund_is(world: World) -> None:
    """Waiting for funds, paid back, sent back by the bank, paid again: each is said on the page and in one letter."""
    token = await world.buy({"a": 2})
    part = await world.part(token, "a")
    [line] = await part_store.lines([part.id])
    world.till.take_from_platform(Money(1_000_000, "EUR"))
    request = RefundRequest(refund_id=new_id(), shop_order_id=part.id, lines=(RefundLine(str(line.id), 1),))
    order_id = await world.order_id(token)
    async with atomic():
        await refunds.refund(order_id, request, clock.now())
    assert await said(token) == "Decided; it goes out within a few hours."
    await world.work()
    assert await said(token) == "It waits for funds; it goes out by itself as soon as they are there."
    assert (await receipts.of_order(token))[0].came_back == zero("EUR")
    world.till.take_from_platform(Money(-1_000_000, "EUR"))
    seen = await world.till.get_refund(next(iter(world.till.refunds)))
    await observe_refund(world.hub.payments, seen, clock.now())
    assert (await said(token)).startswith("Paid back on ")
    await observe_refund(world.hub.payments, returned(seen), clock.now())
    assert await said(token) == "Your bank sent it back to us. We are on it and write to you."
    assert (await receipts.of_order(token))[0].came_back == zero("EUR")
    async with atomic():
        await payouts.retry_refund(request.refund_id, clock.now())
    await world.work()
    assert (await said(token)).startswith("Paid back on ")
    titles = [one.subject.split(" your order")[0] for one in await mail.mails() if "refund" in one.subject.lower()]
    assert sorted(titles) == ["Refund for", "Refund for", "The refund for", "Your bank sent back the refund for"]


async def said(token: str) -> str:
    """What the shopper reads of the one refund."""
    (one,) = await receipts.shown_of_order((await checkout.find(token)).id)
    return str(words_of(one, "today"))


def returned(seen: RefundState) -> RefundState:
    """The provider says that the shopper's bank did not take it."""
    return RefundState(
        id=seen.id,
        reference=seen.reference,
        payment_id=seen.payment_id,
        amount=seen.amount,
        status="failed",
        reason="expired_or_canceled_card",
    )
