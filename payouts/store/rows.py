"""The shelves of the package, one per table that holds a life cycle, and the reads that need more than a condition."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from federation.node import database
from federation.vocabulary.wording import Sentence, as_kept
from payouts import tables
from payouts.domain import records
from payouts.domain.payment import PaymentStatus
from payouts.store.shelf import Shelf

payments = Shelf(tables.Payment, records.PaymentRecord)
lines = Shelf(tables.Line, records.LineRecord)
settlements = Shelf(tables.Settlement, records.SettlementRecord)
transfers = Shelf(tables.Transfer, records.TransferRecord)
refunds = Shelf(tables.Refund, records.RefundRecord)
refunded_lines = Shelf(tables.RefundedLine, records.RefundedLineRecord)
claims = Shelf(tables.Claim, records.ClaimRecord)
movements = Shelf(tables.Movement, records.MovementRecord)
payouts = Shelf(tables.Payout, records.PayoutRecord)
events = Shelf(tables.Event, records.EventRecord)
shop_accounts = Shelf(tables.ShopAccount, records.ShopAccountRecord)
alerts = Shelf(tables.Alert, records.AlertRecord)

SWEEP_BATCH = 50
"""The most rows one sweep takes of a kind."""

ALIVE = (
    PaymentStatus.INTENDED,
    PaymentStatus.OPEN,
    PaymentStatus.PROCESSING,
    PaymentStatus.AUTHORISED,
    PaymentStatus.CAPTURING,
    PaymentStatus.PAID,
)


async def payment_alive(order_id: UUID, *, lock: bool = False) -> records.PaymentRecord | None:
    """The one attempt to pay this order that is not over without money."""
    table = tables.Payment
    found = await payments.find(
        (table.order_id == order_id) & table.status.is_in([status.value for status in ALIVE]), lock=lock
    )
    return found[0] if found else None


async def hold_payment(payment_id: UUID) -> None:
    """Lock a payment against whoever locks it, not against rows that refer to it: who holds its dispute adds some."""
    await database.execute("SELECT 1 FROM pay_payment WHERE id = $1 FOR NO KEY UPDATE", payment_id)


async def payment_latest(order_id: UUID) -> records.PaymentRecord | None:
    """The newest attempt to pay this order."""
    table = tables.Payment
    found = await payments.find(table.order_id == order_id, order_by=table.created_at, ascending=False, limit=1)
    return found[0] if found else None


async def lines_of_shop_order(shop_order_id: UUID) -> list[records.LineRecord]:
    """The lines of one shop order, locked."""
    return await lines.find(tables.Line.shop_order_id == shop_order_id, lock=True)


async def parts_of_refund(refund_id: UUID) -> list[records.RefundedLineRecord]:
    """What a refund took back, by line."""
    return await refunded_lines.find(tables.RefundedLine.refund_id == refund_id)


async def claims_of_refund(refund_id: UUID) -> list[records.ClaimRecord]:
    """What the shops owe back because of a refund."""
    return await claims.find(tables.Claim.refund_id == refund_id)


async def settlements_of(shop_order_id: UUID, *, lock: bool = False) -> list[records.SettlementRecord]:
    """Everything owed from one shop order."""
    return await settlements.find(tables.Settlement.shop_order_id == shop_order_id, lock=lock)


async def settlements_of_payment(payment_id: UUID) -> list[records.SettlementRecord]:
    """Everything owed from one payment, locked."""
    return await settlements.find(tables.Settlement.payment_id == payment_id, lock=True)


async def refunds_of_payment(payment_id: UUID) -> list[records.RefundRecord]:
    """What is to go back of one payment, in the order it was decided."""
    table = tables.Refund
    return await refunds.find(table.payment_id == payment_id, order_by=table.created_at)


async def transfer_under_way(settlement_id: UUID, attempt: int) -> records.TransferRecord | None:
    """One attempt to send a settlement."""
    table = tables.Transfer
    found = await transfers.find((table.settlement_id == settlement_id) & (table.attempt == attempt))
    return found[0] if found else None


async def claims_owed(shop_id: str, currency: str) -> list[records.ClaimRecord]:
    """Claims that wait to be netted, oldest first, locked."""
    table = tables.Claim
    return await claims.find(
        (table.shop_id == shop_id) & (table.currency == currency) & (table.status == "owed"), lock=True
    )


async def movements_free(account_id: str, currency: str) -> list[records.MovementRecord]:
    """Movements of one account at the provider that no payout has claimed, oldest first, locked."""
    table, sent = tables.Movement, tables.Transfer
    here = sent.select(sent.settlement_id).where((sent.account_id == account_id) & (sent.status == "sent"))
    return await movements.find(
        table.settlement_id.is_in(here) & (table.currency == currency) & table.payout_id.is_null(), lock=True
    )


async def shop_account_of(account_id: str) -> records.ShopAccountRecord | None:
    """The shop's account that the provider calls so."""
    found = await shop_accounts.find(tables.ShopAccount.provider_id == account_id)
    return found[0] if found else None


