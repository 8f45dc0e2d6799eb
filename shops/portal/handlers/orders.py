"""The orders of a boutique: the list, one order, and what can be done with it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, cast, get_args

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from federation.conversations.disputes import Dispute
from federation.conversations.messages import Fulfilment, Shipped
from federation.conversations.order import OrderState
from federation.conversations.shipment import ParcelWord
from federation.documents.times import moment_of
from federation.node import clock
from federation.node.listing import listing
from federation.node.pages import country_in_words
from federation.node.spreadsheets import download
from federation.node.web import AnyRequest
from federation.service.history import order_history
from federation.service.links import links
from federation.vocabulary.errors import GalleriaError, NotFoundError, RecordInvalidError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.money import Money
from federation.vocabulary.reasons import DECLINE_WORDS
from federation.vocabulary.wording import message
from shops.errors import UnknownOrderError
from shops.money import store as money_store
from shops.money.domain import story
from shops.node import shop_node
from shops.orders import store
from shops.orders.domain.orders import Action, OrderView, actions
from shops.orders.domain.parcels import parcels_of
from shops.orders.returns import store as return_store
from shops.orders.service import steps
from shops.orders.service.steps import Step
from shops.portal import banks_say, forms
from shops.portal.door import back_to, boutique_of, render
from shops.portal.money_words import TURN_WORDS
from shops.portal.sheets import ORDER_COLUMNS, order_cells, spoken
from shops.portal.views import ACTION_WORDS, EVENT_WORDS, PARCEL_WORDS, STATE_WORDS, VAT_WORDS
from shops.store import BoutiqueView

OPEN: tuple[OrderState, ...] = ("placed", "accepted", "in_fulfilment")
PARCEL_STEPS: tuple[ParcelWord, ...] = ("in_transit", "failed_attempt", "delivered", "returned_to_sender")
"""What a boutique may tell of a parcel that left."""
SENDING: frozenset[Action] = frozenset({"accept", "ship"})
"""What ends in a parcel: before it, one should know whether the payment still stands."""
DONE_WORDS: dict[str, str] = {
    "accept": message("Accepted. The hub has been told."),
    "decline": message("Declined. What is due to the shopper goes back through the hub."),
    "ship": message("Shipped. The shopper can follow the parcel."),
    "deliver": message("Marked as delivered."),
    "cancel": message("Cancelled. What is due to the shopper goes back through the hub."),
    "refuse_cancel": message("The order stays. The hub has been told why."),
    "follow": message("Told. The shopper reads it on the order’s page."),
}


@get("/portal/{handle:str}/orders")
async def orders(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """The boutique's orders, newest first; `state` narrows them."""
    boutique = await boutique_of(request, handle)
    asked = listing(
        request.query_params,
        columns=store.ORDER_SORTS,
        own="-placed",
        filters=("state",),
        descending_first=("placed", "total", "yours", "owed"),
    )
    state = asked.filters["state"]
    states = OPEN if state == "open" else (state,) if state in get_args(OrderState) else ()
    page = await store.order_page(boutique.shop_id, cast("tuple[OrderState, ...]", states), asked.span)
    hubs = await _hub_names(boutique.shop_id)
    if asked.wants_file:
        return download("orders", spoken(ORDER_COLUMNS), [order_cells(row, hubs) for row in page.rows])
    return render(
        request,
        "orders.html",
        boutique,
        list=asked,
        rows=page.rows,
        leaf=page,
        state=state,
        counts=await store.counts(boutique.shop_id),
        hubs=hubs,
        words=STATE_WORDS,
    )


async def _hub_names(shop_id: PartyId) -> dict[str, str]:
    return {link.remote_id: link.remote_name for link in await links(shop_id)}


@get("/portal/{handle:str}/orders/{row:int}", opt={"transaction": False})
async def order(request: AnyRequest, handle: FromPath[str], row: FromPath[int]) -> Response[Any]:
    """One order: where it stands, what to do, its parcel and its money; of one still to be sent the hub is asked first.

    A bank may have taken its payment back meanwhile.
    """
    boutique = await boutique_of(request, handle)
    return await _page(request, boutique, await store.order(boutique.shop_id, row))


async def _page(request: AnyRequest, boutique: BoutiqueView, found: OrderView) -> Response[Any]:
    possible = actions(found.state, found.cancellation, pieces_left=sum(line.to_ship for line in found.lines))
    return render(
        request,
        "order.html",
        boutique,
        order=found,
        actions=possible,
        disputed=await _disputed(request, found, boutique.shop_id) if SENDING & {*possible} else None,
        gave_it=banks_say.GAVE_IT,
        hub=(await _hub_names(boutique.shop_id)).get(found.hub_id, found.hub_id),
        events=[
            (EVENT_WORDS.get(event.kind, event.kind), event, msgspec.json.decode(event.body or b"{}"))
            for event in reversed(found.events)
        ],
        reasons=DECLINE_WORDS,
        lines={line.line_id: line.title for line in found.lines},
        amount_of=Money,
        action_words=ACTION_WORDS,
        words=STATE_WORDS,
        parcels=parcels_of(found.events),
        parcel_words=PARCEL_WORDS,
        parcel_steps_said=[(word, PARCEL_WORDS[word]) for word in PARCEL_STEPS],
        returns=await return_store.of_order(boutique.shop_id, found.hub_id, found.order_id),
        known_since=await _known_since(boutique, found),
        answer_by=None if found.document.answer_by is None else moment_of(found.document.answer_by),
        step=forms.new_step(),
        vat_words=VAT_WORDS,
        story=await _story(boutique, found),
        turn_words=TURN_WORDS,
    )


