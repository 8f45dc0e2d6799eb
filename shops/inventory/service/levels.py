"""Changing what is on hand: a sale at the till, a recount, an import, pieces that come back.

Invariants: every change is written down as a movement with an id of its own, so that a second click changes
nothing; every change of what is sellable is announced to the linked hubs in the same transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from federation import limits
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PartyId
from shops import store as boutiques
from shops.errors import StockChangedError
from shops.inventory.domain.allocation import Level, movement_of
from shops.inventory.service.announcing import announce
from shops.inventory.store import registers, reservations
from shops.inventory.store.registers import Place


async def sell_at_till(shop_id: PartyId, place: Place, quantity: int, movement_id: UUID, now: datetime) -> None:
    """Take `quantity` pieces sold in the boutique itself.

    Raises StockChangedError when fewer are free, because none are left or shoppers are paying for them right now.
    """
    if not 1 <= quantity <= limits.LINE_QUANTITY_MAX:
        raise RecordInvalidError("a sale is of at least one piece")
    await boutiques.lock(shop_id)
    if await registers.movement_known(shop_id, movement_id):
        return
    level = await _level(shop_id, place)
    if level.sellable < quantity:
        held = f", {level.held} held for shoppers who are paying" if level.held else ""
        raise StockChangedError(f"{level.sellable} free of {level.on_hand} on hand{held}: count again, then correct")
    await _write(shop_id, {place: level.on_hand - quantity}, {place: -quantity}, ("till", movement_id), now)


async def correct_level(
    shop_id: PartyId, place: Place, counts: tuple[int, int], movement_id: UUID, now: datetime
) -> None:
    """Write a recount: `counts` is (the figure the person saw, the figure they counted).

    Raises StockChangedError when the figure is another by now. A count below what is held is taken: those holds
    can then not be confirmed.
    """
    seen, counted = counts
    if not 0 <= counted <= limits.STOCK_QUANTITY_MAX:
        raise RecordInvalidError(f"a stock figure lies between 0 and {limits.STOCK_QUANTITY_MAX}")
    await boutiques.lock(shop_id)
    if await registers.movement_known(shop_id, movement_id):
        return
    level = await _level(shop_id, place)
    if level.on_hand != seen:
        raise StockChangedError(f"the stock was {seen} when you looked and is {level.on_hand} now: count again")
    await _write(shop_id, {place: counted}, {place: counted - seen}, ("correction", movement_id), now)


async def set_levels(
    shop_id: PartyId, targets: Mapping[Place, int], kind: str, movement_id: UUID, now: datetime
) -> bool:
    """Make the stock at these places what it is said to be; returns whether any figure changed. Caller holds the lock.

    Places without a register get one, so that hubs learn of a 0 too.
    """
    known = {
        (level.variant_id, level.location): level.on_hand
        for level in await registers.levels(shop_id, sorted({variant_id for variant_id, _ in targets}))
    }
    changed = {place: target for place, target in targets.items() if known.get(place) != target}
    if not changed:
        return False
    moved = {place: target - known.get(place, 0) for place, target in changed.items()}
    await _write(shop_id, changed, moved, (kind, movement_id), now)
    return True


async def empty_registers(shop_id: PartyId, variant_ids: list[str], movement_id: UUID, now: datetime) -> None:
    """Leave nothing to sell of variants that are no longer offered. Caller holds the lock."""
    levels = await registers.levels(shop_id, variant_ids)
    targets = {(level.variant_id, level.location): 0 for level in levels}
    await set_levels(shop_id, targets, "removal", movement_id, now)


async def restock(shop_id: PartyId, hub_id: PartyId, reservation_id: UUID, now: datetime) -> bool:
    """Put the pieces of a confirmed reservation back on sale, once; False if there is nothing to put back.

    Pieces of variants that are offered no more stay away. Caller holds the lock.
    """
    if not await reservations.mark_restocked(shop_id, hub_id, reservation_id):
        return False
    pieces = await reservations.pieces_of(shop_id, hub_id, reservation_id)
    levels = await registers.levels(shop_id, [piece.variant_id for piece in pieces])
    on_hand = {(level.variant_id, level.location): level.on_hand for level in levels}
    offered = await registers.offered(shop_id, [piece.variant_id for piece in pieces])
    changes = {(piece.variant_id, piece.location): piece.quantity for piece in pieces if piece.variant_id in offered}
    if changes:
        targets = {place: on_hand[place] + quantity for place, quantity in changes.items()}
        await _write(shop_id, targets, changes, ("restock", movement_of(hub_id, reservation_id, "restock")), now)
    return True


async def _level(shop_id: PartyId, place: Place) -> Level:
    for level in await registers.levels(shop_id, [place[0]]):
        if level.location == place[1]:
            return level
    raise StockChangedError("there is no stock of this at that place any more: look at the product again")


async def _write(
    shop_id: PartyId, targets: Mapping[Place, int], changes: Mapping[Place, int], why: tuple[str, UUID], now: datetime
) -> None:
    await registers.set_on_hand(shop_id, targets)
    kind, movement_id = why
    await registers.insert_movements(shop_id, movement_id, kind, changes, now)
    await announce(shop_id, now)
