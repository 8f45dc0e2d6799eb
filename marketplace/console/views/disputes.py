"""Disputes and movements of the balance for people: states, reasons and kinds in words, forms read. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.money import Money, parse_decimal, to_decimal
from federation.vocabulary.wording import message
from marketplace.console.views.looks import Looks
from payouts.domain.dispute import ChosenLine
from payouts.domain.dispute_records import DisputeRecord
from payouts.domain.evidence import Evidence
from payouts.errors import DisputeChoiceError

DISPUTE_LOOKS = {
    "inquiry": Looks("asked about", "todo", "◆"),
    "open": Looks("to be answered", "bad", "▼"),
    "evidence": Looks("the bank decides", "calm", "▶"),
    "won": Looks("won", "good", "●"),
    "lost": Looks("lost", "bad", "■"),
    "prevented": Looks("settled beforehand", "done", "■"),
    "closed": Looks("came to nothing", "good", "●"),
}
MOVE_LOOKS = {
    "new": Looks("not looked at yet", "calm", "○"),
    "waiting": Looks("waits for our own posting", "calm", "▶"),
    "matched": Looks("matched", "good", "●"),
    "booked": Looks("booked", "good", "●"),
    "suspense": Looks("not understood", "bad", "▼"),
    "assigned": Looks("assigned by a person", "done", "■"),
}
_REASONS: Mapping[str, str] = {
    "product_not_received": message("it never arrived"),
    "product_unacceptable": message("it is not as described, or broken"),
    "fraudulent": message("somebody else paid with the card"),
    "unrecognized": message("the shopper does not recognise the payment"),
    "duplicate": message("it was charged twice"),
    "credit_not_processed": message("money was not given back as promised"),
    "subscription_canceled": message("it had been cancelled"),
    "general": message("the bank gives no closer reason"),
}
_FUNDS: Mapping[str, str] = {
    "none": message("No money has moved."),
    "taken": message("The money has left our balance; nobody bears it yet."),
    "borne": message("The money has left our balance; those concerned bear it until it is decided."),
    "returned": message("The money is back, and is sent again to those who had borne it."),
    "lost": message("The money is gone for good."),
}
_MOVES: Mapping[str, str] = {
    "charge": message("payment"),
    "payment": message("payment"),
    "refund": message("refund"),
    "payment_refund": message("refund"),
    "refund_failure": message("refund that came back"),
    "payment_failure_refund": message("refund that came back"),
    "transfer": message("transfer to a boutique"),
    "transfer_refund": message("transfer taken back"),
    "adjustment": message("dispute"),
    "payout": message("payout to our bank"),
    "payout_failure": message("payout that came back"),
    "payout_cancel": message("payout that was cancelled"),
    "topup": message("money from our bank"),
    "stripe_fee": message("fee"),
    "tax_fee": message("tax on fees"),
    "reserve_hold": message("kept back by the provider"),
    "reserve_release": message("no longer kept back"),
}
ASSIGN_WORDS: Mapping[str, str] = {
    "bank": message("Our bank: money we moved ourselves"),
    "hub:provider_fees": message("The provider’s fees"),
    "hub:dispute_fees": message("Fees of disputes"),
    "hub:write_off": message("Written off: a loss or gain that nobody will explain"),
    "hub:commission": message("Commission earned"),
    "hub:promo": message("Promotions paid by us"),
}
EVIDENCE_WORDS: Mapping[str, str] = {
    "product_description": message("What was sold"),
    "customer_name": message("The shopper’s name"),
    "customer_email_address": message("The shopper’s mail address"),
    "shipping_address": message("Where it was sent"),
    "shipping_carrier": message("Carrier"),
    "shipping_tracking_number": message("Tracking number"),
    "shipping_date": message("Day it left"),
    "refund_policy_disclosure": message("What was promised about returns"),
    "refund_refusal_explanation": message("Why no money was given back"),
    "uncategorized_text": message("What happened, and anything else"),
}
FILE_WORDS: Mapping[str, str] = {
    "delivery": message("Proof of delivery"),
    "tracking": message("The parcel’s way"),
    "correspondence": message("What was written"),
    "policy": message("What was promised"),
    "product": message("The piece"),
    "refund": message("Money given back"),
    "other": message("Something else"),
}
SLOT_WORDS: Mapping[str, str] = {
    "shipping_documentation": message("proof that it was sent, or arrived"),
    "customer_signature": message("the shopper’s signature"),
    "customer_communication": message("what was written with the shopper"),
    "receipt": message("receipt, or confirmation of the order"),
    "refund_policy": message("what was promised about returns"),
    "service_documentation": message("papers about what was agreed"),
    "duplicate_charge_documentation": message("papers of another payment that it was taken for"),
    "uncategorized_file": message("anything else"),
}
"""As what a file goes to the bank."""
LONG = frozenset(
    {"product_description", "refund_policy_disclosure", "refund_refusal_explanation", "uncategorized_text"}
)
"""Fields of the evidence that are written on several lines."""

SOON = timedelta(days=3)
_LINE, _FILE = "line:", "file:"


def reason_words(reason: str) -> str:
    """Why the bank says it takes the money back."""
    return _REASONS.get(reason) or reason.replace("_", " ")


def funds_words(dispute: DisputeRecord) -> str:
    """Where the money of a dispute is, in a sentence."""
    return _FUNDS[dispute.funds.value]


def move_words(kind: str) -> str:
    """What a movement of the balance was."""
    return _MOVES.get(kind) or kind.replace("_", " ")


def is_pressing(dispute: DisputeRecord, now: datetime) -> bool:
    """Whether it has to be answered within days."""
    undecided = dispute.status.value in {"inquiry", "open"}
    return undecided and dispute.answer.value != "given" and dispute.due_at is not None and dispute.due_at - now < SOON


def read_evidence(form: Mapping[str, Any]) -> Evidence:
    """The evidence as the form has it."""
    return msgspec.convert({name: str(form.get(name, "")).strip() for name in EVIDENCE_WORDS}, Evidence)


def read_slots(form: Mapping[str, Any]) -> dict[UUID, str]:
    """As what each file goes to the bank, as the form has it. Raises DisputeChoiceError when it names no file."""
    chosen = {name.removeprefix(_FILE): str(value) for name, value in form.items() if name.startswith(_FILE)}
    try:
        return {UUID(file_id): slot for file_id, slot in chosen.items()}
    except ValueError as error:
        raise DisputeChoiceError("choose of each file how it goes to the bank") from error


def file_field(file_id: UUID) -> str:
    """The form's name for how a file goes."""
    return f"{_FILE}{file_id}"


def read_lines(form: Mapping[str, Any], currency: str) -> tuple[ChosenLine, ...]:
    """The lines chosen in the form, each with its amount. Raises DisputeChoiceError for what is no amount."""
    chosen = []
    for name, value in form.items():
        text = str(value).strip().replace(",", ".")
        if not name.startswith(_LINE) or text in {"", "0", "0.00"}:
            continue
        shop_order_id, _, line_id = name.removeprefix(_LINE).partition(":")
        try:
            amount = parse_decimal(text, currency)
        except RecordInvalidError as error:
            raise DisputeChoiceError("write amounts like 189.00") from error
        if amount:
            chosen.append(ChosenLine(shop_order_id, line_id, amount.amount_minor))
    return tuple(chosen)


def field_of(shop_order_id: object, line_id: str) -> str:
    """The form's name for the amount of a line."""
    return f"{_LINE}{shop_order_id}:{line_id}"


def written(amount_minor: int, currency: str) -> str:
    """An amount as a form field holds it; empty for nothing."""
    return to_decimal(Money(amount_minor, currency)) if amount_minor else ""