async def claim_movements(payout_id: UUID, movements: Sequence[records.MovementRecord]) -> None:
    """Give movements to a payout, and remember for ever that it was made of them."""
    table = tables.Movement
    await table.update({table.payout_id: payout_id}).where(table.id.is_in([each.id for each in movements]))
    await tables.PayoutPart.insert(
        *(
            tables.PayoutPart(payout_id=payout_id, movement_id=each.id, amount_minor=each.amount_minor)
            for each in movements
        )
    )


async def free_movements(payout_id: UUID) -> None:
    """Take its movements away from a payout that failed."""
    table = tables.Movement
    await table.update({table.payout_id: None}).where(table.payout_id == payout_id)


async def take_waiting(table: str, statuses: Sequence[str], before: datetime, now: datetime) -> list[UUID]:
    """Rows of a life-cycle table in one of `statuses` untouched since `before`, longest waiting first.

    They count as touched from now on, so that each is looked at once in a while and by one sweep at a time.
    """
    return await _take(table, "status = ANY($4)", before, now, list(statuses))


async def take_payments_without_funds(before: datetime, now: datetime) -> list[UUID]:
    """Payments whose money arrived but is not known to be available, taken like `take_waiting`."""
    condition = "funds_at IS NULL AND status IN ('paid', 'returned', 'suspense')"
    return await _take("pay_payment", condition, before, now)


async def take_payments_undivided(before: datetime, now: datetime) -> list[UUID]:
    """Paid payments whose shares nobody has booked yet, taken like `take_waiting`."""
    return await _take("pay_payment", "status = 'paid' AND captured_at IS NULL", before, now)


async def _take(table: str, condition: str, before: datetime, now: datetime, *more: object) -> list[UUID]:
    rows = await database.fetch(
        f"UPDATE {table} SET updated_at = $2 WHERE id IN (SELECT id FROM {table} WHERE {condition} "  # noqa: S608 - both are words of our own code
        "AND updated_at <= $1 ORDER BY updated_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id",
        before,
        now,
        SWEEP_BATCH,
        *more,
    )
    return [row["id"] for row in rows]


async def shops_to_pay(after: tuple[str, str], limit: int = 200) -> list[tuple[str, str]]:
    """The next shops and currencies `after` one with money at the provider that no payout has claimed."""
    rows = await database.fetch(
        "SELECT movement.shop_id, movement.currency FROM pay_movement AS movement "
        "JOIN pay_shop_account AS account USING (shop_id) "
        "WHERE payout_id IS NULL AND account.ready AND account.payouts_paused = '' "
        "AND (movement.shop_id, movement.currency) > ($1, $2) "
        "GROUP BY 1, 2 HAVING sum(amount_minor) > 0 ORDER BY 1, 2 LIMIT $3",
        *after,
        limit,
    )
    return [(row["shop_id"], row["currency"]) for row in rows]


async def last_payout_at(shop_id: str, currency: str) -> datetime | None:
    """When the newest payout of a shop was begun."""
    found: datetime | None = await database.fetch_value(
        "SELECT max(created_at) FROM pay_payout WHERE shop_id = $1 AND currency = $2", shop_id, currency
    )
    return found


