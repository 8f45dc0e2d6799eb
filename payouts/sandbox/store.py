"""Every query of the simulated provider."""

import secrets
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from federation.node import database
from federation.vocabulary.money import Money
from payouts.ports import ObjectKind
from payouts.sandbox import records, tables
from payouts.sandbox.rates import PER_EURO
from payouts.store.shelf import Shelf

accounts = Shelf(tables.Account, records.AccountRow)
payments = Shelf(tables.Payment, records.PaymentRow)
transfers = Shelf(tables.Transfer, records.TransferRow)
reversals = Shelf(tables.Reversal, records.ReversalRow)
refunds = Shelf(tables.Refund, records.RefundRow)
payouts = Shelf(tables.Payout, records.PayoutRow)
moves = Shelf(tables.Move, records.MoveRow)
events = Shelf(tables.Event, records.EventRow)

_ONE_AT_A_TIME = 7_219_001


def make_id(kind: str) -> str:
    """An unguessable id that says what it is of."""
    return f"{kind}_{secrets.token_hex(12)}"


async def one_at_a_time() -> None:
    """Let no other change of balances run until this transaction ends."""
    await database.execute("SELECT pg_advisory_xact_lock($1)", _ONE_AT_A_TIME)


async def clock_ahead() -> timedelta:
    """How far the sandbox's clock was moved ahead of the real one."""
    return timedelta(seconds=await database.fetch_value("SELECT ahead_seconds FROM sandbox_clock"))


async def move_clock(seconds: int) -> None:
    """Move the sandbox's clock ahead."""
    await database.execute("UPDATE sandbox_clock SET ahead_seconds = ahead_seconds + $1", seconds)


async def rates() -> dict[str, Decimal]:
    """Units of each currency for one euro, as they stand."""
    moved = await database.fetch("SELECT currency, per_euro FROM sandbox_rate")
    return PER_EURO | {row["currency"]: Decimal(row["per_euro"]) for row in moved}


async def move_rate(currency: str, per_euro: Decimal) -> None:
    """Let a currency stand at so many units for one euro from now on."""
    await database.execute(
        "INSERT INTO sandbox_rate (currency, per_euro) VALUES ($1, $2) "
        "ON CONFLICT (currency) DO UPDATE SET per_euro = excluded.per_euro",
        currency,
        f"{per_euro:f}",
    )


async def balance(account_id: str, now: datetime, *, available: bool) -> tuple[Money, ...]:
    """An account's money that is, or is not yet, available, by currency."""
    rows = await database.fetch(
        "SELECT currency, sum(net_minor)::bigint AS amount FROM sandbox_move "
        "WHERE account_id = $1 AND (available_at <= $2) = $3 GROUP BY 1 ORDER BY 1",
        account_id,
        now,
        available,
    )
    return tuple(Money(row["amount"], row["currency"]) for row in rows)


async def available_minor(account_id: str, currency: str, now: datetime) -> int:
    """What can be taken from an account now."""
    money = await balance(account_id, now, available=True)
    return next((each.amount_minor for each in money if each.currency == currency), 0)


async def move(account_id: str, kind: str, source_id: str, money: Money, *, at: datetime, now: datetime) -> None:
    """Put money into an account, or take it out, without a fee; available from `at`."""
    await moves.add(
        records.MoveRow(
            account_id=account_id,
            type=kind,
            source_id=source_id,
            gross_minor=money.amount_minor,
            net_minor=money.amount_minor,
            currency=money.currency,
            available_at=at,
            created_at=now,
        )
    )


async def transferred_minor(payment_id: str) -> int:
    """The sum of all transfers made out of a payment."""
    return int(
        await database.fetch_value(
            "SELECT coalesce(sum(amount_minor), 0) FROM sandbox_transfer WHERE payment_id = $1", payment_id
        )
    )


async def refunded_minor(payment_id: str) -> int:
    """The sum of all refunds of a payment that have not failed."""
    return int(
        await database.fetch_value(
            "SELECT coalesce(sum(amount_minor), 0) FROM sandbox_refund WHERE payment_id = $1 AND status <> 'failed'",
            payment_id,
        )
    )


async def payments_to_settle(now: datetime) -> list[records.PaymentRow]:
    """Paid payments whose money became available."""
    table = tables.Payment
    return await payments.find((table.settled == False) & (table.available_at <= now), lock=True)  # noqa: E712 - Piccolo's way to say it


async def refunds_waiting() -> list[records.RefundRow]:
    """Refunds that wait for the platform's balance, oldest first."""
    table = tables.Refund
    return await refunds.find(table.status == "pending", order_by=table.created_at, lock=True)


async def payouts_arriving(now: datetime) -> list[records.PayoutRow]:
    """Payouts that reach the bank by now."""
    table = tables.Payout
    return await payouts.find((table.status == "in_transit") & (table.arrival_at <= now), lock=True)


async def tell(kind: ObjectKind, object_id: str, what: str, now: datetime) -> None:
    """Write an event, to be delivered soon."""
    await events.add(
        records.EventRow(
            id=make_id("evt"), type=f"{kind}.{what}", object_kind=kind, object_id=object_id, created_at=now, due_at=now
        )
    )


async def events_after(event_id: str, limit: int) -> list[records.EventRow]:
    """Events in order, from the one after `event_id`."""
    number = await database.fetch_value("SELECT number FROM sandbox_event WHERE id = $1", event_id)
    return await events.find(tables.Event.number > (number or 0), limit=limit)


async def events_due(now: datetime, limit: int) -> list[records.EventRow]:
    """Events to be delivered now, in order."""
    table = tables.Event
    return await events.find((table.due_at <= now) & table.delivered_at.is_null(), limit=limit)


async def add_fault(kind: str, path: str, times: int, seconds: float) -> None:
    """Have a misfortune happen to the next calls whose path begins so."""
    await database.execute(
        "INSERT INTO sandbox_fault (kind, path, times_left, seconds) VALUES ($1, $2, $3, $4)",
        kind,
        path,
        times,
        seconds,
    )


async def take_fault(path: str) -> records.FaultRow | None:
    """The oldest misfortune waiting for a path, used up once."""
    row = await database.fetch_one(
        "UPDATE sandbox_fault SET times_left = times_left - 1 WHERE id = (SELECT id FROM sandbox_fault "
        "WHERE times_left > 0 AND starts_with($1, path) ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *",
        path,
    )
    return None if row is None else msgspec.convert(dict(row), records.FaultRow)


async def forget_faults() -> None:
    """Let nothing go wrong any more."""
    await database.execute("DELETE FROM sandbox_fault")
