"""The ledger's queries: post, and read what was posted.

Accounts come into being with their first entry. Entries are inserted in order of account, so that two postings on the
same shop accounts wait for one another and never deadlock.
"""

from collections.abc import Sequence
from datetime import datetime
from weakref import WeakKeyDictionary

import asyncpg
import msgspec

from federation.node import database
from payouts.domain.ledger import SHOP_KINDS, Account, Posting
from payouts.errors import LedgerConflictError, LedgerShortError

_ENSURE_ACCOUNTS = """
INSERT INTO pay_account (kind, owner, currency, code, keeps_balance)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[])
    AS wanted (kind, owner, currency, code, keeps_balance)
WHERE NOT EXISTS (
    SELECT 1 FROM pay_account AS known
    WHERE known.kind = wanted.kind AND known.owner = wanted.owner AND known.currency = wanted.currency
)
ON CONFLICT DO NOTHING
"""

_POST = """
WITH txn AS (
    INSERT INTO pay_txn (kind, reference, idem, content_hash, corrects, effective_at, legs)
    VALUES ($1, $2, $3, $4, $5, $6, cardinality($10::bigint[]))
    ON CONFLICT (idem) DO NOTHING RETURNING id
)
INSERT INTO pay_entry (txn_id, leg, account_id, amount, currency)
SELECT txn.id, row_number() OVER (ORDER BY account.id), account.id, leg.amount, leg.currency
FROM txn, unnest($7::text[], $8::text[], $9::text[], $10::bigint[]) AS leg (kind, owner, currency, amount)
JOIN pay_account AS account USING (kind, owner, currency)
ORDER BY account.id
RETURNING txn_id
"""


_known: WeakKeyDictionary[database.Database, set[Account]] = WeakKeyDictionary()
"""Accounts that are certainly there, by database: an account is never removed."""


async def post(posting: Posting, now: datetime) -> int:
    """Write a posting inside the open transaction; returns its number, also when it was posted before.

    Raises LedgerConflictError when this id was posted with other content, LedgerShortError when a shop's account would
    go below zero (the open transaction, or the savepoint around the call, cannot be continued then).
    """
    accounts = [leg.account for leg in posting.legs]
    await _ensure(accounts)
    try:
        rows = await database.fetch(
            _POST,
            posting.kind,
            posting.reference,
            posting.idem,
            posting.content_hash,
            posting.corrects,
            now,
            *_columns(accounts),
            [leg.amount for leg in posting.legs],
        )
    except asyncpg.CheckViolationError as error:
        raise LedgerShortError(f"posting {posting.idem} would overdraw a shop's account") from error
    if rows:
        return int(rows[0]["txn_id"])
    return await _posted_before(posting)


async def _ensure(accounts: Sequence[Account]) -> None:
    """Have every account exist; those of a committed transaction are remembered and not looked for again."""
    known = _known.setdefault(database.current(), set())
    fresh = [account for account in accounts if account not in known]
    if fresh:
        codes = [account.code for account in fresh]
        shop_owned = [account.kind in SHOP_KINDS for account in fresh]
        await database.execute(_ENSURE_ACCOUNTS, *_columns(fresh), codes, shop_owned)
        database.after_commit(lambda: known.update(fresh))


def _columns(accounts: Sequence[Account]) -> tuple[list[str], list[str], list[str]]:
    return (
        [account.kind.value for account in accounts],
        [account.owner for account in accounts],
        [account.currency for account in accounts],
    )


async def _posted_before(posting: Posting) -> int:
    row = await database.fetch_one("SELECT id, content_hash FROM pay_txn WHERE idem = $1", posting.idem)
    if row is None or row["content_hash"] != posting.content_hash:
        raise LedgerConflictError(f"posting {posting.idem} exists with other content: nothing was posted")
    return int(row["id"])


_ENTRY_VIEWS = """
SELECT txn.id AS txn_id, txn.kind, txn.reference, account.code, account.currency, entry.amount, entry.balance_after,
    txn.effective_at
FROM pay_entry AS entry
JOIN pay_txn AS txn ON txn.id = entry.txn_id
JOIN pay_account AS account ON account.id = entry.account_id
"""


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """One leg as reports show it."""

    txn_id: int
    kind: str
    reference: str
    code: str
    currency: str
    amount: int
    balance_after: int | None
    effective_at: datetime


async def trial_balance() -> dict[str, dict[str, int]]:
    """The sum of every account by currency and code; each currency's sums come to zero."""
    rows = await database.fetch(
        "SELECT account.currency, account.code, sum(entry.amount)::bigint AS balance FROM pay_entry AS entry "
        "JOIN pay_account AS account ON account.id = entry.account_id GROUP BY 1, 2 ORDER BY 1, 2"
    )
    balances: dict[str, dict[str, int]] = {}
    for row in rows:
        balances.setdefault(row["currency"], {})[row["code"]] = row["balance"]
    return balances


async def balance_of(account: Account) -> int:
    """The sum of one account's entries, debit positive; a shop account's is read from its running balance."""
    if account.kind in SHOP_KINDS:
        sql = "SELECT balance FROM pay_account WHERE kind = $1 AND owner = $2 AND currency = $3"
    else:
        sql = (
            "SELECT sum(entry.amount)::bigint FROM pay_entry AS entry JOIN pay_account AS account "
            "ON account.id = entry.account_id WHERE kind = $1 AND owner = $2 AND account.currency = $3"
        )
    found = await database.fetch_value(sql, account.kind.value, account.owner, account.currency)
    return int(found or 0)


async def shop_balances(shop_id: str) -> dict[tuple[str, str], int]:
    """A shop's running balances by account kind and currency, as amounts owed to it (claims: owed by it)."""
    rows = await database.fetch(
        "SELECT kind, currency, abs(balance) AS amount FROM pay_account WHERE owner = $1 AND keeps_balance", shop_id
    )
    return {(row["kind"], row["currency"]): row["amount"] for row in rows}


async def entries_about(reference: str, limit: int = 200) -> list[EntryView]:
    """The newest entries whose posting is about one row of ours."""
    sql = f"{_ENTRY_VIEWS} WHERE txn.reference = $1 ORDER BY entry.id DESC LIMIT $2"
    return [msgspec.convert(dict(row), EntryView) for row in await database.fetch(sql, reference, limit)]
