"""How money moves on a boutique's accounts at a hub and why it waits, in codes with their words.

Hub and portal read the same ones.
The codes travel in `conversations.accounts`. A reader that does not know one says "other".
"""

from typing import Literal

from federation.vocabulary.wording import message

Account = Literal["held", "releasable", "in_transfer", "reserve", "owed"]
"""Where a boutique's money lies at a hub; `owed` is what the boutique owes."""

MovementKind = Literal[
    "sale",
    "referral",
    "exchange",
    "released",
    "reserve_kept",
    "reserve_released",
    "reserve_used",
    "fee",
    "refund",
    "dispute",
    "dispute_returned",
    "dispute_fee",
    "transfer_started",
    "transfer",
    "transfer_failed",
    "transfer_returned",
    "claim_reversed",
    "claim_netted",
    "claim_written_off",
    "adjustment",
    "other",
]

MOVEMENTS: dict[MovementKind, str] = {
    "sale": message("Sale: your share"),
    "referral": message("For a shopper you sent to another boutique"),
    "exchange": message("Changed into the hub’s currency"),
    "released": message("Free to be sent to you"),
    "reserve_kept": message("Kept back as a reserve"),
    "reserve_released": message("Reserve let go"),
    "reserve_used": message("Reserve taken for what you owed"),
    "fee": message("Your part of the payment provider’s fee"),
    "refund": message("Given back to the shopper"),
    "dispute": message("Taken back by the shopper’s bank"),
    "dispute_returned": message("Given again by the shopper’s bank"),
    "dispute_fee": message("Fee of a lost dispute"),
    "transfer_started": message("Being sent to your account"),
    "transfer": message("Sent to your account"),
    "transfer_failed": message("Could not be sent: it waits again"),
    "transfer_returned": message("Came back from your bank"),
    "claim_reversed": message("Taken back from your account"),
    "claim_netted": message("Kept from a later sale for what you owed"),
    "claim_written_off": message("The hub let you off"),
    "adjustment": message("Correction by the hub"),
    "other": message("Other"),
}
"""Each code in a boutique's words, to be said in the reader's language."""


def kind_known(code: str) -> MovementKind:
    """The code, or `other` for one that is not known here."""
    return next((kind for kind in MOVEMENTS if kind == code), "other")


WaitReason = Literal[
    "shipped",
    "delivered",
    "window",
    "due",
    "exchange",
    "account",
    "dispute",
    "fraud",
    "return",
    "operator",
    "balance",
    "refused",
    "negative",
    "file",
    "sending",
    "other",
]

WAITS: dict[WaitReason, str] = {
    "shipped": message("Waits until you have shipped it"),
    "delivered": message("Waits until it has arrived"),
    "window": message("Waits for the shopper’s time to give it back"),
    "due": message("Its turn comes with the hub’s next round"),
    "exchange": message("Waits until the payment is changed into the hub’s currency"),
    "account": message("Waits for your papers at the payment provider"),
    "dispute": message("Waits because the shopper’s bank asks about the payment"),
    "fraud": message("Waits because somebody warned of fraud: the hub looks into it"),
    "return": message("Waits because a return is open"),
    "operator": message("The hub holds it up: ask it why"),
    "balance": message("Waits until the hub has enough at its payment provider"),
    "refused": message("The payment provider refused it: the hub looks into it"),
    "negative": message("Waits because your account at the payment provider is below zero"),
    "file": message("Goes with the next file for the hub’s bank"),
    "sending": message("On its way to your account"),
    "other": message("Waits for a reason this page does not know: ask the hub"),
}
"""Why a share is not sent yet, each code in a boutique's words."""


def wait_known(code: str) -> WaitReason:
    """The code, or `other` for one that is not known here."""
    return next((reason for reason in WAITS if reason == code), "other")
