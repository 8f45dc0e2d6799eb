"""Commissions line by line: taken out of the ledger's transactions, waiting for a paper, and given one, once.

Each transaction that moves the hub's commission or the VAT on it, in the currency the hub settles in, is taken apart
by our own rows exactly once; the nightly rules compare the items of each with its entries.
"""

# ruff: noqa: S608 - queries are put together from our own words, values travel as parameters

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from federation.node import database
from payouts.domain.invoice import CommissionItem

_INTO = """
INSERT INTO pay_commission_item (txn_id, kind, shop_id, order_id, shop_order_id, line_id, currency, net_minor,
    vat_minor, vat_bp, vat_treatment, effective_at)
SELECT txn.id, made.kind, made.shop_id, made.order_id, made.shop_order_id, made.line_id, $1, made.net, made.vat,
    made.vat_bp, made.vat_treatment, txn.effective_at
FROM pay_txn AS txn CROSS JOIN LATERAL (
"""
_LINE = "line.shop_id, line.order_id, line.shop_order_id, line.line_id, line.vat_bp, line.vat_treatment"
_PART = """CASE WHEN refund.currency = $1 THEN part.commission ELSE (part.settled::jsonb->>'commission')::bigint END,
    CASE WHEN refund.currency = $1 THEN part.vat ELSE (part.settled::jsonb->>'vat')::bigint END"""
_BACK = f"""
SELECT 'given_back' AS kind, -given.net AS net, -given.vat AS vat, {_LINE}
FROM pay_refund AS refund JOIN pay_refund_part AS part ON part.refund_id = refund.id
JOIN pay_line AS line ON line.shop_order_id = refund.shop_order_id AND line.line_id = part.line_id
CROSS JOIN LATERAL (SELECT {_PART}) AS given (net, vat)
"""

_MADE = {
    "capture": f"""
        SELECT 'charged' AS kind, line.commission AS net, line.vat, {_LINE} FROM pay_line AS line
        WHERE line.order_id = txn.reference::uuid AND line.currency = $1""",
    "fx_settle": f"""
        SELECT 'charged' AS kind, (line.settled::jsonb->>'commission')::bigint AS net,
            (line.settled::jsonb->>'vat')::bigint AS vat, {_LINE} FROM pay_line AS line
        WHERE line.order_id = txn.reference::uuid AND line.currency <> $1
        UNION ALL
        SELECT kind, sum(net)::bigint, sum(vat)::bigint, shop_id, order_id, shop_order_id, line_id, vat_bp,
            vat_treatment
        FROM ({_BACK} JOIN pay_txn AS due ON due.idem = 'refund_due:' || refund.id AND due.id < txn.id
            WHERE refund.payment_id = split_part(txn.idem, ':', 2)::uuid) AS back
        GROUP BY 1, 4, 5, 6, 7, 8, 9""",
    "refund_due": f"{_BACK} WHERE refund.id = txn.reference::uuid",
    "dispute_lost": f"""
        SELECT 'given_back' AS kind, -(part.settled::jsonb->>'commission')::bigint AS net,
            -(part.settled::jsonb->>'vat')::bigint AS vat, {_LINE}
        FROM pay_dispute_line AS part JOIN pay_line AS line USING (shop_order_id, line_id)
        WHERE part.dispute_id = txn.reference::uuid AND part.round = split_part(txn.idem, ':', 3)::int""",
    "dispute_returned": f"""
        SELECT 'charged' AS kind, (part.settled::jsonb->>'commission')::bigint AS net,
            (part.settled::jsonb->>'vat')::bigint AS vat, {_LINE}
        FROM pay_dispute_line AS part JOIN pay_line AS line USING (shop_order_id, line_id)
        WHERE part.dispute_id = txn.reference::uuid AND part.round = split_part(txn.idem, ':', 3)::int""",
}
"""What a transaction of each kind charges or gives back, line by line."""

_FRESH = """
SELECT DISTINCT entry.txn_id FROM pay_account AS account JOIN pay_entry AS entry ON entry.account_id = account.id
WHERE account.kind IN ('hub:commission', 'vat:payable') AND account.currency = $1
    AND NOT EXISTS (SELECT 1 FROM pay_commission_item AS known WHERE known.txn_id = entry.txn_id)
"""


