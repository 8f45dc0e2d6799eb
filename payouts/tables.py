"""The tables of money: the ledger (append-only), the life cycles beside it, and raw provider events.

Amounts are minor units of the row's currency. The rules the database itself enforces (balanced transactions, no
changes to what is posted, no overdrawn shop account) are written in the first migration.
"""

from piccolo.columns import UUID, BigInt, BigSerial, Boolean, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class LedgerAccount(Table, tablename="pay_account", db=proxy):
    """One ledger account; only shop accounts keep a running `balance` and count their entries in `version`."""

    id = BigSerial(primary_key=True)
    kind = Text(default=None)
    owner = Text(default=None)
    currency = Text(default=None)
    code = Text(default=None)
    keeps_balance = Boolean(default=None)
    balance = BigInt(default=0)
    version = BigInt(default=0)


class LedgerTransaction(Table, tablename="pay_txn", db=proxy):
    """One posted event with so many `legs`; `idem` is its caller's id."""

    id = BigSerial(primary_key=True)
    kind = Text(default=None)
    reference = Text(default=None)
    idem = Text(default=None)
    content_hash = Bytea(default=None)
    corrects = BigInt(default=None, null=True)
    effective_at = Timestamptz(default=None)
    created_at = Timestamptz(default=None)
    legs = Integer(default=None)


class LedgerEntry(Table, tablename="pay_entry", db=proxy):
    """One numbered leg, debit positive, credit negative; for shop accounts with the balance and version it led to."""

    id = BigSerial(primary_key=True)
    txn_id = BigInt(default=None)
    leg = Integer(default=None)
    account_id = BigInt(default=None)
    amount = BigInt(default=None)
    currency = Text(default=None)
    balance_after = BigInt(default=None, null=True)
    account_version = BigInt(default=None, null=True)


class Payment(Table, tablename="pay_payment", db=proxy):
    """One attempt to pay an order; `settled_` is what it came to in the hub's currency, and when that was booked."""

    id = UUID(primary_key=True, default=None)
    order_id = UUID(default=None)
    status = Text(default=None)
    capture = Text(default="automatic")
    capture_minor = BigInt(default=None, null=True)
    capture_attempt = Integer(default=0)
    capture_before = Timestamptz(default=None, null=True)
    amount_minor = BigInt(default=None)
    currency = Text(default=None)
    description = Text(default=None)
    return_url = Text(default=None)
    provider_id = Text(default=None, null=True)
    redirect_url = Text(default=None)
    last_error = Text(default=None)
    received_minor = BigInt(default=None, null=True)
    received_currency = Text(default=None, null=True)
    fee_minor = BigInt(default=None, null=True)
    settled_minor = BigInt(default=None, null=True)
    settled_currency = Text(default=None, null=True)
    exchange_rate = Text(default="")
    settled_at = Timestamptz(default=None, null=True)
    vat_country = Text(default=None)
    captured_at = Timestamptz(default=None, null=True)
    funds_at = Timestamptz(default=None, null=True)
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)


class Line(Table, tablename="pay_line", db=proxy):
    """One sold line (or a share's shipping) with its components frozen at the sale, and how much was refunded.

    `settled` holds the same components in the hub's currency, as JSON, once they are known. `commission_base` is what
    the commission's rate was taken of, by which rule of which revision.
    """

    id = BigSerial(primary_key=True)
    order_id = UUID(default=None)
    shop_order_id = UUID(default=None)
    shop_id = Text(default=None)
    line_id = Text(default=None)
    quantity = Integer(default=None)
    currency = Text(default=None)
    base = BigInt(default=None)
    coupon = BigInt(default=None)
    paid = BigInt(default=None)
    commission = BigInt(default=None)
    vat = BigInt(default=None)
    referral = BigInt(default=None)
    referrer = Text(default=None)
    seller = BigInt(default=None)
    commission_bp = Integer(default=None)
    vat_bp = Integer(default=None)
    refunded_quantity = Integer(default=None)
    refunded_minor = BigInt(default=None)
    disputed_minor = BigInt(default=0)
    settled = Text(default=None, null=True)
    commission_base = BigInt(default=0)
    rule_id = Text(default="")
    rule_revision = Integer(default=0)
    vat_treatment = Text(default="")


