"""The tables of disputes, of fraud warnings, and of the provider's balance as it was listed to us."""

from piccolo.columns import UUID, BigInt, BigSerial, Boolean, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class Dispute(Table, tablename="pay_dispute", db=proxy):
    """A payment that a shopper's bank takes back or asks about; `funds` is where its money is in this `round`."""

    id = UUID(primary_key=True, default=None)
    provider_id = Text(default=None)
    payment_id = UUID(default=None)
    order_id = UUID(default=None)
    status = Text(default=None)
    funds = Text(default=None)
    reason = Text(default=None)
    amount_minor = BigInt(default=None)
    currency = Text(default=None)
    refundable = Boolean(default=None)
    due_at = Timestamptz(default=None, null=True)
    opened_at = Timestamptz(default=None)
    closed_at = Timestamptz(default=None, null=True)
    round = Integer(default=None)
    taken_minor = BigInt(default=None)
    taken_currency = Text(default=None, null=True)
    excess_minor = BigInt(default=None)
    fee_minor = BigInt(default=None)
    wants_lines = Boolean(default=None)
    chosen = Text(default=None, null=True)
    chosen_by = Text(default=None)
    evidence = Text(default=None)
    answer = Text(default=None)
    answer_kind = Text(default=None)
    answer_attempt = Integer(default=None)
    answer_error = Text(default=None)
    answered_at = Timestamptz(default=None, null=True)
    staged_at = Timestamptz(default=None, null=True)
    asked_at = Timestamptz(default=None, null=True)
    told = Text(default="")
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)


class DisputeLine(Table, tablename="pay_dispute_line", db=proxy):
    """What of one line a round of a dispute is about; `settled` holds it in the hub's currency, as JSON."""

    id = BigSerial(primary_key=True)
    dispute_id = UUID(default=None)
    round = Integer(default=None)
    shop_order_id = UUID(default=None)
    line_id = Text(default=None)
    paid = BigInt(default=None)
    seller = BigInt(default=None)
    commission = BigInt(default=None)
    vat = BigInt(default=None)
    referral = BigInt(default=None)
    coupon = BigInt(default=None)
    settled = Text(default=None)


class DisputeShare(Table, tablename="pay_dispute_share", db=proxy):
    """What one settlement bears of a round of a dispute, in the hub's currency."""

    id = BigSerial(primary_key=True)
    dispute_id = UUID(default=None)
    round = Integer(default=None)
    settlement_id = UUID(default=None)
    shop_id = Text(default=None)
    currency = Text(default=None)
    held_minor = BigInt(default=None)
    claimed_minor = BigInt(default=None)
    claim_id = UUID(default=None, null=True)


class DisputeMove(Table, tablename="pay_dispute_move", db=proxy):
    """A movement of the balance that a dispute caused, under the provider's id of it."""

    id = Text(primary_key=True, default=None)
    dispute_id = UUID(default=None)
    round = Integer(default=None)
    amount_minor = BigInt(default=None)
    fee_minor = BigInt(default=None)
    currency = Text(default=None)
    created_at = Timestamptz(default=None)


class DisputeStatement(Table, tablename="pay_dispute_statement", db=proxy):
    """What a boutique says of a dispute of its sale; a later statement takes the place of an earlier one."""

    id = BigSerial(primary_key=True)
    dispute_id = UUID(default=None)
    shop_id = Text(default=None)
    said_by = Text(default=None)
    words = Text(default=None)
    carrier = Text(default=None)
    tracking = Text(default=None)
    shipped_on = Text(default=None)
    delivered_on = Text(default=None)
    said_at = Timestamptz(default=None)


class DisputeFile(Table, tablename="pay_dispute_file", db=proxy):
    """A file that a boutique handed in for a dispute, byte for byte; as what (`slot`) it goes to the bank."""

    id = UUID(primary_key=True, default=None)
    dispute_id = UUID(default=None)
    shop_id = Text(default=None)
    kind = Text(default=None)
    media_type = Text(default=None)
    sha256 = Bytea(default=None)
    size = Integer(default=None)
    content = Bytea(default=None)
    received_at = Timestamptz(default=None)
    slot = Text(default=None, null=True)
    provider_file = Text(default=None, null=True)
    uploaded_at = Timestamptz(default=None, null=True)


class FraudWarning(Table, tablename="pay_fraud_warning", db=proxy):
    """A bank's suspicion that a payment was not its customer's."""

    id = Text(primary_key=True, default=None)
    payment_id = UUID(default=None)
    order_id = UUID(default=None)
    kind = Text(default=None)
    warned_at = Timestamptz(default=None)
    lifted_at = Timestamptz(default=None, null=True)
    lifted_by = Text(default=None)
    note = Text(default=None)


class BalanceMove(Table, tablename="pay_balance_move", db=proxy):
    """A movement of the hub's balance as the provider lists it; `txn_id` is the one transaction it stands for."""

    number = BigSerial(primary_key=True)
    id = Text(default=None)
    type = Text(default=None)
    amount_minor = BigInt(default=None)
    fee_minor = BigInt(default=None)
    currency = Text(default=None)
    source = Text(default=None)
    reference = Text(default=None)
    description = Text(default=None)
    created_at = Timestamptz(default=None)
    available_at = Timestamptz(default=None)
    state = Text(default=None)
    txn_id = BigInt(default=None, null=True)
    note = Text(default=None)
    assigned_by = Text(default=None)
    seen_at = Timestamptz(default=None)
    matched_at = Timestamptz(default=None, null=True)
