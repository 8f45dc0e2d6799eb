"""What an operator's money pages cost over a million entries of a year: ratios to one sum over all of them.

Run: python -m benchmarks.morning. Makes the million entries of `benchmarks.ledger`, spread over a year, with the
125,000 payments, 375,000 shares, their transfers and 52,000 payouts that go with them, and reads what each page reads,
twice, the second time counted.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from benchmarks.ledger import APPS, ENTRIES, LEGS, MILLION, SHOPS, timed
from federation.node import clock
from federation.node.database import Database, execute, fetch_value, using
from federation.node.keyset import cursor
from federation.node.listing import Span
from federation.node.migrations import migrate
from marketplace.cli.children import Children
from marketplace.cli.postgres import EmbeddedPostgres
from payouts.domain.trends import Step
from payouts.service.hands import hands
from payouts.service.trends import trends
from payouts.settings import PayoutSettings
from payouts.store import ledger, order_money, postings
from payouts.store.order_money import MONEY_STATES, NEWEST, OrderFilter
from payouts.store.postings import EntryRange

ORDERS = ENTRIES // LEGS
BETWEEN = f"{365 * 86_400 // ORDERS} seconds"
SALES = f"""
ALTER TABLE pay_txn DISABLE TRIGGER USER;
UPDATE pay_txn SET effective_at = now() - ((10000000 + {ORDERS} - id) * interval '{BETWEEN}');
ALTER TABLE pay_txn ENABLE TRIGGER USER;
INSERT INTO pay_payment (id, order_id, status, capture, capture_attempt, amount_minor, currency, description,
    return_url, redirect_url, last_error, received_minor, received_currency, fee_minor, settled_minor, settled_currency,
    exchange_rate, settled_at, vat_country, captured_at, funds_at, created_at, updated_at)
    SELECT gen_random_uuid(), gen_random_uuid(), 'paid', 'automatic', 0, 10061, 'USD', '', '', '', '', 10061, 'USD',
        300, 10061, 'USD', '', at, 'IT', at, at, at, at
    FROM (SELECT now() - n * interval '{BETWEEN}' AS at FROM generate_series(1, {ORDERS}) AS n) AS made;
INSERT INTO pay_settlement (id, order_id, payment_id, shop_order_id, shop_id, kind, currency, amount_minor,
    refunded_minor, claimed_minor, netted_minor, sent_minor, reversed_minor, status, block_reason, attempt, created_at,
    updated_at, due_at, release_after, release_window_days)
    SELECT gen_random_uuid(), order_id, id, gen_random_uuid(), 'many-' || 1 + (number * 7 + part * 31) % {SHOPS},
        'sale', 'USD', 3000, 0, 0, 0, CASE WHEN is_old THEN 3000 ELSE 0 END, 0,
        CASE WHEN is_old THEN 'sent' ELSE 'held' END, '', 1, created_at, created_at, created_at + interval '16 days',
        'shipped', 14
    FROM (SELECT *, row_number() OVER () AS number, created_at < now() - interval '20 days' AS is_old
        FROM pay_payment) AS payment, generate_series(1, 3) AS part;
INSERT INTO pay_transfer (settlement_id, attempt, account_id, amount_minor, currency, status, error, submitted_at,
    finished_at, provider_id)
    SELECT id, 1, 'acct', 3000, 'USD', 'sent', '', due_at, due_at + interval '1 minute', id::text
    FROM pay_settlement WHERE status = 'sent';
INSERT INTO pay_payout (id, shop_id, account_id, amount_minor, currency, status, failure, rail, created_at, updated_at)
    SELECT gen_random_uuid(), 'many-' || 1 + n % {SHOPS}, 'acct', 3000, 'USD', 'paid', '', 'provider',
        now() - n * interval '10 minutes', now() FROM generate_series(1, 52000) AS n;
VACUUM ANALYZE pay_txn; VACUUM ANALYZE pay_payment; VACUUM ANALYZE pay_settlement; VACUUM ANALYZE pay_transfer;
VACUUM ANALYZE pay_payout;
"""  # noqa: S608 - numbers of this file
PAGE = Span(50, NEWEST)
Read = Callable[[], Awaitable[object]]


async def reads() -> None:
    """Print what each page's queries take."""
    now = clock.now()
    floor_ms = await _warm("sum of all entries (floor)", lambda: fetch_value("SELECT sum(amount) FROM pay_entry"), 0)
    half_a_year, commission = now - timedelta(days=182), ("hub:commission", "USD")
    newest = (await order_money.rows(OrderFilter(span=Span(1, NEWEST)))).rows
    pages: list[tuple[str, Read]] = [
        ("what waits for a person", partial(hands, PayoutSettings(), now)),
        ("trial balance, now", ledger.trial_balance),
        ("trial balance, half a year ago", partial(postings.sums_until, half_a_year)),
        *((f"plots by {step.value}", partial(trends, step, now)) for step in Step),
        ("an account's newest entries", partial(postings.account_entries, *commission, EntryRange(limit=101))),
        ("the same, 60,000 entries down", partial(postings.account_entries, *commission, await _deep(60_000))),
        ("orders in money, newest", partial(order_money.rows, OrderFilter(span=PAGE))),
        ("the same, half a year down", partial(order_money.rows, _older(newest[0], half_a_year))),
        *(
            (f"orders in money, {state}", partial(order_money.rows, OrderFilter(span=PAGE, state=state)))
            for state in MONEY_STATES
        ),
        ("orders of one boutique", partial(order_money.rows, OrderFilter(span=PAGE, shop_id="many-7"))),
        ("all postings of one order", partial(postings.entries_of_order, newest[0].order_id)),
    ]
    for name, read in pages:
        await _warm(name, read, floor_ms)


async def _warm(name: str, read: Read, floor_ms: float) -> float:
    await read()
    return await timed(name, read, floor_ms)


async def _deep(entries: int) -> EntryRange:
    found = await fetch_value(
        "SELECT entry.id FROM pay_entry AS entry JOIN pay_account AS account ON account.id = entry.account_id"
        " WHERE code = 'hub:commission' AND account.currency = 'USD' ORDER BY entry.id DESC OFFSET $1 LIMIT 1",
        entries,
    )
    return EntryRange(limit=101, before=int(found))


def _older(row: order_money.OrderMoneyRow, moment: datetime) -> OrderFilter:
    return OrderFilter(span=Span(50, NEWEST, after=cursor(NEWEST, (moment, row.payment_id))))


async def run(owner_url: str, app_url: str) -> None:
    """Make a year, read it."""
    await migrate(owner_url, APPS)
    owner = await Database().start(owner_url)
    with using(owner):
        begun = time.monotonic()
        for statements in (MILLION, *SALES.split(";")):
            if statements.strip():
                await execute(statements)
        print(f"a year of {ORDERS} orders written in {time.monotonic() - begun:.0f} s")
    await owner.stop()
    database = await Database().start(app_url)
    with using(database):
        await reads()
    await database.stop()


def main() -> None:
    """Start a PostgreSQL of its own and measure on it."""
    with tempfile.TemporaryDirectory(prefix="galleria-bench-") as folder, Children() as children:
        server = EmbeddedPostgres(Path(folder), children)
        server.start()
        urls = server.create_database("morning")
        asyncio.run(run(urls.owner, urls.app))
        server.stop()


if __name__ == "__main__":
    main()
