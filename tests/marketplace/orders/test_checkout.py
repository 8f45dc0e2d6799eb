"""From basket to payment."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.node.idempotency import IdempotencyConflictError
from federation.vocabulary.money import Money
from marketplace.errors import BasketChangedError, BasketInvalidError, OrderNotFoundError, OrderStateError
from marketplace.listings import records
from marketplace.orders import basket, checkout, reads
from marketplace.orders.domain import basket as rules
from marketplace.orders.store import orders as order_store
from marketplace.orders.views import Contact
from tests.marketplace.listings.builders import HUB_ID, delete, product, put, shop_id_of, variant
from tests.marketplace.orders.world import ADDRESS, APPS, PRICE_MINOR, SHIPPING_MINOR, World

pytestmark = pytest.mark.apps(*APPS)


async def test_all_boutiques_hold_and_the_whole_price_is_shown(world: World) -> None:
    """Three boutiques, three parcels, one total."""
    token = await world.hold({"a": 1, "b": 2, "c": 1})
    view = await reads.held_view(token, clock.now())
    assert (view.state, view.can_continue, view.refused) == ("held", True, 0)
    assert view.total == Money(4 * PRICE_MINOR + 3 * SHIPPING_MINOR - SHIPPING_MINOR, "EUR")
    assert [world.left(letter) for letter in "abc"] == [2, 1, 2]


@pytest.mark.parametrize("refusing", ["a", "b", "c", "ab", "bc", "ac"])
async def test_any_subset_may_refuse_without_harming_the_rest(world: World, refusing: str) -> None:
    """Who sold out meanwhile is shown; the shopper pays exactly for the others, and they are sold."""
    for letter in refusing:
        world.boutiques.stock(shop_id_of(letter), f"v-{letter}", 0)
    token = await world.hold({"a": 1, "b": 1, "c": 1})
    held = [letter for letter in "abc" if letter not in refusing]
    view = await reads.held_view(token, clock.now())
    assert view.total.amount_minor == len(held) * (PRICE_MINOR + SHIPPING_MINOR)
    assert [part.lines[0].available for part in view.parts if part.state == "refused"] == [0] * len(refusing)
    await world.pay(token)
    await world.work()
    assert await world.states(token) == {letter: "placed" if letter in held else "refused" for letter in "abc"}
    order = await world.view(token)
    assert (order.paid.amount_minor, len(order.parts)) == (len(held) * (PRICE_MINOR + SHIPPING_MINOR), len(held))


async def test_when_all_refuse_there_is_nothing_to_pay(world: World) -> None:
    """The order ends, and no payment was begun."""
    for letter in "ab":
        world.boutiques.stock(shop_id_of(letter), f"v-{letter}", 0)
    token = await world.hold({"a": 1, "b": 1})
    assert not (await reads.held_view(token, clock.now())).can_continue
    with pytest.raises(OrderStateError):
        await checkout.proceed(world.hub, token, clock.now())
    assert world.till.payments == {}


async def test_a_boutique_that_never_answers_counts_as_refused_and_is_released(world: World) -> None:
    """Its hold may have been taken all the same, so it is given back until the boutique has heard it."""
    world.boutiques.loses_answer(shop_id_of("b"), "hold")
    world.boutiques.silent(shop_id_of("b"), "release", times=2)
    token = await world.hold({"a": 1, "b": 1})
    assert await world.states(token) == {"a": "held", "b": "refused"}
    assert world.left("b") == 2
    await world.work()
    assert world.left("b") == 3


async def test_a_form_sent_twice_is_one_order(world: World) -> None:
    """A double click begins, holds and pays once, also when both arrive together."""
    visitor = await world.fill({"a": 1, "b": 1})
    key = checkout.new_checkout_key()
    tokens = await asyncio.gather(world.begin(visitor, key), world.begin(visitor, key))
    assert len(set(tokens)) == 1
    await asyncio.gather(*(checkout.hold_all(world.hub, token, clock.now()) for token in tokens))
    assert (world.left("a"), world.left("b")) == (2, 2)
    urls = await asyncio.gather(*(checkout.proceed(world.hub, token, clock.now()) for token in tokens))
    assert len(set(urls)) == 1
    assert len(world.till.payments) == 1


async def test_two_shoppers_on_the_last_piece(world: World) -> None:
    """Exactly one of them gets it; the other is told there is none left."""
    world.boutiques.stock(shop_id_of("a"), "v-a", 1)
    tokens = await asyncio.gather(world.hold({"a": 1}), world.hold({"a": 1}))
    states = sorted([(await reads.held_view(token, clock.now())).state for token in tokens])
    assert states == ["held", "refused"]
    assert world.left("a") == 0


async def test_a_price_that_moved_is_shown_not_charged(world: World) -> None:
    """The form made for the old price is refused; looking again shows both prices, and then the new one is agreed."""
    visitor = await world.fill({"a": 1})
    old = await basket.basket_view(visitor, "IT", clock.now())
    async with atomic():
        dearer = product("p-a", variant("v-a", 15_000))
        await records.take_records(world.hub_id, shop_id_of("a"), [put(9, dearer)], clock.now())
    with pytest.raises(BasketChangedError):
        await world.begin(visitor, quote=old.quote)
    shown = await basket.basket_view(visitor, "IT", clock.now())
    line = shown.parts[0].lines[0]
    assert (line.price_was, line.unit_price, shown.changed) == (Money(10_000, "EUR"), Money(15_000, "EUR"), True)
    await basket.accept_prices(visitor, clock.now())
    token = await world.begin(visitor)
    assert (await world.view(token)).items_total == Money(15_000, "EUR")


async def test_a_withdrawn_piece_stays_in_the_basket_with_its_problem(world: World) -> None:
    """It counts in no total, stops the checkout with a sentence, and the rest can be bought once it is removed."""
    visitor = await world.fill({"a": 1, "b": 1})
    async with atomic():
        await records.take_records(HUB_ID, shop_id_of("a"), [delete(9, "product/p-a")], clock.now())
    view = await basket.basket_view(visitor, "IT", clock.now())
    assert view.total.amount_minor == PRICE_MINOR + SHIPPING_MINOR
    with pytest.raises(BasketInvalidError, match="no longer offered"):
        await world.begin(visitor)
    basket.remove(visitor, rules.item_key(shop_id_of("a"), "p-a", "v-a"))
    await checkout.hold_all(world.hub, await world.begin(visitor), clock.now())
    assert world.left("b") == 2


async def test_an_address_elsewhere_than_shipping_was_worked_out_for_is_refused(world: World) -> None:
    """Shipping to Italy is no shipping to France."""
    visitor = await world.fill({"a": 1})
    view = await basket.basket_view(visitor, "FR", clock.now())
    with pytest.raises(BasketInvalidError, match="another country"):
        await world.begin(visitor, country="FR", quote=view.quote)


async def test_stopping_gives_everything_back(world: World) -> None:
    """Nothing is charged, all pieces are for sale again, and stopping again changes nothing."""
    token = await world.hold({"a": 1, "b": 1})
    await checkout.stop(token, clock.now())
    await checkout.stop(token, clock.now())
    await world.work()
    assert (await checkout.find(token)).state == "cancelled"
    assert [world.left(letter) for letter in "ab"] == [3, 3]


async def test_an_attempt_ends_ten_minutes_after_it_started(world: World) -> None:
    """Not before; then the payment is cancelled at the provider and the holds are given back."""
    token = await world.hold({"a": 1})
    await checkout.proceed(world.hub, token, clock.now())
    assert await checkout.end_overdue(clock.now() + timedelta(seconds=590)) == 0
    assert await checkout.end_overdue(clock.now() + timedelta(seconds=601)) == 1
    await world.work()
    assert [one.status for one in world.till.payments.values()] == ["cancelled"]
    assert world.left("a") == 3


async def test_money_that_comes_after_the_end_goes_back_in_full(world: World) -> None:
    """A payment reported after cancellation is refunded whole; no part is confirmed."""
    token = await world.hold({"a": 1, "b": 1})
    await checkout.proceed(world.hub, token, clock.now())
    await checkout.stop(token, clock.now())
    await world.money_arrives(token)
    await world.work()
    assert (await checkout.find(token)).state == "cancelled"
    assert world.refunded() == 2 * (PRICE_MINOR + SHIPPING_MINOR)
    assert (world.sold("a"), world.left("a")) == (0, 3)


async def test_who_gives_up_paying_may_try_again(world: World) -> None:
    """A payment that ended without money leaves the holds; another one can be begun and paid."""
    token = await world.hold({"a": 1})
    await checkout.proceed(world.hub, token, clock.now())
    await world.shopper_gives_up(token)
    assert (await checkout.find(token)).state == "held"
    await world.pay(token)
    await world.work()
    assert await world.states(token) == {"a": "placed"}


async def test_a_hold_that_would_not_last_is_taken_anew_before_paying(world: World) -> None:
    """The old one is given back first, as it may hold the last piece; the payment begins with a full hold."""
    world.boutiques.stock(shop_id_of("a"), "v-a", 1)
    token = await world.hold({"a": 1})
    before = (await world.part(token, "a")).reservation_id
    later = clock.now() + timedelta(seconds=400)
    await checkout.proceed(world.hub, token, later)
    part = await world.part(token, "a")
    assert (part.state, part.reservation_id != before, world.left("a")) == ("held", True, 0)
    assert part.held_until is not None
    assert part.held_until >= later + timedelta(seconds=890)


async def test_a_hold_lost_on_renewal_is_shown_before_anything_is_charged(world: World) -> None:
    """When the boutique does not hold again, the shopper sees the page with what is left."""
    token = await world.hold({"a": 1, "b": 1})
    world.boutiques.expire_all()
    world.boutiques.stock(shop_id_of("b"), "v-b", 0)
    with pytest.raises(BasketChangedError):
        await checkout.proceed(world.hub, token, clock.now() + timedelta(seconds=500))
    assert await world.states(token) == {"a": "held", "b": "refused"}
    view = await reads.held_view(token, clock.now())
    assert view.total.amount_minor == PRICE_MINOR + SHIPPING_MINOR


async def test_asking_goes_on_after_whoever_asked_has_died(world: World) -> None:
    """A hub killed while it asks leaves an order that the shopper's next click takes further."""
    token = await world.begin(await world.fill({"a": 1}))
    now = clock.now()
    assert await order_store.claim_asking(await world.order_id(token), now, now)
    assert not await order_store.claim_asking(await world.order_id(token), now, now - timedelta(seconds=10))
    await checkout.hold_all(world.hub, token, now + timedelta(seconds=checkout.ASKING_SECONDS))
    assert await world.states(token) == {"a": "held"}


