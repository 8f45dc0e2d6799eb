"""After payment: every held part is confirmed, placed, or given back to the cent."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from federation.conversations.messages import (
    Accepted,
    Cancelled,
    CancelRefused,
    Declined,
    Delivered,
    Shipped,
    ShippedLine,
)
from federation.errors import PartyContestedError, ReplicaFrozenError
from federation.node import clock
from federation.node.database import atomic, fetch, fetch_value
from federation.node.languages import speaking
from federation.vocabulary.errors import GalleriaError, PeerRefusedError
from federation.vocabulary.ids import new_id
from marketplace.errors import OrderNotFoundError, OrderStateError, RefundInvalidError
from marketplace.media.service import TOPIC as PICTURES
from marketplace.orders import checkout, refunds
from marketplace.orders.cancelling import ask_to_cancel
from marketplace.orders.domain.refunds import RefundLine, RefundRequest
from marketplace.orders.store import parts as part_store
from payouts import service as payouts
from payouts.service.bank_payouts import observe_payout
from tests.marketplace.listings.builders import shop_id_of
from tests.marketplace.orders.world import APPS, PRICE_MINOR, SHIPPING_MINOR, World

pytestmark = pytest.mark.apps(*APPS)

PART_MINOR = PRICE_MINOR + SHIPPING_MINOR
DAY_SECONDS = 86_400


async def books_balance() -> bool:
    """Whether the ledger sums to zero in every currency."""
    return all(total == 0 for total in (await payouts.trial_balance_totals()).values())


async def test_a_paid_order_reaches_every_boutique_as_sold(world: World) -> None:
    """Each gets its own lines, price, leaf and split; the sums are those the shopper paid."""
    token = await world.buy({"a": 2, "b": 1})
    assert await world.states(token) == {"a": "placed", "b": "placed"}
    assert (world.sold("a"), world.sold("b")) == (2, 1)
    placed = {order.lines[0].product_id: order for order in world.boutiques.orders.values()}
    order = placed["p-a"]
    assert order.total.amount_minor == 2 * PRICE_MINOR
    assert (order.money.commission.amount_minor, order.money.commission_vat.amount_minor) == (2_000, 440)
    assert order.money.seller.amount_minor == 2 * PRICE_MINOR - 2_440
    assert order.address.town == "Palermo"
    assert await world.mails() == [f"Your order {(await world.view(token)).number}"]
    assert await books_balance()


async def test_a_lost_answer_changes_nothing(world: World) -> None:
    """Confirm and place are repeated until the boutique has said a definite word; it sells and hears once."""
    for call in ("confirm", "place_order"):
        world.boutiques.loses_answer(shop_id_of("a"), call)
        world.boutiques.silent(shop_id_of("b"), call, times=2)
    token = await world.buy({"a": 1, "b": 1})
    assert await world.states(token) == {"a": "placed", "b": "placed"}
    assert (world.sold("a"), world.sold("b"), len(world.boutiques.orders)) == (1, 1, 2)


async def test_a_hold_that_ran_out_is_taken_once_more(world: World) -> None:
    """The piece is still there, so the shopper never notices; the boutique is told by which hold it was kept first."""
    token = await world.hold({"a": 1, "b": 1})
    first = {str((await world.part(token, letter)).reservation_id) for letter in "ab"}
    world.boutiques.expire_all()
    await world.pay(token)
    await world.work()
    assert await world.states(token) == {"a": "placed", "b": "placed"}
    assert world.refunded() == 0
    placed = world.boutiques.orders.values()
    assert {one.first_reservation_id for one in placed} == first
    assert first.isdisjoint(one.reservation_id for one in placed)


async def test_a_piece_lost_after_payment_is_refunded_to_the_cent(world: World) -> None:
    """That part is cancelled and exactly its share refunded with its parcel; the other part goes on untouched."""
    token = await world.hold({"a": 1, "b": 2})
    await checkout.proceed(world.hub, token, clock.now())
    world.boutiques.expire_all()
    world.boutiques.stock(shop_id_of("a"), "v-a", 0)
    await world.pay(token)
    await world.work()
    assert await world.states(token) == {"a": "cancelled", "b": "placed"}
    assert world.refunded() == PART_MINOR
    view = await world.view(token)
    assert view.refunded.amount_minor == PART_MINOR
    assert view.parts[0].refunded == view.parts[0].total
    assert (await world.mails())[-1].startswith("Refund for your order")
    assert await books_balance()


async def test_a_confirm_refused_twice_ends_the_part(world: World) -> None:
    """There is one second try and no third."""
    world.boutiques.refuses(shop_id_of("a"), "confirm", "reservation-expired", times=2)
    token = await world.buy({"a": 1})
    assert await world.states(token) == {"a": "cancelled"}
    assert world.refunded() == PART_MINOR
    assert [call for _, call, _ in world.boutiques.calls].count("confirm") == 2
    assert world.left("a") == 3


@pytest.mark.parametrize("slug", ["order-declined", "not-linked"])
async def test_an_order_the_boutique_will_not_take_is_refunded(world: World, slug: str) -> None:
    """Declined at the door: refunded whole, and no money words go to a boutique that has not the order."""
    world.boutiques.refuses(shop_id_of("a"), "place_order", slug)
    token = await world.buy({"a": 1, "b": 1})
    assert await world.states(token) == {"a": "declined", "b": "placed"}
    assert world.refunded() == PART_MINOR
    assert await world.told("a") == []


@pytest.mark.parametrize("word", [Declined(reason="The heel is broken"), Cancelled(reason="Out of stock after all")])
async def test_a_boutique_that_cannot_fulfil_gives_everything_back(world: World, word: Declined | Cancelled) -> None:
    """Its part is refunded with the parcel, it hears of the refund line by line, the other part is not touched."""
    token = await world.buy({"a": 1, "b": 1})
    await world.says("a", token, word)
    await world.work()
    view = await world.view(token)
    assert view.parts[0].reason == word.reason
    assert (world.refunded(), view.refunded.amount_minor) == (PART_MINOR, PART_MINOR)
    assert await world.told("a") == ["settled", "refunded", "refunded"]
    assert await world.told("b") == ["settled"]
    assert await books_balance()


async def test_a_shipped_part_is_paid_out_and_the_boutique_hears_it(world: World) -> None:
    """Shipping releases what the boutique is owed: goods less commission, and the parcel."""
    token = await world.buy({"a": 1, "b": 1})
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped(carrier="Poste", tracking="XY1"))
    await world.work()
    sent = sorted(one.amount.amount_minor for one in world.till.transfers.values())
    assert sent == [SHIPPING_MINOR, PRICE_MINOR - 1_220]
    assert sorted(await world.told("a")) == ["settled", "transferred", "transferred"]
    part = (await world.view(token)).parts[0]
    assert (part.state, part.carrier, part.tracking) == ("shipped", "Poste", "XY1")
    assert (await world.mails())[-1].startswith("Shop-a has sent your parcel")
    await world.says("a", token, Delivered())
    assert (await world.states(token))["a"] == "delivered"


async def test_money_waits_for_the_last_parcel(world: World) -> None:
    """A first parcel with part of the pieces releases nothing yet."""
    token = await world.buy({"a": 2})
    lines = await part_store.lines([(await world.part(token, "a")).id])
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped(lines=(ShippedLine(str(lines[0].id), 1),)))
    await world.work()
    assert world.till.transfers == {}
    await world.says("a", token, Shipped())
    await world.work()
    assert [one.amount.amount_minor for one in world.till.transfers.values()] == [2 * PRICE_MINOR - 2_440]


async def test_a_boutique_speaks_only_of_its_own_orders(world: World) -> None:
    """Another boutique's shop order does not exist for it; a word too late is history and revives no finished part."""
    token = await world.buy({"a": 1, "b": 1})
    other = await world.part(token, "b")
    world.events[str(other.id)] = 0
    order = await checkout.find(token)
    assert await part_store.lock_of_shop(shop_id_of("a"), other.id) is None
    with pytest.raises(OrderNotFoundError):
        await refunds.refund(new_id(), request(other.id), clock.now())
    await world.says("a", token, Declined(reason="no"))
    await world.says("a", token, Accepted())
    assert (await world.states(token))["a"] == "declined"
    await world.says("a", token, Shipped())
    assert "had sent the parcel" in (await world.part(token, "a")).reason
    [alert] = [one for one in await payouts.alerts() if one.kind == "sent-unpaid"]
    assert "had been cancelled" in alert.message
    assert order.number == (await world.view(token)).number


