"""What an order keeps of the hub's terms: its rule, its coupon, who sent the shopper; and that no change touches it."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from federation.conversations import checks
from federation.conversations.messages import Accepted, Declined, Shipped
from federation.node import clock
from federation.node.database import atomic
from federation.node.languages import speaking
from federation.vocabulary.ids import PartyId, new_id
from marketplace.coupons import service as coupons
from marketplace.coupons.domain.coupons import Coupon
from marketplace.errors import BasketChangedError, BasketInvalidError
from marketplace.orders import basket, checkout, reads, refunds
from marketplace.orders.domain.refunds import RefundLine, RefundRequest
from marketplace.orders.fulfilment import shop_order_of
from marketplace.orders.store import parts as part_store
from marketplace.orders.views import Contact
from marketplace.storefront.words import WORDING
from marketplace.terms import referrals
from marketplace.terms import service as terms
from marketplace.terms.domain.rules import Rule, standard_rule
from marketplace.terms.service import RuleChange
from payouts.domain.settlement import SettlementKind
from payouts.invariants import breaches
from payouts.service import reads as money
from tests.marketplace.listings.builders import profile, put, shop_id_of
from tests.marketplace.orders.world import APPS, World

pytestmark = pytest.mark.apps(*APPS)


async def set_rules(*rules: Rule) -> None:
    """One more revision."""
    newest = await terms.history()
    change = RuleChange(
        rules=rules, based_on=newest[0].revision if newest else 0, change="test", made_by="op@example.com"
    )
    async with atomic():
        await terms.change_rules(change, clock.now())


async def offer(code: str = "SPRING", **changes: Any) -> None:
    """A coupon of 10.00 on pieces for 50.00."""
    now = clock.now()
    coupon = Coupon(
        code=code, kind="amount", amount_minor=1000, currency="EUR", minimum_minor=5000, starts_at=now, made_at=now
    )
    async with atomic():
        await coupons.make(msgspec.structs.replace(coupon, **changes))


async def with_coupon(
    world: World, wanted: dict[str, int], code: str = "spring", email: str = "ada@example.com"
) -> str:
    """A checkout of these pieces with the coupon; returns its token."""
    visitor = await world.fill(wanted)
    basket.set_coupon(visitor, code)
    token = await world.begin(visitor, contact=Contact(email=email))
    await checkout.hold_all(world.hub, token, clock.now())
    return token


async def test_a_change_of_the_rules_touches_no_order_already_placed(world: World) -> None:
    """The rule is frozen with the checkout: a new rate between basket and payment divides nothing anew."""
    dresses = Rule(id="rule-1", name="Dresses", category="clothing", rate_bp=1500, currency="EUR", fixed_minor=50)
    await set_rules(dresses, standard_rule(1000))
    token = await world.hold({"a": 2})
    await set_rules(standard_rule(4000))
    await world.pay(token)
    await world.work()
    order = await reads.order_by_token_for_operator(token)
    split = order.parts[0].split
    assert split is not None
    line = split.lines[0]
    assert (line.rule_id, line.rule_revision, line.commission_bp, line.fixed.amount_minor) == ("rule-1", 1, 1500, 50)
    assert split.commission.amount_minor == 3000 + 100
    assert line.vat_treatment == "domestic"
    booked = (await money.lines_of_order(order.order_id))[0]
    assert (booked.rule_id, booked.rule_revision, booked.commission) == ("rule-1", 1, 3100)


async def test_a_coupon_is_paid_by_the_hub(world: World) -> None:
    """The shopper pays less, and every boutique gets what it would get without."""
    await offer()
    token = await with_coupon(world, {"a": 1, "b": 2})
    await world.pay(token)
    await world.work()
    order = await reads.order_by_token_for_operator(token)
    assert order.paid.amount_minor == 30_000 - 1000 + 690
    assert [part.split.coupon.amount_minor for part in order.parts if part.split] == [333, 667]
    assert [part.split.seller.amount_minor for part in order.parts if part.split] == [8780, 17_560]
    assert await breaches(clock.now()) == []


async def test_a_coupon_dearer_than_the_hubs_part_is_sent_apart(world: World) -> None:
    """What the shopper's payment cannot pay is sent out of the hub's own balance, and given back last."""
    await offer(kind="percent", amount_minor=0, percent_bp=5000)
    token = await with_coupon(world, {"a": 1})
    await world.pay(token)
    await world.work()
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped())
    await world.work()
    order = await reads.order_by_token_for_operator(token)
    owed = {one.kind: one for one in await money.settlements_of_order(order.order_id)}
    sent = {kind: one.sent_minor for kind, one in owed.items()}
    assert sent == {SettlementKind.SALE: 5000, SettlementKind.PROMOTION: 3780, SettlementKind.SHIPPING: 690}
    part = order.parts[0]
    request = RefundRequest(
        refund_id=new_id(), shop_order_id=part.shop_order_id, lines=(RefundLine(part.lines[0].line_id, 1),)
    )
    async with atomic():
        await refunds.refund(order.order_id, request, clock.now())
    await world.work()
    claimed = {one.kind: one.claimed_minor for one in await money.settlements_of_order(order.order_id)}
    assert claimed == {SettlementKind.SALE: 5000, SettlementKind.PROMOTION: 3780, SettlementKind.SHIPPING: 0}
    assert await breaches(clock.now()) == []


async def test_what_a_boutique_refuses_takes_its_part_of_the_coupon_along(world: World) -> None:
    """The coupon is spread anew over what is held, whole as long as there is enough to take it off."""
    await offer()
    world.boutiques.stock(shop_id_of("b"), "v-b", 0)
    token = await with_coupon(world, {"a": 1, "b": 1})
    held = await reads.held_view(token, clock.now())
    assert (held.off.amount_minor, held.total.amount_minor) == (1000, 10_000 - 1000 + 690)
    await world.pay(token)
    assert (await world.view(token)).paid == held.total


async def test_what_is_left_below_the_minimum_takes_its_part_of_the_coupon_only(world: World) -> None:
    """When refusals bring the pieces below the coupon's minimum, it takes off in proportion to what is left."""
    await offer(minimum_minor=20_000)
    world.boutiques.stock(shop_id_of("b"), "v-b", 0)
    token = await with_coupon(world, {"a": 1, "b": 2})
    held = await reads.held_view(token, clock.now())
    assert (held.off.amount_minor, held.total.amount_minor) == (333, 10_000 - 333 + 690)
    await world.pay(token)
    assert (await world.view(token)).paid == held.total


