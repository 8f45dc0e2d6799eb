"""How long a boutique's statement of ten thousand lines takes, beside reading the same rows from the database bare.

Run: python -m benchmarks.statement [lines]. A month of orders of three lines each is booked through the ledger itself:
sold, released and sent, each tenth refunded in part. Then the statement is made (read, taken apart by our rows,
checked) and, timed apart, written as canonical JSON, CSV and PDF.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import msgspec

from federation.node.database import Database, atomic, copy, execute, fetch, using
from federation.node.migrations import migrate
from federation.vocabulary.money import Money
from marketplace.cli.children import Children
from marketplace.cli.postgres import EmbeddedPostgres
from payouts.domain import papers, postings, postings_desk
from payouts.domain.giveback import Components, refund_components
from payouts.domain.ledger import AccountKind
from payouts.domain.papers import LegalParty, LineWords, OrderWords
from payouts.domain.postings import Bearer, Given, HubBooks
from payouts.domain.records import text_of
from payouts.domain.split import SaleLine, SaleShare, ShareSplit, split_preview
from payouts.domain.statement import Statement
from payouts.domain.statement_csv import statement_csv
from payouts.papers.statement_pdf import statement_pdf
from payouts.service import statement_making
from payouts.store import ledger

APPS = ("federation.node.piccolo_app", "payouts.piccolo_app")
LINES = 10_000
EACH = 3
TIMES = 5
SHOP, HUB = "s1bench", "h1bench"
NOW = datetime(2026, 12, 1, tzinfo=UTC)
BOOKS = HubBooks("IT")
GOAL_SECONDS = 2.0

T = TypeVar("T")

_BARE = """
SELECT entry.id, txn.id AS txn, txn.kind, txn.reference, txn.idem, txn.effective_at, account.kind AS account,
    entry.amount
