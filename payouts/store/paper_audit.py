"""Rules of papers that one table cannot hold: each is a query for the rows that break it.

What was issued must be what was signed, follow the statement before it, and be what the ledger holds; every commission
must stand line by line as the ledger has it, whatever kind of posting moved it, and every invoice be the sum of its
lines.
"""

# ruff: noqa: S608 - queries are put together from our own words, values travel as parameters

from datetime import datetime, timedelta

from federation.node import database
from payouts.store.audit import FOUND_MAX, Breach

LOOKED_BACK = timedelta(days=40)
"""Statements issued longer ago are not added up from the ledger again: neither can change."""
TAKEN_APART_WITHIN = timedelta(hours=1)
"""So long after a transaction its commissions stand line by line, if somebody takes them apart at all."""

_RULES = {
    "paper-is-its-bytes": """
        SELECT number AS reference, 'the document is not the one that was issued' AS message FROM pay_paper
        WHERE sha256(document) <> sha256
    """,
    "form-is-its-bytes": """
        SELECT paper.number || ' ' || form.form AS reference, 'the file is not the one that was issued' AS message
        FROM pay_paper_form AS form JOIN pay_paper AS paper ON paper.id = form.paper_id
        WHERE paper.issued_at >= $1 AND sha256(form.content) <> form.sha256
    """,
    "statement-follows": """
        SELECT number AS reference, opening_minor || ' at its beginning, ' || before || ' at the end before' AS message
        FROM (
            SELECT number, opening_minor, coalesce(lag(total_minor) OVER (
                PARTITION BY shop_id, currency ORDER BY period_start), 0) AS before
            FROM pay_paper WHERE kind = 'statement'
        ) AS chained WHERE opening_minor <> before
    """,
    "statement-is-its-accounts": """
        SELECT paper.number AS reference, paper.total_minor || ' said, ' || coalesce(-sum(cut.balance_minor), 0)
            || ' on the accounts' AS message
        FROM pay_paper AS paper LEFT JOIN pay_paper_cut AS cut ON cut.paper_id = paper.id
        WHERE paper.kind = 'statement'
        GROUP BY paper.id HAVING paper.total_minor <> coalesce(-sum(cut.balance_minor), 0)
    """,
    "statement-is-its-entries": """
        WITH chained AS (
            SELECT id, number, issued_at, period_end, total_minor - opening_minor AS changed,
                lag(id) OVER shop AS before, lag(period_end) OVER shop AS began
            FROM pay_paper WHERE kind = 'statement'
            WINDOW shop AS (PARTITION BY shop_id, currency ORDER BY period_start)
        )
        SELECT paper.number AS reference, paper.changed || ' said, ' || posted.changed || ' posted' AS message
        FROM chained AS paper CROSS JOIN LATERAL (
            SELECT coalesce(-sum(entry.amount), 0) AS changed FROM pay_paper_cut AS cut
            LEFT JOIN pay_paper_cut AS had ON had.paper_id = paper.before AND had.account_id = cut.account_id
            JOIN pay_entry AS entry ON entry.account_id = cut.account_id AND entry.account_version <= cut.version
            JOIN pay_txn AS txn ON txn.id = entry.txn_id AND txn.effective_at < paper.period_end
            WHERE cut.paper_id = paper.id AND (paper.began IS NULL OR txn.effective_at >= paper.began
                OR entry.account_version > coalesce(had.version, 0))
        ) AS posted
        WHERE paper.issued_at >= $1 AND paper.changed <> posted.changed
    """,
    "commissions-are-the-ledger": """
        SELECT txn_id::text AS reference, told || ' told line by line, ' || booked || ' booked' AS message FROM (
            SELECT item.txn_id, sum(item.net) + sum(item.vat) AS told, sum(entry.booked) AS booked,
                sum(item.net) <> sum(entry.net) OR sum(item.vat) <> sum(entry.vat) AS differs
            FROM (
                SELECT txn_id, currency, sum(net_minor) AS net, sum(vat_minor) AS vat FROM pay_commission_item
                WHERE effective_at >= $1 GROUP BY 1, 2
            ) AS item CROSS JOIN LATERAL (
                SELECT coalesce(-sum(entry.amount), 0) AS booked,
                    coalesce(-sum(entry.amount) FILTER (WHERE account.kind = 'hub:commission'), 0) AS net,
                    coalesce(-sum(entry.amount) FILTER (WHERE account.kind = 'vat:payable'), 0) AS vat
                FROM pay_entry AS entry JOIN pay_account AS account ON account.id = entry.account_id
                WHERE entry.txn_id = item.txn_id AND account.currency = item.currency
                    AND account.kind IN ('hub:commission', 'vat:payable')
            ) AS entry
            GROUP BY 1
        ) AS compared WHERE differs
    """,
    "commissions-have-their-lines": """
        SELECT DISTINCT txn.id::text AS reference,
            'a ' || txn.kind || ' moves commission or its VAT and stands on no line, so on no invoice' AS message
        FROM (SELECT currency, max(txn_id) AS newest FROM pay_commission_item GROUP BY 1) AS told
        JOIN pay_account AS account ON account.currency = told.currency
            AND account.kind IN ('hub:commission', 'vat:payable')
        JOIN pay_entry AS entry ON entry.account_id = account.id AND entry.txn_id < told.newest
        JOIN pay_txn AS txn ON txn.id = entry.txn_id
        WHERE txn.effective_at >= $1 AND txn.effective_at < $2 AND txn.kind <> 'adjustment'
            AND NOT EXISTS (SELECT 1 FROM pay_commission_item AS item WHERE item.txn_id = txn.id)
    """,
    "invoice-is-its-lines": """
        SELECT paper.number AS reference, paper.total_minor || ' said, ' || coalesce(sum(item.net_minor
            + item.vat_minor), 0) || ' line by line' AS message
        FROM pay_paper AS paper LEFT JOIN pay_commission_item AS item ON item.paper_id = paper.id
        WHERE paper.kind <> 'statement'
        GROUP BY paper.id HAVING paper.total_minor
            <> coalesce(sum(item.net_minor + item.vat_minor), 0) * CASE paper.kind WHEN 'invoice' THEN 1 ELSE -1 END
    """,
    "numbers-have-no-gap": """
        SELECT series.name AS reference, series.last || ' given, ' || count(paper.id) || ' issued' AS message
        FROM pay_paper_series AS series
        LEFT JOIN pay_paper AS paper ON paper.kind || ':' || paper.series_year = series.name
        GROUP BY series.name, series.last
        HAVING count(paper.id) <> series.last OR coalesce(max(paper.series_place), 0) <> series.last
    """,
}

PAPER_RULES = tuple(_RULES)
"""Every rule, by name."""


async def broken_paper_rules(now: datetime) -> list[Breach]:
    """Every row that breaks one of the rules, at most a hundred of each."""
    times = (now - LOOKED_BACK, now - TAKEN_APART_WITHIN)
    return [
        Breach(rule, row["reference"], row["message"])
        for rule in PAPER_RULES
        for row in await database.fetch(
            f"SELECT * FROM ({_RULES[rule]}) AS found "
            f"WHERE $1::timestamptz IS NOT NULL AND $2::timestamptz IS NOT NULL LIMIT {FOUND_MAX}",
            *times,
        )
    ]
