"""What has happened so far, read from the hub's rows in one query: the model asks it what, and says itself how much."""

from typing import Any

import msgspec

from federation.node import database

Facts = dict[str, list[dict[str, Any]]]

_READ = {
    "payments": """SELECT id, order_id, provider_id, status, captured_at IS NOT NULL AS booked,
        settled_at IS NOT NULL AS settled, funds_at IS NOT NULL AS funded FROM pay_payment ORDER BY id""",
    "refunds": """SELECT id, payment_id, order_id, shop_order_id, status, amount_minor AS amount, attempt, provider_id
        FROM pay_refund ORDER BY id""",
    "shares": """SELECT id, order_id, shop_order_id, shop_id, kind, currency, status, block_reason, payment_id,
        amount_minor AS amount, refunded_minor AS refunded, claimed_minor AS claimed, sent_minor AS sent,
        reversed_minor AS reversed, fee_minor AS fee FROM pay_settlement ORDER BY id""",
    "transfers": """SELECT settlement_id, attempt, status, amount_minor AS amount, provider_id, payout_id, submitted_at
        FROM pay_transfer ORDER BY id""",
    "claims": """SELECT id, refund_id, dispute_id, dispute_round AS round, settlement_id, shop_id, currency, for_fee,
        status, amount_minor AS amount, reversed_minor AS reversed, netted_minor AS netted,
        written_off_minor AS written_off FROM pay_claim ORDER BY id""",
    "movements": "SELECT shop_id, reference, amount_minor AS amount, payout_id FROM pay_movement ORDER BY id",
    "payouts": """SELECT id, shop_id, account_id, amount_minor AS amount, status, provider_id, rail FROM pay_payout
        ORDER BY id""",
    "payout_parts": "SELECT payout_id, movement_id, amount_minor AS amount FROM pay_payout_part ORDER BY id",
    "disputes": """SELECT id, provider_id, order_id, status, funds, round, answer, answer_kind FROM pay_dispute
        ORDER BY id""",
    "dispute_moves": "SELECT id FROM pay_dispute_move ORDER BY id",
    "steps": """SELECT id, kind, idem FROM pay_txn WHERE kind IN ('dispute_borne', 'dispute_lost', 'dispute_returned',
        'refund_void', 'refund_owed_again') ORDER BY id""",
    "moves": "SELECT id, type, state FROM pay_balance_move ORDER BY number",
    "float_moves": "SELECT id, status FROM pay_float_move ORDER BY id",
    "holds": "SELECT id, shop_order_id, shop_id, reason, reference FROM pay_hold WHERE lifted_at IS NULL ORDER BY id",
    "accounts": "SELECT shop_id, provider_id, standing, ready, payouts_paused FROM pay_shop_account ORDER BY shop_id",
    "alerts": "SELECT kind, reference FROM pay_alert WHERE cleared_at IS NULL ORDER BY id",
    "dead": "SELECT topic, last_error FROM node_outbox WHERE state = 'dead' ORDER BY id",
    "mistakes": r"""SELECT topic, last_error FROM node_outbox WHERE last_error ~ '^[A-Za-z.]+\('""",
    "waiting": "SELECT topic, last_error FROM node_outbox WHERE state = 'due' ORDER BY id",
    "balances": """SELECT account.kind, account.owner, account.currency, sum(entry.amount)::bigint AS amount,
        account.balance, account.keeps_balance AS kept, account.version, count(*) AS entries
        FROM pay_entry AS entry JOIN pay_account AS account ON account.id = entry.account_id
        GROUP BY account.id ORDER BY 1, 2, 3""",
    "unbalanced": """SELECT txn_id FROM pay_entry GROUP BY txn_id, currency HAVING sum(amount) <> 0""",
}

_SQL = f"""SELECT json_build_object({
    ", ".join(
        f"'{name}', coalesce((SELECT json_agg(row_to_json(one)) FROM ({sql}) AS one), '[]'::json)"
        for name, sql in _READ.items()
    )
})::text"""  # noqa: S608 - words of this file


async def read() -> Facts:
    """All of it, as it is now."""
    found: Facts = msgspec.json.decode(await database.fetch_value(_SQL))
    return found


async def posted(up_to: int) -> tuple[str, int, str]:
    """A digest of what was posted up to an earlier entry, then the newest entry's number and a digest of everything."""
    row = await database.fetch_one(_POSTED, up_to)
    assert row is not None
    return row["before"] or "", row["newest"] or 0, row["all"] or ""


_POSTED = """SELECT max(id) AS newest, md5(string_agg(digest, '' ORDER BY id)) AS all,
    md5(string_agg(digest, '' ORDER BY id) FILTER (WHERE id <= $1)) AS before
FROM (SELECT id, md5(entry::text) AS digest FROM pay_entry AS entry) AS posted"""
