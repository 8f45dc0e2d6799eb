"""How long a hold takes through the mailbox of a boutique that nobody can connect to, beside one asked directly.

Run: python -m benchmarks.mailbox [holds]. One node has two boutiques, one with an address and one without; the hub
holds a piece at each in turn. Both ways are signed, verified and committed durably on each side; the mailbox adds a
row, the answer to a waiting visit, a second signed request that brings the answer, and two rings by the database.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from benchmarks.two_nodes import Node, Pair, two_nodes
from federation.conversations.messages import ReservationLine, ReservationRequest
from federation.http.watching import attend
from federation.node import clock
from federation.node.database import atomic, using
from federation.service import links, parties, reservations
from federation.store import mailbox
from federation.vocabulary.ids import new_id
from marketplace.cli.children import Children
from marketplace.cli.postgres import EmbeddedPostgres
from tests.federation.desks import MemoryShopDesk

HOLDS = 300
VARIANT = "v1"


class Figures(msgspec.Struct, frozen=True):
    """Milliseconds: the median and the 99th percentile."""

    median: float
    p99: float


def figures_of(seconds: list[float]) -> Figures:
    """What so many holds took."""
    ordered = sorted(seconds)
    return Figures(statistics.median(ordered) * 1000, ordered[int(len(ordered) * 0.99)] * 1000)


async def measure(server: EmbeddedPostgres, folder: Path, holds: int) -> tuple[Figures, Figures]:
    """Holds asked directly, and those through the mailbox, in turns."""
    async with two_nodes(server, folder, "mailbox", light=True) as pair:
        await pair.link()
        far = Pair(await _outbound(pair.shop), pair.hub, pair.door)
        with using(far.shop.database):
            attending = asyncio.create_task(attend(far.shop.fed, links_seconds=0.1))
        try:
            await _link(far)
            direct, mailed = list[float](), list[float]()
            for _ in range(holds):
                direct.append(await _hold(pair))
                mailed.append(await _hold(far))
        finally:
            attending.cancel()
            await asyncio.wait({attending})
    return figures_of(direct), figures_of(mailed)


async def _outbound(node: Node) -> Node:
    """A second boutique on the same node, which nobody can connect to."""
    desk = node.fed.shop_desk
    assert isinstance(desk, MemoryShopDesk)
    desk.put(VARIANT, 1_000_000)
    with using(node.database):
        async with atomic():
            made = await parties.create_party(node.settings, "shop", "Far shop", clock.now(), outbound=True)
    return msgspec.structs.replace(node, party_id=made.party_id)


async def _link(far: Pair) -> None:
    with using(far.shop.database):
        address = parties.profile_url(far.hub.settings, far.hub.party_id)
        await links.propose_link(far.shop.fed, far.shop.party_id, address, clock.now())
    await far.settle()
    with using(far.hub.database):
        async with mailbox.requests_for(far.ends) as bell:
            while await mailbox.last_visit(far.ends) is None:
                await bell.wait(0.05)
        async with atomic():
            await links.accept_link(far.hub.fed, *far.ends, clock.now())
    await far.settle()


async def _hold(pair: Pair) -> float:
    request = ReservationRequest(id=str(new_id()), lines=(ReservationLine(VARIANT, 1),), ttl_seconds=300)
    began = time.perf_counter()
    with using(pair.hub.database):
        answer = await reservations.hold_remote(pair.hub.fed, *pair.ends, request, clock.now())
    assert answer.state == "held"
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    holds = int(sys.argv[1]) if len(sys.argv) > 1 else HOLDS
    with tempfile.TemporaryDirectory(prefix="galleria-bench-") as name, Children() as children:
        folder = Path(name)
        folder.chmod(0o711)
        server = EmbeddedPostgres(folder / "postgres", children)
        server.start()
        direct, mailed = asyncio.run(measure(server, folder, holds))
        server.stop()
    print(f"{holds} holds each, milliseconds: median / 99th percentile")
    print(f"asked directly       {direct.median:6.1f} / {direct.p99:6.1f}")
    print(f"through the mailbox  {mailed.median:6.1f} / {mailed.p99:6.1f}")


if __name__ == "__main__":
    main()