async def test_a_declined_part_gives_back_what_was_paid_for_it(world: World) -> None:
    """A refund is of what the shopper paid, the coupon's part goes back to the hub, and the books agree."""
    await offer()
    token = await with_coupon(world, {"a": 1, "b": 1})
    await world.pay(token)
    await world.work()
    await world.says("a", token, Declined("gone"))
    await world.work()
    assert world.refunded() == 10_000 - 500 + 690
    assert await breaches(clock.now()) == []


async def test_pieces_of_a_line_with_a_coupon_go_back_one_by_one_to_the_cent(world: World) -> None:
    """Three pieces with 10.00 off give back 96.66, 96.67 and 96.67, and then nothing is left."""
    await offer()
    token = await with_coupon(world, {"a": 3})
    await world.pay(token)
    await world.work()
    order = await reads.order_by_token_for_operator(token)
    part = order.parts[0]
    for _ in range(3):
        request = RefundRequest(
            refund_id=new_id(), shop_order_id=part.shop_order_id, lines=(RefundLine(part.lines[0].line_id, 1),)
        )
        async with atomic():
            await refunds.refund(order.order_id, request, clock.now())
    await world.work()
    assert world.refunded() == 29_000
    assert await breaches(clock.now()) == []


async def test_the_last_use_goes_to_one_of_two_who_race(world: World) -> None:
    """Of two checkouts at once one begins with the coupon, the other is told that it is gone."""
    await offer(uses_max=1)
    visitors = []
    for letter in "ab":
        visitor = await world.fill({letter: 1})
        basket.set_coupon(visitor, "spring")
        visitors.append((visitor, (await basket.basket_view(visitor, "IT", clock.now())).quote))
    outcomes = await asyncio.gather(
        *(
            world.begin(visitor, contact=Contact(email=f"shopper-{place}@example.com"), quote=quote)
            for place, (visitor, quote) in enumerate(visitors)
        ),
        return_exceptions=True,
    )
    refused = [one for one in outcomes if isinstance(one, BasketInvalidError | BasketChangedError)]
    assert len(refused) == 1
    assert sum(isinstance(one, str) for one in outcomes) == 1


