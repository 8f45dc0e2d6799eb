"""States in words, each with a tone (a colour) and a shape for those who do not see colours. Pure."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from federation.vocabulary.wording import message
from marketplace.console.words import say
from payouts.domain.records import SettlementRecord

Tone = Literal["good", "bad", "todo", "calm", "done"]


class Looks(msgspec.Struct, frozen=True):
    """A state for people."""

    word: str
    tone: Tone
    shape: str


LINK_LOOKS = {
    "proposed": Looks("asks to be let in", "todo", "◆"),
    "accepted": Looks("open", "good", "●"),
    "suspended": Looks("on hold", "bad", "▼"),
    "ended": Looks("ended", "done", "■"),
}
SYNC_LOOKS = {
    "live": Looks("in step", "good", "●"),
    "catching_up": Looks("catching up", "calm", "▶"),
    "snapshotting": Looks("reading all", "calm", "▶"),
    "repairing": Looks("repairing", "todo", "◆"),
    "throttled": Looks("slowed down", "todo", "◆"),
    "desynced": Looks("not yet read", "calm", "○"),
    "frozen": Looks("frozen: two histories", "bad", "▼"),
}
FRESHNESS_LOOKS = {
    "fresh": Looks("fresh", "good", "●"),
    "soft": Looks("counts hidden", "todo", "◆"),
    "stale": Looks("asked at sale", "bad", "▼"),
}
ORDER_LOOKS = {
    "paid": Looks("paid", "good", "●"),
    "authorized": Looks("money reserved", "calm", "◔"),
    "paying": Looks("paying", "calm", "▶"),
    "held": Looks("set aside", "calm", "○"),
    "holding": Looks("asking", "calm", "○"),
    "refused": Looks("refused", "done", "■"),
    "cancelled": Looks("ended unpaid", "done", "■"),
}
PART_LOOKS = {
    "asked": Looks("asked", "calm", "○"),
    "held": Looks("set aside", "calm", "○"),
    "refused": Looks("refused", "done", "■"),
    "released": Looks("given back", "done", "■"),
    "confirming": Looks("confirming", "calm", "▶"),
    "reholding": Looks("confirming again", "todo", "◆"),
    "confirmed": Looks("confirmed", "calm", "▶"),
    "placed": Looks("with the boutique", "todo", "◆"),
    "accepted": Looks("being prepared", "calm", "▶"),
    "declined": Looks("declined", "bad", "▼"),
    "shipped": Looks("shipped", "good", "●"),
    "delivered": Looks("delivered", "good", "●"),
    "cancelled": Looks("cancelled", "bad", "▼"),
}
RETURN_LOOKS = {
    "requested": Looks("asked", "todo", "◆"),
    "authorised": Looks("agreed", "calm", "◔"),
    "refused": Looks("refused", "bad", "▼"),
    "withdrawn": Looks("withdrawn", "done", "■"),
    "in_transit": Looks("on its way back", "calm", "▶"),
    "received": Looks("with the boutique", "todo", "◆"),
    "refunded": Looks("given back", "good", "●"),
    "rejected": Looks("not taken back", "bad", "▼"),
}
MONEY_LOOKS = {
    "intended": Looks("not begun", "calm", "○"),
    "open": Looks("at the payment page", "calm", "▶"),
    "processing": Looks("on its way", "calm", "▶"),
    "authorised": Looks("reserved", "calm", "◔"),
    "capturing": Looks("being taken", "calm", "▶"),
    "requested": Looks("to be sent", "calm", "○"),
    "submitting": Looks("being sent", "calm", "▶"),
    "pending": Looks("on its way", "calm", "▶"),
    "in_transit": Looks("on its way", "calm", "▶"),
    "succeeded": Looks("done", "good", "●"),
    "paid": Looks("paid", "good", "●"),
    "failed": Looks("failed", "bad", "▼"),
    "refused": Looks("refused", "bad", "▼"),
    "cancelled": Looks("cancelled", "done", "■"),
    "suspense": Looks("not what was asked for", "bad", "▼"),
    "returned": Looks("sent back", "done", "■"),
    "held": Looks("held", "calm", "○"),
    "releasable": Looks("ready to send", "calm", "▶"),
    "queued": Looks("for the next bank file", "calm", "▶"),
    "proposed": Looks("waits for a second person", "todo", "◆"),
    "approved": Looks("approved", "good", "●"),
    "rejected": Looks("rejected", "done", "■"),
    "blocked": Looks("blocked", "bad", "▼"),
    "sent": Looks("sent", "good", "●"),
    "netted": Looks("set off against a debt", "done", "■"),
    "refunded": Looks("refunded", "done", "■"),
    "part_reversed": Looks("partly taken back", "todo", "◆"),
    "reversed": Looks("taken back", "done", "■"),
    "reversing": Looks("being taken back", "calm", "▶"),
    "owed": Looks("owed by the boutique", "todo", "◆"),
    "recovered": Looks("recovered", "good", "●"),
    "voided": Looks("given back by the dispute", "done", "■"),
    "paid_by_hand": Looks("paid from our bank", "good", "●"),
    "written_off": Looks("written off", "done", "■"),
}
_TAKEN = Looks("taken by the bank", "bad", "■")
REFUND_LOOKS = {
    "asked": Looks("decided", "calm", "○"),
    "awaits-payment": Looks("waits for the payment to arrive", "calm", "◔"),
    "awaits-dispute": Looks("waits for the dispute", "todo", "◆"),
    "awaits-funds": Looks("waits for funds", "todo", "◆"),
    "sending": Looks("being sent", "calm", "▶"),
    "on-its-way": Looks("on its way to the bank", "calm", "▶"),
    "paid-back": Looks("done", "good", "●"),
    "came-back": Looks("came back from the bank", "bad", "▼"),
    "not-sent": Looks("refused by the provider", "bad", "▼"),
    "void": Looks("given back by the dispute", "done", "■"),
    "paid-by-hand": Looks("paid from our bank", "good", "●"),
}
"""How far a refund is, by its standing."""
_REASONS: Mapping[str, str] = {
    "exchange": message("the provider to exchange the money"),
    "held": message("everything in this part to be sent"),
    "delivered": message("everything in this part to arrive"),
    "day": message("its day, so long after the parcel was sent or arrived"),
    "due": message("the next run, which releases it"),
    "queued": message("you: make the next bank file"),
    "dispute": message("the dispute to be decided"),
    "fraud": message("you: look into the warning of fraud"),
    "return": message("the return to be over"),
    "operator": message("you: an operator holds it up"),
    "releasable": message("the next run, which sends it"),
    "submitting": message("the payment provider’s answer"),
    "account": message("the boutique to finish its account at the payment provider"),
    "balance": message("the shopper’s money to become available at the provider; tried again when it is"),
    "refused": message("you: the provider refused the transfer, see the alerts"),
    "negative": message("the boutique’s account at the provider to be above zero again; it would swallow the money"),
}


def money_looks(status: str) -> Looks:
    """How the status of a payment, settlement, transfer, payout, refund or claim reads."""
    return MONEY_LOOKS.get(status) or Looks(status.replace("_", " "), "done", "■")


def share_looks(settlement: SettlementRecord) -> Looks:
    """How a settlement's status reads: at its end, one that a bank took is none that was refunded."""
    if settlement.status == "refunded" and settlement.disputed_minor and not settlement.refunded_minor:
        return _TAKEN
    return money_looks(settlement.status)


def waits_for(settlement: SettlementRecord) -> str:
    """What a settlement waits for, in words; empty when it waits for nothing."""
    if settlement.status == "blocked":
        return reason_words(settlement.block_reason)
    if settlement.status == "held" and settlement.disputed_minor and not settlement.due_minor:
        return _REASONS["dispute"]
    if settlement.status == "held" and settlement.due_at is not None:
        return _REASONS["day"]
    if settlement.status == "held" and settlement.release_after == "delivered":
        return _REASONS["delivered"]
    return _REASONS.get(settlement.status.value, "")


def reason_words(reason: str) -> str:
    """What a share waits for that is stopped for this reason."""
    return _REASONS.get(reason, reason)


def silence(seconds: int | None) -> str:
    """A stretch of time in words: `12 s`, `4 min`, `3 h`, `2 days`."""
    if seconds is None:
        return say("never heard")
    for limit, unit, word in ((120, 1, "s"), (7_200, 60, "min"), (172_800, 3_600, "h")):
        if seconds < limit:
            return f"{seconds // unit} {word}"
    return say("%(days)s days", days=seconds // 86_400)
