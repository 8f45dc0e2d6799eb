"""What becomes of a boutique's part after it was sold, for pages: its parcels, what may still be done, its returns.

Read from what was said between hub and boutique (`federation.service.history`), so that nothing is told twice and
everything with the time at which the other side had it.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.conversations.messages import CancelRefused, Fulfilment, Refunded, Shipped
from federation.conversations.return_messages import ReturnBody
from federation.conversations.shipment import Parcel, Told, parcels
from federation.service.history import SaidOfOrder, order_history
from federation.vocabulary.ids import PartyId
from federation.vocabulary.wording import message
from marketplace.errors import OrderNotFoundError
from marketplace.orders import checkout, returning
from marketplace.orders.domain import order_life, patience
from marketplace.orders.domain import returns as rules
from marketplace.orders.domain.returns import Return, Returnable
from marketplace.orders.domain.shop_order_life import CAN_BE_CANCELLED, UNANSWERED
from marketplace.orders.domain.values import Line, Order, Part, is_charged
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store
from marketplace.orders.store import returns as store
from payouts import service as payouts

NEXT_WORDS: dict[str, str] = {
    "requested": message("The boutique answers within a few days. Please keep the pieces until then."),
    "authorised": message("Pack the pieces with the slip, send them to the address below, and tell us when they left."),
    "refused": message("If you think that this is wrong, answer to any of our mails: we look at it."),
    "withdrawn": message("Nothing more to do."),
    "in_transit": message("The boutique tells us as soon as the parcel is there."),
    "received": message("The boutique looks at the pieces; then the money goes back the way it came."),
    "refunded": message("The money goes back the way it came, usually within a few days."),
    "rejected": message("The pieces come back to you. If you think that this is wrong, answer to any of our mails."),
}
"""What comes next, for the shopper, in each state of a return."""

ALL_BY_BANK = message("Your bank has given you the money of this order back itself, so nothing more comes from us.")
SOME_BY_BANK = message(
    "Your bank has given you part of this order’s money back itself. We look at what is still due to you and write."
)
ASKED_BY_BANK = message(
    "Your bank has taken this payment back and decides about it. Until then we cannot pay anything back ourselves."
)
SEEN_TO = message("We look at what is still due to you for these pieces, and write to you.")
NOTHING_LEFT = message("All of this had been given back to you already, so nothing more comes from us.")
"""What is said of pieces that were taken back and that no money went back for by itself."""

STORY_WORDS: dict[str, str] = {
    "return_requested": message("Asked"),
    "return_authorised": message("Agreed by the boutique"),
    "return_refused": message("Refused by the boutique"),
    "return_in_transit": message("Parcel on its way back"),
    "return_withdrawn": message("Withdrawn: the pieces stay with the shopper"),
    "return_received": message("Arrived at the boutique"),
    "return_refunded": message("Taken back by the boutique"),
    "return_rejected": message("Not taken back by the boutique"),
    "return_decided": message("Decided by us"),
    "refunded": message("Money given back"),
}

PARCEL_WORDS: dict[str, str] = {
    "processing": message("Being packed"),
    "shipped": message("Left the boutique"),
    "in_transit": message("On its way"),
    "failed_attempt": message("Could not be handed over; the courier tries again"),
    "delivered": message("Delivered"),
    "returned_to_sender": message("Went back to the boutique"),
}


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened; `known_at` is when the other side had our word of it, None where it was theirs."""

    words: str
    at: datetime
    detail: str = ""
    ours: bool = False
    known_at: datetime | None = None