async def test_an_order_that_is_never_paid_gives_its_use_back(world: World) -> None:
    """Stopped by the shopper, or refused by every boutique, it counts no more; a paid one counts for ever."""
    await offer(uses_max=1, per_shopper_max=1)
    token = await with_coupon(world, {"a": 1})
    await checkout.stop(token, clock.now())
    world.boutiques.stock(shop_id_of("b"), "v-b", 0)
    await with_coupon(world, {"b": 1})
    token = await with_coupon(world, {"a": 1})
    await world.pay(token)
    (row,) = await coupons.listed(10)
    assert (row.used, row.under_way, row.off_minor) == (1, 0, {"EUR": 1000})
    visitor = await world.fill({"a": 1})
    basket.set_coupon(visitor, "SPRING")
    view = await basket.basket_view(visitor, "IT", clock.now())
    assert "used up" in view.coupon_problem
    assert view.off.amount_minor == 0


async def test_one_shopper_uses_a_coupon_as_often_as_it_says(world: World) -> None:
    """The same mail address, however it is written, is one shopper; another one still has a use."""
    await offer(per_shopper_max=1)
    await with_coupon(world, {"a": 1}, email="ada@example.com")
    with pytest.raises(BasketInvalidError, match="as often as") as refused:
        await with_coupon(world, {"b": 1}, email="Ada@Example.com")
    with speaking("it"):
        said = WORDING.said(refused.value.sentence)
    assert said.startswith("Hai già usato questo buono"), "the reason too is in the shopper’s language"
    await with_coupon(world, {"b": 1}, email="bea@example.com")


async def take_part(world: World, letter: str, referral_bp_max: int, now: datetime) -> None:
    """A boutique says how much it gives for shoppers that others send."""
    own = msgspec.structs.replace(profile(f"shop-{letter}"), referral_bp_max=referral_bp_max)
    async with atomic():
        shop_id = PartyId(shop_id_of(letter))
        await world.desk.records_accepted(world.hub_id, shop_id, [put(10, own)], now)


async def test_the_boutique_that_sent_the_shopper_gets_its_share(world: World) -> None:
    """Of others' pieces, out of their line and not of its own; released and sent with that line."""
    settings = msgspec.structs.replace(world.hub.settings, referral_bp=1000)
    world.hub = msgspec.structs.replace(world.hub, settings=settings)
    now = clock.now()
    for letter in "ab":
        await take_part(world, letter, 1000, now)
    visitor = await world.fill({"a": 1, "b": 1, "c": 1})
    await referrals.note(visitor, {"from": "@shop-b"}, now)
    view = await basket.basket_view(visitor, "IT", now)
    assert view.sent_by is not None
    assert view.sent_by.handle == "shop-b"
    token = await world.begin(visitor)
    await checkout.hold_all(world.hub, token, now)
    await world.pay(token)
    await world.work()
    order = await reads.order_by_token_for_operator(token)
    assert [part.split.referral.amount_minor for part in order.parts if part.split] == [1000, 0, 0]
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped())
    await world.work()
    owed = {(one.kind, one.shop_id): one.sent_minor for one in await money.settlements_of_order(order.order_id)}
    assert owed[SettlementKind.REFERRAL, shop_id_of("b")] == 1000
    assert owed[SettlementKind.SALE, shop_id_of("a")] == 10_000 - 1000 - 220 - 1000


