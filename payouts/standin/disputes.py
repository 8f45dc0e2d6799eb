"""Disputes: from an inquiry, where no money moves, to the withdrawal and to won or lost."""

from collections.abc import Mapping
from typing import Literal

from payouts.standin.errors import RefusedError
from payouts.standin.files import check_evidence
from payouts.standin.moves import exchanged_minor, move
from payouts.standin.parameters import EVIDENCE_FILES
from payouts.standin.world import PLATFORM, Thing, World

EVIDENCE_SECONDS = 7 * 86_400
TEXT_LENGTH_MAX, TEXTS_LENGTH_MAX = 20_000, 150_000
_ANSWERABLE = frozenset({"needs_response", "warning_needs_response", "appeal_needs_response"})
_DECIDED = frozenset({"won", "lost", "prevented", "warning_closed"})

Outcome = Literal["won", "lost", "prevented", "warning_closed"]


def open_dispute(world: World, charge_id: str, amount: int, reason: str, *, inquiry: bool) -> Thing:
    """A shopper's bank asks about a charge, or takes its money back at once."""
    charge = world.find("charge", charge_id)
    if not 0 < amount <= charge["amount_captured"]:
        raise RefusedError("A dispute is about a part of its charge.", "amount_too_large")
    dispute: Thing = {
        "id": world.new_id("dispute"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge_id,
        "created": world.now,
        "currency": charge["currency"],
        "evidence": {},
        "evidence_details": {
            "due_by": world.now + EVIDENCE_SECONDS,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
    world.add("dispute", dispute)
    charge["disputed"] = True
    world.tell("charge.dispute.created", dispute)
    if not inquiry:
        _withdraw(world, dispute)
    return dispute


def escalate(world: World, dispute_id: str) -> Thing:
    """An inquiry becomes a chargeback."""
    dispute = world.find("dispute", dispute_id)
    if not dispute["status"].startswith("warning_") or dispute["status"] == "warning_closed":
        raise RefusedError("only an open inquiry escalates")
    dispute |= {"status": "needs_response", "is_charge_refundable": False}
    _ask_anew(world, dispute)
    world.tell("charge.dispute.updated", dispute)
    _withdraw(world, dispute)
    return dispute


def give_evidence(world: World, dispute_id: str, params: Thing) -> Thing:
    """Keep evidence, and hand it in when `submit` is not false; an empty field is emptied."""
    dispute = world.find("dispute", dispute_id)
    details = dispute["evidence_details"]
    if dispute["status"] not in _ANSWERABLE:
        raise RefusedError("This dispute is already closed or under review.")
    if details["due_by"] <= world.now:
        raise RefusedError("This dispute is past due: evidence can no longer be submitted.")
    merged = {**dispute["evidence"], **params.get("evidence", {})}
    evidence = {name: text for name, text in merged.items() if text}
    _check(evidence)
    check_evidence(world, evidence, EVIDENCE_FILES)
    dispute["evidence"] = evidence
    dispute["metadata"] |= params.get("metadata", {})
    details["has_evidence"] = bool(evidence)
    if params.get("submit", True):
        details["submission_count"] += 1
        dispute["status"] = dispute["status"].replace("needs_response", "under_review")
    world.tell("charge.dispute.updated", dispute)
    return dispute


def _check(evidence: Mapping[str, str]) -> None:
    lengths = [len(text) for text in evidence.values()]
    if max(lengths, default=0) > TEXT_LENGTH_MAX or sum(lengths) > TEXTS_LENGTH_MAX:
        raise RefusedError("The evidence has too many characters.", "parameter_invalid_string", "evidence")


def _ask_anew(world: World, dispute: Thing) -> None:
    """Another time for evidence begins."""
    dispute["evidence_details"] |= {"due_by": world.now + EVIDENCE_SECONDS, "past_due": False}


def run_out(world: World) -> None:
    """Note of disputes that wait for evidence that its time is over."""
    for dispute in list(world.things["dispute"].values()):
        details = dispute["evidence_details"]
        if dispute["status"] in _ANSWERABLE and not details["past_due"] and details["due_by"] <= world.now:
            details["past_due"] = True
            world.touch("dispute", dispute["id"])
            world.tell("charge.dispute.updated", dispute)


def accept(world: World, dispute_id: str) -> Thing:
    """Give the dispute up: it is lost."""
    return decide(world, dispute_id, "lost")


def decide(world: World, dispute_id: str, outcome: Outcome) -> Thing:
    """The shopper's bank has decided; of a won dispute the money comes back at the rate of now, the fee does not."""
    dispute = world.find("dispute", dispute_id)
    if dispute["status"] in _DECIDED:
        raise RefusedError("This dispute is already closed.")
    dispute["status"] = outcome
    if outcome == "won" and _is_withdrawn(dispute):
        amount = exchanged_minor(world, dispute["amount"], dispute["currency"])
        _book(world, dispute, amount, world.settings.settlement_currency.lower(), 0)
        world.tell("charge.dispute.funds_reinstated", dispute)
    dispute["is_charge_refundable"] = outcome in {"won", "warning_closed"}
    world.tell("charge.dispute.closed", dispute)
    return dispute


def appeal(world: World, dispute_id: str) -> Thing:
    """A decision is fought: a lost dispute by us, a won one by the shopper's bank, which takes the money again."""
    dispute = world.find("dispute", dispute_id)
    if dispute["status"] not in {"won", "lost"}:
        raise RefusedError("only a decided dispute is appealed against")
    was_won = dispute["status"] == "won"
    dispute |= {"status": "appeal_needs_response" if was_won else "appeal_under_review", "is_charge_refundable": False}
    _ask_anew(world, dispute)
    world.tell("charge.dispute.updated", dispute)
    if was_won:
        _withdraw(world, dispute)
    return dispute


def warn(world: World, charge_id: str, kind: str = "unauthorized_use_of_card") -> Thing:
    """A bank suspects that a charge was not its customer's."""
    charge = world.find("charge", charge_id)
    warning: Thing = {
        "id": world.new_id("radar.early_fraud_warning"),
        "object": "radar.early_fraud_warning",
        "actionable": True,
        "charge": charge_id,
        "created": world.now,
        "fraud_type": kind,
        "livemode": False,
        "payment_intent": charge["payment_intent"],
    }
    world.add("radar.early_fraud_warning", warning)
    world.tell("radar.early_fraud_warning.created", warning)
    return warning


def _is_withdrawn(dispute: Thing) -> bool:
    return sum(1 if each["amount"] < 0 else -1 for each in dispute["balance_transactions"]) > 0


def _withdraw(world: World, dispute: Thing) -> None:
    amount = exchanged_minor(world, dispute["amount"], dispute["currency"])
    currency = world.settings.settlement_currency.lower()
    _book(world, dispute, -amount, currency, world.settings.dispute_fee_minor)
    world.tell("charge.dispute.funds_withdrawn", dispute)


def _book(world: World, dispute: Thing, amount: int, currency: str, fee: int) -> None:
    made = move(world, PLATFORM, ("adjustment", dispute["id"]), amount, currency, fee=fee)
    dispute["balance_transactions"] = [*dispute["balance_transactions"], dict(made)]
