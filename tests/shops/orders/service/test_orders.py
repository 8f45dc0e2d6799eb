"""Orders from a hub, what the boutique does with them, and what the hub says after."""

import asyncio
import contextvars
from datetime import datetime
from uuid import UUID

import msgspec
import pytest

from federation.conversations import checks
from federation.conversations.messages import (
    Cancelled,
    CancelRequested,
    EventBody,
    OrderEvent,
    PaidOut,
    PayoutReturned,
    Refunded,
    SellerPart,
    Settled,
    Shipped,
    ShippedLine,
    ShopOrder,
    Transferred,
)
from federation.documents import json
from federation.documents.times import text_of
from federation.errors import OrderDeclinedError
from federation.node import clock
from federation.node.database import Database, atomic, execute, fetch, fetch_value, using
from federation.service.order_events import take
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.money import Money
from federation.vocabulary.reasons import DeclineReason
from shops.catalog import service as catalog
from shops.errors import OrderStateError, UnknownOrderError
from shops.orders import store
from shops.orders.domain.orders import OrderView
from shops.orders.service import steps
from shops.orders.service.steps import Step
from shops.service import edit_profile
from shops.settings import ShopNodeSettings
from tests.shops.house import (
    APPS,
    DESK,
    HUB,
    confirmed,
    euros,
    on_hand,
    opened,
    order_of,
    placed,
    profile,
    request,
    stocked,
)

pytestmark = pytest.mark.apps(*APPS)


def step() -> Step:
    return Step(new_id(), clock.now())


async def ordered(shop_id: PartyId, quantity: int = 1, stock: int = 3) -> tuple[OrderView, str]:
    """A placed order over confirmed pieces, and its variant."""
    dress = await stocked(shop_id, stock)
    order = await order_of(shop_id, await confirmed(shop_id, (dress, quantity)), quantity)
    await placed(shop_id, order)
    return await look(shop_id, order), dress


async def look(shop_id: PartyId, order: ShopOrder | OrderView) -> OrderView:
    order_id = UUID(order.id) if isinstance(order, ShopOrder) else order.order_id
    row = await store.row_of(shop_id, (HUB, order_id))
    assert row is not None
    return await store.order(shop_id, row)


async def sent(shop_id: PartyId) -> list[str]:
    """The kinds of events told to the hub, in order."""
    rows = await fetch("SELECT body FROM fed_event_out WHERE local_id = $1 ORDER BY sequence", shop_id)
    return [msgspec.json.decode(row["body"])["kind"] for row in rows]


async def hears(shop_id: PartyId, order: OrderView, sequence: int, body: EventBody, now: datetime) -> OrderEvent:
    """Let the hub tell something about an order, as the federation delivers it."""
    event = checks.make_event(str(new_id()), str(order.order_id), sequence, body, text_of(now))
    async with atomic():
        await take(DESK, (shop_id, HUB), json.encode(event), now)
    return event


async def test_an_order_is_kept_once(shop_id: PartyId) -> None:
    """The same order again is the same order; its pieces left the stock when they were confirmed."""
    dress = await stocked(shop_id, 3)
    order = await order_of(shop_id, await confirmed(shop_id, (dress, 2)), 2)
    await placed(shop_id, order)
    await placed(shop_id, order)
    assert len(await store.order_rows(shop_id)) == 1
    view = await look(shop_id, order)
    assert (view.state, view.document, view.lines[0].quantity) == ("placed", order, 2)
    assert await on_hand(shop_id, dress) == 1


async def test_a_wrong_price_is_declined(shop_id: PartyId) -> None:
    """An order below the published price is declined with the price, and nothing of it is kept."""
    dress = await stocked(shop_id, 3)
    reservation_id = await confirmed(shop_id, (dress, 1))
    cheap = await order_of(shop_id, reservation_id, unit_price=euros(100))
    with pytest.raises(OrderDeclinedError, match="costs 18900 EUR"):
        await placed(shop_id, cheap)
    assert await store.order_rows(shop_id) == []
    await placed(shop_id, await order_of(shop_id, reservation_id))


async def test_a_price_changed_between_hold_and_order_is_honoured(shop_id: PartyId) -> None:
    """The shopper pays what was published when the pieces were held, though the boutique raised it since."""
    dress = await stocked(shop_id, 3)
    reservation_id = await confirmed(shop_id, (dress, 1))
    order = await order_of(shop_id, reservation_id)
    async with atomic():
        await catalog.change_price(shop_id, dress, (euros(18_900), euros(20_000)), clock.now())
    await placed(shop_id, order)
    assert (await look(shop_id, order)).state == "placed"