async def test_the_order_says_before_it_is_accepted_what_its_boutique_nets(world: World) -> None:
    """Commission, VAT and how it is treated, referral, the hub's coupon: and it is a message that boutiques take."""
    settings = msgspec.structs.replace(world.hub.settings, referral_bp=500)
    world.hub = msgspec.structs.replace(world.hub, settings=settings)
    await offer()
    for letter in "ab":
        await take_part(world, letter, 500, clock.now())
    visitor = await world.fill({"a": 1})
    await referrals.note(visitor, {"from": "shop-b"}, clock.now())
    basket.set_coupon(visitor, "spring")
    token = await world.begin(visitor)
    await checkout.hold_all(world.hub, token, clock.now())
    await world.pay(token)
    part = await world.part(token, "a")
    order = shop_order_of(await checkout.find(token), part, await part_store.lines([part.id]))
    checks.check(order)
    told = order.money
    figures = (told.commission, told.commission_vat, told.referral, told.seller, told.coupon)
    assert [amount.amount_minor for amount in figures if amount] == [1000, 220, 500, 8280, 1000]
    assert (order.total.amount_minor, told.vat_treatment) == (10_690, "domestic")


async def test_where_a_shopper_came_from_is_kept_a_month_or_until_forgotten(world: World) -> None:
    """One handle and a day; only of boutiques that take part; nothing else, and nothing after the shopper says so."""
    now = clock.now()
    await take_part(world, "a", 500, now)
    visitor = await world.fill({"b": 1})
    await referrals.note(visitor, {"from": "@shop-b"}, now)
    assert await referrals.sender(visitor, now) is None
    await referrals.note(visitor, {"from": "shop-a"}, now)
    assert set(visitor.data[referrals.SENT_BY]) == {"handle", "at"}
    assert await referrals.sender(visitor, now + timedelta(days=29)) is not None
    assert await referrals.sender(visitor, now + timedelta(days=30)) is None
    referrals.forget(visitor)
    assert await referrals.sender(visitor, now) is None


async def test_a_boutiques_own_reduction_is_recorded_as_its_own(world: World) -> None:
    """Where a piece has a former price, the line says how much the boutique itself took off."""
    token = await world.hold({"a": 2})
    part = await world.part(token, "a")
    assert [line.list_discount_minor for line in await part_store.lines([part.id])] == [0]


async def test_shops_may_bear_the_payment_fee_by_what_was_paid_for_each(world: World) -> None:
    """The real fee, divided by what was paid, as its own line of each part; the hub's expense comes to nothing."""
    settings = msgspec.structs.replace(world.hub.settings, provider_fee_borne_by="shops")
    world.hub = msgspec.structs.replace(world.hub, settings=settings)
    token = await world.buy({"a": 1, "b": 1})
    order_id = await world.order_id(token)
    payment = world.till.payments[await world.provider_payment(token)]
    assert payment.fee is not None
    fees = [one.fee_minor for one in await money.settlements_of_order(order_id) if one.kind is SettlementKind.SALE]
    assert sum(fees) == payment.fee.amount_minor
    assert max(fees) - min(fees) <= 1
    part = await world.part(token, "a")
    share = await money.settled_share(order_id, part.id)
    assert share is not None
    assert share.fee.amount_minor in fees
    assert (await money.trial_balance())["EUR"].get("hub:provider_fees", 0) == 0
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped())
    await world.work()
    sent = {
        one.kind: one.sent_minor for one in await money.settlements_of_order(order_id) if one.shop_id == part.shop_id
    }
    assert sent[SettlementKind.SALE] == 8780 - share.fee.amount_minor
    assert await breaches(clock.now()) == []
