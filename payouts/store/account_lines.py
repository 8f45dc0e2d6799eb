"""Reads of one shop's accounts in the ledger, entry by entry."""

import msgspec

from federation.node import database
from payouts.domain.account_lines import AccountEntry

ABOUT = """
CASE
    WHEN txn.kind IN ('capture', 'fx_settle') THEN (
        SELECT line.shop_order_id FROM pay_line AS line WHERE line.order_id = txn.reference::uuid
            AND (line.shop_id = $1 OR line.referrer = $1) ORDER BY line.shop_id = $1 DESC, line.id LIMIT 1)
    WHEN txn.kind = 'fee_shared' THEN (
        SELECT line.shop_order_id FROM pay_payment AS payment JOIN pay_line AS line USING (order_id)
        WHERE payment.id = txn.reference::uuid AND line.shop_id = $1 LIMIT 1)
    WHEN txn.kind = 'refund_due' THEN (SELECT shop_order_id FROM pay_refund WHERE id = txn.reference::uuid)
    WHEN txn.kind = 'release' OR txn.kind LIKE 'transfer_%' THEN (
        SELECT shop_order_id FROM pay_settlement WHERE id = txn.reference::uuid)
    WHEN txn.kind = 'reserve_released' THEN (
        SELECT settlement.shop_order_id FROM pay_reserve AS reserve
        JOIN pay_settlement AS settlement ON settlement.id = reserve.settlement_id
        WHERE reserve.id = txn.reference::uuid)
    WHEN txn.kind LIKE 'claim_%' OR txn.kind = 'reserve_used' THEN (
        SELECT settlement.shop_order_id FROM pay_claim AS claim
        JOIN pay_settlement AS settlement ON settlement.id = claim.settlement_id
        WHERE claim.id = txn.reference::uuid)
    WHEN txn.kind LIKE 'dispute_%' THEN (
        SELECT share.shop_order_id FROM pay_dispute_share AS part
        JOIN pay_settlement AS share ON share.id = part.settlement_id
        WHERE part.dispute_id = txn.reference::uuid AND part.shop_id = $1 ORDER BY part.id LIMIT 1)
END
"""
"""The shop order a posting is about, as far as shop `$1` is concerned."""

NOTE = """
coalesce(CASE txn.kind
    WHEN 'adjustment' THEN (SELECT reason FROM pay_adjustment WHERE id = txn.reference::uuid)
    WHEN 'refund_due' THEN (SELECT reason FROM pay_refund WHERE id = txn.reference::uuid)
    WHEN 'claim_written_off' THEN (SELECT write_off_reason FROM pay_claim WHERE id = txn.reference::uuid)
END, '')
"""

_PAGE = f"""
WITH page AS (
    SELECT entry.*, account.kind AS account, account.currency FROM pay_account AS account
    CROSS JOIN LATERAL (
        SELECT id, txn_id, amount, balance_after FROM pay_entry
        WHERE account_id = account.id AND id > $3 ORDER BY id LIMIT $4
    ) AS entry
    WHERE account.owner = $1 AND ($2 = '' OR account.currency = $2) AND account.keeps_balance
    ORDER BY entry.id LIMIT $4
), told AS (
    SELECT page.id, page.txn_id AS txn, txn.effective_at AS at, txn.kind AS posting, page.account, page.currency,
        page.amount, page.balance_after, {ABOUT} AS shop_order_id, {NOTE} AS note
    FROM page JOIN pay_txn AS txn ON txn.id = page.txn_id
)
SELECT told.*, EXISTS (
    SELECT 1 FROM pay_line AS line WHERE line.shop_order_id = told.shop_order_id AND line.shop_id = $1
) AS is_seller, NOT EXISTS (
    SELECT 1 FROM pay_entry AS other JOIN pay_account AS account ON account.id = other.account_id
    WHERE other.txn_id = told.txn AND other.id < told.id AND account.owner = $1 AND account.keeps_balance
        AND account.currency = told.currency
) AS is_first
FROM told ORDER BY told.id
"""  # noqa: S608 - put together from our own words


async def entries_after(shop_id: str, currency: str, after: int, limit: int) -> list[AccountEntry]:
    """A page of a shop's entries in one currency (empty: in all), those with the least ids beyond `after`."""
    return [
        msgspec.convert(dict(row), AccountEntry) for row in await database.fetch(_PAGE, shop_id, currency, after, limit)
    ]


async def currencies_of(shop_id: str) -> list[str]:
    """The currencies a shop has accounts in."""
    rows = await database.fetch(
        "SELECT DISTINCT currency FROM pay_account WHERE owner = $1 AND keeps_balance ORDER BY 1", shop_id
    )
    return [row["currency"] for row in rows]