def request(part_id: object, *lines: RefundLine, shipping: bool = False) -> RefundRequest:
    """An operator's refund form."""
    return RefundRequest(refund_id=new_id(), shop_order_id=part_id, lines=lines, shipping=shipping)  # type: ignore[arg-type]


async def give_back(token: str, asked: RefundRequest) -> None:
    """The operator sends the form."""
    async with atomic():
        await refunds.refund((await checkout.find(token)).id, asked, clock.now())


async def test_the_operator_gives_back_by_piece_and_parcel(world: World) -> None:
    """Each piece once, the parcel once, the same form twice once; more than that is refused with a sentence."""
    token = await world.buy({"a": 2, "b": 1})
    part = await world.part(token, "a")
    line = str((await part_store.lines([part.id]))[0].id)
    first = request(part.id, RefundLine(line, 1))
    await give_back(token, first)
    await give_back(token, first)
    await world.work()
    assert world.refunded() == PRICE_MINOR
    with pytest.raises(RefundInvalidError, match="1 can be refunded"):
        await give_back(token, request(part.id, RefundLine(line, 2)))
    with pytest.raises(RefundInvalidError, match="shipping"):
        await give_back(token, request(part.id, shipping=True))
    await give_back(token, request(part.id, RefundLine(line, 1)))
    await world.work()
    assert world.refunded() == 2 * PRICE_MINOR
    assert await world.told("a") == ["settled", "refunded", "refunded"]
    assert (await world.view(token)).parts[0].lines[0].refunded_quantity == 2
    assert await books_balance()