async def test_an_order_opens_by_its_token_alone(world: World) -> None:
    """Neither its number nor its id is a key."""
    token = await world.hold({"a": 1})
    for guess in ((await world.view(token)).number, str(await world.order_id(token)), ""):
        with pytest.raises(OrderNotFoundError):
            await world.view(guess)


async def test_a_paid_basket_empties_once(world: World) -> None:
    """What was bought leaves the basket when the order page is shown; what was added later stays."""
    visitor = await world.fill({"a": 1, "b": 1})
    token = await world.begin(visitor)
    await checkout.hold_all(world.hub, token, clock.now())
    await world.pay(token)
    await basket.drop_bought(visitor, token)
    assert basket.count(visitor) == 0
    await basket.add(visitor, shop_id_of("a"), "p-a", "v-a", 1, now=clock.now())
    await basket.drop_bought(visitor, token)
    assert basket.count(visitor) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("line1", "x" * 300), ("town", "\x00"), ("country", "Italy"), ("postcode", "9" * 21)],
)
async def test_an_address_that_no_parcel_could_carry_is_refused(world: World, field: str, value: str) -> None:
    """Pages fill these values field by field; what breaks a bound is refused naming the field."""
    address = msgspec.structs.replace(ADDRESS, **{field: value})
    visitor = await world.fill({"a": 1})
    with pytest.raises(BasketInvalidError) as refused:
        await world.begin(visitor, address=address)
    assert refused.value.errors[0].pointer == f"/address/{field}"


