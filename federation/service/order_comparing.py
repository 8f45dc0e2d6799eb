"""Comparing what two parties have of the orders between them: the order itself, every word of both sides, and the sums.

Nothing is changed on either side. Words that one side has said and the other has not heard yet are no difference of
content but told all the same, with how many; the outbox and the gap's fetch bring them.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import cast

import msgspec

from federation.conversations import checks
from federation.conversations.messages import OrderEvent, PaidOut, PayoutReturned, ShopOrder, Transferred
from federation.node import clock
from federation.service.context import Federation
from federation.service.order_events import Ends, MissingDue
from federation.service.order_record import PAGES_MAX, ask
from federation.store import conversations as store
from federation.vocabulary.errors import GalleriaError, NotFoundError, PeerRefusedError

ORDERS_PER_PAGE = 200

Told = Callable[[int], None]
"""Told how many orders have been compared."""


class Difference(msgspec.Struct, frozen=True):
    """An order of which the two sides do not have the same, and what differs, in words."""

    order_id: str
    what: tuple[str, ...]


class Sums(msgspec.Struct, frozen=True):
    """Minor units by currency: what was ordered, sent to the shop's account, and paid out to its bank."""

    ordered: Mapping[str, int]
    transferred: Mapping[str, int]
    paid_out: Mapping[str, int]


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """All orders between a hub and one shop; `error` when the shop could not be asked to the end."""

    shop_id: str
    orders: int
    differing: tuple[Difference, ...]
    here: Sums
    there: Sums
    error: str = ""


class _Side(msgspec.Struct, frozen=True):
    """What one side has of an order: the words it was placed with, the hub's events and the shop's."""

    document: bytes
    hub: tuple[bytes, ...]
    shop: tuple[bytes, ...]


class _Totals:
    def __init__(self) -> None:
        self.ordered: Counter[str] = Counter()
        self.transferred: Counter[str] = Counter()
        self.paid_out: Counter[str] = Counter()

    def add(self, side: _Side) -> None:
        total = checks.read(side.document, ShopOrder).total
        self.ordered[total.currency] += total.amount_minor
        for data in side.hub:
            match checks.event_body(checks.read(data, OrderEvent)):
                case Transferred(amount=amount):
                    self.transferred[amount.currency] += amount.amount_minor
                case PaidOut(amount=amount):
                    self.paid_out[amount.currency] += amount.amount_minor
                case PayoutReturned(amount=amount):
                    self.paid_out[amount.currency] -= amount.amount_minor

    def sums(self) -> Sums:
        return Sums(dict(self.ordered), dict(self.transferred), dict(self.paid_out))


async def compare(fed: Federation, ends: Ends, told: Told) -> Compared:
    """Compare every order between a hub and a shop; `ends` are (hub, shop). Call outside a transaction."""
    ours, theirs = _Totals(), _Totals()
    differing: list[Difference] = []
    count, after, error = 0, "", ""
    while not error and (page := await store.orders_of(ends, after, ORDERS_PER_PAGE)):
        for order_id in page:
            try:
                here, there = await _here(ends, order_id), await _there(fed, ends, order_id)
            except GalleriaError as failure:
                error = failure.detail
                break
            count += 1
            ours.add(here)
            if there is not None:
                theirs.add(there)
            what = differences(here, there)
            if what:
                differing.append(Difference(order_id, what))
            told(count)
        after = page[-1]
    return Compared(
        shop_id=ends[1],
        orders=count,
        differing=tuple(differing),
        here=ours.sums(),
        there=theirs.sums(),
        error=error,
    )


def differences(here: _Side, there: _Side | None) -> tuple[str, ...]:
    """What differs between the hub's side (`here`) and the shop's, in words; empty when nothing does."""
    if there is None:
        return ("the boutique does not have it",)
    found = ["the order itself is another"] if here.document != there.document else []
    found += _between(here.hub, there.hub, ("the hub", "the boutique"))
    found += _between(there.shop, here.shop, ("the boutique", "the hub"))
    return tuple(found)


def _between(said: Sequence[bytes], heard: Sequence[bytes], names: tuple[str, str]) -> list[str]:
    speaker, hearer = names
    for number, (one, other) in enumerate(zip(said, heard, strict=False), start=1):
        if one != other:
            return [f"event {number} of {speaker} is another at {hearer}"]
    if len(said) > len(heard):
        return [f"{len(said) - len(heard)} of {len(said)} events of {speaker} have not come to {hearer}"]
    if len(heard) > len(said):
        return [f"{hearer} has {len(heard)} events of {speaker}, which itself has {len(said)}"]
    return []


async def _here(ends: Ends, order_id: str) -> _Side:
    document = await store.document(*ends, order_id)
    if not document:
        raise NotFoundError(f"order {order_id} was forgotten while orders were compared: compare again")
    sides: list[tuple[bytes, ...]] = []
    for sent in (True, False):
        events: list[bytes] = []
        while page := await store.events_of(ends, order_id, sent=sent, after=len(events), limit=ORDERS_PER_PAGE):
            events += page
        sides.append(tuple(events))
    return _Side(document, *sides)


async def _there(fed: Federation, ends: Ends, order_id: str) -> _Side | None:
    """What the shop has; None when it has no such order."""
    due = MissingDue(*ends, order_id)
    document, hub, shop = b"", cast("list[bytes]", []), cast("list[bytes]", [])
    for _ in range(PAGES_MAX):
        try:
            page = await ask(fed, due, (len(hub), len(shop)), clock.now())
        except PeerRefusedError as error:
            if error.peer_slug == NotFoundError.slug:
                return None
            raise
        document = bytes(page.order)
        hub += [bytes(data) for data in page.hub]
        shop += [bytes(data) for data in page.shop]
        if not page.hub and not page.shop:
            break
    return _Side(document, tuple(hub), tuple(shop))
