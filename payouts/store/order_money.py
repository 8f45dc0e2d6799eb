"""Orders by what became of their money, newest first, by key; and what one order's shares led to.

An order stands here once its payment was booked. Amounts are in the hub's currency, save what the shopper was charged.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec

from federation.node import database
from federation.node.keyset import Key, Leaf, leaf, window
from federation.node.listing import Sorting, Span

MoneyState = Literal["disputed", "asked", "blocked", "waiting", "owed", "taken", "done"]
"""Where an order's money is, the state that wants a look most first."""
MONEY_STATES: tuple[MoneyState, ...] = get_args(MoneyState)


class OrderFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which orders: of a state, with a boutique in them, settled in a currency, paid from one moment up to another."""

    state: MoneyState | None = None
    shop_id: str = ""
    currency: str = ""
    since: datetime | None = None
    until: datetime | None = None
    span: Span


class OrderMoneyRow(msgspec.Struct, frozen=True, kw_only=True):
    """One order: charged, come to, less the provider's `fee_minor`; what of it is whose and where that is now.

    `owed_minor` is what boutiques were owed at the sale, of which so much was `sent_minor` and is `here_minor`. A bank
    that only asks has `asked`, and no money moved; with lost disputes and refunds together, all of it was `taken`.
    """

    payment_id: UUID
    order_id: UUID
    paid_at: datetime
    charged_minor: int
    charged_currency: str
    settled_minor: int | None
    currency: str
    fee_minor: int | None
    refunded_minor: int
    commission_minor: int
    vat_minor: int
    owed_minor: int
    sent_minor: int
    here_minor: int
    debt_minor: int
    shops: tuple[str, ...]
    disputed: bool
    asked: bool
    blocked: bool
    taken: bool

    @property
    def state(self) -> MoneyState:
        """Where its money is."""
        if self.disputed:
            return "disputed"
        if self.asked:
            return "asked"
        if self.blocked:
            return "blocked"
        if self.here_minor or self.settled_minor is None:
            return "waiting"
        if self.debt_minor:
            return "owed"
        return "taken" if self.taken else "done"


NEWEST = Sorting("paid", descending=True)
_ORDERS = {"paid": (Key("paid_at", datetime, "payment.captured_at"), Key("payment_id", UUID, "payment.id"))}


_SHARE = "EXISTS (SELECT 1 FROM pay_settlement AS share WHERE share.order_id = payment.order_id"
_WITH_US = "('held', 'releasable', 'queued', 'blocked', 'submitting')"
_DISPUTE = "FROM pay_dispute AS dispute WHERE dispute.order_id = payment.order_id AND dispute.status"
_DISPUTED = f"EXISTS (SELECT 1 {_DISPUTE} IN ('open', 'evidence'))"
_ASKED = f"EXISTS (SELECT 1 {_DISPUTE} = 'inquiry')"
_LOST = f"{_DISPUTE} IN ('lost', 'prevented') AND dispute.taken_currency IS NOT NULL"
_TAKEN = f"""(EXISTS (SELECT 1 {_LOST}) AND coalesce(payment.received_minor, payment.amount_minor)
    <= (SELECT sum(dispute.amount_minor) {_LOST})
    + (SELECT coalesce(sum(refund.amount_minor), 0) FROM pay_refund AS refund
        WHERE refund.order_id = payment.order_id AND refund.status <> 'voided'))"""  # noqa: S608 - words of our own code
_BLOCKED = f"{_SHARE} AND share.status = 'blocked')"
_WAITING = f"""((payment.settled_minor IS NULL OR {_SHARE} AND share.status IN {_WITH_US})
    OR EXISTS (SELECT 1 FROM pay_settlement AS share JOIN pay_reserve AS reserve ON reserve.settlement_id = share.id
        WHERE share.order_id = payment.order_id AND reserve.status = 'kept')))"""  # noqa: S608 - words of our own code
_OWED = (
    "EXISTS (SELECT 1 FROM pay_settlement AS share JOIN pay_claim AS claim ON claim.settlement_id = share.id"
    " WHERE share.order_id = payment.order_id AND claim.status NOT IN ('recovered', 'written_off'))"
)
_CONDITIONS: dict[MoneyState, str] = {
    "disputed": _DISPUTED,
    "asked": _ASKED,
    "blocked": _BLOCKED,
    "waiting": _WAITING,
    "owed": _OWED,
    "taken": _TAKEN,
    "done": "TRUE",
}


def _in(state: MoneyState) -> str:
    """What orders in a state fulfil: its own condition, and that of no state before it."""
    before = MONEY_STATES[: MONEY_STATES.index(state)]
    return " AND ".join([_CONDITIONS[state], *(f"NOT {_CONDITIONS[one]}" for one in before)])


_ROWS = f"""
SELECT payment.id AS payment_id, payment.order_id, payment.captured_at AS paid_at,
    coalesce(payment.received_minor, payment.amount_minor) AS charged_minor,
    coalesce(payment.received_currency, payment.currency) AS charged_currency,
    payment.settled_minor, coalesce(payment.settled_currency, payment.currency) AS currency, payment.fee_minor,
    (SELECT coalesce(sum(coalesce(refund.settled_minor, refund.amount_minor)), 0)::bigint FROM pay_refund AS refund
        WHERE refund.order_id = payment.order_id) AS refunded_minor,
    line.commission_minor, line.vat_minor,
    share.owed_minor, share.sent_minor, share.here_minor + kept.kept_minor AS here_minor, kept.debt_minor,
    share.shops, {_DISPUTED} AS disputed, {_ASKED} AS asked, {_BLOCKED} AS blocked,
    {_TAKEN} AS taken