@pytest.mark.parametrize("email", ["nobody", "a@b@c d", "<ada@example.com>", "a" * 70 + "@example.com"])
async def test_an_email_that_no_mail_could_reach_is_refused(world: World, email: str) -> None:
    """Before anything is held: the order's link travels to this address."""
    visitor = await world.fill({"a": 1})
    with pytest.raises(BasketInvalidError):
        await world.begin(visitor, contact=Contact(email=email))


async def test_what_a_shopper_types_can_be_signed(world: World) -> None:
    """Decomposed accents and control characters are mended, so that no boutique has to decline the order."""
    address = msgspec.structs.replace(ADDRESS, name="Ada Le\u0301vy\x07", town=" Palermo ")
    token = await world.begin(await world.fill({"a": 1}), address=address)
    kept = (await world.view(token)).address
    assert (kept.name, kept.town) == ("Ada L\u00e9vy", "Palermo")


async def test_two_clicks_on_pay_while_holds_are_renewed(world: World) -> None:
    """Neither begins a payment before every boutique has answered again, and both lead to the same one."""
    token = await world.hold({"a": 1, "b": 1})
    later = clock.now() + timedelta(seconds=400)
    urls = await asyncio.gather(*(checkout.proceed(world.hub, token, later) for _ in range(2)))
    assert len(set(urls)) == 1
    assert [one.amount.amount_minor for one in world.till.payments.values()] == [2 * (PRICE_MINOR + SHIPPING_MINOR)]
    assert (world.left("a"), world.left("b")) == (2, 2)


async def test_nobody_is_led_to_another_shoppers_order(world: World) -> None:
    """A key used before with another address or mail is a conflict, not a way in."""
    key = checkout.new_checkout_key()
    await world.begin(await world.fill({"a": 1}), key)
    for change in (
        {"contact": Contact(email="eve@example.com")},
        {"address": msgspec.structs.replace(ADDRESS, name="Eve")},
    ):
        with pytest.raises(IdempotencyConflictError):
            await world.begin(await world.fill({"a": 1}), key, **change)
