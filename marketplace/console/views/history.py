"""What boutique and hub have told each other about an order, as sentences in the order of time. Pure."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from federation.conversations import messages, return_messages
from federation.service.history import SaidOfOrder
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from marketplace.console.words import say

_KINDS = {
    "accepted": message("accepted the order"),
    "declined": message("declined the order"),
    "shipped": message("sent a parcel"),
    "delivered": message("said that everything arrived"),
    "fulfilment": message("told what became of a parcel"),
    "return_requested": message("told %(boutique)s that the shopper gives pieces back"),
    "return_authorised": message("agreed to a return"),
    "return_refused": message("refused a return"),
    "return_in_transit": message("told %(boutique)s that a return is on its way"),
    "return_withdrawn": message("told %(boutique)s that the shopper keeps the pieces"),
    "return_received": message("received a return"),
    "return_refunded": message("took a return back"),
    "return_rejected": message("did not take a return back"),
    "return_decided": message("told %(boutique)s how we decided a return"),
    "cancel_requested": message("asked %(boutique)s to cancel"),
    "cancel_refused": message("kept the order"),
    "cancelled": message("cancelled the order"),
    "refunded": message("told %(boutique)s of money given back to the shopper"),
    "settled": message("told %(boutique)s how the money divides"),
    "transferred": message("told %(boutique)s of a transfer"),
    "paid_out": message("told %(boutique)s of a payout to its bank"),
    "payout_returned": message("told %(boutique)s that its bank sent a payout back"),
}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One thing said: by whom, what, with which words or amount; `waiting` while the other side has not heard it."""

    at: datetime
    who: str
    what: str
    detail: str
    amount: Money | None
    waiting: bool
    known_at: datetime | None = None


def told(hub: str, boutique: str, said: Iterable[SaidOfOrder]) -> list[Told]:
    """The events of one part as sentences."""
    return [
        Told(
            at=one.at,
            who=hub if one.sent else boutique,
            what=say(_KINDS.get(one.kind, one.kind.replace("_", " ")), boutique=boutique),
            detail=_detail(one.body),
            amount=_amount(one.body),
            waiting=one.sent and one.arrived_at is None,
            known_at=one.arrived_at if one.sent and one.receipt else None,
        )
        for one in said
    ]


def _detail(body: messages.EventBody | None) -> str:
    match body:
        case messages.Shipped(carrier=carrier, tracking=tracking):
            return " ".join(filter(None, (carrier, tracking)))
        case messages.Declined(reason=reason) | messages.CancelRequested(reason=reason):
            return reason
        case messages.CancelRefused(reason=reason) | messages.Cancelled(reason=reason):
            return reason
        case return_messages.ReturnRefused(reason=reason) | return_messages.ReturnRejected(reason=reason):
            return reason
        case return_messages.ReturnDecided(reason=reason) | messages.PayoutReturned(reason=reason):
            return reason
        case _:
            return ""


def _amount(body: messages.EventBody | None) -> Money | None:
    match body:
        case messages.Refunded(amount=amount) | messages.Transferred(amount=amount):
            return amount
        case messages.PaidOut(amount=amount) | messages.PayoutReturned(amount=amount):
            return amount
        case _:
            return None
