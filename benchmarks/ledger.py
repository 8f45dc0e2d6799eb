"""What the guarantees of money cost, as ratios to a floor measured in the same run.

Run: python -m benchmarks.ledger [seconds per measurement]. Three parts:

- eight-leg postings per second beside the same rows written into two tables without accounts, balances, triggers or
  idempotency, both durably; also with one shop in all of them, and with one account of the hub's that keeps a running
  balance like a shop's (which is why the hub's own accounts are summed instead);
- webhooks accepted per second beside verifying the same signature and inserting the same bytes;
- the trial balance, the shortfall, a month's reconciliation and every nightly rule over a million entries.
"""

import asyncio
import contextvars
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from federation.node import clock
from federation.node.database import Database, atomic, execute, fetch_value, using
from federation.node.migrations import migrate
from marketplace.cli.children import Children
from marketplace.cli.postgres import EmbeddedPostgres
from payouts.adapters import signatures
from payouts.adapters.memory import MemoryProvider
from payouts.adapters.memory.provider import SECRET
from payouts.domain.ledger import Account, AccountKind, Posting, posting
from payouts.ports import ProviderEvent
from payouts.service.context import Payments
from payouts.service.events import receive_event
from payouts.store import audit, ledger, recon, solvency

APPS = ("federation.node.piccolo_app", "payouts.piccolo_app")
WORKERS = (1, 8, 16)
MANY = 8
SHOPS = 150
ENTRIES = 1_000_000
LEGS = 8
DAYS = 31
NOW = datetime(2026, 11, 22, tzinfo=UTC)
HOT_CURRENCY = "GBP"
_BARE_TABLES = """
CREATE TABLE bare_txn (id bigserial PRIMARY KEY, idem text);
CREATE TABLE bare_entry (id bigserial PRIMARY KEY, txn_id bigint, account_id bigint, amount bigint, currency text);
CREATE TABLE bare_event (id text PRIMARY KEY, body bytea, received_at timestamptz);
INSERT INTO pay_account (kind, owner, currency, code, keeps_balance)
    VALUES ('provider:pending', '', 'GBP', 'provider:pending', true);
"""
MILLION = f"""
ALTER TABLE pay_entry DISABLE TRIGGER USER;
ALTER TABLE pay_txn DISABLE TRIGGER USER;
INSERT INTO pay_account (kind, owner, currency, code, keeps_balance)
    SELECT 'held', 'many-' || n, 'USD', 'shop:many-' || n || ':held', true FROM generate_series(1, {SHOPS}) AS n;
INSERT INTO pay_account (kind, owner, currency, code, keeps_balance)
    SELECT kind, '', 'USD', kind, false
    FROM unnest(ARRAY['provider:pending', 'hub:promo', 'hub:commission', 'vat:payable', 'suspense']) AS kind;
INSERT INTO pay_txn (id, kind, reference, idem, content_hash, effective_at, legs)
    SELECT 10000000 + n, 'capture', 'many-' || n, 'many:' || n, decode(repeat('00', 32), 'hex'),
        now() - (n % {DAYS}) * interval '1 day', {LEGS}
    FROM generate_series(1, {ENTRIES // LEGS}) AS n;
INSERT INTO pay_entry (txn_id, leg, account_id, amount, currency, balance_after, account_version)
    SELECT txn_id, leg, account.id, amount, 'USD',
        CASE WHEN shop IS NOT NULL THEN sum(amount) OVER chain END,
        CASE WHEN shop IS NOT NULL THEN row_number() OVER chain END
    FROM (
        SELECT 10000000 + n AS txn_id, leg,
            CASE WHEN leg <= 3 THEN 1 + (n * 7 + leg * 31) % {SHOPS} END AS shop,
            (ARRAY['', '', '', 'provider:pending', 'hub:promo', 'hub:commission', 'vat:payable', 'suspense'])[leg]
                AS kind,
            (ARRAY[-4000, -3000, -2000, 10061, 500, -1300, -260, -1])[leg] AS amount
        FROM generate_series(1, {ENTRIES // LEGS}) AS n, generate_series(1, {LEGS}) AS leg
    ) AS made
    JOIN pay_account AS account ON account.currency = 'USD'
        AND account.kind = CASE WHEN shop IS NULL THEN made.kind ELSE 'held' END
        AND account.owner = CASE WHEN shop IS NULL THEN '' ELSE 'many-' || shop END
    WINDOW chain AS (PARTITION BY account.id ORDER BY txn_id, leg);
UPDATE pay_account AS account SET balance = sums.balance, version = sums.version FROM (
    SELECT account_id, sum(amount) AS balance, count(*) AS version FROM pay_entry GROUP BY 1
) AS sums WHERE sums.account_id = account.id AND account.keeps_balance AND account.currency = 'USD';
ALTER TABLE pay_entry ENABLE TRIGGER USER;
ALTER TABLE pay_txn ENABLE TRIGGER USER;
ANALYZE pay_entry; ANALYZE pay_txn; ANALYZE pay_account;
"""  # noqa: S608 - numbers of this file