async def test_nothing_uncharged_is_given_back(world: World) -> None:
    """Before payment, and for a refused part, there is nothing to refund."""
    token = await world.hold({"a": 1})
    part = await world.part(token, "a")
    line = str((await part_store.lines([part.id]))[0].id)
    with pytest.raises(GalleriaError):
        await give_back(token, request(part.id, RefundLine(line, 1)))


async def test_a_payment_told_twice_counts_once(world: World) -> None:
    """The provider may repeat itself: one capture, one confirm, one mail."""
    token = await world.hold({"a": 1})
    await world.pay(token)
    await world.money_arrives(token)
    async with atomic():
        await world.hub.payments.listener.payment_succeeded(await world.order_id(token), clock.now())
    await world.work()
    assert world.sold("a") == 1
    assert await fetch_value("SELECT count(*) FROM node_outbox WHERE topic = 'hub.confirm'") == 1
    assert len(await world.mails()) == 1


async def test_no_message_is_left_behind(world: World) -> None:
    """After a whole order nothing waits and nothing died; pictures are fetched by a worker of their own."""
    token = await world.buy({"a": 1, "b": 1, "c": 1})
    for letter in "abc":
        await world.says(letter, token, Accepted())
        await world.says(letter, token, Shipped())
    await world.work()
    rows = await fetch(
        "SELECT topic, state, last_error FROM node_outbox WHERE state <> 'done' AND topic <> $1", PICTURES
    )
    assert [dict(row) for row in rows] == []


async def test_payouts_are_told_to_the_boutique_order_by_order(world: World) -> None:
    """When the bank has the money, the boutique hears how much of it is from which order."""
    token = await world.buy({"a": 1})
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped())
    await world.work()
    later = clock.now() + timedelta(days=2)
    await payouts.run_payouts(world.hub.payments, later)
    await world.work()
    for payout_id in list(world.till.payouts):
        world.till.arrive(payout_id)
        await observe_payout(world.hub.payments, world.till.payouts[payout_id], later)
    await world.work(2 * DAY_SECONDS)
    assert (await world.told("a"))[-1] == "paid_out"
    assert sum(one.amount.amount_minor for one in world.till.payouts.values()) == PART_MINOR - 1_220
    for payout in list(world.till.payouts.values()):
        returned = msgspec.structs.replace(payout, status="failed", failure="account closed")
        await observe_payout(world.hub.payments, returned, later)
    await world.work(2 * DAY_SECONDS)
    assert (await world.told("a"))[-1] == "payout_returned"


async def test_what_is_refunded_need_not_be_shipped(world: World) -> None:
    """When the rest of a part is given back after its first parcel, what was sent is paid out."""
    token = await world.buy({"a": 2})
    part = await world.part(token, "a")
    line = str((await part_store.lines([part.id]))[0].id)
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped(lines=(ShippedLine(line, 1),)))
    await give_back(token, request(part.id, RefundLine(line, 1)))
    await world.work()
    assert [one.amount.amount_minor for one in world.till.transfers.values()] == [PRICE_MINOR - 1_220]
    assert await books_balance()


