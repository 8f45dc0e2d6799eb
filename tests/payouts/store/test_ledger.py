"""The ledger in the database: what it refuses by itself, whatever the code does."""

import asyncio
import contextvars
import random
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from federation.node import clock
from federation.node.database import Database, atomic, current, execute, fetch_value, using
from payouts.domain import postings_desk
from payouts.domain.ledger import Account, AccountKind, Posting, posting
from payouts.errors import LedgerConflictError, LedgerShortError
from payouts.invariants import breaches
from payouts.store import ledger, postings
from payouts.store.postings import EntryRange
from tests.payouts.worked_example import euro

pytestmark = pytest.mark.apps("payouts.piccolo_app")

HELD = Account(AccountKind.HELD, "shop-a", "EUR")
PENDING = Account(AccountKind.PROVIDER_PENDING, "", "EUR")
COMMISSION = Account(AccountKind.COMMISSION, "", "EUR")


def sale(number: int, amount: int = 100) -> Posting:
    """A sale of which the hub keeps a tenth."""
    tenth = amount // 10
    legs = [(PENDING, amount), (HELD, tenth - amount), (COMMISSION, -tenth)]
    return posting("capture", f"order-{number}", f"capture:{number}", legs)


async def post(each: Posting) -> int:
    """Post in a transaction of its own."""
    async with atomic():
        return await ledger.post(each, clock.now())


async def test_posting_twice_posts_once(committed: Database) -> None:
    """The same id with the same content is the same posting."""
    first = await post(sale(1))
    assert await post(sale(1)) == first
    assert await ledger.balance_of(HELD) == -90
    assert await fetch_value("SELECT count(*) FROM pay_entry") == 3


async def test_same_id_with_other_content_is_refused(committed: Database) -> None:
    """The first posting of an id stands; another one under it is an error, not a silent repeat."""
    await post(sale(1))
    with pytest.raises(LedgerConflictError):
        await post(sale(1, amount=200))
    assert await ledger.balance_of(PENDING) == 100


async def test_shop_accounts_cannot_be_overdrawn(committed: Database) -> None:
    """More than is held cannot be released, and nothing of such a posting is written."""
    await post(sale(1))
    with pytest.raises(LedgerShortError):
        await post(postings_desk.release(UUID(int=1), "shop-a", euro(91), euro(0)))
    assert await ledger.balance_of(HELD) == -90
    await post(postings_desk.release(UUID(int=1), "shop-a", euro(90), euro(0)))
    assert await ledger.shop_balances("shop-a") == {("held", "EUR"): 0, ("releasable", "EUR"): 90}


async def test_database_refuses_unbalanced_transaction_at_commit(committed: Database) -> None:
    """Entries that do not sum to zero per currency make the whole commit fail, also when our code is bypassed."""
    await post(sale(1))
    with pytest.raises(asyncpg.CheckViolationError, match="sum to zero"):
        async with atomic():
            txn = await _bare_transaction("bypass")
            await _bare_entry(txn, "hub:commission", 5)
            await _bare_entry(txn, "provider:pending", -4, leg=2)
    with pytest.raises(asyncpg.CheckViolationError, match="sum to zero"):
        async with atomic():
            await _bare_transaction("empty")
    assert await fetch_value("SELECT count(*) FROM pay_txn") == 1


async def test_database_refuses_entry_in_another_currency(committed: Database) -> None:
    """An account has one currency."""
    await post(sale(1))
    with pytest.raises(asyncpg.ForeignKeyViolationError, match="does not fit"):
        async with atomic():
            await _bare_entry(await _bare_transaction("pounds"), "hub:commission", 5, currency="GBP")


async def test_database_refuses_additions_to_what_is_posted(committed: Database) -> None:
    """No entry can join a transaction that was committed: all its places are taken."""
    txn = await post(sale(1))
    with pytest.raises(asyncpg.PostgresError, match="nothing can be added"):
        await _bare_entry(txn, "hub:promo", 5, leg=4)
    with pytest.raises(asyncpg.UniqueViolationError):
        await _bare_entry(txn, "hub:promo", 5, leg=3)


async def test_checking_early_opens_no_way_around(committed: Database) -> None:
    """Also with constraints checked at once instead of at commit, a balanced transaction stays as it is."""
    await post(sale(1))
    with pytest.raises(asyncpg.PostgresError, match="nothing can be added"):
        async with atomic():
            await execute("SET CONSTRAINTS ALL IMMEDIATE")
            txn = await ledger.post(sale(2), clock.now())
            await _bare_entry(txn, "hub:commission", 5, leg=4)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE pay_entry SET amount = 1",
        "DELETE FROM pay_entry",
        "TRUNCATE pay_entry",
        "UPDATE pay_txn SET kind = 'other'",
        "DELETE FROM pay_txn",
        "UPDATE pay_account SET balance = 0",
        "DELETE FROM pay_account",
    ],
)
async def test_app_role_has_no_right_to_change(committed: Database, change: str) -> None:
    """The role the app runs as may add to the ledger and read it, nothing else."""
    await post(sale(1))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(change)


