"""Asking boutiques to set pieces aside, and giving them back: the words with each shop around a reservation.

Invariants: a reservation is a row before the shop hears of it; no transaction is open while a shop is asked; an answer
that did not come counts as a refusal for this shopper, and the hold it may have left behind is released through the
outbox until the shop has said a definite word or the hold has run out by itself.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from federation.conversations.messages import ReservationAnswer, ReservationLine, ReservationRequest
from federation.limits import RESERVATION_TTL_SECONDS_MAX
from federation.node import clock, outbox
from federation.node.outbox import Message
from federation.vocabulary.errors import GalleriaError, PeerRefusedError, PeerUnreachableError
from federation.vocabulary.wording import message
from marketplace.hub import Hub
from marketplace.orders.domain.values import Line, Order, Part

RELEASE = "hub.release"
QUEUE = "sync"
ANSWER_SECONDS_MAX = 5.0
"""How long a shopper waits for one shop, with the wait for a free lane to it; the call itself ends after 2 s."""

_log = structlog.get_logger(__name__)

NO_ANSWER = message("The boutique did not answer in time; nothing was reserved there.")
SOLD_OUT = message("Just sold, or not enough left.")
NOT_NOW = message("The boutique cannot reserve this at the moment.")


class HoldOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """A shop's answer to a hold: `held_until` when held, else `reason` and perhaps what it has; `certain` or not."""

    held_until: datetime | None = None
    reason: str = ""
    available: dict[str, int] = {}
    certain: bool = True


class ReleaseDue(msgspec.Struct, frozen=True):
    """The outbox's note that a reservation must not stay held; `until` is when it has run out at the latest."""

    hub_id: str
    shop_id: str
    reservation_id: UUID
    until: datetime


async def ask_all(
    hub: Hub, order: Order, parts: Sequence[Part], lines: Sequence[Line], now: datetime
) -> dict[UUID, HoldOutcome]:
    """Ask every shop at once; by part id. Outside a transaction."""
    answers = await asyncio.gather(*(ask(hub, order.hub_id, part, _lines_of(part, lines), now) for part in parts))
    return dict(zip((part.id for part in parts), answers, strict=True))


def _lines_of(part: Part, lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.shop_order_id == part.id]


async def ask(hub: Hub, hub_id: str, part: Part, lines: Sequence[Line], now: datetime) -> HoldOutcome:
    """Ask one shop; an answer that did not come, or that says try later, is an uncertain refusal."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            answer = await hold(hub, hub_id, part, lines, now)
    except (PeerUnreachableError, TimeoutError):
        return HoldOutcome(reason=NO_ANSWER, certain=False)
    except GalleriaError as error:
        _log.info("hold_refused", shop_id=part.shop_id, slug=error.slug, detail=error.detail)
        return HoldOutcome(reason=NOT_NOW, certain=error.retry == "never")
    return outcome_of(answer, now)


async def hold(hub: Hub, hub_id: str, part: Part, lines: Sequence[Line], now: datetime) -> ReservationAnswer:
    """The call itself, all lines or none. Raises PeerRefusedError or PeerUnreachableError."""
    quantities: dict[str, int] = {}
    for line in lines:
        quantities[line.variant_id] = quantities.get(line.variant_id, 0) + line.quantity
    request = ReservationRequest(
        id=str(part.reservation_id),
        lines=tuple(ReservationLine(variant_id, quantity) for variant_id, quantity in quantities.items()),
        ttl_seconds=RESERVATION_TTL_SECONDS_MAX,
    )
    return await hub.boutiques.hold(hub_id, part.shop_id, request, now)


def outcome_of(answer: ReservationAnswer, now: datetime) -> HoldOutcome:
    """What an answer given to a question asked at `now` means."""
    if answer.state in {"held", "confirmed"}:
        return HoldOutcome(held_until=now + timedelta(seconds=answer.expires_in_seconds))
    return HoldOutcome(reason=SOLD_OUT, available=dict(answer.available))


async def give_back(hub_id: str, shop_id: str, reservation_id: UUID, now: datetime) -> None:
    """In the caller's transaction: see to it that this reservation does not stay held."""
    until = now + timedelta(seconds=RESERVATION_TTL_SECONDS_MAX)
    due = ReleaseDue(hub_id, shop_id, reservation_id, until)
    await outbox.enqueue(RELEASE, str(reservation_id), due, key=f"{RELEASE}:{reservation_id}", queue=QUEUE, now=now)


async def release(hub: Hub, due: ReleaseDue, now: datetime) -> None:
    """Tell the shop; a definite refusal, or the hold's own end, settles it as well. Raises PeerUnreachableError."""
    try:
        await hub.boutiques.release(due.hub_id, due.shop_id, str(due.reservation_id), now)
    except PeerRefusedError as error:
        if error.retry != "never" and now < due.until:
            raise
    except PeerUnreachableError:
        if now < due.until:
            raise


class Releases:
    """The outbox handler of releases."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def handle(self, message: Message) -> None:
        """Deliver one release."""
        await release(self._hub, message.read(ReleaseDue), clock.now())
