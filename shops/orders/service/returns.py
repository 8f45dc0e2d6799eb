"""Pieces that come back to a boutique: what hubs say of them, and what the boutique does. Each step is one event.

Invariants: a step and the event that tells the hub are one transaction; the second click of the same form changes
nothing; a hub's word that no longer fits is history and moves nothing. Pieces go on sale again in the transaction that
says so. Locks are taken in one order everywhere: the conversation, the return, the boutique's stock.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from federation.conversations import return_ as life
from federation.conversations.errors import TransitionRefusedError
from federation.conversations.messages import KIND_OF_BODY
from federation.conversations.return_messages import (
    JudgedLine,
    ReturnAuthorised,
    ReturnBody,
    ReturnDecided,
    ReturnInTransit,
    ReturnReceived,
    ReturnRefunded,
    ReturnRefused,
    ReturnRejected,
    ReturnRequested,
)
from federation.documents.times import moment_of
from federation.node.database import atomic
from federation.service.orders import hold_conversation, send_event
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.wording import sentence
from shops import store as boutiques
from shops.errors import OrderStateError
from shops.inventory.service.levels import set_levels
from shops.inventory.store import registers, reservations
from shops.orders import store as orders
from shops.orders.domain.orders import Event, OrderView
from shops.orders.domain.returns import Judgement, ReturnView, arrived, judged
from shops.orders.returns import store
from shops.orders.service import owner_mails
from shops.orders.service.steps import Step

Note = Callable[[ReturnView], Awaitable[None]]
"""What a step writes down beside its state, in its transaction."""


async def hear(shop_id: PartyId, order: OrderView, body: ReturnBody, now: datetime) -> None:
    """Take what a hub says about a return of `order`; runs inside the signed request's transaction."""
    name = (order.hub_id, UUID(body.return_id))
    if isinstance(body, ReturnRequested):
        await _asked(shop_id, order, body, now)
        return
    row = await store.row_of(shop_id, name)
    if row is None:
        return
    view = await store.found(shop_id, row)
    try:
        state = life.step(view.state, KIND_OF_BODY[type(body)])
    except TransitionRefusedError:
        return
    await store.move(shop_id, name, seen=view.state, then=state, now=now)
    if isinstance(body, ReturnInTransit):
        await store.set_parcel(shop_id, name, body.carrier, body.tracking)
    elif isinstance(body, ReturnDecided):
        await store.set_words(shop_id, name, reason=body.reason)
        await store.set_judged(shop_id, name, body.lines)


async def _asked(shop_id: PartyId, order: OrderView, body: ReturnRequested, now: datetime) -> None:
    """Keep a return of pieces that the order has; its owners read of it."""
    known = {line.line_id for line in order.lines}
    if any(line.line_id not in known for line in body.lines):
        return
    if await store.insert(shop_id, order.hub_id, order.order_id, body, now):
        await owner_mails.return_asked(shop_id, order, body, now)


async def authorise(shop_id: PartyId, row: int, said: ReturnAuthorised, step: Step) -> None:
    """Agree: where to send the pieces, until when, who pays."""

    async def note(view: ReturnView) -> None:
        await store.set_authorised(shop_id, _name(view), said, moment_of(said.send_by))

    await _take(shop_id, row, said, step, note)


async def refuse(shop_id: PartyId, row: int, reason: str, step: Step) -> None:
    """Say no, with a reason that the shopper reads."""
    view = await store.found(shop_id, row)
    body = ReturnRefused(str(view.return_id), _reason(reason))

    async def note(view: ReturnView) -> None:
        await store.set_words(shop_id, _name(view), reason=body.reason)

    await _take(shop_id, row, body, step, note)


async def receive(shop_id: PartyId, row: int, quantities: Mapping[str, int], step: Step) -> None:
    """The parcel is here, with so many pieces of each line; nothing named means all that was asked back."""
    view = await store.found(shop_id, row)
    lines = arrived(view.lines, quantities)

    async def note(view: ReturnView) -> None:
        await store.set_received(shop_id, _name(view), lines)

    await _take(shop_id, row, ReturnReceived(return_id=str(view.return_id), lines=lines), step, note)