@pytest.mark.parametrize("table", ["pay_entry", "pay_txn"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_even_the_owner_cannot_change_what_is_posted(
    committed: Database, database_urls: tuple[str, str], table: str, change: str
) -> None:
    """A trigger refuses changes to entries and transactions whoever asks."""
    await post(sale(1))
    owner = await asyncpg.connect(database_urls[0])
    try:
        with pytest.raises(asyncpg.PostgresError, match="never changed or removed"):
            await owner.execute(change.format(table))
    finally:
        await owner.close()


async def test_rollback_leaves_no_trace(committed: Database) -> None:
    """A posting inside a transaction that fails is gone, running balance included."""
    await post(sale(1))
    with pytest.raises(RuntimeError):
        async with atomic():
            await ledger.post(sale(2), clock.now())
            raise RuntimeError
    assert await ledger.balance_of(HELD) == -90
    assert await fetch_value("SELECT count(*) FROM pay_txn") == 1


async def test_concurrent_postings_keep_every_balance(committed: Database) -> None:
    """Eight workers posting to the same shops in any order neither deadlock nor lose a cent."""
    database = current()
    shops = [f"shop-{number}" for number in range(4)]

    async def worker(seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311 - a reproducible order, no secret
        with using(database):
            for number in range(25):
                chosen = dice.sample(shops, 3)
                legs = [(Account(AccountKind.HELD, shop, "EUR"), -(index + 1)) for index, shop in enumerate(chosen)]
                await post(posting("capture", "r", f"c:{seed}:{number}", [(PENDING, 6), *legs]))

    tasks = [asyncio.create_task(worker(seed), context=contextvars.Context()) for seed in range(8)]
    await asyncio.gather(*tasks)
    held = [await ledger.balance_of(Account(AccountKind.HELD, shop, "EUR")) for shop in shops]
    assert sum(held) == -8 * 25 * 6
    assert await fetch_value("SELECT sum(version)::bigint FROM pay_account") == 8 * 25 * 3
    rules = {breach.rule for breach in await breaches(clock.now())}
    assert not rules & {"txn-balanced", "balance-is-sum", "balance-chain"}


async def test_same_posting_from_many_at_once_is_posted_once(committed: Database) -> None:
    """Eight workers posting the same id at the same moment make one transaction, and all learn its number."""
    database = current()

    async def worker() -> int:
        with using(database):
            return await post(sale(7))

    tasks = [asyncio.create_task(worker(), context=contextvars.Context()) for _ in range(8)]
    assert len(set(await asyncio.gather(*tasks))) == 1
    assert await ledger.balance_of(HELD) == -90


async def test_entries_tell_how_a_balance_came_about(committed: Database) -> None:
    """The newest entries come first, each with the balance it led to."""
    await post(sale(1))
    await post(sale(2, amount=200))
    code = "shop:shop-a:held"
    shown = await postings.account_entries(code, "EUR", EntryRange(limit=10))
    assert [(entry.amount, entry.balance_after) for entry in shown] == [(-180, -270), (-90, -90)]
    newest, oldest = shown
    assert await postings.account_entries(code, "EUR", EntryRange(limit=1, before=newest.id)) == [oldest]
    assert await postings.account_entries(code, "EUR", EntryRange(limit=1, after=oldest.id)) == [newest]
    assert await postings.account_entries(code, "EUR", EntryRange(limit=1, until=oldest.effective_at)) == []
    assert await postings.account_entries(code, "EUR", EntryRange(limit=9, since=oldest.effective_at)) == shown
    after = newest.effective_at + timedelta(seconds=1)
    assert await postings.account_sum(code, "EUR", after) == -270
    assert await postings.sums_until(after) == await ledger.trial_balance()
    assert await postings.sums_until(oldest.effective_at) == {}
    about = {entry.code: entry.amount for entry in await ledger.entries_about("order-2")}
    assert about == {"provider:pending": 200, "shop:shop-a:held": -180, "hub:commission": -20}


async def _bare_transaction(idem: str) -> int:
    return int(
        await fetch_value(
            "INSERT INTO pay_txn (kind, reference, idem, content_hash, effective_at, legs) "
            "VALUES ('x', 'x', $1, sha256('x'), now(), 2) RETURNING id",
            idem,
        )
    )


async def _bare_entry(txn_id: int, code: str, amount: int, *, currency: str = "EUR", leg: int = 1) -> None:
    await execute(
        "INSERT INTO pay_entry (txn_id, account_id, amount, currency, leg) "
        "SELECT $1, coalesce((SELECT id FROM pay_account WHERE code = $2), 1), $3, $4, $5",
        txn_id,
        code,
        amount,
        currency,
        leg,
    )
