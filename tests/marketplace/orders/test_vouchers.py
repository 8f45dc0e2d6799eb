"""Boutiques' own vouchers at the hub: what they take off, who pays, and that each use is counted once."""

import asyncio

import pytest

from federation.conversations import checks
from federation.conversations.messages import Declined, SellerPart, ShopOrder
from federation.conversations.vouchers import Voucher, VoucherList, VouchersKept
from federation.documents import json
from federation.limits import VOUCHERS_MAX
from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.money import Money, zero
from marketplace.coupons import service as coupons
from marketplace.coupons.domain.coupons import Coupon
from marketplace.coupons.vouchers import HubVouchers
from marketplace.currencies import service as currencies
from marketplace.errors import BasketChangedError, BasketInvalidError
from marketplace.orders import basket, checkout, receipts, refunds
from marketplace.orders.domain.refunds import RefundLine, RefundRequest
from marketplace.orders.fulfilment import shop_order_of
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store
from payouts import service as payouts
from payouts.invariants import breaches
from tests.marketplace.listings.builders import shop_id_of
from tests.marketplace.orders.test_currencies import london, set_rates
from tests.marketplace.orders.world import APPS, PRICE_MINOR, Visitor, World

pytestmark = pytest.mark.apps(*APPS)


def voucher(code: str = "AUTUMN", **changes: object) -> Voucher:
    """Ten per cent off everything, since long ago."""
    values = {"code": code, "currency": "EUR", "percent_bp": 1_000, "starts_at": "2020-01-01T00:00:00Z"}
    return Voucher(**(values | changes))  # type: ignore[arg-type]


async def told(world: World, letter: str, *vouchers: Voucher, revision: int = 1) -> VouchersKept:
    """A boutique's list arrives."""
    async with atomic():
        list_ = VoucherList(revision=revision, vouchers=vouchers)
        return await HubVouchers().take(PartyId(world.hub_id), PartyId(shop_id_of(letter)), list_, clock.now())


async def uses(world: World, letter: str) -> dict[str, tuple[int, int]]:
    """How often each code of a boutique is used: (paid, being paid)."""
    kept = await HubVouchers().kept(PartyId(world.hub_id), PartyId(shop_id_of(letter)))
    return {one.code: (one.paid, one.open) for one in kept.uses}


async def shopper(world: World, codes: dict[str, str], **wanted: int) -> Visitor:
    """Somebody with these dresses who has written down a code for some boutiques."""
    visitor = await world.fill(wanted)
    for letter, code in codes.items():
        basket.set_voucher(visitor, shop_id_of(letter), code)
    return visitor


