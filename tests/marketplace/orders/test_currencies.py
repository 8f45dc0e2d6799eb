"""A basket over boutiques of two currencies, paid in a third at a hub that settles in its own."""

from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from federation.conversations import checks
from federation.conversations.messages import Accepted, Declined, OrderEvent, Refunded, Settled, Shipped, Transferred
from federation.node import clock
from federation.node.database import atomic, fetch
from federation.vocabulary.ids import PartyId
from federation.vocabulary.money import Money
from federation.vocabulary.product import ShippingRate
from marketplace.api.buying import buy
from marketplace.api.documents import CheckoutLine, CheckoutRequest
from marketplace.currencies import service as currencies
from marketplace.currencies import store as rates
from marketplace.errors import BasketChangedError, BasketInvalidError, OrderStateError
from marketplace.orders import basket, checkout, mails, reads
from marketplace.orders.views import Contact
from payouts import service as payouts
from payouts.invariants import breaches
from tests.marketplace.currencies.sheets import sheet
from tests.marketplace.listings.builders import open_boutique, product, profile, put, shop_id_of, variant
from tests.marketplace.orders.world import ADDRESS, Visitor, World

pytestmark = pytest.mark.apps("federation.piccolo_app", "payouts.piccolo_app", "marketplace.piccolo_app")

STERLING = {
    "currency": "GBP",
    "country": "GB",
    "shipping": (ShippingRate(("IT",), Money(1_200, "GBP"), 3, 6, Money(50_000, "GBP")),),
}


async def set_rates(now: datetime, **changes: str) -> None:
    """The rates of a day are known."""
    await rates.keep(sheet(now.date(), **changes))


async def london(world: World, letter: str = "g", pieces: int = 3) -> None:
    """A boutique that lists in pounds: a dress at £100.00, shipping £12.00, free from £500."""
    dress = msgspec.structs.replace(variant(f"v-{letter}"), price=Money(10_000, "GBP"))
    shop_id = await open_boutique(
        letter, [product(f"p-{letter}", dress)], {f"v-{letter}": pieces}, clock.now(), **STERLING
    )
    world.boutiques.stock(shop_id, f"v-{letter}", pieces)
    async with atomic():
        presented = [put(9, profile(f"shop-{letter}", **STERLING))]
        await world.desk.records_accepted(world.hub_id, PartyId(shop_id), presented, clock.now())


async def shopper(world: World, currency: str, **wanted: int) -> Visitor:
    """Somebody who pays in `currency`, with so many dresses of each boutique."""
    visitor = await world.fill(wanted)
    visitor.data[currencies.CHOICE] = currency
    return visitor


async def held(world: World, currency: str, **wanted: int) -> str:
    """An order of that, held by its boutiques."""
    token = await world.begin(await shopper(world, currency, **wanted))
    await checkout.hold_all(world.hub, token, clock.now())
    return token


async def told(letter: str) -> list[object]:
    """What the hub has told a boutique of an order, body by body."""
    rows = await fetch(
        "SELECT body FROM fed_event_out WHERE remote_id = $1 ORDER BY order_id, sequence", shop_id_of(letter)
    )
    return [checks.event_body(checks.read(row["body"], OrderEvent)) for row in rows]


@pytest.fixture
async def both(world: World) -> World:
    """A boutique that lists in euro, one that lists in pounds, and the rates of today."""
    await london(world)
    await set_rates(clock.now())
    return world


@pytest.mark.parametrize(
    ("currency", "euro_dress", "pound_dress", "parcels"),
    [
        ("JPY", 17_843, 21_211, (1_231, 2_545)),
        ("USD", 11_525, 13_701, (795, 1_644)),
        ("GBP", 8_412, 10_000, (580, 1_200)),
    ],
)
async def test_two_currencies_are_one_charge(
    both: World, currency: str, euro_dress: int, pound_dress: int, parcels: tuple[int, int]
) -> None:
    """The price shown is the price charged: unit by unit, parcel by parcel, in the shopper's currency."""
    visitor = await shopper(both, currency, a=1, g=2)
    view = await basket.basket_view(visitor, "IT", clock.now())
    total = euro_dress + 2 * pound_dress + sum(parcels)
    assert view.total == Money(total, currency)
    assert [part.lines[0].list_price.currency for part in view.parts] == ["EUR", "GBP"]
    assert "1 EUR = 0.8412 GBP" in view.rate_words
    token = await both.begin(visitor)
    await checkout.hold_all(both.hub, token, clock.now())
    await both.pay(token)
    await both.work()
    (payment,) = both.till.payments.values()
    assert payment.received == Money(total, currency)
    order = await both.view(token)
    assert (order.paid, order.total) == (Money(total, currency), Money(total, currency))
    assert await breaches(clock.now()) == []
    assert not any((await payouts.trial_balance_totals()).values())


async def test_each_boutique_gets_its_order_at_its_own_prices_and_is_owed_the_hubs_currency(both: World) -> None:
    """The signed order repeats what the boutique published; what the money came to is told in euro and sent as such."""
    token = await held(both, "JPY", a=1, g=1)
    await both.pay(token)
    await both.work()
    order = next(one for one in both.boutiques.orders.values() if one.currency == "GBP")
    assert (order.lines[0].unit_price, order.shipping, order.total) == (
        Money(10_000, "GBP"),
        Money(1_200, "GBP"),
        Money(11_200, "GBP"),
    )
    settled = next(body for body in await told("g") if isinstance(body, Settled)).settlement
    assert settled.seller.currency == "EUR"
    for letter in "ag":
        await both.says(letter, token, Accepted())
        await both.says(letter, token, Shipped())
    await both.work()
    sent = [body.amount for body in await told("g") if isinstance(body, Transferred)]
    assert sum(amount.amount_minor for amount in sent) == (settled.seller + settled.shipping).amount_minor
    gross = next(iter(both.till.payments.values())).gross
    assert gross is not None
    share = await payouts.settled_share(await both.order_id(token), (await both.part(token, "g")).id)
    other = await payouts.settled_share(await both.order_id(token), (await both.part(token, "a")).id)
    assert share is not None
    assert other is not None
    assert share.paid + other.paid == gross


