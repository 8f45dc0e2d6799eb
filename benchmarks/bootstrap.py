"""A hub meeting a big shop by its snapshot, and closing a gap in its log: seconds, and where they go.

Run: python -m benchmarks.bootstrap [records] [light|real]. Both sides work in this process, on one core (see
`two_nodes`): the shop makes the snapshot beforehand, as its worker would; measured are the hub's load from the first
question to a countersigned copy that is live, then a pull of 1,000 further leaves about known keys. "light" lists
nothing, "real" lists every product with its variants and index events. The floor is COPY of the leaves' rows alone,
checking nothing. "busy" is this process's own time on a core; on a busy machine read that and the ratio to the floor.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from benchmarks.intake import product
from benchmarks.two_nodes import Pair, Stopwatch, two_nodes
from federation.conversations.messages import Quarantine
from federation.node import clock
from federation.node.database import atomic, connection, fetch, fetch_value, using
from federation.ports import AcceptedRecord, HubDesk
from federation.service import bootstrap, pull, replicas, snapshots
from federation.vocabulary.ids import PartyId
from federation.vocabulary.product import Product
from marketplace.cli.children import Children
from marketplace.cli.postgres import EmbeddedPostgres
from shops.catalog.domain.record import product_body

RECORDS = 100_000
GAP = 1_000
WORDS = tuple(
    f"{first}{middle}{last}" for first in "bcdflmn" for middle in "aeiou" for last in ("ra", "ne", "sti", "vo")
)
COLUMNS = ["holder_id", "party_id", "epoch", "seq", "key", "operation", "line", "hash"]


def described(number: int, title: str = "Dress") -> Product:
    """A product with words of its own, so that zstd finds no more to save than in a shop's."""
    dice = random.Random(number)
    said = [" ".join(dice.choices(WORDS, k=60)) for _ in range(2)]
    return msgspec.structs.replace(product(number), title={"en": title}, description={"en": said[0], "it": said[1]})


async def measure(pair: Pair, count: int) -> None:
    """Load everything, then close a gap; prints the figures."""
    bodies = [product_body(described(number), "EUR") for number in range(count)]
    changed = [product_body(described(number, title="New"), "EUR") for number in range(GAP)]
    await pair.link()
    begun = time.monotonic()
    await pair.publish(bodies)
    print(f"  shop: {count} leaves appended and signed in {time.monotonic() - begun:.1f} s")
    begun = time.monotonic()
    with using(pair.shop.database):
        await snapshots.make(pair.shop.party_id, pair.shop.party_id, clock.now())
        weight = await fetch_value("SELECT sum(octet_length(body)) FROM fed_snapshot_chunk")
    print(f"  shop: snapshot made in {time.monotonic() - begun:.1f} s, {weight / 2**20:.1f} MiB in chunks")
    watch = pair.door.watch = Stopwatch()
    _watch_desk(pair.hub.fed.hub_desk, watch)
    begun, busy = time.monotonic(), time.process_time()
    with using(pair.hub.database):
        await bootstrap.begin(pair.hub.fed, pair.ends, clock.now())
        while await bootstrap.go_on(pair.hub.fed, pair.ends, clock.now()):
            pass
        await pull.pull(pair.hub.fed, pair.ends, clock.now())
        (view,) = await replicas.replica_states(pair.hub.party_id, clock.now())
    whole, busy = time.monotonic() - begun, time.process_time() - busy
    assert (view.state, view.size) == ("live", count), (view.state, view.size)
    _report("bootstrap", count, (whole, busy), watch)
    await pair.publish(changed)
    watch = pair.door.watch = Stopwatch()
    begun, busy = time.monotonic(), time.process_time()
    with using(pair.hub.database):
        found = await pull.pull(pair.hub.fed, pair.ends, clock.now())
    taken = time.monotonic() - begun, time.process_time() - busy
    assert found == GAP
    _report("gap", GAP, taken, watch)


async def floor(pair: Pair) -> None:
    """COPY of the hub's rows into an empty table like theirs, in runs of 1,000; prints seconds."""
    with using(pair.hub.database):
        rows = [
            tuple(row)
            for row in await fetch("SELECT holder_id, party_id, epoch, seq, key, operation, line, hash FROM fed_leaf")
        ]
        async with atomic():
            own = connection()
            await own.execute(
                "CREATE TABLE fed_leaf_floor (LIKE fed_leaf INCLUDING ALL) WITH (toast_tuple_target=8160)"
            )
        begun = time.monotonic()
        for at in range(0, len(rows), 1_000):
            async with atomic():
                await connection().copy_records_to_table(
                    "fed_leaf_floor", records=rows[at : at + 1_000], columns=COLUMNS
                )
        print(f"  floor: COPY of {len(rows)} leaves alone in {time.monotonic() - begun:.1f} s")


def _watch_desk(desk: HubDesk | None, watch: Stopwatch) -> None:
    """Count the time that listing takes."""
    assert desk is not None
    plain = desk.records_accepted

    async def timed(
        hub_id: PartyId, shop_id: PartyId, records: Sequence[AcceptedRecord], now: datetime
    ) -> list[Quarantine]:
        begun = time.monotonic()
        try:
            return await plain(hub_id, shop_id, records, now)
        finally:
            watch.add("listing", begun)

    desk.records_accepted = timed  # type: ignore[method-assign]


def _report(what: str, count: int, taken: tuple[float, float], watch: Stopwatch) -> None:
    seconds, busy = taken
    parts = dict(watch.seconds)
    parts["checking and writing the copy"] = seconds - sum(parts.values())
    told = ", ".join(f"{name} {value:.2f} s" for name, value in parts.items())
    print(f"  {what}: {count} in {seconds:.2f} s ({count / seconds:.0f}/s), this process busy {busy:.2f} s;")
    print(f"    {watch.bytes_moved / 2**20:.2f} MiB; {told}")


async def run(server: EmbeddedPostgres, folder: Path, count: int, kinds: Sequence[str]) -> None:
    """Measure each kind of desk on fresh databases."""
    for kind in kinds:
        async with two_nodes(server, folder, kind, light=kind == "light") as pair:
            print(f"{count} products of four variants, {kind} desk")
            await measure(pair, count)
            await floor(pair)


def main() -> None:
    """Start a durable PostgreSQL of its own and measure on it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS
    kinds = sys.argv[2:] or ["light", "real"]
    with tempfile.TemporaryDirectory(prefix="galleria-bench-") as folder, Children() as children:
        Path(folder).chmod(0o711)
        server = EmbeddedPostgres(Path(folder) / "postgres", children)
        server.start()
        asyncio.run(run(server, Path(folder), count, kinds))
        server.stop()


if __name__ == "__main__":
    main()