async def refund(shop_id: PartyId, row: int, said: tuple[Mapping[str, Judgement], bool, str], step: Step) -> None:
    """Have the hub give money back: (what of each line, the outward shipping too, a word to the shopper)."""
    judgements, shipping, words = said
    view = await store.found(shop_id, row)
    if await orders.step_known(shop_id, step.id):
        return
    lines = judged(view.lines, judgements)
    body = ReturnRefunded(return_id=str(view.return_id), lines=lines, shipping=shipping, note=words.strip()[:2000])

    async def note(view: ReturnView) -> None:
        await store.set_judged(shop_id, _name(view), lines)
        await store.set_words(shop_id, _name(view), shop_note=body.note)
        await _restock(shop_id, view, lines, step)

    await _take(shop_id, row, body, step, note)


async def reject(shop_id: PartyId, row: int, reason: str, step: Step) -> None:
    """Give nothing back, with a reason that the shopper reads; the pieces go to the shopper again."""
    view = await store.found(shop_id, row)
    body = ReturnRejected(str(view.return_id), _reason(reason))

    async def note(view: ReturnView) -> None:
        await store.set_words(shop_id, _name(view), reason=body.reason)

    await _take(shop_id, row, body, step, note)


def _reason(text: str) -> str:
    if not text.strip():
        raise RecordInvalidError(sentence("say why; the shopper will read it"))
    return text.strip()[:500]


def _name(view: ReturnView) -> store.Name:
    return view.hub_id, view.return_id


async def _take(shop_id: PartyId, row: int, body: ReturnBody, step: Step, note: Note) -> None:
    view = await store.found(shop_id, row)
    if await orders.step_known(shop_id, step.id):
        return
    try:
        async with atomic():
            await _tell(shop_id, view, body, step)
            await note(view)
    except (OrderStateError, TransitionRefusedError) as error:
        if await orders.step_known(shop_id, step.id):
            return
        raise OrderStateError(
            sentence("return %(number)s has moved on: look at it again", number=view.number)
        ) from error


async def _tell(shop_id: PartyId, view: ReturnView, body: ReturnBody, step: Step) -> None:
    kind = KIND_OF_BODY[type(body)]
    await hold_conversation(shop_id, view.hub_id, str(view.order_id))
    state = life.step(view.state, kind)
    if not await store.move(shop_id, _name(view), seen=view.state, then=state, now=step.now):
        raise OrderStateError("the return has moved on")
    event = await send_event(shop_id, view.hub_id, str(view.order_id), body, step.now)
    kept = Event(direction="out", kind=kind, body=bytes(event.body), said_at=step.now)
    await orders.insert_event(shop_id, (view.hub_id, view.order_id), UUID(event.id), kept, step_id=step.id)


async def _restock(shop_id: PartyId, view: ReturnView, lines: Sequence[JudgedLine], step: Step) -> None:
    """Put pieces that are as good as new where they were taken from; variants no longer offered stay away."""
    variant_of = {line.line_id: line.variant_id for line in view.lines}
    wanted = Counter[str]()
    for line in lines:
        if line.restocked:
            wanted[variant_of[line.line_id]] += line.quantity
    if not wanted:
        return
    await boutiques.lock(shop_id)
    offered = await registers.offered(shop_id, list(wanted))
    taken_from = {
        piece.variant_id: piece.location
        for piece in await reservations.pieces_of(shop_id, view.hub_id, view.reservation_id)
    }
    targets = {}
    for level in sorted(await registers.levels(shop_id, list(wanted)), key=lambda level: level.position):
        place = taken_from.setdefault(level.variant_id, level.location)
        if level.variant_id in offered and level.location == place:
            targets[level.variant_id, place] = level.on_hand + wanted[level.variant_id]
    await set_levels(shop_id, targets, "restock", step.id, step.now)