Write = Callable[[int, random.Random], Awaitable[None]]


def hub(kind: AccountKind, currency: str = "EUR") -> Account:
    """An account of the hub's."""
    return Account(kind, "", currency)


def capture(number: int, shops: list[int], currency: str = "EUR") -> Posting:
    """A sale of three shops with a coupon: eight legs."""
    held = [(Account(AccountKind.HELD, f"shop-{shop}", currency), -4_000 - shop) for shop in shops]
    legs = [
        *held,
        (hub(AccountKind.PROMO, currency), 500),
        (hub(AccountKind.COMMISSION, currency), -1_300),
        (Account(AccountKind.VAT_PAYABLE, "FR", currency), -260),
        (hub(AccountKind.SUSPENSE, currency), -1),
    ]
    total = -sum(amount for _, amount in legs)
    pending = hub(AccountKind.PROVIDER_PENDING, currency)
    return posting("capture", f"order-{number}", f"capture:{number}", [(pending, total), *legs])


async def post_spread(number: int, chance: random.Random) -> None:
    """Post a sale of three shops of many."""
    async with atomic():
        await ledger.post(capture(number, chance.sample(range(SHOPS), 3)), NOW)


async def post_hot(number: int, chance: random.Random) -> None:
    """Post a sale in which one shop always takes part."""
    async with atomic():
        await ledger.post(capture(number, [0, *chance.sample(range(1, SHOPS), 2)]), NOW)


async def post_hot_hub(number: int, chance: random.Random) -> None:
    """Post a sale in a currency whose hub account keeps a running balance, so that every sale waits for that row."""
    async with atomic():
        await ledger.post(capture(number, chance.sample(range(SHOPS), 3), HOT_CURRENCY), NOW)


async def insert_bare(number: int, chance: random.Random) -> None:
    """The floor: the same rows, nothing checked."""
    accounts = chance.sample(range(SHOPS), LEGS)
    async with atomic():
        await execute(
            "WITH txn AS (INSERT INTO bare_txn (idem) VALUES ($1) RETURNING id) "
            "INSERT INTO bare_entry (txn_id, account_id, amount, currency) "
            "SELECT txn.id, account, 1, 'EUR' FROM txn, unnest($2::bigint[]) AS account",
            str(number),
            accounts,
        )


def delivered(number: int) -> tuple[dict[str, str], bytes]:
    """An event as the provider delivers it."""
    event = ProviderEvent(
        id=f"evt_{number}", type="payment.succeeded", object_kind="payment", object_id="pay_1", created_at=clock.now()
    )
    body = msgspec.json.encode(event)
    return {signatures.HEADER: signatures.sign(SECRET, body, clock.now())}, body


async def verify_bare(number: int, chance: random.Random) -> None:
    """The floor: the same signature verified, the same bytes inserted."""
    del chance
    headers, body = delivered(number)
    signatures.verify(SECRET, body, headers[signatures.HEADER], clock.now())
    async with atomic():
        await execute("INSERT INTO bare_event VALUES ($1, $2, now()) ON CONFLICT DO NOTHING", f"evt_{number}", body)


def accepting(pay: Payments) -> Write:
    """Accept an event as the hub does: verified, kept once, and a message to act on it."""

    async def accept(number: int, chance: random.Random) -> None:
        del chance
        headers, body = delivered(number)
        async with atomic():
            await receive_event(pay, headers, body, clock.now())

    return accept


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