async def raise_alert(kind: str, reference: str, words: Sentence, now: datetime) -> None:
    """Open an alert unless one of this kind is open for the same thing."""
    await database.execute(
        "INSERT INTO pay_alert (kind, reference, message, told, raised_at) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (kind, reference) WHERE cleared_at IS NULL DO NOTHING",
        kind,
        reference,
        str(words),
        as_kept(words),
        now,
    )


async def keep_event(event: records.EventRecord) -> bool:
    """Store an event once; False when it was there already."""
    tag = await database.execute(
        "INSERT INTO pay_event (id, type, object_kind, object_id, body, created_at, received_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
        event.id,
        event.type,
        event.object_kind,
        event.object_id,
        event.body,
        event.created_at,
        event.received_at,
    )
    return database.affected(tag) == 1


async def event_id_before(received_before: datetime) -> str:
    """The newest event received before a moment, empty when there is none: where to list events from."""
    found: str | None = await database.fetch_value(
        "SELECT id FROM pay_event WHERE received_at <= $1 ORDER BY created_at DESC, id DESC LIMIT 1", received_before
    )
    return found or ""


async def settlements_blocked_by_account(shop_id: str) -> list[tuple[UUID, int]]:
    """A shop's settlements that wait for its account, with their attempts so far."""
    rows = await database.fetch(
        "SELECT id, attempt FROM pay_settlement WHERE shop_id = $1 AND status = 'blocked' AND block_reason = 'account'",
        shop_id,
    )
    return [(row["id"], row["attempt"]) for row in rows]


async def take_accounts_not_ready(before: datetime, now: datetime) -> list[str]:
    """Shops whose account is not open or not ready and was not looked at since `before`, taken like `take_waiting`."""
    rows = await database.fetch(
        "UPDATE pay_shop_account SET updated_at = $2 WHERE shop_id IN (SELECT shop_id FROM pay_shop_account "
        "WHERE NOT ready AND updated_at <= $1 ORDER BY updated_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING shop_id",
        before,
        now,
        SWEEP_BATCH,
    )
    return [row["shop_id"] for row in rows]


async def payout_submitting(shop_id: str, currency: str) -> bool:
    """Whether a payout of this shop is begun and not answered."""
    found = await database.fetch_value(
        "SELECT 1 FROM pay_payout WHERE shop_id = $1 AND currency = $2 AND status = 'submitting'", shop_id, currency
    )
    return found is not None


async def payout_parts(payout_id: UUID) -> list[tuple[UUID, str, str, int]]:
    """What a payout is made of, by shop order, kind of settlement and currency it was sent in; amounts in its own."""
    rows = await database.fetch(
        "SELECT settlement.shop_order_id, settlement.kind, movement.currency, sum(part.amount_minor)::bigint AS amount "
        "FROM pay_payout_part AS part JOIN pay_movement AS movement ON movement.id = part.movement_id "
        "JOIN pay_settlement AS settlement ON settlement.id = movement.settlement_id "
        "WHERE part.payout_id = $1 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        payout_id,
    )
    return [(row["shop_order_id"], row["kind"], row["currency"], row["amount"]) for row in rows]


async def _ids(sql: str, *args: object) -> list[UUID]:
    return [row["id"] for row in await database.fetch(sql, *args)]


async def moved(shop_id: str) -> dict[str, tuple[int, int]]:
    """By currency, what a shop was sent (less what was reversed) and what of it went to its bank."""
    rows = await database.fetch(
        "SELECT movement.currency, sum(movement.amount_minor)::bigint AS sent, "
        "coalesce(sum(movement.amount_minor) FILTER (WHERE payout.status = 'paid'), 0)::bigint AS paid_out "
        "FROM pay_movement AS movement LEFT JOIN pay_payout AS payout ON payout.id = movement.payout_id "
        "WHERE movement.shop_id = $1 GROUP BY 1",
        shop_id,
    )
    return {row["currency"]: (row["sent"], row["paid_out"]) for row in rows}