async def test_the_boutique_decides_whether_its_part_is_cancelled(world: World) -> None:
    """One wish at a time; refused, it may be asked again; granted, the part is given back; sent, it is too late."""
    token = await world.buy({"a": 1, "b": 1})
    part = await world.part(token, "a")
    with pytest.raises(OrderNotFoundError):
        await ask(new_id())
    for _ in range(2):
        await ask(part.id)
    assert await world.told("a") == ["settled", "cancel_requested"]
    await world.says("a", token, Accepted())
    await world.says("a", token, CancelRefused(reason="It is being wrapped"))
    await world.work()
    assert ((await world.part(token, "a")).cancellation, world.refunded()) == ("refused", 0)
    await ask(part.id)
    await world.says("a", token, Cancelled())
    await world.work()
    assert ((await world.part(token, "a")).state, world.refunded()) == ("cancelled", PART_MINOR)
    await world.says("b", token, Accepted())
    await world.says("b", token, Shipped())
    with pytest.raises(OrderStateError):
        await ask((await world.part(token, "b")).id)


async def ask(part_id: UUID) -> None:
    """The operator asks a boutique to stop."""
    async with atomic():
        await ask_to_cancel(part_id, "", clock.now())


async def test_a_boutique_frozen_or_suspended_after_payment_is_refunded(world: World) -> None:
    """When the hub itself may not speak to a boutique any more, its part is given back and nothing waits for ever."""
    frozen = ReplicaFrozenError("two histories")
    token = await world.hold({"a": 1, "b": 1, "c": 1})
    world.boutiques.refuses(shop_id_of("b"), "confirm", "not-linked")
    world.boutiques.fails(shop_id_of("a"), "confirm", frozen)
    world.boutiques.fails(shop_id_of("a"), "hold", frozen)
    world.boutiques.refuses(shop_id_of("b"), "hold", "not-linked")
    await world.pay(token)
    await world.work()
    assert await world.states(token) == {"a": "cancelled", "b": "cancelled", "c": "placed"}
    assert world.refunded() == 2 * PART_MINOR
    assert await books_balance()


async def test_a_part_paid_and_then_contested_is_given_back_at_once(world: World) -> None:
    """Whoever sees the contest, boutique or hub: no shopper's money waits days for what no hold outlives."""
    seen_here = PartyContestedError("two root keys contradict each other")
    seen_there = PeerRefusedError("ours", peer_slug=seen_here.slug, peer_status=409, peer_retry="after")
    token = await world.hold({"a": 1, "b": 1, "c": 1})
    for letter, error in (("a", seen_here), ("b", seen_there)):
        world.boutiques.fails(shop_id_of(letter), "confirm", error, times=9)
        world.boutiques.fails(shop_id_of(letter), "hold", error, times=9)
    await world.pay(token)
    await world.work()
    assert await world.states(token) == {"a": "cancelled", "b": "cancelled", "c": "placed"}
    assert world.refunded() == 2 * PART_MINOR
    assert await books_balance()


async def test_a_contest_that_ends_before_the_second_try_costs_nothing(world: World) -> None:
    """Refused once, held once more when the higher root key has spoken: the shopper never notices."""
    world.boutiques.fails(shop_id_of("a"), "confirm", PartyContestedError("two root keys"))
    token = await world.buy({"a": 1})
    assert (await world.states(token), world.refunded()) == ({"a": "placed"}, 0)


async def test_an_order_that_may_have_reached_a_contested_boutique_is_taken_back(world: World) -> None:
    """Its answer was lost, then nobody knew for whom its keys speak: refunded, and the boutique is told."""
    world.boutiques.silent(shop_id_of("a"), "place_order")
    world.boutiques.fails(shop_id_of("a"), "place_order", PartyContestedError("two root keys"), times=9)
    token = await world.buy({"a": 1, "b": 1})
    assert await world.states(token) == {"a": "cancelled", "b": "placed"}
    assert (world.refunded(), await world.told("a")) == (PART_MINOR, ["cancelled"])
    assert await books_balance()


async def test_mails_speak_the_language_of_the_order(world: World) -> None:
    """An order made in Italian is confirmed in Italian, whatever language the worker speaks."""
    with speaking("it"):
        token = await world.hold({"a": 1})
    await world.pay(token)
    await world.work()
    assert await world.mails() == [f"Il tuo ordine {(await world.view(token)).number}"]