FROM pay_account AS account JOIN pay_entry AS entry ON entry.account_id = account.id
JOIN pay_txn AS txn ON txn.id = entry.txn_id WHERE account.owner = $1 AND account.currency = 'EUR' ORDER BY entry.id
"""
_BARE_LINES = "SELECT * FROM pay_line WHERE shop_id = $1"


class BenchOffice:
    """Gives every order a number and every line a title, from memory."""

    time_zone = "UTC"

    async def words(self, shop_order_ids: Collection[UUID]) -> dict[UUID, OrderWords]:
        lines = {f"line-{place}": LineWords(f"Abito lungo numero {place}, 42", 2_200) for place in range(EACH)}
        return {part: OrderWords(f"G-{part.int % 10**6:06d}-1", lines) for part in shop_order_ids}

    async def hub(self) -> LegalParty:
        return LegalParty(id=HUB, name="Galleria", country="IT")

    async def boutique(self, shop_id: str) -> LegalParty:
        return LegalParty(id=shop_id, name="Boutique", country="IT")

    async def seal(self, document: bytes, now: datetime) -> bytes:
        del now
        return document


def share_of(number: int) -> SaleShare:
    """What the boutique sells in one order."""
    prices = (8_900 + number % 700, 12_000 + number % 1_300, 4_500 + number % 90)
    lines = tuple(
        SaleLine(f"line-{place}", 1, Money(price, "EUR"), 1_000, 2_200, vat_treatment="domestic")
        for place, price in enumerate(prices)
    )
    return SaleShare(SHOP, UUID(int=number + 1), lines, Money(690, "EUR"))


async def book(orders: int) -> None:
    """All orders of the month, five hundred in a transaction."""
    for begin in range(0, orders, 500):
        async with atomic():
            splits = []
            for number in range(begin, min(begin + 500, orders)):
                (split,) = split_preview([share_of(number)])
                splits.append((number, split))
                await _sell(number, split, NOW - timedelta(minutes=5 * (number + 1)))
            await _write_lines(splits)
    await execute("ANALYZE")


async def _sell(number: int, split: ShareSplit, at: datetime) -> None:
    order, settlement = UUID(int=number + 10**9), UUID(int=number + 2 * 10**9)
    owed = split.seller + Money(split.shipping, "EUR")
    await ledger.post(postings.capture(UUID(int=number + 3 * 10**9), order, [split], BOOKS), at)
    if number % 10 == 0:
        await _refund(number, split, at)
    else:
        await ledger.post(postings_desk.release(settlement, SHOP, owed, Money(0, "EUR")), at)
        await ledger.post(postings.transfer_intent(settlement, 1, SHOP, owed), at)
        await ledger.post(postings.transfer_sent(settlement, 1, SHOP, owed), at)


async def _refund(number: int, split: ShareSplit, at: datetime) -> None:
    refund, line = UUID(int=number + 4 * 10**9), split.lines[0]
    whole = Components(line.paid, line.seller, line.commission, line.vat, line.referral, line.coupon)
    given = refund_components(whole, 0, line.paid // 2)
    bearer = Bearer(AccountKind.HELD, SHOP, given.seller)
    owed = Money(given.paid, "EUR")
    await ledger.post(postings.refund_due(refund, owed, Given("EUR", (given,)), [bearer], BOOKS), at)
    await execute(
        "INSERT INTO pay_refund (id, payment_id, order_id, shop_order_id, amount_minor, seller_minor, currency, "
        "reason, status, attempt, error, content_hash, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, 'EUR', "
        "'too small', 'succeeded', 1, '', decode(repeat('00', 32), 'hex'), $7, $7)",
        refund,
        await _payment(number, at),
        UUID(int=number + 10**9),
        split.shop_order_id,
        given.paid,
        given.seller,
        at,
    )
    await execute(
        "INSERT INTO pay_refund_part (refund_id, line_id, quantity, paid, seller, commission, vat, referral, coupon, "
        "settled) VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9)",
        refund,
        line.line_id,
        *msgspec.structs.astuple(given),
        text_of(given),
    )


async def _payment(number: int, at: datetime) -> UUID:
    payment = UUID(int=number + 3 * 10**9)
    await execute(
        "INSERT INTO pay_payment (id, order_id, status, amount_minor, currency, description, return_url, redirect_url, "
        "last_error, vat_country, created_at, updated_at) "
        "VALUES ($1, $2, 'paid', 1, 'EUR', '', '', '', '', 'IT', $3, $3)",
        payment,
        UUID(int=number + 10**9),
        at,
    )
    return payment


_COLUMNS = (
    "order_id", "shop_order_id", "shop_id", "line_id", "quantity", "currency", "base", "coupon", "paid", "commission",
    "vat", "referral", "referrer", "seller", "commission_bp", "vat_bp", "refunded_quantity", "refunded_minor",
)  # fmt: skip


async def _write_lines(splits: list[tuple[int, ShareSplit]]) -> None:
    rows: list[tuple[object, ...]] = []
    for number, split in splits:
        place = (UUID(int=number + 10**9), split.shop_order_id, SHOP)
        rows += [
            (*place, one.line_id, one.quantity, "EUR", one.base, one.coupon, one.paid, one.commission, one.vat,
             one.referral, one.referrer, one.seller, one.commission_bp, one.vat_bp, 0, 0)
            for one in split.lines
        ]  # fmt: skip
        shipping = split.shipping
        rows.append((*place, "shipping", 1, "EUR", shipping, 0, shipping, 0, 0, 0, "", shipping, 0, 0, 0, 0))
    await copy("pay_line", _COLUMNS, rows)


async def best(what: str, act: Callable[[], Awaitable[T]], floor: float = 0.0) -> tuple[float, T]:
    """The quickest of some runs, said with its ratio to the floor."""
    elapsed = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        found = await act()
        elapsed.append(time.perf_counter() - begun)
    ratio = f"{min(elapsed) / floor:>8.1f}x" if floor else ""
    print(f"{what:<44} {min(elapsed) * 1000:>8.0f} ms {ratio}")
    return min(elapsed), found


async def run(owner_url: str, app_url: str, lines: int) -> None:
    """Book a month, then measure."""
    owner = await Database().start(owner_url)
    with using(owner):
        await migrate(owner_url, APPS)
    await owner.stop()
    database = await Database().start(app_url)
    with using(database):
        begun = time.monotonic()
        await book(-(-lines // EACH))
        print(f"{lines} lines booked in {time.monotonic() - begun:.0f} s")
        await _measure()
    await database.stop()


async def _measure() -> None:
    async def bare() -> int:
        return len(await fetch(_BARE, SHOP)) + len(await fetch(_BARE_LINES, SHOP))

    async def make() -> Statement:
        async with atomic():
            return await statement_making.draft(BenchOffice(), SHOP, "EUR", NOW)

    floor, rows = await best("the same rows, bare (floor)", bare)
    spent, statement = await best("statement, made and checked", make, floor)
    print(f"{rows} rows, {len(statement.entries)} entries; goal {GOAL_SECONDS:.0f} s: {spent < GOAL_SECONDS}")

    async def said(write: Callable[[], bytes]) -> bytes:
        return write()

    for what, write in (
        ("as canonical JSON", lambda: papers.canonical(statement)),
        ("as CSV", lambda: statement_csv(statement)),
        ("as PDF", lambda: statement_pdf(statement)),
    ):
        _, written = await best(what, lambda write=write: said(write), floor)  # type: ignore[misc]
        print(f"{'':<44} {len(written) / 1e6:>8.1f} MB")


def main() -> None:
    """Start a durable PostgreSQL of its own and measure on it."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    with tempfile.TemporaryDirectory(prefix="galleria-bench-") as folder, Children() as children:
        server = EmbeddedPostgres(Path(folder), children)
        server.start()
        urls = server.create_database("statement")
        asyncio.run(run(urls.owner, urls.app, lines))
        server.stop()


if __name__ == "__main__":
    main()
