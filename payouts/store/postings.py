"""The ledger read for people: every account's sum on a day, one account entry by entry, all postings of one order.

Lists go by key, an entry's number: a page further down costs what the first one costs.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.node import database
from payouts.store.ledger import EntryView

OF_ORDER_MAX = 1_000


class AccountEntry(EntryView, frozen=True, kw_only=True):
    """One leg with its number, by which lists go on."""

    id: int


class EntryRange(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries of an account: from one moment up to another, older than one number or newer than another."""

    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    after: int | None = None
    limit: int


_ENTRIES = """
SELECT entry.id, txn.id AS txn_id, txn.kind, txn.reference, account.code, account.currency, entry.amount,
    entry.balance_after, txn.effective_at
FROM pay_entry AS entry
JOIN pay_txn AS txn ON txn.id = entry.txn_id
JOIN pay_account AS account ON account.id = entry.account_id
"""


async def sums_until(moment: datetime) -> dict[str, dict[str, int]]:
    """Every account's sum by currency and code as it stood at a moment; each currency's sums come to zero."""
    found = await database.fetch(
        "SELECT account.currency, account.code, sum(entry.amount)::bigint AS balance FROM pay_txn AS txn "
        "JOIN pay_entry AS entry ON entry.txn_id = txn.id JOIN pay_account AS account ON account.id = entry.account_id "
        "WHERE txn.effective_at < $1 GROUP BY 1, 2 ORDER BY 1, 2",
        moment,
    )
    balances: dict[str, dict[str, int]] = {}
    for row in found:
        balances.setdefault(row["currency"], {})[row["code"]] = row["balance"]
    return balances


async def account_entries(code: str, currency: str, wanted: EntryRange) -> list[AccountEntry]:
    """Entries of one account, the newest first; with `after`, the ones that come next in time, also newest first."""
    forwards = wanted.after is not None
    values: list[object] = [code, currency, wanted.limit]
    conditions = ["account.code = $1", "account.currency = $2"]
    asked = (
        ("txn.effective_at >= ${}", wanted.since),
        ("txn.effective_at < ${}", wanted.until),
        ("entry.id < ${}", wanted.before),
        ("entry.id > ${}", wanted.after),
    )
    for condition, value in asked:
        if value is not None:
            values.append(value)
            conditions.append(condition.format(len(values)))
    direction = "ASC" if forwards else "DESC"
    sql = f"{_ENTRIES} WHERE {' AND '.join(conditions)} ORDER BY entry.id {direction} LIMIT $3"
    found = [msgspec.convert(dict(row), AccountEntry) for row in await database.fetch(sql, *values)]
    return found[::-1] if forwards else found


async def account_sum(code: str, currency: str, until: datetime) -> int:
    """One account's sum as it stood at a moment (debit positive, minor units)."""
    found = await database.fetch_value(
        "SELECT sum(entry.amount)::bigint FROM pay_account AS account "
        "JOIN pay_entry AS entry ON entry.account_id = account.id JOIN pay_txn AS txn ON txn.id = entry.txn_id "
        "WHERE account.code = $1 AND account.currency = $2 AND txn.effective_at < $3",
        code,
        currency,
        until,
    )
    return int(found or 0)


_OF_ORDER = """
WITH payment AS (SELECT id FROM pay_payment WHERE order_id = $1),
share AS (SELECT id FROM pay_settlement WHERE order_id = $1),
refund AS (SELECT id FROM pay_refund WHERE order_id = $1),
dispute AS (SELECT id FROM pay_dispute WHERE order_id = $1),
about AS (
    SELECT $1::uuid AS id UNION SELECT id FROM payment UNION SELECT id FROM share UNION SELECT id FROM refund
    UNION SELECT id FROM dispute
    UNION SELECT claim.id FROM pay_claim AS claim JOIN share ON share.id = claim.settlement_id
    UNION SELECT reserve.id FROM pay_reserve AS reserve JOIN share ON share.id = reserve.settlement_id
)
"""


async def entries_of_order(order_id: UUID) -> list[AccountEntry]:
    """Every leg of every posting about an order, its payment, shares, refunds, disputes, debts, reserves; in time."""
    found = await database.fetch(
        f"{_OF_ORDER} {_ENTRIES} WHERE txn.reference IN (SELECT id::text FROM about)"  # noqa: S608 - words of our own
        " ORDER BY entry.id LIMIT $2",
        order_id,
        OF_ORDER_MAX,
    )
    return [msgspec.convert(dict(row), AccountEntry) for row in found]


_ORDERS_OF = """
SELECT wanted.id, coalesce(payment.order_id, own.order_id, share.order_id, refund.order_id, dispute.order_id,
    claimed.order_id, kept.order_id) AS order_id
FROM unnest($1::uuid[]) AS wanted (id)
LEFT JOIN LATERAL (SELECT order_id FROM pay_payment WHERE order_id = wanted.id LIMIT 1) AS payment ON true
LEFT JOIN pay_payment AS own ON own.id = wanted.id
LEFT JOIN pay_settlement AS share ON share.id = wanted.id
LEFT JOIN pay_refund AS refund ON refund.id = wanted.id
LEFT JOIN pay_dispute AS dispute ON dispute.id = wanted.id
LEFT JOIN pay_claim AS claim ON claim.id = wanted.id
LEFT JOIN pay_settlement AS claimed ON claimed.id = claim.settlement_id
LEFT JOIN pay_reserve AS reserve ON reserve.id = wanted.id
LEFT JOIN pay_settlement AS kept ON kept.id = reserve.settlement_id
"""


async def orders_of(references: Collection[UUID]) -> dict[UUID, UUID]:
    """The order that each of these rows of ours belongs to; rows of no order (a correction) are left out."""
    wanted: Sequence[UUID] = sorted(set(references))
    found = await database.fetch(_ORDERS_OF, list(wanted)) if wanted else []
    return {row["id"]: row["order_id"] for row in found if row["order_id"] is not None}