async def test_a_price_changed_around_a_hold_that_lapsed_is_honoured(shop_id: PartyId) -> None:
    """Changed before or after the pieces were held anew, hours after the first hold; not a price that was old then.

    What the hold in force would not carry any more waits for a person, even where orders are accepted at once.
    """
    dress = await stocked(shop_id, 5)
    async with atomic():
        await edit_profile(shop_id, profile(order_acceptance="automatic"), clock.now())
    old, now = await order_of(shop_id, ""), clock.now()
    first, early = request((dress, 1)), request((dress, 1))
    async with atomic():
        for asked in (early, first):
            assert (await DESK.hold(shop_id, HUB, asked, now)).state == "held"
            await DESK.release(shop_id, HUB, asked.id, now)
        await catalog.change_price(shop_id, dress, (euros(18_900), euros(20_000)), now)
    between = await order_of(shop_id, await confirmed(shop_id, (dress, 1)), unit_price=euros(20_000))
    after = await confirmed(shop_id, (dress, 1))
    async with atomic():
        await catalog.change_price(shop_id, dress, (euros(20_000), euros(25_000)), now)
        await execute("UPDATE shop_publication SET superseded_at = superseded_at - interval '3 hours'")
        moved = "UPDATE shop_reservation SET held_at = held_at - make_interval(hours => $2) WHERE reservation_id = $1"
        for reservation_id, hours in ((UUID(early.id), 1), (UUID(first.id), 6), (UUID(after), 4)):
            await execute(moved, reservation_id, hours)
    old = msgspec.structs.replace(old, reservation_id=between.reservation_id)
    for named in (None, early.id):
        with pytest.raises(OrderDeclinedError, match="superseded"):
            await placed(shop_id, msgspec.structs.replace(old, first_reservation_id=named))
    await placed(shop_id, msgspec.structs.replace(old, first_reservation_id=first.id))
    again = msgspec.structs.replace(old, id=str(new_id()), reservation_id=after, first_reservation_id=first.id)
    await placed(shop_id, again)
    late, fair = await look(shop_id, old), await look(shop_id, again)
    assert (late.state, fair.state) == ("placed", "accepted")
    assert (late.promised_at, fair.promised_at) == (await _held_at(first.id), None)


async def _held_at(reservation_id: str) -> datetime:
    held_at: datetime = await fetch_value(
        "SELECT held_at FROM shop_reservation WHERE reservation_id = $1", UUID(reservation_id)
    )
    return held_at


async def test_an_order_needs_its_own_confirmed_reservation(shop_id: PartyId) -> None:
    """Neither an unknown reservation nor one already spent on an order will do."""
    view, _ = await ordered(shop_id)
    with pytest.raises(OrderDeclinedError, match="confirmed reservation"):
        await placed(shop_id, await order_of(shop_id, str(new_id())))
    with pytest.raises(OrderDeclinedError, match="ordered already"):
        await placed(shop_id, await order_of(shop_id, str(view.reservation_id)))


async def test_a_boutique_may_accept_at_once(shop_id: PartyId) -> None:
    """With automatic acceptance the hub hears `accepted` in the transaction that placed the order."""
    async with atomic():
        await edit_profile(shop_id, profile(order_acceptance="automatic"), clock.now())
    view, _ = await ordered(shop_id)
    assert view.state == "accepted"
    assert await sent(shop_id) == ["accepted"]


async def test_accept_and_ship_with_double_clicks(shop_id: PartyId) -> None:
    """Each step is told once, though each button is clicked twice."""
    view, _ = await ordered(shop_id)
    accept, ship = step(), step()
    for _ in range(2):
        async with atomic():
            await steps.accept(shop_id, view.row, accept)
    for _ in range(2):
        async with atomic():
            await steps.ship(shop_id, view.row, Shipped(carrier="GLS", tracking="IT1"), ship)
    assert await sent(shop_id) == ["accepted", "shipped"]
    shipped = await look(shop_id, view)
    assert (shipped.state, shipped.lines[0].shipped) == ("in_fulfilment", 1)
    async with atomic():
        await steps.deliver(shop_id, view.row, step())
    assert (await look(shop_id, view)).state == "completed"


async def test_a_step_that_does_not_fit_changes_nothing(shop_id: PartyId) -> None:
    """Accepting from another tab after the order was cancelled is refused and tells the hub nothing."""
    view, dress = await ordered(shop_id)
    async with atomic():
        await steps.cancel(shop_id, view.row, "the cat slept on it", step())
    with pytest.raises(OrderStateError, match="moved on"):
        async with atomic():
            await steps.accept(shop_id, view.row, step())
    assert await sent(shop_id) == ["cancelled"]
    assert await on_hand(shop_id, dress) == 3


