"""The queries behind the rules of money that one table cannot hold: each finds the rows that break its rule."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from federation.node import database

FOUND_MAX = 100


class Breach(msgspec.Struct, frozen=True):
    """One rule broken: which, where, and by how much in words."""

    rule: str
    reference: str
    message: str


_RULES: Mapping[str, str] = {
    "txn-balanced": """
        SELECT txn_id::text AS reference, currency || ' ' || sum(amount) AS message
        FROM pay_entry GROUP BY txn_id, currency HAVING sum(amount) <> 0
    """,
    "balance-is-sum": """
        SELECT account.code AS reference, account.balance || ' stored, ' || coalesce(sum(entry.amount), 0) AS message
        FROM pay_account AS account LEFT JOIN pay_entry AS entry ON entry.account_id = account.id
        WHERE account.keeps_balance GROUP BY account.id
        HAVING account.balance <> coalesce(sum(entry.amount), 0) OR account.version <> count(entry.id)
    """,
    "balance-chain": """
        SELECT account_id::text AS reference, 'entry ' || id AS message FROM (
            SELECT id, account_id, balance_after, account_version,
                sum(amount) OVER chain AS balance_here, row_number() OVER chain AS version_here
            FROM pay_entry WHERE account_version IS NOT NULL
            WINDOW chain AS (PARTITION BY account_id ORDER BY account_version)
        ) AS entry WHERE balance_after <> balance_here OR account_version <> version_here
    """,
    "held-is-owed": """
        SELECT shop_id || ' ' || currency AS reference, owed || ' owed, ' || booked || ' booked' AS message FROM (
            SELECT shop_id, currency, kind, sum(owed) AS owed, sum(booked) AS booked FROM (
                SELECT shop_id, currency, CASE status WHEN 'held' THEN 'held' WHEN 'submitting' THEN 'in_transfer'
                        ELSE 'releasable' END AS kind,
                    amount_minor - refunded_minor - disputed_minor - netted_minor - reserved_minor - sent_minor
                        - fee_minor AS owed,
                    0 AS booked
                FROM pay_settlement WHERE status IN ('held', 'releasable', 'queued', 'blocked', 'submitting')
                UNION ALL
                SELECT shop_id, currency, 'reserve', amount_minor - used_minor, 0 FROM pay_reserve
                WHERE status = 'kept'
                UNION ALL
                SELECT owner, currency, kind, 0, -balance FROM pay_account
                WHERE kind IN ('held', 'releasable', 'in_transfer', 'reserve')
            ) AS sides GROUP BY 1, 2, 3
        ) AS compared WHERE owed <> booked
    """,
    "claims-are-booked": """
        SELECT shop_id || ' ' || currency AS reference, owed || ' owed, ' || booked || ' booked' AS message FROM (
            SELECT shop_id, currency, sum(owed) AS owed, sum(booked) AS booked FROM (
                SELECT shop_id, currency,
                    amount_minor - reversed_minor - netted_minor - written_off_minor AS owed, 0 AS booked FROM pay_claim
                UNION ALL SELECT owner, currency, 0, balance FROM pay_account WHERE kind = 'recv'
            ) AS sides GROUP BY 1, 2
        ) AS compared WHERE owed <> booked
    """,
    "refunds-are-booked": """
        SELECT currency AS reference, owed || ' owed, ' || booked || ' booked' AS message FROM (
            SELECT currency, sum(owed) AS owed, sum(booked) AS booked FROM (
                SELECT currency, amount_minor AS owed, 0 AS booked FROM pay_refund
                WHERE status NOT IN ('succeeded', 'voided', 'paid_by_hand', 'written_off')
                UNION ALL
                SELECT entry.currency, 0, -entry.amount FROM pay_entry AS entry
                JOIN pay_account AS account ON account.id = entry.account_id WHERE account.kind = 'customer:refund_due'
            ) AS sides GROUP BY 1
        ) AS compared WHERE owed <> booked
    """,
    "sent-within-received": """
        SELECT payment.id::text AS reference, sent || ' with shops, ' || kept || ' kept of it' AS message
        FROM pay_payment AS payment
        JOIN LATERAL (
            SELECT coalesce(sum(sent_minor - reversed_minor), 0) AS sent FROM pay_settlement
            WHERE payment_id = payment.id
        ) AS shops ON true
        JOIN LATERAL (
            SELECT coalesce(payment.settled_minor, 0) - coalesce(sum(settled_minor), 0) - (
                SELECT coalesce(sum((part.settled::jsonb->>'paid')::bigint), 0) FROM pay_dispute_line AS part
                JOIN pay_dispute AS dispute ON dispute.id = part.dispute_id AND dispute.round = part.round
                WHERE dispute.payment_id = payment.id AND dispute.funds IN ('borne', 'lost')
            ) AS kept FROM pay_refund WHERE payment_id = payment.id
        ) AS shopper ON true
        JOIN LATERAL (
            SELECT coalesce(sum(claim.amount_minor - claim.reversed_minor), 0) AS claimed FROM pay_claim AS claim
            JOIN pay_settlement AS settlement ON settlement.id = claim.settlement_id
            WHERE settlement.payment_id = payment.id
        ) AS claims ON true
        JOIN LATERAL (
            SELECT coalesce(sum((settled::jsonb->>'coupon')::bigint), 0) AS promoted FROM pay_line
            WHERE order_id = payment.order_id
        ) AS coupons ON true
        WHERE payment.status = 'paid' AND sent > kept + claimed + promoted
    """,
    "refunds-within-lines": """
        SELECT line.shop_order_id || ' ' || line.line_id AS reference,
            line.refunded_minor || ' marked, ' || coalesce(sum(part.paid), 0) || ' refunded' AS message
        FROM pay_line AS line
        LEFT JOIN pay_refund AS refund ON refund.shop_order_id = line.shop_order_id
        LEFT JOIN pay_refund_part AS part ON part.refund_id = refund.id AND part.line_id = line.line_id
        GROUP BY line.id
        HAVING line.refunded_minor <> coalesce(sum(part.paid), 0) OR coalesce(sum(part.seller), 0) > line.seller
            OR (line.refunded_minor = line.paid AND (coalesce(sum(part.seller), 0) <> line.seller
                OR coalesce(sum(part.commission), 0) <> line.commission))
    """,
    "settled-in-full": """
        SELECT payment.id::text AS reference,
            settled_minor || ' settled, ' || sum((line.settled::jsonb->>'paid')::bigint) || ' on lines' AS message
        FROM pay_payment AS payment JOIN pay_line AS line USING (order_id)
        WHERE payment.status = 'paid' AND payment.settled_at IS NOT NULL GROUP BY payment.id
        HAVING settled_minor <> sum((line.settled::jsonb->>'paid')::bigint) OR bool_or(line.settled IS NULL)
    """,
    "settled-refunds-within-lines": """
        SELECT line.shop_order_id || ' ' || line.line_id AS reference, line.settled || ' settled, '
            || sum((part.settled::jsonb->>'paid')::bigint) || ' given back' AS message
        FROM pay_line AS line
        JOIN pay_refund AS refund ON refund.shop_order_id = line.shop_order_id
        JOIN pay_refund_part AS part ON part.refund_id = refund.id AND part.line_id = line.line_id
        WHERE line.settled IS NOT NULL GROUP BY line.id
        HAVING sum((part.settled::jsonb->>'seller')::bigint) > (line.settled::jsonb->>'seller')::bigint
            OR bool_or(part.settled IS NULL)
            OR (line.refunded_minor = line.paid
                AND (sum((part.settled::jsonb->>'paid')::bigint) <> (line.settled::jsonb->>'paid')::bigint
                OR sum((part.settled::jsonb->>'seller')::bigint) <> (line.settled::jsonb->>'seller')::bigint))
    """,
    "refund-by-hand-is-whole": """
        SELECT refund.id::text AS reference, refund.amount_minor || ' owed, ' || hand.settled || ' settled' AS message
        FROM pay_refund AS refund LEFT JOIN LATERAL (
            SELECT transferred_minor + given_minor AS settled, bank_minor + cost_minor AS cost
            FROM pay_refund_by_hand WHERE refund_id = refund.id AND status = 'approved'
            ORDER BY decided_at DESC LIMIT 1
        ) AS hand ON true
        WHERE refund.status IN ('paid_by_hand', 'written_off')
            AND (hand.settled IS DISTINCT FROM refund.amount_minor OR hand.cost <> refund.taken_minor)
    """,
    "exchange-is-open-refunds": """
        SELECT currency AS reference, owed || ' owed, ' || booked || ' booked' AS message FROM (
            SELECT currency, sum(owed) AS owed, sum(booked) AS booked FROM (
                SELECT currency, amount_minor AS owed, 0 AS booked FROM pay_refund
                WHERE status NOT IN ('succeeded', 'voided', 'paid_by_hand', 'written_off')
                    AND settled_currency <> currency
                UNION ALL
                SELECT settled_currency, -settled_minor, 0 FROM pay_refund
                WHERE status NOT IN ('succeeded', 'voided', 'paid_by_hand', 'written_off')
                    AND settled_currency <> currency
                UNION ALL
                SELECT received_currency, received_minor, 0 FROM pay_payment
                WHERE status = 'suspense' AND settled_currency <> received_currency
                UNION ALL
                SELECT settled_currency, -settled_minor, 0 FROM pay_payment
                WHERE status = 'suspense' AND settled_currency <> received_currency
                UNION ALL
                SELECT entry.currency, 0, entry.amount FROM pay_entry AS entry
                JOIN pay_account AS account ON account.id = entry.account_id WHERE account.kind = 'fx'
            ) AS sides GROUP BY 1
        ) AS compared WHERE owed <> booked
    """,
    "disputes-within-lines": """
        SELECT line.shop_order_id || ' ' || line.line_id AS reference,
            line.disputed_minor || ' marked, ' || coalesce(sum(part.paid), 0) || ' disputed' AS message
        FROM pay_line AS line
        LEFT JOIN (
            SELECT part.* FROM pay_dispute_line AS part JOIN pay_dispute AS dispute ON dispute.id = part.dispute_id
            WHERE part.round = dispute.round AND dispute.funds IN ('borne', 'lost')
        ) AS part USING (shop_order_id, line_id)
        GROUP BY line.id HAVING line.disputed_minor <> coalesce(sum(part.paid), 0)
            OR coalesce(sum(part.seller), 0) > line.seller
    """,
    "disputed-shares-are-kept": """
        SELECT settlement.id::text AS reference,
            settlement.disputed_minor || ' marked, ' || coalesce(sum(share.held_minor), 0) || ' kept' AS message
        FROM pay_settlement AS settlement
        LEFT JOIN (
            SELECT share.* FROM pay_dispute_share AS share JOIN pay_dispute AS dispute ON dispute.id = share.dispute_id
            WHERE share.round = dispute.round AND dispute.funds IN ('borne', 'lost')
        ) AS share ON share.settlement_id = settlement.id
        WHERE settlement.status IN ('held', 'releasable', 'queued', 'blocked')
        GROUP BY settlement.id HAVING settlement.disputed_minor <> coalesce(sum(share.held_minor), 0)
    """,
    "disputes-are-booked": """
        SELECT currency AS reference, owed || ' taken, ' || booked || ' booked' AS message FROM (
            SELECT currency, sum(owed) AS owed, sum(booked) AS booked FROM (
                SELECT taken_currency AS currency, taken_minor AS owed, 0 AS booked FROM pay_dispute
                WHERE funds = 'taken'
                UNION ALL
                SELECT entry.currency, 0, entry.amount FROM pay_entry AS entry
                JOIN pay_account AS account ON account.id = entry.account_id WHERE account.kind = 'dispute:open'
            ) AS sides GROUP BY 1
        ) AS compared WHERE owed <> booked
    """,
    "provision-is-undecided": """
        SELECT currency AS reference, owed || ' undecided, ' || booked || ' set aside' AS message FROM (
            SELECT currency, sum(owed) AS owed, sum(booked) AS booked FROM (
                SELECT taken_currency AS currency, excess_minor AS owed, 0 AS booked FROM pay_dispute
                WHERE funds = 'borne'
                UNION ALL
                SELECT dispute.taken_currency, (part.settled::jsonb->>'commission')::bigint
                    + (part.settled::jsonb->>'vat')::bigint - (part.settled::jsonb->>'coupon')::bigint, 0
                FROM pay_dispute_line AS part JOIN pay_dispute AS dispute ON dispute.id = part.dispute_id
                WHERE part.round = dispute.round AND dispute.funds = 'borne'
                UNION ALL
                SELECT entry.currency, 0, entry.amount FROM pay_entry AS entry
                JOIN pay_account AS account ON account.id = entry.account_id
                WHERE account.kind = 'hub:dispute_provision'
            ) AS sides GROUP BY 1
        ) AS compared WHERE owed <> booked
    """,
    "one-transaction-per-movement": """
        SELECT id AS reference, state || ' without its transaction' AS message FROM pay_balance_move AS move
        WHERE (txn_id IS NULL) <> (state IN ('new', 'waiting'))
            OR (state IN ('booked', 'suspense', 'assigned')
                AND NOT EXISTS (SELECT 1 FROM pay_txn WHERE id = move.txn_id AND reference = move.id))
    """,
    "bank-payout-is-its-transfers": """
        SELECT payout.id::text AS reference, payout.amount_minor || ' in the file, ' || sum(transfer.amount_minor)
            AS message
        FROM pay_payout AS payout LEFT JOIN pay_transfer AS transfer ON transfer.payout_id = payout.id
        WHERE payout.rail = 'bank'
        GROUP BY payout.id HAVING payout.amount_minor <> coalesce(sum(transfer.amount_minor), 0)
    """,
    "payout-is-its-parts": """
        SELECT payout.id::text AS reference, payout.amount_minor || ' paid, ' || sum(part.amount_minor) AS message
        FROM pay_payout AS payout LEFT JOIN pay_payout_part AS part ON part.payout_id = payout.id
        WHERE payout.rail = 'provider' OR payout.status = 'paid'
        GROUP BY payout.id HAVING payout.amount_minor <> coalesce(sum(part.amount_minor), 0) + payout.other_minor
    """,
}


RULES = tuple(_RULES)
"""Every rule, by name."""


async def broken_rules(rules: Sequence[str] = RULES) -> list[Breach]:
    """Every row that breaks one of the rules, at most a hundred of each."""
    return [
        Breach(rule, row["reference"], row["message"])
        for rule in rules
        for row in await database.fetch(f"{_RULES[rule]} LIMIT {FOUND_MAX}")
    ]


async def transfers_without_answer(since: datetime) -> list[str]:
    """Settlements whose transfer the provider was asked for before `since` and never answered; the oldest of them."""
    rows = await database.fetch(
        "SELECT settlement_id::text AS reference FROM pay_transfer "
        "WHERE status = 'submitting' AND payout_id IS NULL AND submitted_at <= $1 ORDER BY submitted_at LIMIT $2",
        since,
        FOUND_MAX,
    )
    return [row["reference"] for row in rows]


async def at_provider_by_books() -> dict[str, int]:
    """What the ledger says lies at the provider and can be had now or soon, by currency; what it reserves is not."""
    rows = await database.fetch(
        "SELECT account.currency, sum(entry.amount)::bigint AS amount FROM pay_entry AS entry "
        "JOIN pay_account AS account ON account.id = entry.account_id "
        "WHERE account.kind IN ('provider:pending', 'provider:available') GROUP BY 1"
    )
    return {row["currency"]: row["amount"] for row in rows}


async def is_quiet() -> bool:
    """Whether nothing is under way between us and the provider."""
    under_way = await database.fetch_value(
        "SELECT EXISTS (SELECT 1 FROM pay_transfer WHERE status = 'submitting' AND payout_id IS NULL) "
        "OR EXISTS (SELECT 1 FROM pay_refund WHERE status IN ('submitting', 'pending')) "
        "OR EXISTS (SELECT 1 FROM pay_claim WHERE status = 'reversing') "
        "OR EXISTS (SELECT 1 FROM pay_balance_move WHERE state IN ('new', 'waiting')) "
        "OR EXISTS (SELECT 1 FROM pay_payment WHERE status IN ('open', 'processing', 'capturing') "
        "OR (status IN ('paid', 'returned', 'suspense') AND funds_at IS NULL))"
    )
    return not under_way
