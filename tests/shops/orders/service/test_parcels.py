"""What became of parcels: told one by one, read back as a story, the last one delivered ends the order."""

import pytest

from federation.conversations.messages import Fulfilment, Shipped, ShippedLine
from federation.node.database import fetch
from federation.vocabulary.ids import PartyId
from shops.errors import OrderStateError
from shops.orders import store
from shops.orders.domain.parcels import parcels_of
from shops.orders.service import steps
from tests.shops.orders.service.test_orders import look, ordered, sent, step

pytestmark = pytest.mark.apps("federation.piccolo_app", "shops.piccolo_app")


async def test_each_parcel_has_a_story_and_the_last_one_ends_the_order(shop_id: PartyId) -> None:
    """Two parcels of one piece each: one missed once, both delivered; then the order is complete without a click."""
    view, _ = await ordered(shop_id, quantity=2)
    await steps.accept(shop_id, view.row, step())
    line = view.lines[0].line_id
    for carrier in ("Poste", "DHL"):
        await steps.ship(shop_id, view.row, Shipped(carrier=carrier, lines=(ShippedLine(line, 1),)), step())
    first, second = parcels_of((await look(shop_id, view)).events)
    assert [one.carrier for one in (first, second)] == ["Poste", "DHL"]
    click = step()
    for _ in range(2):
        missed = Fulfilment(parcel_id=first.parcel_id, state="failed_attempt", at_place="Lyon", note="nobody there")
        await steps.follow(shop_id, view.row, missed, click)
    for parcel in (first, second):
        await steps.follow(shop_id, view.row, Fulfilment(parcel_id=parcel.parcel_id, state="delivered"), step())
    done = await store.order(shop_id, view.row)
    told = parcels_of(done.events)
    assert [[one.word for one in parcel.history] for parcel in told] == [
        ["shipped", "failed_attempt", "delivered"],
        ["shipped", "delivered"],
    ]
    assert (done.state, told[0].history[1].place) == ("completed", "Lyon")
    assert (await sent(shop_id))[-1] == "delivered"
    assert len(await fetch("SELECT 1 FROM fed_event_out")) == 7


async def test_a_parcel_that_stopped_moves_no_more(shop_id: PartyId) -> None:
    """Delivered is delivered; a parcel nobody sent is none."""
    view, _ = await ordered(shop_id, quantity=2)
    await steps.accept(shop_id, view.row, step())
    await steps.ship(shop_id, view.row, Shipped(lines=(ShippedLine(view.lines[0].line_id, 1),)), step())
    (parcel,) = parcels_of((await look(shop_id, view)).events)
    await steps.follow(shop_id, view.row, Fulfilment(parcel_id=parcel.parcel_id, state="delivered"), step())
    for parcel_id in (parcel.parcel_id, "01937b4e-0000-7000-8000-000000000009"):
        with pytest.raises(OrderStateError):
            await steps.follow(shop_id, view.row, Fulfilment(parcel_id=parcel_id, state="in_transit"), step())
    assert (await look(shop_id, view)).state == "in_fulfilment"
