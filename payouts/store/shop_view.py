"""What stands between one shop and the hub: shares not sent, reserves, debts, payouts, each with its order."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec

from federation.node import database
from payouts import tables as flow
from payouts.domain.records import PayoutRecord
from payouts.store import rows

R = TypeVar("R", bound=msgspec.Struct)


class Unsent(msgspec.Struct, frozen=True, kw_only=True):
    """A share still with the hub; `exchanged` once its payment is in the hub's currency, or it is of no payment."""

    shop_order_id: UUID
    kind: str
    currency: str
    amount_minor: int
    status: str
    block_reason: str
    release_after: str
    due_at: datetime | None
    exchanged: bool
    hold: str | None


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of a reserve."""

    shop_order_id: UUID
    currency: str
    amount_minor: int
    until: datetime


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of a claim; without an order when it is of a correction."""

    shop_order_id: UUID | None
    currency: str
    cause: str
    state: str
    amount_minor: int
    left_minor: int
    since: datetime


async def unsent(shop_id: str, limit: int) -> list[Unsent]:
    """Shares with the hub, the next to be released first; of several holds the gravest is named."""
    found = await database.fetch(
        """SELECT * FROM (
            SELECT settlement.shop_order_id, settlement.kind, settlement.currency, settlement.status,
                settlement.amount_minor - settlement.refunded_minor - settlement.disputed_minor - settlement.fee_minor
                    - settlement.netted_minor - settlement.reserved_minor - settlement.sent_minor AS amount_minor,
                settlement.block_reason, settlement.release_after, settlement.due_at, settlement.created_at,
                (settlement.payment_id IS NULL OR payment.settled_at IS NOT NULL) AS exchanged,
                (SELECT hold.reason FROM pay_hold AS hold WHERE hold.lifted_at IS NULL
                    AND (hold.shop_order_id = settlement.shop_order_id OR hold.shop_id = settlement.shop_id)
                    ORDER BY array_position(ARRAY['dispute', 'fraud', 'return', 'operator'], hold.reason)
                    LIMIT 1) AS hold
            FROM pay_settlement AS settlement LEFT JOIN pay_payment AS payment ON payment.id = settlement.payment_id
            WHERE settlement.shop_id = $1
                AND settlement.status IN ('held', 'releasable', 'queued', 'submitting', 'blocked')
        ) AS share WHERE amount_minor > 0 ORDER BY due_at NULLS LAST, created_at LIMIT $2""",
        shop_id,
        limit,
    )
    return [_read(row, Unsent) for row in found]


async def reserves_kept(shop_id: str, limit: int) -> list[Kept]:
    """What is kept back, the next to be let go first."""
    found = await database.fetch(
        """SELECT settlement.shop_order_id, reserve.currency, reserve.amount_minor - reserve.used_minor AS amount_minor,
            reserve.release_at AS until
        FROM pay_reserve AS reserve JOIN pay_settlement AS settlement ON settlement.id = reserve.settlement_id
        WHERE reserve.shop_id = $1 AND reserve.status = 'kept' ORDER BY reserve.release_at, reserve.id LIMIT $2""",
        shop_id,
        limit,
    )
    return [_read(row, Kept) for row in found]


async def owed(shop_id: str, limit: int) -> list[Owed]:
    """Claims that are not over, the oldest first."""
    found = await database.fetch(
        """SELECT * FROM (
            SELECT settlement.shop_order_id, claim.currency, claim.status AS state, claim.amount_minor,
                CASE WHEN claim.adjustment_id IS NOT NULL THEN 'correction' WHEN claim.for_fee THEN 'fee'
                    WHEN claim.dispute_id IS NOT NULL THEN 'dispute' ELSE 'refund' END AS cause,
                claim.amount_minor - claim.reversed_minor - claim.netted_minor - claim.written_off_minor AS left_minor,
                claim.created_at AS since
            FROM pay_claim AS claim LEFT JOIN pay_settlement AS settlement ON settlement.id = claim.settlement_id
            WHERE claim.shop_id = $1 AND claim.status IN ('open', 'reversing', 'owed')
        ) AS debt WHERE left_minor > 0 ORDER BY since LIMIT $2""",
        shop_id,
        limit,
    )
    return [_read(row, Owed) for row in found]


async def newest_payouts(shop_id: str, limit: int) -> list[PayoutRecord]:
    """The newest payouts to the shop's bank."""
    table = flow.Payout
    return await rows.payouts.find(table.shop_id == shop_id, order_by=table.created_at, ascending=False, limit=limit)


async def orders_of_payouts(payout_ids: Collection[UUID]) -> dict[UUID, list[tuple[UUID, int]]]:
    """What each payout is made of, by shop order; what cancels out is left out."""
    found = await database.fetch(
        """SELECT part.payout_id, settlement.shop_order_id, sum(part.amount_minor)::bigint AS amount
        FROM pay_payout_part AS part JOIN pay_movement AS movement ON movement.id = part.movement_id
        JOIN pay_settlement AS settlement ON settlement.id = movement.settlement_id
        WHERE part.payout_id = ANY($1) GROUP BY 1, 2 HAVING sum(part.amount_minor) <> 0 ORDER BY 1, 2""",
        list(payout_ids),
    )
    made: dict[UUID, list[tuple[UUID, int]]] = {}
    for row in found:
        made.setdefault(row["payout_id"], []).append((row["shop_order_id"], row["amount"]))
    return made


def _read(row: Mapping[str, object], type_: type[R]) -> R:
    return type_(**{name: row[name] for name in type_.__struct_fields__})