FROM (SELECT * FROM pay_payment AS payment WHERE {{conditions}}
    ORDER BY {{order}} LIMIT $1) AS payment
CROSS JOIN LATERAL (
    SELECT coalesce(sum(coalesce((settled::jsonb ->> 'commission')::bigint, commission)), 0)::bigint
            AS commission_minor,
        coalesce(sum(coalesce((settled::jsonb ->> 'vat')::bigint, vat)), 0)::bigint AS vat_minor
    FROM pay_line WHERE order_id = payment.order_id
) AS line
CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount_minor) FILTER (WHERE kind NOT IN ('reserve', 'reinstated')), 0)::bigint AS owed_minor,
        coalesce(sum(sent_minor - reversed_minor), 0)::bigint AS sent_minor,
        coalesce(sum(amount_minor - refunded_minor - disputed_minor - fee_minor - netted_minor - reserved_minor
            - sent_minor) FILTER (WHERE status IN {_WITH_US}), 0)::bigint AS here_minor,
        coalesce(array_agg(DISTINCT shop_id), ARRAY[]::text[]) AS shops
    FROM pay_settlement WHERE order_id = payment.order_id
) AS share
CROSS JOIN LATERAL (
    SELECT coalesce((SELECT sum(reserve.amount_minor - reserve.used_minor) FROM pay_settlement AS share
            JOIN pay_reserve AS reserve ON reserve.settlement_id = share.id
            WHERE share.order_id = payment.order_id AND reserve.status = 'kept'), 0)::bigint AS kept_minor,
        coalesce((SELECT sum(claim.amount_minor - claim.reversed_minor - claim.netted_minor - claim.written_off_minor)
            FROM pay_settlement AS share JOIN pay_claim AS claim ON claim.settlement_id = share.id
            WHERE share.order_id = payment.order_id), 0)::bigint AS debt_minor
) AS kept
ORDER BY {{order}}
"""  # noqa: S608 - words of our own code


async def rows(wanted: OrderFilter) -> Leaf[OrderMoneyRow]:
    """A page of the paid orders that fit. Raises PlaceInvalidError for a place that is none of the list."""
    part = window(wanted.span, _ORDERS)
    values: list[Any] = [part.limit]
    conditions = ["captured_at IS NOT NULL", "status = 'paid'"]
    if wanted.state is not None:
        conditions.append(_in(wanted.state))
    asked: tuple[tuple[str, tuple[Any, ...]], ...] = (
        ("captured_at >= {}", () if wanted.since is None else (wanted.since,)),
        ("captured_at < {}", () if wanted.until is None else (wanted.until,)),
        ("coalesce(settled_currency, currency) = {}", (wanted.currency,) if wanted.currency else ()),
        (part.condition, part.values),
        (
            f"{_SHARE} AND share.shop_id = {{}})",
            (wanted.shop_id,) if wanted.shop_id else (),
        ),
    )
    for condition, given in asked:
        if given:
            places = [f"${len(values) + number}" for number in range(1, len(given) + 1)]
            conditions.append(condition.format(*places))
            values += given
    sql = _ROWS.format(conditions=" AND ".join(conditions), order=part.order)
    found = [msgspec.convert(dict(row), OrderMoneyRow) for row in await database.fetch(sql, *values)]
    return leaf(wanted.span, _ORDERS, found, getattr)


async def currencies() -> list[str]:
    """The currencies that payments were settled in."""
    found = await database.fetch(
        "SELECT DISTINCT currency FROM pay_account WHERE kind IN ('provider:pending', 'provider:available') ORDER BY 1"
    )
    return [row["currency"] for row in found]


class ShareTransfer(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to send a share, and the payout that took it to the boutique's bank, once there is one."""

    settlement_id: UUID
    status: str
    amount_minor: int
    currency: str
    provider_id: str | None
    error: str
    submitted_at: datetime
    finished_at: datetime | None
    payout_id: UUID | None
    payout_status: str | None
    payout_at: datetime | None
    arrival_at: datetime | None


async def transfers_of(settlement_ids: Collection[UUID]) -> list[ShareTransfer]:
    """Attempts to send these shares, oldest first, each with the latest payout its money went into."""
    found = await database.fetch(
        """SELECT transfer.settlement_id, transfer.status, transfer.amount_minor, transfer.currency,
            transfer.provider_id, transfer.error, transfer.submitted_at, transfer.finished_at,
            payout.id AS payout_id, payout.status AS payout_status, payout.created_at AS payout_at, payout.arrival_at
        FROM pay_transfer AS transfer
        LEFT JOIN LATERAL (
            SELECT coalesce(transfer.payout_id, movement.payout_id) AS id FROM (SELECT 1) AS one
            LEFT JOIN pay_movement AS movement ON movement.settlement_id = transfer.settlement_id
                AND movement.amount_minor > 0 AND movement.payout_id IS NOT NULL AND transfer.status = 'sent'
            ORDER BY movement.id DESC NULLS LAST LIMIT 1
        ) AS taken ON true
        LEFT JOIN pay_payout AS payout ON payout.id = taken.id
        WHERE transfer.settlement_id = ANY($1::uuid[]) ORDER BY transfer.id""",
        list(settlement_ids),
    )
    return [msgspec.convert(dict(row), ShareTransfer) for row in found]