class Table:
    """Measurements as lines, each beside the first of its group."""

    def __init__(self, database: Database, seconds: float) -> None:
        self._database = database
        self._seconds = seconds
        self._first = 0

    async def compare(self, workers: int, writes: Sequence[tuple[str, Write]]) -> None:
        """Measure each way of writing, warmed up, and print it with its ratio to the first."""
        floor = 0.0
        for name, write in writes:
            self._first += 100_000_000
            await measure(self._database, write, workers, min(1.0, self._seconds), self._first)
            figures = await measure(self._database, write, workers, self._seconds, self._first + 50_000_000)
            floor = floor or figures.per_second
            print(
                f"{workers:>7} {name:<26} {figures.per_second:>10.0f} {figures.p50_ms:>8.1f} {figures.p99_ms:>8.1f} "
                f"{figures.per_second / floor:>8.2f}x"
            )


async def run(owner_url: str, app_url: str, seconds: float) -> None:
    """Measure all, print tables."""
    await migrate(owner_url, APPS)
    owner = await Database().start(owner_url)
    with using(owner):
        await execute(_BARE_TABLES)
        await execute("GRANT ALL ON bare_txn, bare_entry, bare_event TO app")
        await execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO app")
    database = await Database().start(app_url, pool_max=max(WORKERS))
    table = Table(database, seconds)
    print(f"{'workers':>7} {'what':<26} {'per second':>10} {'p50 ms':>8} {'p99 ms':>8} {'of floor':>9}")
    for workers in WORKERS:
        hot: list[tuple[str, Write]] = [("one hot shop", post_hot), ("one hot hub account", post_hot_hub)]
        await table.compare(
            workers,
            [("bare inserts (floor)", insert_bare), ("postings", post_spread), *(hot if workers == MANY else [])],
        )
    accept = accepting(_payments())
    for workers in WORKERS[:2]:
        await table.compare(workers, [("bare verify, insert (floor)", verify_bare), ("webhooks accepted", accept)])
    with using(owner):
        begun = time.monotonic()
        await execute(MILLION)
        print(f"a million entries written in {time.monotonic() - begun:.0f} s")
    await owner.stop()
    with using(database):
        await _read_all()
    await database.stop()


def _payments() -> Payments:
    listener: Any = None  # nothing is acted upon here
    return Payments(MemoryProvider(clock.now()), listener)


async def _read_all() -> None:
    """Time what is read over all entries."""
    entries = await fetch_value("SELECT count(*) FROM pay_entry")
    scan_ms = await timed("sum of all entries (floor)", lambda: fetch_value("SELECT sum(amount) FROM pay_entry"), 0)
    books = await ledger.trial_balance()
    assert all(sum(sums.values()) == 0 for sums in books.values())
    today = clock.now().date()
    await timed("trial balance", ledger.trial_balance, scan_ms)
    await timed("shortfall", solvency.shortfall, scan_ms)
    await timed("a month of days reconciled", lambda: recon.days(today - timedelta(days=DAYS), today), scan_ms)
    whole = 0.0
    for rule in audit.RULES:
        whole += await timed(f"rule {rule}", partial(audit.broken_rules, (rule,)), scan_ms, quiet_below_ms=50)
    print(f"every nightly rule over {entries} entries: {whole / 1000:.1f} s, {whole / scan_ms:.0f}x the floor")


async def timed(what: str, read: Callable[[], Awaitable[object]], floor_ms: float, quiet_below_ms: float = 0) -> float:
    """Read once and print how long it took beside the floor; in milliseconds."""
    begun = time.monotonic()
    await read()
    elapsed_ms = (time.monotonic() - begun) * 1000
    if elapsed_ms >= quiet_below_ms:
        ratio = f"{elapsed_ms / floor_ms:>8.1f}x" if floor_ms else ""
        print(f"{what:<34} {elapsed_ms:>8.0f} ms {ratio}")
    return elapsed_ms


def main() -> None:
    """Start a durable PostgreSQL of its own and measure on it."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    with tempfile.TemporaryDirectory(prefix="galleria-bench-") as folder, Children() as children:
        server = EmbeddedPostgres(Path(folder), children)
        server.start()
        urls = server.create_database("ledger")
        asyncio.run(run(urls.owner, urls.app, seconds))
        server.stop()


if __name__ == "__main__":
    main()