class Settlement(Table, tablename="pay_settlement", db=proxy):
    """What one shop is owed from one shop order for one kind of thing, and what became of it."""

    id = UUID(primary_key=True, default=None)
    order_id = UUID(default=None)
    payment_id = UUID(default=None, null=True)
    shop_order_id = UUID(default=None)
    shop_id = Text(default=None)
    kind = Text(default=None)
    currency = Text(default=None)
    amount_minor = BigInt(default=None)
    refunded_minor = BigInt(default=None)
    disputed_minor = BigInt(default=0)
    claimed_minor = BigInt(default=None)
    netted_minor = BigInt(default=None)
    sent_minor = BigInt(default=None)
    reversed_minor = BigInt(default=None)
    status = Text(default=None)
    block_reason = Text(default=None)
    attempt = Integer(default=None)
    transfer_id = Text(default=None, null=True)
    dispute_id = UUID(default=None, null=True)
    dispute_round = Integer(default=0)
    release_after = Text(default="shipped")
    release_window_days = Integer(default=0)
    due_at = Timestamptz(default=None, null=True)
    reserved_minor = BigInt(default=0)
    bears_fee = Boolean(default=False)
    fee_minor = BigInt(default=0)
    next_try_at = Timestamptz(default=None, null=True)
    released_at = Timestamptz(default=None, null=True)
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)


class Transfer(Table, tablename="pay_transfer", db=proxy):
    """One attempt to send a settlement; the account and amount are pinned when it is written."""

    id = BigSerial(primary_key=True)
    settlement_id = UUID(default=None)
    attempt = Integer(default=None)
    account_id = Text(default=None)
    amount_minor = BigInt(default=None)
    currency = Text(default=None)
    status = Text(default=None)
    provider_id = Text(default=None, null=True)
    error = Text(default=None)
    payout_id = UUID(default=None, null=True)
    submitted_at = Timestamptz(default=None)
    finished_at = Timestamptz(default=None, null=True)


class Refund(Table, tablename="pay_refund", db=proxy):
    """A debt to a shopper; `content_hash` tells a repeated request from a contradiction.

    `settled_minor` is what shops and hub gave back for it in the hub's currency, `taken_minor` what it cost in the end.
    Of one that people settled, `given_minor` is what lost disputes had paid, `unborne_minor` what no line bears of it.
    """

    id = UUID(primary_key=True, default=None)
    payment_id = UUID(default=None)
    order_id = UUID(default=None)
    shop_order_id = UUID(default=None, null=True)
    amount_minor = BigInt(default=None)
    seller_minor = BigInt(default=None)
    currency = Text(default=None)
    settled_minor = BigInt(default=None, null=True)
    settled_seller_minor = BigInt(default=None, null=True)
    settled_currency = Text(default=None, null=True)
    taken_minor = BigInt(default=None, null=True)
    given_minor = BigInt(default=0)
    unborne_minor = BigInt(default=0)
    reason = Text(default=None)
    status = Text(default=None)
    attempt = Integer(default=None)
    provider_id = Text(default=None, null=True)
    error = Text(default=None)
    content_hash = Bytea(default=None)
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)


class RefundedLine(Table, tablename="pay_refund_part", db=proxy):
    """What one refund took back of one line."""

    id = BigSerial(primary_key=True)
    refund_id = UUID(default=None)
    line_id = Text(default=None)
    quantity = Integer(default=None)
    paid = BigInt(default=None)
    seller = BigInt(default=None)
    commission = BigInt(default=None)
    vat = BigInt(default=None)
    referral = BigInt(default=None)
    coupon = BigInt(default=None)
    settled = Text(default=None, null=True)