async def test_the_boutique_bears_its_voucher_beside_the_hubs_coupon(world: World) -> None:
    """Its base is lowered for everybody, the hub's coupon is spread over what is left, the books are whole."""
    await told(world, "a", voucher())
    async with atomic():
        await coupons.make(
            Coupon(
                code="WELCOME",
                kind="amount",
                amount_minor=1_000,
                currency="EUR",
                minimum_minor=5_000,
                starts_at=clock.now(),
                made_at=clock.now(),
            )
        )
    visitor = await shopper(world, {"a": "au tumn"}, a=1, b=1)
    basket.set_coupon(visitor, "welcome")
    view = await basket.basket_view(visitor, "IT", clock.now())
    assert (view.items_total, view.vouchers_off, view.off) == (
        Money(20_000, "EUR"),
        Money(1_000, "EUR"),
        Money(1_000, "EUR"),
    )
    token = await world.begin(visitor)
    await checkout.hold_all(world.hub, token, clock.now())
    await world.pay(token)
    await world.work()
    (payment,) = world.till.payments.values()
    assert payment.received == view.total
    part = await world.part(token, "a")
    [line] = await part_store.lines([part.id])
    assert (part.voucher, line.voucher_minor, line.coupon_minor, line.total_minor) == ("AUTUMN", 1_000, 474, 8_526)
    rate = line.commission_bp
    assert line.commission_minor == 9_000 * rate // 10_000
    assert line.seller_minor == 9_000 - line.commission_minor - line.commission_vat_minor
    placed = next(one for one in world.boutiques.orders.values() if one.id == str(part.id))
    assert (placed.voucher, placed.lines[0].discount) == ("AUTUMN", Money(1_000, "EUR"))
    assert placed.total == placed.shipping + Money(9_000, "EUR")
    assert checks.read(json.encode(placed), ShopOrder) == placed
    order = await world.view(token)
    assert (order.total, order.vouchers_off) == (view.total, Money(1_000, "EUR"))
    made = await receipts.of_order(token)
    assert sum((one.paid for one in made), zero("EUR")) == payment.received
    assert (made[0].voucher, made[0].voucher_code, made[1].voucher) == (Money(1_000, "EUR"), "AUTUMN", zero("EUR"))
    async with atomic():
        all_of_it = RefundRequest(
            refund_id=new_id(), shop_order_id=part.id, lines=(RefundLine(str(line.id), 1),), shipping=True
        )
        await refunds.refund(await world.order_id(token), all_of_it, clock.now())
    await world.work()
    assert world.refunded() == line.total_minor + part.shipping_minor
    assert await breaches(clock.now()) == []
    assert await uses(world, "a") == {"AUTUMN": (1, 0)}


async def test_why_a_voucher_cannot_be_used_is_said_and_the_rest_goes_on(world: World) -> None:
    """Unknown, ended, for other pieces, too little bought, of another boutique: the basket is sold without it."""
    await told(
        world,
        "a",
        voucher("OVER", ends_at="2020-02-01T00:00:00Z"),
        voucher("LATER", starts_at="2999-01-01T00:00:00Z"),
        voucher("OTHER", products=("p-z",)),
        voucher("MUCH", minimum=PRICE_MINOR + 1),
        voucher("NONE", uses_max=1, percent_bp=0, amount=500, minimum=600),
    )
    said = {
        "over": "This voucher has ended.",
        "later": "This voucher cannot be used yet.",
        "other": "This voucher is for other pieces of the boutique.",
        "much": "This voucher is for pieces that come to 100.01 EUR or more.",
        "wrong": "The boutique has no such voucher; look at how it is written.",
    }
    for code, words in said.items():
        view = await basket.basket_view(await shopper(world, {"a": code}, a=1), "IT", clock.now())
        assert (view.parts[0].voucher_problem, view.vouchers_off) == (words, zero("EUR"))
    other = await basket.basket_view(await shopper(world, {"b": "NONE"}, a=1, b=1), "IT", clock.now())
    assert other.parts[1].voucher_problem == said["wrong"]
    visitor = await shopper(world, {"c": "NONE"}, a=1)
    assert basket.voucher_codes(visitor) == {}


