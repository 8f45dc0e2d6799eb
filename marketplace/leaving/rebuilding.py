"""A hub made anew from its boutiques alone: listings, pictures, stock and index follow their signed logs once more.

Orders and money are the hub's own books and are not touched: they come from the hub's backup. Each boutique is begun
anew in one transaction and followed by the same intake as ever, so being cut off leaves nothing half: run it again.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import msgspec

from federation.node import clock
from federation.node.database import atomic
from federation.service import order_comparing, pull
from federation.service.order_comparing import Compared
from federation.store import links, logs, replicas
from federation.vocabulary.ids import PartyId
from marketplace.accounts.setup import hub_id
from marketplace.hub import Hub
from marketplace.leaving import service
from marketplace.listings.store import products, shops

LOOK_SECONDS = 0.5
WAIT = timedelta(minutes=10)

Told = Callable[[int, int], None]
"""Told how many boutiques are done, of how many."""


class Rebuilt(msgspec.Struct, frozen=True):
    """What became of one boutique: its state, the lines that are here again, and what stood in the way."""

    shop_id: str
    state: str
    size: int
    error: str


async def rebuild(hub: Hub, told: Told, *, only: str = "") -> list[Rebuilt]:
    """Follow every linked boutique (or `only` that one) from its first line. Call outside a transaction."""
    local = await hub_id()
    pairs = [pair for pair in await links.accepted_pairs("hub") if pair[0] == local and only in {"", pair[1]}]
    for _, shop_id in pairs:
        async with atomic():
            await service.start_over(local, shop_id, clock.now())
    done: list[Rebuilt] = []

    async def follow(pair: tuple[PartyId, PartyId]) -> None:
        done.append(await _follow(hub, pair))
        told(len(done), len(pairs))

    await pull.for_each_peer(pairs, follow)
    return sorted(done, key=lambda item: item.shop_id)


async def compare_orders(hub: Hub, told: Told, *, only: str = "") -> list[Compared]:
    """Compare the orders of every linked boutique (or `only` that one) with what it has of them; changes nothing."""
    local = await hub_id()
    pairs = [pair for pair in await links.accepted_pairs("hub") if pair[0] == local and only in {"", pair[1]}]
    done: list[Compared] = []

    async def one(pair: tuple[PartyId, PartyId]) -> None:
        done.append(await order_comparing.compare(hub.federation, pair, lambda _count: None))
        told(len(done), len(pairs))

    await pull.for_each_peer(pairs, one)
    return sorted(done, key=lambda item: item.shop_id)


async def listed() -> tuple[int, int]:
    """How many boutiques are shown and how many products they list."""
    counts = await products.counts()
    return len(await shops.shops(visible_only=True)), sum(shown for _, _, shown, _ in counts)


async def _follow(hub: Hub, pair: tuple[PartyId, PartyId]) -> Rebuilt:
    """Pull until the copy is whole, or nothing comes any more."""
    ends = clock.now() + WAIT
    while True:
        await pull.pull_recorded(hub.federation, pair, clock.now())
        replica, head = await replicas.replica(*pair), await logs.head(*pair)
        state = "missing" if replica is None else replica.state
        error = "" if replica is None else replica.last_error
        if state == "live":
            await service.as_before(pair[1], clock.now())
        if state in {"live", "frozen", "missing"} or error or clock.now() > ends:
            return Rebuilt(pair[1], state, 0 if head is None else head.size, error)
        await asyncio.sleep(LOOK_SECONDS)
