"""The whole of an order as two parties have it: asked for when something is missing, answered to whoever took part.

Invariants: what a peer shows is taken in order and once, like what it sends; our own words that we have lost come back
from the peer that heard them, and what we had numbered meanwhile is numbered anew behind them.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from federation.conversations import checks
from federation.conversations.forms import Version
from federation.conversations.messages import OrderEvent
from federation.documents import json
from federation.node.database import atomic
from federation.records import EventRecord
from federation.service import order_events
from federation.service.calls import PeerCall, call
from federation.service.context import Federation
from federation.service.order_events import Ends, MissingDue
from federation.store import conversations as store
from federation.vocabulary.errors import NotFoundError, PeerUnreachableError
from federation.vocabulary.ids import PartyId

EVENTS_PER_PAGE = 100
PAGE_BYTES_MAX = 262_144
PAGES_MAX = 100


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """The last event number of each side."""

    hub: Version = 0
    shop: Version = 0


class OrderRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An order byte for byte, a page of what each side told, and how far each has come."""

    order: msgspec.Raw
    hub: tuple[msgspec.Raw, ...]
    shop: tuple[msgspec.Raw, ...]
    last: Numbers


async def record(ends: Ends, order_id: str, after: Numbers) -> OrderRecord:
    """What the two have of an order, after the numbers the asker has; raises NotFoundError."""
    document = await store.document(*ends, order_id)
    if not document:
        raise NotFoundError(f"no order {order_id} has been placed between {ends[1]} and {ends[0]}")
    we_are_hub = _is_hub(ends[0])
    ours_after, theirs_after = (after.hub, after.shop) if we_are_hub else (after.shop, after.hub)
    ours = _page(await store.events_of(ends, order_id, sent=True, after=ours_after, limit=EVENTS_PER_PAGE))
    theirs = _page(await store.events_of(ends, order_id, sent=False, after=theirs_after, limit=EVENTS_PER_PAGE))
    last_ours, last_theirs = await store.last_numbers(ends, order_id)
    hub, shop = (ours, theirs) if we_are_hub else (theirs, ours)
    numbers = (last_ours, last_theirs) if we_are_hub else (last_theirs, last_ours)
    return OrderRecord(order=msgspec.Raw(document), hub=hub, shop=shop, last=Numbers(hub=numbers[0], shop=numbers[1]))


def _page(events: list[bytes]) -> tuple[msgspec.Raw, ...]:
    """As many events as an answer carries, at least one."""
    kept: list[msgspec.Raw] = []
    size = 0
    for event in events:
        size += len(event)
        if kept and size > PAGE_BYTES_MAX:
            break
        kept.append(msgspec.Raw(event))
    return tuple(kept)


async def fetch_missing(fed: Federation, due: MissingDue, now: datetime) -> int:
    """Ask the peer for what it told and we have not, and take it; returns how many events came. Own transactions."""
    ends, taken = (due.local_id, due.remote_id), 0
    desk = fed.hub_desk if _is_hub(due.local_id) else fed.shop_desk
    if desk is None:
        raise NotFoundError(f"{due.local_id} has no desk on this node")
    for _ in range(PAGES_MAX):
        last_ours, last_theirs = await store.last_numbers(ends, due.order_id)
        page = await ask(fed, due, (last_ours, last_theirs), now)
        theirs = page.shop if _is_hub(due.local_id) else page.hub
        for data in theirs:
            async with atomic():
                await order_events.take(desk, ends, bytes(data), now)
        taken += len(theirs)
        if not theirs:
            break
    return taken


async def resume_numbers(fed: Federation, due: MissingDue, now: datetime) -> int:
    """Learn from the peer what we told and have forgotten, and put what waits behind it; returns how many it has."""
    _, last_theirs = await store.last_numbers((due.local_id, due.remote_id), due.order_id)
    heard: list[bytes] = []
    for _ in range(PAGES_MAX):
        page = await ask(fed, due, (len(heard), last_theirs), now)
        ours = page.hub if _is_hub(due.local_id) else page.shop
        heard += [bytes(data) for data in ours]
        if not ours:
            break
    async with atomic():
        await _restore((due.local_id, due.remote_id), due.order_id, heard, now)
    return len(heard)


async def _restore(ends: Ends, order_id: str, heard: list[bytes], now: datetime) -> None:
    events = [(checks.read(data, OrderEvent), data) for data in heard]
    known = {UUID(event.id) for event, _ in events}
    waiting = [one for one in await store.events_out(ends, order_id, None) if one.event_id not in known]
    for place, one in reversed(list(enumerate(waiting, start=len(events) + 1))):
        moved = msgspec.structs.replace(checks.read(one.body, OrderEvent), sequence=place)
        await store.renumber_out(ends, order_id, EventRecord(one.event_id, place, json.encode(moved)))
    for event, data in events:
        await store.restore_event_out(ends, order_id, EventRecord(UUID(event.id), event.sequence, data), now)


async def ask(fed: Federation, due: MissingDue, after: tuple[int, int], now: datetime) -> OrderRecord:
    """A page of what the peer has of an order, after our number and its own. Raises PeerError."""
    hub, shop = after if _is_hub(due.local_id) else after[::-1]
    exchange = PeerCall(
        local_id=due.local_id,
        remote_id=due.remote_id,
        method="GET",
        path=f"/orders/{due.order_id}",
        query=f"hub={hub}&shop={shop}",
    )
    answer = await call(fed, exchange, now)
    try:
        return msgspec.json.decode(answer.body, type=OrderRecord)
    except msgspec.MsgspecError as error:
        raise PeerUnreachableError(f"{due.remote_id} shows an order in words we cannot read") from error


def _is_hub(party_id: PartyId) -> bool:
    return party_id.startswith("h1")
