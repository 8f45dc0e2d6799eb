"""The simulated provider's tables. Amounts are minor units; times are on the sandbox's own clock."""

from piccolo.columns import BigInt, BigSerial, Boolean, Float, Integer, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class ClockSetting(Table, tablename="sandbox_clock", db=proxy):
    """How far the sandbox's clock was moved ahead; one row."""

    id = Integer(primary_key=True, default=None)
    ahead_seconds = BigInt(default=None)


class Account(Table, tablename="sandbox_account", db=proxy):
    """A shop's account; `bank_fails` makes its payouts come back."""

    id = Text(primary_key=True, default=None)
    reference = Text(default=None)
    name = Text(default=None)
    country = Text(default=None)
    currency = Text(default=None)
    ready = Boolean(default=None)
    bank_fails = Boolean(default=None)
    created_at = Timestamptz(default=None)


class Payment(Table, tablename="sandbox_payment", db=proxy):
    """A request for money; `step` is `check` while the shopper's bank asks for confirmation."""

    id = Text(primary_key=True, default=None)
    reference = Text(default=None)
    status = Text(default=None)
    step = Text(default=None)
    amount_minor = BigInt(default=None)
    currency = Text(default=None)
    received_minor = BigInt(default=None)
    fee_minor = BigInt(default=None)
    gross_minor = BigInt(default=0)
    gross_currency = Text(default="")
    exchange_rate = Text(default="")
    description = Text(default=None)
    return_url = Text(default=None)
    last_error = Text(default=None)
    settled = Boolean(default=None)
    available_at = Timestamptz(default=None, null=True)
    created_at = Timestamptz(default=None)


class Transfer(Table, tablename="sandbox_transfer", db=proxy):
    """Money moved from the platform to a shop's account out of one payment."""

    id = Text(primary_key=True, default=None)
    reference = Text(default=None)
    account_id = Text(default=None)
    payment_id = Text(default=None)
    amount_minor = BigInt(default=None)
    reversed_minor = BigInt(default=None)
    currency = Text(default=None)
    created_at = Timestamptz(default=None)


class Reversal(Table, tablename="sandbox_reversal", db=proxy):
    """Money taken back from a transfer."""

    id = Text(primary_key=True, default=None)
    reference = Text(default=None)
    transfer_id = Text(default=None)
    amount_minor = BigInt(default=None)
    currency = Text(default=None)
    created_at = Timestamptz(default=None)


class Refund(Table, tablename="sandbox_refund", db=proxy):
    """Money given back to a shopper, or waiting for the platform's balance."""

    id = Text(primary_key=True, default=None)
    reference = Text(default=None)
    payment_id = Text(default=None)
    amount_minor = BigInt(default=None)
    currency = Text(default=None)
    status = Text(default=None)
    reason = Text(default=None)
    taken_minor = BigInt(default=None, null=True)
    taken_currency = Text(default=None, null=True)
    created_at = Timestamptz(default=None)


class Payout(Table, tablename="sandbox_payout", db=proxy):
    """Money on its way to a shop's bank."""

    id = Text(primary_key=True, default=None)
    reference = Text(default=None)
    account_id = Text(default=None)
    amount_minor = BigInt(default=None)
    currency = Text(default=None)
    status = Text(default=None)
    failure = Text(default=None)
    arrival_at = Timestamptz(default=None)
    created_at = Timestamptz(default=None)


class Move(Table, tablename="sandbox_move", db=proxy):
    """A balance transaction: gross less fee enters or leaves an account (the platform when `account_id` is empty)."""

    id = BigSerial(primary_key=True)
    account_id = Text(default=None)
    type = Text(default=None)
    source_id = Text(default=None)
    gross_minor = BigInt(default=None)
    fee_minor = BigInt(default=None)
    net_minor = BigInt(default=None)
    currency = Text(default=None)
    available_at = Timestamptz(default=None)
    created_at = Timestamptz(default=None)


class Event(Table, tablename="sandbox_event", db=proxy):
    """Something that happened, on its way to the hub until `delivered_at`; its number orders the listing."""

    number = BigSerial(primary_key=True)
    id = Text(default=None)
    type = Text(default=None)
    object_kind = Text(default=None)
    object_id = Text(default=None)
    created_at = Timestamptz(default=None)
    due_at = Timestamptz(default=None)
    attempts = Integer(default=None)
    delivered_at = Timestamptz(default=None, null=True)


class Fault(Table, tablename="sandbox_fault", db=proxy):
    """A misfortune waiting to happen to the next `times_left` calls whose path begins so, or deliveries of events."""

    id = BigSerial(primary_key=True)
    kind = Text(default=None)
    path = Text(default=None)
    times_left = Integer(default=None)
    seconds = Float(default=None)


class Rate(Table, tablename="sandbox_rate", db=proxy):
    """Units of a currency for one euro as moved by a lever, as decimal text."""

    currency = Text(primary_key=True, default=None)
    per_euro = Text(default=None)
