"""How much of each kind waits for a person, counted along the indexes of what is open: nothing here grows with age."""

from datetime import datetime
from uuid import UUID

import msgspec

from federation.node import database
from payouts.store.desk import STANDING


class Hands(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for a person, by kind; where it has an hour, when the first is due or since when the oldest waits.

    Bank details wait on a boutique's own page: `bank_details_shop` is whose wait longest. Proposals to settle refunds
    by hand wait on the refund's: `by_hand_refund` is whose waits longest.
    """

    alerts: int
    blocked: int
    blocked_since: datetime | None
    paused: int
    refunds_failed: int
    refunds_unfunded: int
    unfunded_since: datetime | None
    corrections: int
    bank_details: int
    bank_details_since: datetime | None
    bank_details_shop: str | None
    by_hand: int
    by_hand_since: datetime | None
    by_hand_refund: UUID | None
    for_bank: int
    files_unheard: int
    unheard_since: datetime | None
    disputes: int
    disputes_pressing: int
    dispute_due_at: datetime | None
    warnings: int
    unmatched: int
    unmatched_since: datetime | None
    debts: int
    kept_long: int


async def hands(now: datetime, *, pressing: datetime, bank_silent: datetime, kept_before: datetime) -> Hands:
    """Everything at `now`.

    Disputes press when due by `pressing`, bank files should have been heard of when due before `bank_silent`, shares
    are kept long when sold before `kept_before`.
    """
    found = await database.fetch_one(_HANDS, now, pressing, bank_silent, kept_before)
    return msgspec.convert(dict(found or {}), Hands)


_HANDS = f"""
SELECT
    (SELECT count(*) FROM pay_alert WHERE cleared_at IS NULL) AS alerts,
    stuck.number AS blocked, stuck.since AS blocked_since,
    (SELECT count(*) FROM pay_shop_account WHERE payouts_paused <> '') AS paused,
    (SELECT count(*) FROM pay_refund WHERE status = 'failed') AS refunds_failed,
    unfunded.number AS refunds_unfunded, unfunded.since AS unfunded_since,
    (SELECT count(*) FROM pay_adjustment WHERE status = 'proposed') AS corrections,
    details.number AS bank_details, details.since AS bank_details_since,
    details.shop AS bank_details_shop,
    by_hand.number AS by_hand, by_hand.since AS by_hand_since, by_hand.refund AS by_hand_refund,
    (SELECT count(DISTINCT shop_id) FROM pay_settlement WHERE status = 'queued') AS for_bank,
    unheard.number AS files_unheard, unheard.since AS unheard_since,
    (SELECT count(*) FROM pay_dispute WHERE status IN ('inquiry', 'open', 'evidence')) AS disputes,
    due.number AS disputes_pressing, due.first AS dispute_due_at,
    (SELECT count(*) FROM pay_fraud_warning WHERE lifted_at IS NULL) AS warnings,
    unmatched.number AS unmatched, unmatched.since AS unmatched_since,
    (SELECT count(*) FROM pay_claim WHERE status = 'owed') AS debts,
    (SELECT count(*) FROM pay_settlement WHERE status IN ('held', 'releasable', 'blocked') AND created_at < $4)
        AS kept_long
FROM (
    SELECT count(*) AS number, min(updated_at) AS since FROM pay_settlement AS settlement
    WHERE settlement.status = 'blocked' OR settlement.status = 'held' AND (settlement.due_at <= $1
        OR EXISTS (SELECT 1 FROM pay_hold AS hold WHERE hold.lifted_at IS NULL AND {STANDING}))
) AS stuck, (
    SELECT count(*) AS number, min(updated_at) AS since FROM pay_refund
    WHERE status = 'pending' AND error = 'insufficient_funds'
) AS unfunded, (
    SELECT count(*) AS number, min(file.made_at) AS since FROM pay_bank_file AS file
    WHERE file.execute_on < ($3 AT TIME ZONE 'UTC')::date AND EXISTS (SELECT 1 FROM pay_payout AS payout
        WHERE payout.bank_file_id = file.id AND payout.rail = 'bank' AND payout.status = 'submitting')
) AS unheard, (
    SELECT count(*) FILTER (WHERE due_at <= $2) AS number, min(due_at) AS first FROM pay_dispute WHERE
    status IN ('inquiry', 'open') AND answer <> 'given'
) AS due, (
    SELECT count(*) AS number, min(created_at) AS since FROM pay_balance_move WHERE state = 'suspense'
) AS unmatched, (
    SELECT count(*) AS number, min(proposed_at) AS since, (array_agg(shop_id ORDER BY proposed_at))[1] AS shop
    FROM pay_bank_change WHERE status = 'proposed'
) AS details, (
    SELECT count(*) AS number, min(proposed_at) AS since, (array_agg(refund_id ORDER BY proposed_at))[1] AS refund
    FROM pay_refund_by_hand WHERE status = 'proposed'
) AS by_hand
"""  # noqa: S608 - words of our own code