async def test_a_part_that_is_declined_goes_back_in_the_shoppers_currency(both: World) -> None:
    """The shopper gets the yen charged for it; the boutique hears of it in the currency it would have been owed."""
    token = await held(both, "JPY", a=1, g=1)
    await both.pay(token)
    await both.work()
    both.till.rates["JPY"] = Decimal("170.00")
    await both.says("g", token, Declined("sold_out"))
    await both.work()
    (refund,) = both.till.refunds.values()
    assert (refund.status, refund.amount) == ("succeeded", Money(21_211 + 2_545, "JPY"))
    amounts = [body.amount for body in await told("g") if isinstance(body, Refunded)]
    assert {amount.currency for amount in amounts} == {"EUR"}
    order = await both.view(token)
    assert order.refunded == Money(21_211 + 2_545, "JPY")
    assert (await payouts.trial_balance())["EUR"]["hub:fx"] > 0
    assert await breaches(clock.now()) == []
    (letter,) = await fetch("SELECT text_body FROM node_mail WHERE subject LIKE 'Refund%'")
    assert "¥23,756" in letter["text_body"]
    placed = await checkout.find(token)
    assert mails.words(23_756, msgspec.structs.replace(placed, language="it")) == "23.756\N{NO-BREAK SPACE}JPY"


async def test_an_expired_promise_is_shown_anew_before_it_is_charged(both: World) -> None:
    """Half an hour later the rate has moved: the new total is shown, and only that is charged once confirmed."""
    token = await held(both, "JPY", a=1, g=1)
    before = (await reads.held_view(token, clock.now())).total
    await set_rates(clock.now(), JPY="180.00")
    later = clock.now() + timedelta(minutes=31)
    with pytest.raises(BasketChangedError, match="JPY"):
        await checkout.proceed(both.hub, token, later)
    view = await reads.held_view(token, clock.now())
    assert view.can_continue
    assert view.total == Money(18_000 + 21_398 + 1_242 + 2_568, "JPY") != before
    await checkout.proceed(both.hub, token, later + timedelta(minutes=1))
    (payment,) = both.till.payments.values()
    assert payment.amount == view.total


async def test_a_promise_that_stands_is_kept_whatever_the_rate(both: World) -> None:
    """Within the half hour the old total is charged, and one that comes to the same is charged without asking."""
    token = await held(both, "JPY", a=1, g=1)
    promised = (await reads.held_view(token, clock.now())).total
    await set_rates(clock.now(), JPY="180.00")
    await checkout.proceed(both.hub, token, clock.now())
    assert [one.amount for one in both.till.payments.values()] == [promised]


async def test_without_rates_an_expired_promise_charges_nothing(both: World) -> None:
    """When no rate of these days is known, nobody can say what the order costs: the shopper is told so."""
    token = await held(both, "JPY", a=1)
    with pytest.raises(OrderStateError, match="no exchange rate"):
        await checkout.proceed(both.hub, token, clock.now() + timedelta(days=9))
    assert not both.till.payments


async def test_stale_rates_convert_nothing(world: World) -> None:
    """Prices stand and are charged as their boutique lists them; two lists do not fit in one order then."""
    await london(world)
    await set_rates(clock.now() - timedelta(days=5))
    visitor = await shopper(world, "JPY", g=1)
    view = await basket.basket_view(visitor, "IT", clock.now())
    assert (view.total, view.currency, view.chosen_currency) == (Money(11_200, "GBP"), "GBP", "JPY")
    assert not view.rate_words
    token = await world.begin(visitor)
    await checkout.hold_all(world.hub, token, clock.now())
    await world.pay(token)
    assert (await world.view(token)).paid == Money(11_200, "GBP")
    both = await shopper(world, "JPY", g=1, a=1)
    with pytest.raises(BasketInvalidError, match="order of its own"):
        await world.begin(both)


async def test_a_basket_seen_in_another_currency_is_shown_again(both: World) -> None:
    """Who changes the currency between looking and sending the form is not charged a figure they have not seen."""
    visitor = await shopper(both, "JPY", a=1)
    view = await basket.basket_view(visitor, "IT", clock.now())
    visitor.data[currencies.CHOICE] = "USD"
    with pytest.raises(BasketChangedError):
        await both.begin(visitor, quote=view.quote)


async def test_the_api_charges_in_the_currency_it_is_asked_for(both: World) -> None:
    """A program names the currency and may name the total it expects, to the yen."""
    request = CheckoutRequest(
        key="a-key-of-the-caller-1",
        country="IT",
        contact=Contact(email="ada@example.com"),
        address=ADDRESS,
        lines=(CheckoutLine(shop_id_of("g"), "p-g", "v-g", 1),),
        currency="JPY",
        total=Money(21_211 + 2_545, "JPY"),
    )
    answer = await buy(both.hub, request, clock.now())
    assert answer.total == Money(23_756, "JPY")
    assert answer.redirect_url