async def test_parcels_may_leave_one_by_one(shop_id: PartyId) -> None:
    """Two pieces may go in two parcels; a third parcel has nothing to carry."""
    view, _ = await ordered(shop_id, quantity=2)
    line_id = view.lines[0].line_id
    async with atomic():
        await steps.accept(shop_id, view.row, step())
    for _ in range(2):
        async with atomic():
            await steps.ship(shop_id, view.row, Shipped(lines=(ShippedLine(line_id, 1),)), step())
    with pytest.raises(RecordInvalidError, match="0 left to ship"):
        async with atomic():
            await steps.ship(shop_id, view.row, Shipped(lines=(ShippedLine(line_id, 1),)), step())
    assert await sent(shop_id) == ["accepted", "shipped", "shipped"]


@pytest.mark.parametrize(("reason", "left"), [("sold_out", 2), ("cannot_deliver", 3)])
async def test_declining_restocks_what_is_still_whole(shop_id: PartyId, reason: DeclineReason, left: int) -> None:
    """Pieces go back on sale unless the reason says that they are gone or damaged."""
    view, dress = await ordered(shop_id)
    async with atomic():
        await steps.decline(shop_id, view.row, (reason, "sorry"), step())
    assert (await look(shop_id, view)).state == "declined"
    assert await on_hand(shop_id, dress) == left


async def test_pieces_of_a_deleted_product_are_not_restocked(shop_id: PartyId) -> None:
    """What is offered no more comes back to no shelf, where another product of that name would find it."""
    view, dress = await ordered(shop_id)
    async with atomic():
        await catalog.delete(shop_id, "dress", clock.now())
    async with atomic():
        await steps.decline(shop_id, view.row, ("other", ""), step())
    assert await on_hand(shop_id, dress) == 0


async def test_a_hub_may_cancel_before_anything_left(shop_id: PartyId) -> None:
    """The hub's `cancelled` restocks once; a wish to cancel waits for the boutique's word."""
    view, dress = await ordered(shop_id)
    await hears(shop_id, view, 1, CancelRequested("changed my mind"), clock.now())
    asked = await look(shop_id, view)
    assert (asked.state, asked.cancellation, asked.reason) == ("placed", "requested", "changed my mind")
    await hears(shop_id, view, 2, Cancelled("payment failed"), clock.now())
    assert (await look(shop_id, view)).state == "cancelled"
    assert await on_hand(shop_id, dress) == 3


async def test_a_cancellation_by_the_hub_holds_after_the_parcel_left(shop_id: PartyId) -> None:
    """A `cancelled` that crosses the parcel ends the order on both sides; the piece is not put back on sale."""
    view, dress = await ordered(shop_id)
    async with atomic():
        await steps.accept(shop_id, view.row, step())
        await steps.ship(shop_id, view.row, Shipped(), step())
    await hears(shop_id, view, 1, Cancelled("too late"), clock.now())
    await hears(shop_id, view, 2, Transferred(euros(100)), clock.now())
    late = await look(shop_id, view)
    assert (late.state, late.money.transferred_minor) == ("cancelled", 100)
    assert [event.kind for event in late.events] == ["accepted", "shipped", "cancelled", "transferred"]
    assert await on_hand(shop_id, dress) == 2


async def test_money_follows_the_hub_events(shop_id: PartyId) -> None:
    """Settlement, refund, transfer and payout add up to what is owed."""
    view, _ = await ordered(shop_id, quantity=2)
    now = clock.now()
    part = SellerPart(commission=euros(3_780), commission_vat=euros(756), seller=euros(33_264), shipping=euros(900))
    refund = Refunded(
        refund_id=str(new_id()),
        amount=euros(18_900),
        seller_part=euros(16_632),
        line_id=view.lines[0].line_id,
        quantity=1,
    )
    bodies: list[EventBody] = [
        Settled(part),
        Transferred(euros(34_164)),
        refund,
        PaidOut(euros(30_000), "2026-11-25T00:00:00Z"),
    ]
    for sequence, body in enumerate(bodies, 1):
        await hears(shop_id, view, sequence, body, now)
    after = await look(shop_id, view)
    assert (after.money.due_minor, after.money.owed_minor) == (33_264 + 900 - 16_632, -16_632)
    assert (after.money.paid_out_minor, after.lines[0].refunded) == (30_000, 1)


async def test_a_payout_that_came_back_is_not_paid_out(shop_id: PartyId) -> None:
    """What the bank sent back is no longer counted as paid out; paid again, it is."""
    order, _ = await ordered(shop_id)
    now = clock.now()
    paid = PaidOut(euros(30_000), "2026-11-25T00:00:00Z")
    bodies: list[EventBody] = [Transferred(euros(30_000)), paid, PayoutReturned(euros(30_000), "account closed")]
    for sequence, body in enumerate(bodies, 1):
        await hears(shop_id, order, sequence, body, now)
    assert (await look(shop_id, order)).money.paid_out_minor == 0
    await hears(shop_id, order, 4, paid, now)
    assert (await look(shop_id, order)).money.paid_out_minor == 30_000


