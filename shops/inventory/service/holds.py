"""What hubs may hold: all pieces asked for or none, for a time, then sold or given back.

Invariants: pieces confirmed never exceed pieces on hand, whoever asks at once; every step may be repeated and
answers as before; the time of a hold is judged by the database's clock alone; an ended hold is remembered for
thirty days. What a hub holds is bounded by `domain.allocation` and OPEN_HOLDS_PER_HUB_MAX.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from federation import limits
from federation.conversations.messages import ReservationAnswer, ReservationRequest
from federation.errors import HoldQuotaError, ReservationExpiredError
from federation.node import database
from federation.vocabulary.errors import ConflictError
from federation.vocabulary.ids import PartyId
from shops import store as boutiques
from shops.errors import ReservationReusedError
from shops.inventory.domain.allocation import Pieces, allocate, movement_of, over_bound, wanted_by_variant
from shops.inventory.service.announcing import announce
from shops.inventory.service.levels import restock
from shops.inventory.store import registers, reservations
from shops.inventory.store.reservations import ReservationRow

ORPHAN_AFTER = timedelta(days=4)
"""A confirmed hold without an order goes back on sale after this: hubs try to place an order for three days."""


async def hold(shop_id: PartyId, hub_id: PartyId, request: ReservationRequest, now: datetime) -> ReservationAnswer:
    """Set the pieces aside or say what there is.

    Raises HoldQuotaError past what one hub may hold, ReservationReusedError for a known id with other lines.
    """
    await boutiques.lock(shop_id)
    reservation_id = UUID(request.id)
    lines = msgspec.json.encode(sorted((line.variant_id, line.quantity) for line in request.lines))
    known = await reservations.reservation(shop_id, hub_id, reservation_id)
    if known is not None:
        if known.lines not in {lines, b""}:
            raise ReservationReusedError("this reservation id was used for other lines: choose a new one")
        return _answer(request.id, known)
    await _expire(shop_id, now)
    wanted = wanted_by_variant((line.variant_id, line.quantity) for line in request.lines)
    levels = await registers.levels(shop_id, sorted(wanted), published_only=True)
    allocation = allocate(wanted, levels)
    if not allocation.pieces:
        available = msgspec.json.encode(allocation.available)
        await reservations.insert_reservation(
            shop_id, hub_id, reservation_id, state="rejected", lines=lines, available=available
        )
        return ReservationAnswer(id=request.id, state="rejected", available=dict(allocation.available))
    if await reservations.open_holds(shop_id, hub_id) >= limits.OPEN_HOLDS_PER_HUB_MAX:
        raise _over_quota(f"this hub holds {limits.OPEN_HOLDS_PER_HUB_MAX} reservations here already")
    over = over_bound(wanted, await reservations.held_by_hub(shop_id, hub_id, sorted(wanted)), levels)
    if over is not None:
        raise _over_quota(f"this hub holds too much of variant {over} at once")
    await reservations.insert_reservation(
        shop_id, hub_id, reservation_id, state="held", lines=lines, ttl_seconds=request.ttl_seconds
    )
    await reservations.insert_pieces(shop_id, hub_id, reservation_id, allocation.pieces)
    if not await registers.take_holds(shop_id, allocation.pieces):
        raise ConflictError("the stock moved while it was being held: ask again")
    await announce(shop_id, now)
    return ReservationAnswer(id=request.id, state="held", expires_in_seconds=request.ttl_seconds)


def _over_quota(detail: str) -> HoldQuotaError:
    return HoldQuotaError(
        f"{detail}: confirm or release some, then ask again", retry_after_seconds=limits.RESERVATION_TTL_SECONDS_MIN
    )


async def confirm(shop_id: PartyId, hub_id: PartyId, reservation_id: str, now: datetime) -> ReservationAnswer:
    """Sell what is held. Raises ReservationExpiredError when it is held no longer, or was counted away meanwhile."""
    await boutiques.lock(shop_id)
    key = UUID(reservation_id)
    if await reservations.confirm_in_time(shop_id, hub_id, key):
        pieces = await reservations.pieces_of(shop_id, hub_id, key)
        if not await registers.take_held_pieces(shop_id, pieces):
            raise ReservationExpiredError("the boutique counted again and no longer has these pieces: hold again")
        taken = {(piece.variant_id, piece.location): -piece.quantity for piece in pieces}
        await registers.insert_movements(shop_id, movement_of(hub_id, key, "sale"), "sale", taken, now)
    known = await reservations.reservation(shop_id, hub_id, key)
    if known is None or known.state != "confirmed":
        state = "unknown" if known is None else "expired" if known.overdue else known.state
        raise ReservationExpiredError(f"reservation {reservation_id} is {state}, not held: hold again")
    return ReservationAnswer(id=reservation_id, state="confirmed")


async def release(shop_id: PartyId, hub_id: PartyId, reservation_id: str, now: datetime) -> ReservationAnswer:
    """Give held pieces back; a release that comes before its hold makes that hold answer `released`."""
    await boutiques.lock(shop_id)
    key = UUID(reservation_id)
    if await reservations.release_held(shop_id, hub_id, key):
        await registers.give_holds_back(shop_id, await reservations.pieces_of(shop_id, hub_id, key))
        await announce(shop_id, now)
    elif await reservations.reservation(shop_id, hub_id, key) is None:
        await reservations.insert_reservation(shop_id, hub_id, key, state="released", lines=b"")
    known = await reservations.reservation(shop_id, hub_id, key)
    if known is None:
        raise ConflictError("the reservation vanished while it was being released: ask again")
    return _answer(reservation_id, known)


def _answer(reservation_id: str, known: ReservationRow) -> ReservationAnswer:
    state = "expired" if known.overdue else known.state
    return ReservationAnswer(
        id=reservation_id,
        state=state,  # type: ignore[arg-type]  # the table's CHECK allows the same five words
        expires_in_seconds=known.expires_in_seconds if state == "held" else 0,
        available=msgspec.json.decode(known.available, type=dict[str, int]),
    )


async def _expire(shop_id: PartyId, now: datetime) -> list[Pieces]:
    freed = await reservations.expire_overdue(shop_id)
    if freed:
        await registers.give_holds_back(shop_id, freed)
        await announce(shop_id, now)
    return freed


async def expire_holds(now: datetime) -> int:
    """Sweep: put pieces of overdue holds back on sale, one transaction per boutique; returns registers freed."""
    freed = 0
    for shop_id in await reservations.shops_with_overdue_holds():
        async with database.atomic():
            await boutiques.lock(shop_id)
            freed += len(await _expire(shop_id, now))
    return freed


async def forget_reservations(now: datetime) -> None:
    """Sweep: put back what was confirmed but never ordered, and forget what ended long ago."""
    for shop_id in await reservations.shops_with_orphans(now - ORPHAN_AFTER):
        async with database.atomic():
            await boutiques.lock(shop_id)
            for hub_id, reservation_id in await reservations.orphans(shop_id, now - ORPHAN_AFTER):
                await restock(shop_id, hub_id, reservation_id, now)
    for view in await boutiques.boutiques():
        await reservations.forget_ended(view.shop_id, now - reservations.REMEMBERED)
