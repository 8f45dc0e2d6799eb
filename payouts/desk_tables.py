"""The tables of what stands around the flow of money: holds, reserves, terms, bank files, corrections, runs of jobs."""

from piccolo.columns import UUID, BigInt, BigSerial, Boolean, Bytea, Date, Integer, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class Hold(Table, tablename="pay_hold", db=proxy):
    """Why a shop order's shares, or all of a shop's, stay where they are; lifted ones are kept."""

    id = BigSerial(primary_key=True)
    shop_order_id = UUID(default=None, null=True)
    shop_id = Text(default=None)
    reason = Text(default=None)
    reference = Text(default=None)
    note = Text(default=None)
    placed_by = Text(default=None)
    placed_at = Timestamptz(default=None)
    lifted_by = Text(default=None)
    lifted_at = Timestamptz(default=None, null=True)


class Reserve(Table, tablename="pay_reserve", db=proxy):
    """What was kept back of a settlement until `release_at`; `used_minor` of it a debt has taken."""

    id = UUID(primary_key=True, default=None)
    settlement_id = UUID(default=None)
    shop_id = Text(default=None)
    currency = Text(default=None)
    amount_minor = BigInt(default=None)
    used_minor = BigInt(default=None)
    status = Text(default=None)
    release_at = Timestamptz(default=None)
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)


class Terms(Table, tablename="pay_terms", db=proxy):
    """What was agreed with one shop: its reserve, its way and days of payout, its bank details."""

    shop_id = Text(primary_key=True, default=None)
    reserve_bp = Integer(default=None, null=True)
    reserve_days = Integer(default=None, null=True)
    rail = Text(default=None)
    payout_interval = Text(default=None)
    payout_anchor = Integer(default=None)
    payout_minimum_minor = BigInt(default=None)
    holder = Text(default=None)
    iban = Text(default=None)
    bic = Text(default=None)
    bank_changed_at = Timestamptz(default=None, null=True)
    bank_changed_by = Text(default=None)
    bank_usable_from = Timestamptz(default=None, null=True)
    updated_at = Timestamptz(default=None)


class BankChange(Table, tablename="pay_bank_change", db=proxy):
    """Bank details that somebody wants a shop to be paid to: the first word, and the second that decided."""

    id = UUID(primary_key=True, default=None)
    shop_id = Text(default=None)
    holder = Text(default=None)
    iban = Text(default=None)
    bic = Text(default=None)
    source = Text(default=None)
    at_once = Boolean(default=None)
    status = Text(default=None)
    proposed_by = Text(default=None)
    proposed_at = Timestamptz(default=None)
    decided_by = Text(default=None)
    decided_at = Timestamptz(default=None, null=True)
    decision_note = Text(default=None)
    usable_from = Timestamptz(default=None, null=True)


class BankFile(Table, tablename="pay_bank_file", db=proxy):
    """A credit-transfer file for our bank, byte for byte as it was made."""

    id = UUID(primary_key=True, default=None)
    message_id = Text(default=None)
    currency = Text(default=None)
    amount_minor = BigInt(default=None)
    payments = Integer(default=None)
    execute_on = Date(default=None)
    content = Bytea(default=None)
    made_by = Text(default=None)
    made_at = Timestamptz(default=None)


class FloatMove(Table, tablename="pay_float_move", db=proxy):
    """Money of the hub's balance on its way to its own bank, from which boutiques are paid by file."""

    id = UUID(primary_key=True, default=None)
    amount_minor = BigInt(default=None)
    currency = Text(default=None)
    status = Text(default=None)
    provider_id = Text(default=None, null=True)
    arrival_at = Timestamptz(default=None, null=True)
    failure = Text(default=None)
    made_by = Text(default=None)
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)


class Adjustment(Table, tablename="pay_adjustment", db=proxy):
    """A correction by hand: who proposed it, who decided. Of one shop, or of one of the hub's own accounts."""

    id = UUID(primary_key=True, default=None)
    shop_id = Text(default=None)
    hub_account = Text(default=None)
    amount_minor = BigInt(default=None)
    currency = Text(default=None)
    reason = Text(default=None)
    evidence = Text(default=None)
    status = Text(default=None)
    proposed_by = Text(default=None)
    proposed_at = Timestamptz(default=None)
    decided_by = Text(default=None)
    decided_at = Timestamptz(default=None, null=True)
    decision_note = Text(default=None)
    content_hash = Bytea(default=None)


class RefundByHand(Table, tablename="pay_refund_by_hand", db=proxy):
    """A failed refund as one person wants it settled, and the second person's word.

    `transferred_minor` left our bank, there as `bank_minor`; `given_minor` the shopper has from a dispute, which had
    cost the hub `cost_minor`.
    """

    id = UUID(primary_key=True, default=None)
    refund_id = UUID(default=None)
    attempt = Integer(default=None)
    currency = Text(default=None)
    transferred_minor = BigInt(default=None)
    given_minor = BigInt(default=None)
    bank_minor = BigInt(default=None)
    bank_currency = Text(default=None)
    cost_minor = BigInt(default=0)
    paid_on = Date(default=None, null=True)
    bank_reference = Text(default=None)
    reason = Text(default=None)
    status = Text(default=None)
    proposed_by = Text(default=None)
    proposed_at = Timestamptz(default=None)
    decided_by = Text(default=None)
    decided_at = Timestamptz(default=None, null=True)
    decision_note = Text(default=None)
    content_hash = Bytea(default=None)


class Job(Table, tablename="pay_job", db=proxy):
    """One regular job and its last runs."""

    name = Text(primary_key=True, default=None)
    interval_seconds = Integer(default=None)
    known_since = Timestamptz(default=None)
    started_at = Timestamptz(default=None, null=True)
    succeeded_at = Timestamptz(default=None, null=True)
    failed_at = Timestamptz(default=None, null=True)
    error = Text(default=None)
    runs = BigInt(default=None)
    failures = BigInt(default=None)
    found = BigInt(default=None)