class ReturnedPieces(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces of one line in a return."""

    title: str
    size_label: str
    colour: str
    quantity: int
    reason_words: str
    refunded: int
    percent: int


class ReturnShown(msgspec.Struct, frozen=True, kw_only=True):
    """A return with its story, oldest first."""

    made: Return
    lines: tuple[ReturnedPieces, ...]
    state_words: str
    next_words: str
    story: tuple[Moment, ...]
    overdue: bool = False


class ParcelShown(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel with its story, oldest first."""

    parcel: Parcel
    state_words: str
    story: tuple[Moment, ...]


class AfterSale(msgspec.Struct, frozen=True, kw_only=True):
    """What may still be done about a part, and what is under way.

    `told_at` is since when the boutique has the order, `answer_by` until when it may answer, None once it has.
    """

    can_be_cancelled: bool
    returnable: tuple[Returnable, ...]
    until: datetime | None
    withdrawal: bool
    returns: tuple[ReturnShown, ...]
    parcels: tuple[ParcelShown, ...]
    told_at: datetime | None
    answer_by: datetime | None
    cancel_known_at: datetime | None = None
    cancel_answer: str = ""

    @property
    def pieces_left(self) -> int:
        """How many pieces can still be asked back."""
        return sum(one.left for one in self.returnable)


async def of_order(order_id: UUID, now: datetime) -> dict[UUID, AfterSale]:
    """Each part of an order that is paid, or whose money is held; nothing for any other."""
    order = await order_store.by_id(order_id)
    if order is None or order.state not in order_life.BOUGHT:
        return {}
    return {part.id: await _of_part(order, part, now) for part in await part_store.of_order(order.id)}


async def _of_part(order: Order, part: Part, now: datetime) -> AfterSale:
    history = await order_history(PartyId(order.hub_id), PartyId(part.shop_id), str(part.id))
    lines = await part_store.lines([part.id])
    made = await store.of_parts([part.id])
    returned = await store.lines([one.id for one in made])
    until = await returning.last_day(order, part, now)
    open_still = until is None or now <= until
    may = part.state in rules.SENT and open_still and is_charged(order, part)
    left = rules.returnable(lines, made, returned) if may else []
    wishes = [one.arrived_at for one in history if one.sent and one.kind == "cancel_requested"]
    noes = [one.body.reason for one in history if isinstance(one.body, CancelRefused)]
    return AfterSale(
        can_be_cancelled=part.state in CAN_BE_CANCELLED and part.cancellation in {"none", "refused"},
        returnable=tuple(one for one in left if one.left),
        until=until,
        withdrawal=rules.is_withdrawal(order.address.country),
        returns=tuple([await _shown(order, one, lines, history, now) for one in made]),
        parcels=tuple(_parcel(one) for one in parcels_of(history)),
        told_at=part.placed_at,
        answer_by=patience.time_to_answer(part) if part.state in UNANSWERED else None,
        cancel_known_at=wishes[-1] if wishes else None,
        cancel_answer=noes[-1] if noes else "",
    )


async def shown(return_id: UUID, now: datetime) -> tuple[Order, Part, ReturnShown]:
    """One return with its order and part. Raises OrderNotFoundError."""
    made = await store.by_id(return_id)
    order = None if made is None else await order_store.by_id(made.order_id)
    part = None if made is None else await part_store.by_id(made.shop_order_id)
    if made is None or order is None or part is None:
        raise OrderNotFoundError("no such return")
    history = await order_history(PartyId(order.hub_id), PartyId(part.shop_id), str(part.id))
    return order, part, await _shown(order, made, await part_store.lines([part.id]), history, now)


async def shown_to_shopper(token: str, return_id: UUID, now: datetime) -> tuple[Order, Part, ReturnShown]:
    """One return of the order behind a shopper's link. Raises OrderNotFoundError."""
    order = await checkout.find(token)
    found = await shown(return_id, now)
    if found[0].id != order.id:
        raise OrderNotFoundError("this order has no such return")
    return found


async def _shown(
    order: Order, made: Return, lines: Sequence[Line], history: Sequence[SaidOfOrder], now: datetime
) -> ReturnShown:
    known = {line.id: line for line in lines}
    own = [one for one in await store.lines([made.id]) if one.line_id in known]
    pieces = [
        ReturnedPieces(
            title=known[one.line_id].title,
            size_label=known[one.line_id].size_label,
            colour=known[one.line_id].colour,
            quantity=one.quantity,
            reason_words=rules.REASON_WORDS.get(one.reason, rules.REASON_WORDS["other"]),  # type: ignore[call-overload]
            refunded=one.refunded,
            percent=one.percent,
        )
        for one in own
    ]
    return ReturnShown(
        made=made,
        lines=tuple(pieces),
        state_words=rules.STATE_WORDS[made.state],
        next_words=await _next_words(order, made, [known[one.line_id] for one in own]),
        story=tuple(_story(made.id, history)),
        overdue=rules.is_overdue(made, now),
    )


async def _next_words(order: Order, made: Return, lines: Sequence[Line]) -> str:
    if made.state != "refunded" or made.refund_id is not None:
        return NEXT_WORDS[made.state]
    bank = await payouts.banks_word(order.id, order.currency)
    if bank.given.amount_minor >= order.paid_minor:
        return ALL_BY_BANK
    if bank.given:
        return SOME_BY_BANK
    if bank.asked:
        return ASKED_BY_BANK
    return SEEN_TO if any(line.refunded_quantity < line.quantity for line in lines) else NOTHING_LEFT


def _story(return_id: UUID, history: Sequence[SaidOfOrder]) -> list[Moment]:
    moments = []
    for one in history:
        about = one.body.return_id if isinstance(one.body, ReturnBody | Refunded) else None
        if about != str(return_id) or one.kind not in STORY_WORDS:
            continue
        detail = getattr(one.body, "reason", "") or getattr(one.body, "note", "")
        moments.append(
            Moment(
                words=STORY_WORDS[one.kind],
                at=one.at,
                detail=detail,
                ours=one.sent,
                known_at=one.arrived_at if one.sent else None,
            )
        )
    return moments


def parcels_of(history: Sequence[SaidOfOrder]) -> list[Parcel]:
    """The parcels that a boutique told of."""
    told = []
    for one in history:
        if isinstance(one.body, Shipped):
            told.append(
                Told(
                    parcel_id=one.body.parcel_id or one.event_id,
                    word="shipped",
                    at=one.at,
                    carrier=one.body.carrier,
                    tracking=one.body.tracking,
                    lines=one.body.lines,
                )
            )
        elif isinstance(one.body, Fulfilment):
            said = one.body
            told.append(Told(parcel_id=said.parcel_id, word=said.state, at=one.at, place=said.at_place, note=said.note))
    return parcels(told)


def _parcel(parcel: Parcel) -> ParcelShown:
    story = [
        Moment(words=PARCEL_WORDS[told.word], at=told.at, detail=", ".join(filter(None, (told.place, told.note))))
        for told in parcel.history
    ]
    return ParcelShown(parcel=parcel, state_words=PARCEL_WORDS[parcel.state], story=tuple(story))