async def _disputed(request: AnyRequest, found: OrderView, shop_id: PartyId) -> Dispute | None:
    fed, name = shop_node(request).federation, (found.hub_id, found.order_id)
    return await banks_say.of_order(fed, shop_id, name, banks_say.CONCERNS, clock.now())


async def _story(boutique: BoutiqueView, found: OrderView) -> tuple[story.Step, ...]:
    """How the order's money went, as the hub told it when somebody last looked, and by its events since."""
    pair = (boutique.shop_id, found.hub_id)
    told = await money_store.movements_of_order(*pair, found.order_id)
    return story.story(told, found.events, found.order_id, await money_store.copy(*pair))


async def _known_since(boutique: BoutiqueView, found: OrderView) -> dict[str, datetime]:
    """Since when the hub has each of our words about an order, by kind and number; it signed that it has."""
    said = await order_history(boutique.shop_id, found.hub_id, str(found.order_id))
    return {f"{one.kind} {one.at.isoformat()}": one.arrived_at for one in said if one.sent and one.arrived_at}


@get("/portal/{handle:str}/orders/{row:int}/slip")
async def slip(request: AnyRequest, handle: FromPath[str], row: FromPath[int]) -> Response[Any]:
    """A packing slip to print: what is in the parcel and where it goes."""
    boutique = await boutique_of(request, handle)
    found = await store.order(boutique.shop_id, row)
    country = country_in_words(found.document.address.country)
    return render(request, "order_slip.html", boutique, order=found, country=country)


@post("/portal/{handle:str}/orders/{row:int}/{action:str}")
async def act(request: AnyRequest, handle: FromPath[str], row: FromPath[int], action: FromPath[str]) -> Response[Any]:
    """Carry out one step of an order; a second click of the same button changes nothing."""
    boutique = await boutique_of(request, handle)
    carry_out = STEPS.get(action)
    if carry_out is None:
        raise NotFoundError("there is no such step; go back to the order")
    fields = forms.fields_of(await request.form())
    path = f"/orders/{row}"
    try:
        step = Step(forms.step_of(fields, action), clock.now())
        await carry_out(boutique.shop_id, row, fields, step)
    except UnknownOrderError:
        raise
    except GalleriaError as error:
        return back_to(request, boutique, path, error.sentence, failed=True)
    return back_to(request, boutique, path, DONE_WORDS[action])


async def _accept(shop_id: PartyId, row: int, _fields: forms.Fields, step: Step) -> None:
    await steps.accept(shop_id, row, step)


async def _decline(shop_id: PartyId, row: int, fields: forms.Fields, step: Step) -> None:
    reason = fields.get("reason", "")
    if reason not in DECLINE_WORDS:
        raise RecordInvalidError("choose a reason; the shopper will read it")
    await steps.decline(shop_id, row, (reason, fields.get("note", "")), step)


async def _ship(shop_id: PartyId, row: int, fields: forms.Fields, step: Step) -> None:
    sent = Shipped(
        carrier=fields.get("carrier", "")[:200],
        tracking=fields.get("tracking", "")[:200],
        lines=forms.parcel_lines(fields),
    )
    await steps.ship(shop_id, row, sent, step)


async def _deliver(shop_id: PartyId, row: int, _fields: forms.Fields, step: Step) -> None:
    await steps.deliver(shop_id, row, step)


async def _cancel(shop_id: PartyId, row: int, fields: forms.Fields, step: Step) -> None:
    await steps.cancel(shop_id, row, fields.get("note", ""), step)


async def _refuse_cancel(shop_id: PartyId, row: int, fields: forms.Fields, step: Step) -> None:
    await steps.refuse_cancel(shop_id, row, fields.get("note", ""), step)


async def _follow(shop_id: PartyId, row: int, fields: forms.Fields, step: Step) -> None:
    word = fields.get("state", "")
    if word not in PARCEL_STEPS:
        raise RecordInvalidError("choose what became of the parcel")
    said = Fulfilment(
        parcel_id=fields.get("parcel_id", ""),
        state=word,
        at_place=fields.get("place", "")[:200],
        note=fields.get("note", "")[:500],
    )
    await steps.follow(shop_id, row, said, step)


STEPS: dict[str, Callable[[PartyId, int, forms.Fields, Step], Awaitable[None]]] = {
    "accept": _accept,
    "decline": _decline,
    "ship": _ship,
    "deliver": _deliver,
    "cancel": _cancel,
    "refuse_cancel": _refuse_cancel,
    "follow": _follow,
}

HANDLERS = [orders, order, slip, act]
