"""Stock, reservations, orders and events as they arrive, each handed to the desk of the party it is for."""

import re

from federation import limits
from federation.conversations import checks
from federation.conversations.forms import UUID_PATTERN
from federation.conversations.messages import OrderEvent, ReservationRequest, StockBatch
from federation.documents import json
from federation.http.edge import Endpoint, Inbound, Outbound
from federation.ports import HubDesk, ShopDesk
from federation.service import order_events, order_record, orders, stock
from federation.service.context import Federation
from federation.service.order_record import Numbers
from federation.vocabulary.errors import NotFoundError, RecordInvalidError
from federation.vocabulary.ids import PartyId

_UUID = re.compile(UUID_PATTERN)


async def _inventory(fed: Federation, inbound: Inbound) -> Outbound:
    batch = checks.read(inbound.body, StockBatch)
    ends = (inbound.receiver.id, inbound.peer)
    return Outbound(json.encode(await stock.take_stock(_hub_desk(fed, inbound), ends, batch, inbound.now)))


async def _read_inventory(fed: Federation, inbound: Inbound) -> Outbound:
    _hub_desk(fed, inbound)
    return Outbound(json.encode(await stock.page((inbound.receiver.id, inbound.peer), inbound.query.get("after", ""))))


async def _hold(fed: Federation, inbound: Inbound) -> Outbound:
    request = checks.read(inbound.body, ReservationRequest)
    if request.id != inbound.idempotency_key:
        raise RecordInvalidError("the idempotency key of a hold is the reservation's id")
    desk = _shop_desk(fed, inbound)
    return Outbound(json.encode(await desk.hold(inbound.receiver.id, inbound.peer, request, inbound.now)))


async def _confirm(fed: Federation, inbound: Inbound) -> Outbound:
    desk, (shop_id, hub_id) = _shop_desk(fed, inbound), _ends(inbound)
    return Outbound(json.encode(await desk.confirm(shop_id, hub_id, _id(inbound, "reservation_id"), inbound.now)))


async def _release(fed: Federation, inbound: Inbound) -> Outbound:
    desk, (shop_id, hub_id) = _shop_desk(fed, inbound), _ends(inbound)
    return Outbound(json.encode(await desk.release(shop_id, hub_id, _id(inbound, "reservation_id"), inbound.now)))


async def _order(fed: Federation, inbound: Inbound) -> Outbound:
    shop_id, hub_id = _ends(inbound)
    order = await orders.take_order(_shop_desk(fed, inbound), shop_id, hub_id, inbound.body, inbound.now)
    return Outbound(json.encode({"id": order.id}))


async def _event(fed: Federation, inbound: Inbound) -> Outbound:
    event = checks.read(inbound.body, OrderEvent)
    if event.order_id != inbound.params["order_id"]:
        raise RecordInvalidError("the event is about another order than the address")
    desk = _shop_desk(fed, inbound) if inbound.receiver.kind == "shop" else _hub_desk(fed, inbound)
    answer = await order_events.hear(desk, inbound.receiver, inbound.peer, inbound.body, inbound.now)
    return Outbound(answer)


async def _read_order(_fed: Federation, inbound: Inbound) -> Outbound:
    after = Numbers(hub=_number(inbound, "hub"), shop=_number(inbound, "shop"))
    found = await order_record.record(_ends(inbound), _id(inbound, "order_id"), after)
    return Outbound(json.encode(found))


def _number(inbound: Inbound, name: str) -> int:
    text = inbound.query.get(name, "0")
    if not text.isascii() or not text.isdigit() or int(text[:9]) > limits.ORDER_EVENTS_MAX:
        raise RecordInvalidError(f"{name} is the number of the last event you have, 0 to {limits.ORDER_EVENTS_MAX}")
    return int(text[:9])


def _ends(inbound: Inbound) -> tuple[PartyId, PartyId]:
    return inbound.receiver.id, inbound.peer


def _id(inbound: Inbound, name: str) -> str:
    value = str(inbound.params[name])
    if _UUID.fullmatch(value) is None:
        raise RecordInvalidError(f"{value[:60]!r} is not an id")
    return value


def _shop_desk(fed: Federation, inbound: Inbound) -> ShopDesk:
    if inbound.receiver.kind != "shop" or fed.shop_desk is None:
        raise NotFoundError("only a shop answers this")
    return fed.shop_desk


def _hub_desk(fed: Federation, inbound: Inbound) -> HubDesk:
    if inbound.receiver.kind != "hub" or fed.hub_desk is None:
        raise NotFoundError("only a hub answers this")
    return fed.hub_desk


ENDPOINTS = (
    Endpoint(method="POST", path="/inv", run=_inventory),
    Endpoint(method="GET", path="/inv", run=_read_inventory),
    Endpoint(method="POST", path="/reservations", run=_hold, once=True, settled=True),
    Endpoint(method="POST", path="/reservations/{reservation_id:str}/confirm", run=_confirm, once=True, settled=True),
    Endpoint(method="POST", path="/reservations/{reservation_id:str}/release", run=_release, once=True),
    Endpoint(method="POST", path="/orders", run=_order, once=True, settled=True),
    Endpoint(method="GET", path="/orders/{order_id:str}", run=_read_order, past=True),
    Endpoint(method="POST", path="/orders/{order_id:str}/events", run=_event, past=True),
)