async def test_money_in_another_currency_is_kept_and_not_counted(shop_id: PartyId) -> None:
    """Dollars are never added to euros: once euros have moved, such an event stays in the history alone."""
    view, _ = await ordered(shop_id)
    await hears(shop_id, view, 1, Transferred(euros(100)), clock.now())
    view = await look(shop_id, view)
    dollars = Money(500, "USD")
    refund = Refunded(refund_id=str(new_id()), amount=dollars, seller_part=dollars)
    part = SellerPart(commission=dollars, commission_vat=dollars, seller=dollars, shipping=dollars)
    bodies: list[EventBody] = [Transferred(dollars), refund, Settled(part), PaidOut(dollars, "2026-11-25T00:00:00Z")]
    for sequence, body in enumerate(bodies, 2):
        await hears(shop_id, view, sequence, body, clock.now())
    after = await look(shop_id, view)
    assert after.money == view.money
    assert len(after.events) == 1 + len(bodies)


async def test_a_hub_settles_in_its_own_currency(shop_id: PartyId) -> None:
    """From its word on what the money came to, everything is owed and counted in the hub's currency."""
    view, _ = await ordered(shop_id)

    def francs(minor: int) -> Money:
        return Money(minor, "CHF")

    part = SellerPart(commission=francs(1_750), commission_vat=francs(0), seller=francs(15_810), shipping=francs(840))
    refund = Refunded(
        refund_id=str(new_id()),
        amount=francs(17_560),
        seller_part=francs(15_810),
        line_id=view.lines[0].line_id,
        quantity=1,
    )
    bodies: list[EventBody] = [Settled(part), Transferred(francs(16_650)), refund]
    for sequence, body in enumerate(bodies, 1):
        await hears(shop_id, view, sequence, body, clock.now())
    after = await look(shop_id, view)
    assert (after.money.currency, after.money.total_minor) == ("CHF", 1_750 + 15_810 + 840)
    assert (after.money.due_minor, after.money.owed_minor) == (840, -15_810)
    assert after.listed(1) == Money(1, "EUR")
    assert after.is_exchanged


async def test_a_refunded_piece_does_not_leave(shop_id: PartyId) -> None:
    """A refund that comes while a parcel is being packed takes its piece out of it; told again, no second one."""
    view, _ = await ordered(shop_id, quantity=2)
    name, line_id = (HUB, view.order_id), view.lines[0].line_id
    refund = Refunded(
        refund_id=str(new_id()), amount=euros(18_900), seller_part=euros(17_010), line_id=line_id, quantity=1
    )
    await hears(shop_id, view, 1, refund, clock.now())
    await hears(shop_id, view, 2, refund, clock.now())
    after = await look(shop_id, view)
    assert (after.money.refunded_minor, after.money.seller_refunded_minor) == (18_900, 17_010)
    async with atomic():
        assert not await store.add_shipped(shop_id, name, [ShippedLine(line_id, 2)])
        assert await store.add_shipped(shop_id, name, [ShippedLine(line_id, 1)])


async def test_a_cancellation_that_meets_a_parcel_restocks_nothing(shop_id: PartyId, committed: Database) -> None:
    """Pieces that left while the hub's `cancelled` waited for the order do not come back on sale."""
    view, dress = await ordered(shop_id)
    event = checks.make_event(str(new_id()), str(view.order_id), 1, Cancelled("late"), text_of(clock.now()))

    async def cancel() -> None:
        with using(committed):
            async with atomic():
                await DESK.order_event(shop_id, HUB, event, clock.now())

    async with atomic():
        await steps.accept(shop_id, view.row, step())
        await steps.ship(shop_id, view.row, Shipped(), step())
        crossing = asyncio.create_task(cancel(), context=contextvars.Context())
        await asyncio.sleep(0.3)
        assert not crossing.done()
    await crossing
    assert (await look(shop_id, view)).state == "in_fulfilment"
    assert await on_hand(shop_id, dress) == 2


async def test_the_same_event_twice_counts_once(shop_id: PartyId) -> None:
    """An event delivered to the desk again changes nothing."""
    view, _ = await ordered(shop_id)
    event = await hears(shop_id, view, 1, Transferred(euros(500)), clock.now())
    async with atomic():
        await DESK.order_event(shop_id, HUB, event, clock.now())
    assert (await look(shop_id, view)).money.transferred_minor == 500


async def test_another_boutique_sees_nothing(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """An order's row number opens nothing for another boutique of the same node."""
    view, _ = await ordered(shop_id)
    other = (await opened(settings, "bottega-due")).shop_id
    with pytest.raises(UnknownOrderError):
        await store.order(other, view.row)
    with pytest.raises(UnknownOrderError):
        async with atomic():
            await steps.accept(other, view.row, step())
    assert await fetch_value("SELECT count(*) FROM fed_event_out") == 0
