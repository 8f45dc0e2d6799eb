"""What the ledger's guarantees cost: eight-leg postings per second beside bare inserts in the same run, as ratios.

Run: python -m benchmarks.ledger [seconds per measurement]. The floor writes the same rows (one transaction, eight
entries) into two tables without accounts, balances, triggers or idempotency, committed durably like the postings.
Also measured: the same postings with one shop in all of them (a hot account), and the trial balance over what was
posted.
"""

import asyncio
import contextvars
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from federation.node.database import Database, atomic, execute, fetch_value, using
from federation.node.migrations import migrate
from marketplace.cli.children import Children
from marketplace.cli.postgres import EmbeddedPostgres
from payouts.domain.ledger import Account, AccountKind, Posting, posting
from payouts.store import ledger

APPS = ("federation.node.piccolo_app", "payouts.piccolo_app")
WORKERS = (1, 8, 16)
SHOPS = 150
NOW = datetime(2026, 11, 22, tzinfo=UTC)
_BARE_TABLES = """
CREATE TABLE bare_txn (id bigserial PRIMARY KEY, idem text);
CREATE TABLE bare_entry (id bigserial PRIMARY KEY, txn_id bigint, account_id bigint, amount bigint, currency text);
"""

Write = Callable[[int, random.Random], Awaitable[None]]


def hub(kind: AccountKind) -> Account:
    """An account of the hub's."""
    return Account(kind, "", "EUR")


def capture(number: int, shops: list[int]) -> Posting:
    """A sale of three shops with a coupon: eight legs."""
    held = [(Account(AccountKind.HELD, f"shop-{shop}", "EUR"), -4_000 - shop) for shop in shops]
    legs = [
        *held,
        (hub(AccountKind.PROMO), 500),
        (hub(AccountKind.COMMISSION), -1_300),
        (Account(AccountKind.VAT_PAYABLE, "FR", "EUR"), -260),
        (hub(AccountKind.SUSPENSE), -1),
    ]
    total = -sum(amount for _, amount in legs)
    return posting(
        "capture", f"order-{number}", f"capture:{number}", [(hub(AccountKind.PROVIDER_PENDING), total), *legs]
    )


async def post_spread(number: int, chance: random.Random) -> None:
    """Post a sale of three shops of many."""
    async with atomic():
        await ledger.post(capture(number, chance.sample(range(SHOPS), 3)), NOW)


async def post_hot(number: int, chance: random.Random) -> None:
    """Post a sale in which one shop always takes part."""
    async with atomic():
        await ledger.post(capture(number, [0, *chance.sample(range(1, SHOPS), 2)]), NOW)


async def insert_bare(number: int, chance: random.Random) -> None:
    """The floor: the same rows, nothing checked."""
    accounts = chance.sample(range(SHOPS), 8)
    async with atomic():
        await execute(
            "WITH txn AS (INSERT INTO bare_txn (idem) VALUES ($1) RETURNING id) "
            "INSERT INTO bare_entry (txn_id, account_id, amount, currency) "
            "SELECT txn.id, account, 1, 'EUR' FROM txn, unnest($2::bigint[]) AS account",
            str(number),
            accounts,
        )


class Figures:
    """Rate and latencies of one measurement."""

    def __init__(self, latencies: list[float], seconds: float) -> None:
        self.per_second = len(latencies) / seconds
        self.p50_ms = statistics.median(latencies) * 1000
        self.p99_ms = statistics.quantiles(latencies, n=100)[98] * 1000


async def measure(database: Database, write: Write, workers: int, seconds: float, first: int) -> Figures:
    """Have so many workers write for so long."""
    end = time.monotonic() + seconds
    latencies: list[float] = []

    async def worker(seat: int) -> None:
        chance = random.Random(seat)
        number = first + seat * 1_000_000
        with using(database):
            while (begun := time.monotonic()) < end:
                await write(number, chance)
                latencies.append(time.monotonic() - begun)
                number += 1

    tasks = [asyncio.create_task(worker(seat), context=contextvars.Context()) for seat in range(workers)]
    await asyncio.gather(*tasks)
    return Figures(latencies, seconds)


async def run(owner_url: str, app_url: str, seconds: float) -> None:
    """Measure all, print a table."""
    await migrate(owner_url, APPS)
    owner = await Database().start(owner_url)
    with using(owner):
        await execute(_BARE_TABLES)
        await execute("GRANT ALL ON bare_txn, bare_entry TO app; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO app")
    await owner.stop()
    database = await Database().start(app_url, pool_max=max(WORKERS))
    print(f"{'workers':>7} {'what':<22} {'per second':>10} {'p50 ms':>8} {'p99 ms':>8} {'of floor':>9}")
    first = 0
    for workers in WORKERS:
        floor = 0.0
        for name, write in (
            ("bare inserts (floor)", insert_bare),
            ("postings", post_spread),
            ("one hot shop", post_hot),
        ):
            first += 100_000_000
            await measure(database, write, workers, min(1.0, seconds), first)
            figures = await measure(database, write, workers, seconds, first + 50_000_000)
            floor = floor or figures.per_second
            print(
                f"{workers:>7} {name:<22} {figures.per_second:>10.0f} {figures.p50_ms:>8.1f} {figures.p99_ms:>8.1f} "
                f"{figures.per_second / floor:>8.2f}x"
            )
    with using(database):
        begun = time.monotonic()
        books = await ledger.trial_balance()
        elapsed_ms = (time.monotonic() - begun) * 1000
        entries = await fetch_value("SELECT count(*) FROM pay_entry")
    assert sum(books["EUR"].values()) == 0
    print(f"trial balance over {entries} entries: {elapsed_ms:.0f} ms, sums to zero")
    await database.stop()


def main() -> None:
    """Start a durable PostgreSQL of its own and measure on it."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    with tempfile.TemporaryDirectory(prefix="galleria-bench-") as folder, Children() as children:
        server = EmbeddedPostgres(Path(folder), children)
        server.start()
        urls = server.create_database("ledger")
        asyncio.run(run(urls.owner, urls.app, seconds))
        server.stop()


if __name__ == "__main__":
    main()