class Claim(Table, tablename="pay_claim", db=proxy):
    """Money a shop was sent and owes back; `attempt_minor` is pinned while a reversal is under way."""

    id = UUID(primary_key=True, default=None)
    refund_id = UUID(default=None, null=True)
    settlement_id = UUID(default=None, null=True)
    adjustment_id = UUID(default=None, null=True)
    dispute_id = UUID(default=None, null=True)
    dispute_round = Integer(default=0)
    for_fee = Boolean(default=False)
    waits = Boolean(default=False)
    shop_id = Text(default=None)
    currency = Text(default=None)
    amount_minor = BigInt(default=None)
    reversed_minor = BigInt(default=None)
    netted_minor = BigInt(default=None)
    written_off_minor = BigInt(default=None)
    attempt = Integer(default=None)
    attempt_minor = BigInt(default=None)
    status = Text(default=None)
    error = Text(default=None)
    write_off_reason = Text(default="")
    written_off_by = Text(default="")
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)


class Movement(Table, tablename="pay_movement", db=proxy):
    """Money that entered (or, negative, left) a shop's account at the provider through us, until a payout claims it."""

    id = BigSerial(primary_key=True)
    shop_id = Text(default=None)
    settlement_id = UUID(default=None)
    reference = Text(default=None)
    amount_minor = BigInt(default=None)
    currency = Text(default=None)
    payout_id = UUID(default=None, null=True)
    created_at = Timestamptz(default=None)


class Payout(Table, tablename="pay_payout", db=proxy):
    """Money on its way from a shop's account at the provider, or in a file from our bank (`rail`), to its bank."""

    id = UUID(primary_key=True, default=None)
    shop_id = Text(default=None)
    account_id = Text(default=None)
    amount_minor = BigInt(default=None)
    currency = Text(default=None)
    status = Text(default=None)
    provider_id = Text(default=None, null=True)
    arrival_at = Timestamptz(default=None, null=True)
    failure = Text(default=None)
    rail = Text(default="provider")
    bank_file_id = UUID(default=None, null=True)
    automatic = Boolean(default=False)
    other_minor = BigInt(default=0)
    list_due = Boolean(default=False)
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)


class PayoutPart(Table, tablename="pay_payout_part", db=proxy):
    """One movement a payout is made of; kept when the payout fails and the movement is free again."""

    id = BigSerial(primary_key=True)
    payout_id = UUID(default=None)
    movement_id = BigInt(default=None)
    amount_minor = BigInt(default=None)


class Event(Table, tablename="pay_event", db=proxy):
    """A provider event as it came; `done_at` once its object was read anew and acted upon."""

    id = Text(primary_key=True, default=None)
    type = Text(default=None)
    object_kind = Text(default=None)
    object_id = Text(default=None)
    body = Bytea(default=None)
    created_at = Timestamptz(default=None)
    received_at = Timestamptz(default=None)
    done_at = Timestamptz(default=None, null=True)


class ShopAccount(Table, tablename="pay_shop_account", db=proxy):
    """A shop's account at the provider, the `number`th it has; `links` pages for its papers were made so far.

    A non-empty `payouts_paused` says why no payout is tried.
    """

    shop_id = Text(primary_key=True, default=None)
    name = Text(default=None)
    country = Text(default=None)
    currency = Text(default=None)
    provider_id = Text(default=None, null=True)
    ready = Boolean(default=None)
    standing = Text(default="papers")
    number = Integer(default=1)
    links = Integer(default=0)
    email = Text(default="")
    payouts_paused = Text(default=None)
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)


class Alert(Table, tablename="pay_alert", db=proxy):
    """Something about money that a person must look at; one open alert for a kind and reference."""

    id = BigSerial(primary_key=True)
    kind = Text(default=None)
    reference = Text(default=None)
    message = Text(default=None)
    told = Text(default="")
    raised_at = Timestamptz(default=None)
    cleared_at = Timestamptz(default=None, null=True)
    mailed_at = Timestamptz(default=None, null=True)