async def test_the_last_use_is_the_last(world: World) -> None:
    """Of two who race for it one gets it; stopped, refused or declined, it is free again; ended, it still counts."""
    await told(world, "a", voucher(uses_max=1))
    racing = [await shopper(world, {"a": "AUTUMN"}, a=1) for _ in range(2)]
    seen = [(await basket.basket_view(one, "IT", clock.now())).quote for one in racing]
    begun = (world.begin(one, quote=quote) for one, quote in zip(racing, seen, strict=True))
    found = await asyncio.gather(*begun, return_exceptions=True)
    tokens = [one for one in found if isinstance(one, str)]
    refused = [one for one in found if isinstance(one, BasketInvalidError | BasketChangedError)]
    assert (len(tokens), len(refused)) == (1, 1)
    assert await uses(world, "a") == {"AUTUMN": (0, 1)}
    again = await basket.basket_view(await shopper(world, {"a": "AUTUMN"}, a=1), "IT", clock.now())
    assert again.parts[0].voucher_problem == "This voucher has been used up."
    await checkout.stop(tokens[0], clock.now())
    assert await uses(world, "a") == {"AUTUMN": (0, 0)}
    world.boutiques.stock(shop_id_of("a"), "v-a", 0)
    sold_out = await world.begin(await shopper(world, {"a": "AUTUMN"}, a=1, b=1))
    await checkout.hold_all(world.hub, sold_out, clock.now())
    assert (await world.states(sold_out), await uses(world, "a")) == (
        {"a": "refused", "b": "held"},
        {"AUTUMN": (0, 0)},
    )
    world.boutiques.stock(shop_id_of("a"), "v-a", 1)
    bought = await world.begin(await shopper(world, {"a": "AUTUMN"}, a=1))
    await checkout.hold_all(world.hub, bought, clock.now())
    await world.pay(bought)
    await world.work()
    await told(world, "a", *(voucher(f"MORE-{number}") for number in range(VOUCHERS_MAX - 1)), revision=2)
    after = await uses(world, "a")
    assert (len(after), after["AUTUMN"]) == (VOUCHERS_MAX, (1, 0))
    await world.says("a", bought, Declined(reason="torn"))
    await world.work()
    assert (await uses(world, "a"))["AUTUMN"] == (0, 0)
    assert await breaches(clock.now()) == []


async def test_a_list_is_taken_whole_and_never_in_place_of_a_newer_one(world: World) -> None:
    """What is not in the newest list has ended; an old list, or one that contradicts itself, changes nothing."""
    await told(world, "a", voucher("FIRST"), voucher("SECOND"), revision=2)
    assert (await told(world, "a", voucher("THIRD"), revision=1)).revision == 2
    assert await uses(world, "a") == {"FIRST": (0, 0), "SECOND": (0, 0)}
    assert (await told(world, "a", voucher("SECOND"), revision=3)).revision == 3
    assert await uses(world, "a") == {"SECOND": (0, 0)}
    view = await basket.basket_view(await shopper(world, {"a": "FIRST"}, a=1), "IT", clock.now())
    assert view.parts[0].voucher_problem == "The boutique has no such voucher; look at how it is written."
    for wrong in ((voucher(), voucher()), (voucher(amount=5),)):
        with pytest.raises(RecordInvalidError):
            await told(world, "a", *wrong, revision=9)
    assert await uses(world, "b") == {}


@pytest.mark.parametrize("currency", ["JPY", "USD", "GBP"])
async def test_a_voucher_in_another_currency_is_exact_at_both_ends(world: World, currency: str) -> None:
    """The boutique's order bears the discount in its own currency, the shopper's charge the same in theirs."""
    await london(world)
    await set_rates(clock.now())
    await told(world, "g", voucher("LONDON", currency="GBP", percent_bp=0, amount=1_234, minimum=5_000))
    visitor = await shopper(world, {"g": "LONDON"}, a=1, g=2)
    visitor.data[currencies.CHOICE] = currency
    view = await basket.basket_view(visitor, "IT", clock.now())
    token = await world.begin(visitor)
    await checkout.hold_all(world.hub, token, clock.now())
    await world.pay(token)
    await world.work()
    (payment,) = world.till.payments.values()
    assert payment.received == view.total
    assert view.total == view.items_total - (view.vouchers_off or zero(currency)) + view.shipping_total
    order, part = await order_store.by_token(token), await world.part(token, "g")
    assert order is not None
    placed = shop_order_of(order, part, await part_store.lines([part.id]))
    assert (placed.lines[0].discount, placed.total) == (Money(1_234, "GBP"), Money(20_000 - 1_234 + 1_200, "GBP"))
    assert isinstance(placed.money, SellerPart)
    assert sum((one.paid for one in await receipts.of_order(token)), zero(currency)) == payment.received
    assert await breaches(clock.now()) == []
    assert not any((await payouts.trial_balance_totals()).values())
