"""The background work of currencies: rates are asked for again and again, so that one that was down is not missed long.

An ask costs a source two kilobytes; sheets change once on a working day.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from federation.node import clock
from federation.node.work import Sweep
from marketplace.currencies import service
from marketplace.hub import Hub
from marketplace.listings.store import index

REFRESH_SECONDS = 900.0
QUEUE = "sync"


def rate_sweeps(hub: Hub) -> tuple[Sweep, ...]:
    """Rates are renewed, and with them the amounts by which the index compares foreign prices."""

    async def run(now: datetime) -> object:
        return await renew(hub, now)

    return (Sweep("rates.refresh", REFRESH_SECONDS, QUEUE, run),)


def first_rates(hub: Hub) -> Callable[[], Awaitable[None]]:
    """What a worker does at its start: a new hub need not wait for the first sweep to know rates."""

    async def start() -> None:
        now = clock.now()
        if await service.current(now) is None:
            await renew(hub, now)

    return start


async def renew(hub: Hub, now: datetime) -> bool:
    """Ask the hub's source once; whether there were new rates."""

    async def compare_again(at: datetime) -> None:
        await index.add_index_events_of_foreign_prices(hub.settings.currency, at)

    return await service.refresh(hub.rates, compare_again, now)
