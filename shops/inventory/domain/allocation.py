"""Which pieces a hold takes, and how many one hub may hold at once. Pure; knows neither clock nor database.

Invariants: an allocation covers every asked line or names what is missing, never a part of it; nothing is taken
from a register beyond what is sellable there. Why the bound is as it is:
`docs/decisions/0008-how-much-a-hub-may-hold.md`.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from federation import limits

FREE_PIECES = 10
"""Pieces of one variant that any single hub may hold at once, however small the stock."""


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """The stock of one variant at one location; holds take from the lowest `position` first."""

    variant_id: str
    location: str
    position: int
    on_hand: int
    held: int

    @property
    def sellable(self) -> int:
        """Pieces nobody has set aside; a count below what is held leaves none."""
        return max(self.on_hand - self.held, 0)


class Pieces(msgspec.Struct, frozen=True):
    """So many pieces from one register."""

    variant_id: str
    location: str
    quantity: int


class Allocation(msgspec.Struct, frozen=True):
    """Either every asked piece with its place, or (`pieces` empty) what is sellable of each asked variant."""

    pieces: tuple[Pieces, ...] = ()
    available: Mapping[str, int] = {}


def wanted_by_variant(lines: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Sum (variant id, quantity) lines, so that two lines of one variant cannot each take the last piece."""
    wanted: dict[str, int] = {}
    for variant_id, quantity in lines:
        wanted[variant_id] = wanted.get(variant_id, 0) + quantity
    return wanted


def allocate(wanted: Mapping[str, int], levels: Sequence[Level]) -> Allocation:
    """Take each variant's pieces from its locations in order of position; all variants or none."""
    by_variant: dict[str, list[Level]] = {variant_id: [] for variant_id in wanted}
    for level in sorted(levels, key=lambda level: (level.variant_id, level.position, level.location)):
        if level.variant_id in by_variant:
            by_variant[level.variant_id].append(level)
    available = {variant_id: sum(level.sellable for level in here) for variant_id, here in by_variant.items()}
    if any(available[variant_id] < quantity for variant_id, quantity in wanted.items()):
        return Allocation(available=available)
    pieces = [piece for variant_id in sorted(wanted) for piece in _take(wanted[variant_id], by_variant[variant_id])]
    return Allocation(pieces=tuple(pieces))


def _take(quantity: int, levels: Iterable[Level]) -> Iterable[Pieces]:
    left = quantity
    for level in levels:
        here = min(left, level.sellable)
        if here:
            yield Pieces(level.variant_id, level.location, here)
            left -= here


def held_pieces_max(on_hand: int) -> int:
    """How many pieces of a variant with `on_hand` pieces one hub may hold at once."""
    share = -(-on_hand * limits.OPEN_HOLDS_SHARE_PERCENT_MAX // 100)
    return max(share, FREE_PIECES)


def over_bound(wanted: Mapping[str, int], held_by_hub: Mapping[str, int], levels: Sequence[Level]) -> str | None:
    """The first variant of which this hub would hold more than its bound, or None.

    A variant with no more than the free pieces on hand never counts: there the stock itself is the bound.
    """
    on_hand: dict[str, int] = {}
    for level in levels:
        on_hand[level.variant_id] = on_hand.get(level.variant_id, 0) + level.on_hand
    for variant_id in sorted(wanted):
        total = on_hand.get(variant_id, 0)
        holding = held_by_hub.get(variant_id, 0) + wanted[variant_id]
        if total > FREE_PIECES and holding > held_pieces_max(total):
            return variant_id
    return None


def movement_of(hub_id: str, reservation_id: UUID, kind: str) -> UUID:
    """The movement id of what a reservation does to stock: the same for ever, and another for every hub."""
    return uuid5(NAMESPACE_URL, f"{hub_id}/{reservation_id}/{kind}")