async def take_apart(currency: str) -> None:
    """Have every transaction's commissions as items. Two at once do the same: the first one's stay."""
    fresh = [row["txn_id"] for row in await database.fetch(_FRESH, currency)]
    for kind, made in _MADE.items() if fresh else ():
        await database.execute(
            f"{_INTO} {made}) AS made WHERE txn.kind = '{kind}' AND txn.id = ANY($2::bigint[]) "
            "AND (made.net <> 0 OR made.vat <> 0) ORDER BY txn.id ON CONFLICT DO NOTHING",
            currency,
            fresh,
        )


_OPEN = """
SELECT item.id, item.kind, item.shop_order_id, item.line_id, item.net_minor, item.vat_minor, item.vat_bp,
    item.vat_treatment, item.effective_at, (
        SELECT charge.paper_id FROM pay_commission_item AS charge
        WHERE charge.shop_order_id = item.shop_order_id AND charge.line_id = item.line_id
            AND charge.kind = 'charged' AND charge.paper_id IS NOT NULL AND item.kind = 'given_back'
        ORDER BY charge.id DESC LIMIT 1
    ) AS invoiced_on
FROM pay_commission_item AS item
WHERE item.paper_id IS NULL AND item.shop_id = $1 AND item.currency = $2 AND item.effective_at < $3
ORDER BY item.id FOR UPDATE
"""


async def open_items(shop_id: str, currency: str, before: datetime) -> list[CommissionItem]:
    """A shop's commissions without a paper, effective before a moment, locked."""
    rows = await database.fetch(_OPEN, shop_id, currency, before)
    return [msgspec.convert(dict(row), CommissionItem) for row in rows]


_UNLIKE = """
SELECT item.txn_id FROM (
    SELECT txn_id, sum(net_minor) AS net, sum(vat_minor) AS vat FROM pay_commission_item
    WHERE currency = $2 AND txn_id IN (
        SELECT txn_id FROM pay_commission_item
        WHERE paper_id IS NULL AND shop_id = $1 AND currency = $2 AND effective_at < $3)
    GROUP BY 1
) AS item JOIN pay_entry AS entry ON entry.txn_id = item.txn_id
JOIN pay_account AS account ON account.id = entry.account_id AND account.currency = $2
GROUP BY item.txn_id, item.net, item.vat
HAVING item.net <> coalesce(-sum(entry.amount) FILTER (WHERE account.kind = 'hub:commission'), 0)
    OR item.vat <> coalesce(-sum(entry.amount) FILTER (WHERE account.kind = 'vat:payable'), 0)
ORDER BY 1 LIMIT 1
"""


async def unlike_ledger(shop_id: str, currency: str, before: datetime) -> int | None:
    """A transaction behind a shop's open items whose items do not come to what it booked; None when all do."""
    found: int | None = await database.fetch_value(_UNLIKE, shop_id, currency, before)
    return found


async def first_open(shop_id: str, currency: str, since: datetime | None, before: datetime) -> datetime | None:
    """When the oldest of a shop's commissions without a paper became effective, of those between two moments."""
    first: datetime | None = await database.fetch_value(
        "SELECT min(effective_at) FROM pay_commission_item WHERE paper_id IS NULL AND shop_id = $1 AND currency = $2 "
        "AND ($3::timestamptz IS NULL OR effective_at >= $3) AND effective_at < $4",
        shop_id,
        currency,
        since,
        before,
    )
    return first


async def shops_with_open_items(currency: str, before: datetime) -> list[str]:
    """Shops that have commissions without a paper from before a moment."""
    rows = await database.fetch(
        "SELECT DISTINCT shop_id FROM pay_commission_item "
        "WHERE paper_id IS NULL AND currency = $1 AND effective_at < $2 ORDER BY 1",
        currency,
        before,
    )
    return [row["shop_id"] for row in rows]


async def give_paper(paper_id: UUID, item_ids: Collection[int]) -> None:
    """Say on which paper these items stand; for good."""
    await database.execute(
        "UPDATE pay_commission_item SET paper_id = $1 WHERE id = ANY($2::bigint[])", paper_id, list(item_ids)
    )
