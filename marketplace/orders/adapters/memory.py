"""Boutiques kept in memory: stock, holds and orders as a shop node keeps them, and every way in which one can fail.

Used by tests. Invariants as a real shop's: pieces held, sold and left always add up; the same id again answers as
before; a hold that has run out cannot be confirmed.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from federation.conversations.messages import ReservationAnswer, ReservationRequest, ShopOrder
from federation.vocabulary.errors import GalleriaError, PeerRefusedError, PeerUnreachableError

Call = Literal["hold", "confirm", "release", "place_order"]


class ProcessKilledError(RuntimeError):
    """The hub's process died at this point; nothing of ours catches it."""


class MemoryBoutiques:
    """`marketplace.orders.ports.Boutiques` in memory; `left` is stock by (shop id, variant id)."""

    def __init__(self) -> None:
        self.left: dict[tuple[str, str], int] = {}
        self.sold: dict[tuple[str, str], int] = {}
        self.orders: dict[str, ShopOrder] = {}
        self.calls: list[tuple[str, str, str]] = []
        self.reservations: dict[str, _Reservation] = {}
        self._faults: dict[tuple[str, str], list[Callable[[], None]]] = {}
        self._afterwards: dict[tuple[str, str], Exception] = {}

    def stock(self, shop_id: str, variant_id: str, quantity: int) -> None:
        """Put pieces on the shelf."""
        self.left[shop_id, variant_id] = quantity

    def silent(self, shop_id: str, call: Call, times: int = 1) -> None:
        """The next calls never reach the shop."""
        self._fail(shop_id, call, times, _unreachable)

    def loses_answer(self, shop_id: str, call: Call) -> None:
        """The next call reaches the shop and works, but its answer is lost."""
        self._afterwards[shop_id, call] = PeerUnreachableError("no answer")

    def kills_the_caller(self, shop_id: str, call: Call) -> None:
        """The next call reaches the shop and works; then the hub's process dies before it can write that down."""
        self._afterwards[shop_id, call] = ProcessKilledError(f"killed after {call}")

    def refuses(self, shop_id: str, call: Call, slug: str, times: int = 1) -> None:
        """The next calls are refused for good."""

        def refuse() -> None:
            raise PeerRefusedError(f"refused: {slug}", peer_slug=slug, peer_status=409, peer_retry="never")

        self._fail(shop_id, call, times, refuse)

    def fails(self, shop_id: str, call: Call, error: GalleriaError, times: int = 1) -> None:
        """The next calls end with `error`, one of ours, before they reach the shop."""

        def fail() -> None:
            raise error

        self._fail(shop_id, call, times, fail)

    def expire_all(self) -> None:
        """Every open hold runs out; its pieces are for sale again."""
        for reservation in self.reservations.values():
            if reservation.state == "held":
                self._end(reservation, "expired")

    async def hold(self, hub_id: str, shop_id: str, request: ReservationRequest, now: datetime) -> ReservationAnswer:
        """Set pieces aside, all or none."""
        del hub_id
        await self._reach(shop_id, "hold", request.id)
        known = self.reservations.get(request.id)
        if known is None:
            known = self._hold(shop_id, request, now)
        self._lose(shop_id, "hold")
        return known.answer(now)

    def _hold(self, shop_id: str, request: ReservationRequest, now: datetime) -> "_Reservation":
        lines = {line.variant_id: line.quantity for line in request.lines}
        left = {variant_id: self.left.get((shop_id, variant_id), 0) for variant_id in lines}
        enough = all(left[variant_id] >= quantity for variant_id, quantity in lines.items())
        ends_at = now + timedelta(seconds=request.ttl_seconds)
        made = _Reservation(request.id, shop_id, lines, ends_at, {} if enough else left)
        if enough:
            for variant_id, quantity in lines.items():
                self.left[shop_id, variant_id] -= quantity
        self.reservations[request.id] = made
        return made

    async def confirm(self, hub_id: str, shop_id: str, reservation_id: str, now: datetime) -> ReservationAnswer:
        """Turn a hold into a sale."""
        del hub_id
        await self._reach(shop_id, "confirm", reservation_id)
        known = self.reservations.get(reservation_id)
        if known is not None and known.state == "held" and now >= known.ends_at:
            self._end(known, "expired")
        if known is None or known.state not in {"held", "confirmed"}:
            raise PeerRefusedError(
                "the hold has run out", peer_slug="reservation-expired", peer_status=409, peer_retry="never"
            )
        if known.state == "held":
            known.state = "confirmed"
            for variant_id, quantity in known.lines.items():
                self.sold[shop_id, variant_id] = self.sold.get((shop_id, variant_id), 0) + quantity
        self._lose(shop_id, "confirm")
        return known.answer(now)

    async def release(self, hub_id: str, shop_id: str, reservation_id: str, now: datetime) -> ReservationAnswer:
        """Give a hold back."""
        del hub_id
        await self._reach(shop_id, "release", reservation_id)
        known = self.reservations.get(reservation_id)
        if known is None:
            known = _Reservation(reservation_id, shop_id, {}, now, {})
            known.state = "released"
            self.reservations[reservation_id] = known
        elif known.state == "held":
            self._end(known, "released")
        self._lose(shop_id, "release")
        return known.answer(now)

    async def place_order(self, hub_id: str, shop_id: str, order: ShopOrder, now: datetime) -> None:
        """Take an order over confirmed pieces."""
        del hub_id, now
        await self._reach(shop_id, "place_order", order.id)
        self.orders[order.id] = order
        self._lose(shop_id, "place_order")

    def _end(self, reservation: "_Reservation", state: Literal["released", "expired"]) -> None:
        reservation.state = state
        for variant_id, quantity in reservation.lines.items():
            self.left[reservation.shop_id, variant_id] += quantity

    async def _reach(self, shop_id: str, call: Call, key: str) -> None:
        await asyncio.sleep(0)
        self.calls.append((shop_id, call, key))
        faults = self._faults.get((shop_id, call), [])
        if faults:
            faults.pop(0)()

    def _lose(self, shop_id: str, call: Call) -> None:
        error = self._afterwards.pop((shop_id, call), None)
        if error is not None:
            raise error

    def _fail(self, shop_id: str, call: Call, times: int, fault: Callable[[], None]) -> None:
        self._faults.setdefault((shop_id, call), []).extend([fault] * times)


class _Reservation:
    """A reservation as the shop keeps it."""

    def __init__(
        self, key: str, shop_id: str, lines: dict[str, int], ends_at: datetime, available: dict[str, int]
    ) -> None:
        self.key = key
        self.shop_id = shop_id
        self.lines = lines
        self.ends_at = ends_at
        self.available = available
        self.state: Literal["held", "rejected", "confirmed", "released", "expired"] = (
            "rejected" if available else "held"
        )

    def answer(self, now: datetime) -> ReservationAnswer:
        """What the shop says of it at `now`."""
        left_seconds = max(0, int((self.ends_at - now).total_seconds())) if self.state == "held" else 0
        return ReservationAnswer(
            id=self.key, state=self.state, expires_in_seconds=left_seconds, available=self.available
        )


def _unreachable() -> None:
    raise PeerUnreachableError("no answer")
