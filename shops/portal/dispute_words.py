"""A disputed payment in words for a boutique: what the bank says, where it stands, what helps against it. Pure."""

from collections.abc import Mapping

from federation.conversations.disputes import Dispute, DisputeState
from federation.vocabulary.evidence import FileKind, Takes
from federation.vocabulary.wording import message
from shops.portal.views import StateWord

STATES: Mapping[DisputeState, StateWord] = {
    "inquiry": StateWord(message("The bank asks"), "todo", "◆"),
    "open": StateWord(message("To be answered"), "bad", "▼"),
    "answered": StateWord(message("The bank decides"), "calm", "▶"),
    "won": StateWord(message("Decided for you"), "good", "●"),
    "lost": StateWord(message("Decided for the shopper"), "bad", "■"),
    "prevented": StateWord(message("Given back beforehand"), "done", "■"),
    "closed": StateWord(message("Came to nothing"), "good", "●"),
}
MEANT: Mapping[DisputeState, str] = {
    "inquiry": message(
        "The shopper’s bank asks about this payment. No money has moved, and a good answer now often ends it."
    ),
    "open": message(
        "The shopper’s bank has taken the payment back from the hub. Until it is decided, your part of the order is "
        "held, or kept back from your next transfer."
    ),
    "answered": message(
        "The hub has answered the bank. It takes the bank weeks, sometimes months, to decide; nobody can hurry it."
    ),
    "won": message("The bank believed you: what was held of this order is yours and is sent with your next transfer."),
    "lost": message(
        "The bank believed the shopper: the money of this order stays with them. Nothing more can be done."
    ),
    "prevented": message("The money went back to the shopper before it came to a dispute."),
    "closed": message("The bank asked and leaves it at that. What was held of this order goes on its way."),
}
OTHER = "other"
REASONS: Mapping[str, str] = {
    "product_not_received": message("The shopper says that it never arrived."),
    "product_unacceptable": message("The shopper says that it is not as described, or broken."),
    "fraudulent": message("The shopper says that somebody else paid with the card."),
    "unrecognized": message("The shopper does not recognise the payment."),
    "duplicate": message("The shopper says that it was charged twice."),
    "credit_not_processed": message("The shopper says that money was not given back as promised."),
    "subscription_canceled": message("The shopper says that it had been cancelled."),
    OTHER: message("The bank gives no closer reason."),
}
_TRACKING = message("Carrier and tracking number, with the page that shows every step of the parcel.")
_DELIVERY = message("The carrier’s proof of delivery: day, place, and a signature if there is one.")
_WRITTEN = message("All that you and the shopper wrote to each other: mails, messages, notes of calls.")
_POLICY = message("What you promise about returns and refunds, as the shopper could read it when ordering.")
_PIECE = message("Pictures and description of the piece as you sold it, and of how you packed it.")
_GIVEN_BACK = message("If you have given money back: how much, when, and for what.")
_SAME_PERSON = message("Anything that shows the shopper had it: a letter after delivery, a review, an earlier order.")
_TWO_ORDERS = message("If there were two orders: what each was for, and how each was sent.")
_CANCELLED = message("When the shopper cancelled, and what had left your house by then.")
HELPS: Mapping[str, tuple[str, ...]] = {
    "product_not_received": (_TRACKING, _DELIVERY, _WRITTEN),
    "product_unacceptable": (_PIECE, _WRITTEN, _POLICY, _GIVEN_BACK),
    "fraudulent": (_DELIVERY, _SAME_PERSON, _TRACKING),
    "unrecognized": (_DELIVERY, _SAME_PERSON, _TRACKING),
    "duplicate": (_TWO_ORDERS, _TRACKING, _GIVEN_BACK),
    "credit_not_processed": (_POLICY, _WRITTEN, _GIVEN_BACK),
    "subscription_canceled": (_CANCELLED, _WRITTEN, _POLICY),
    OTHER: (_TRACKING, _DELIVERY, _WRITTEN, _POLICY),
}
KINDS: Mapping[FileKind, str] = {
    "delivery": message("Proof of delivery"),
    "tracking": message("The parcel’s way"),
    "correspondence": message("What was written"),
    "policy": message("What was promised"),
    "product": message("The piece"),
    "refund": message("Money given back"),
    "other": message("Something else"),
}
WHY_NOT: Mapping[Takes, str] = {
    "late": message("It is too late to add anything: the hub had to answer the bank before now."),
    "answered": message("The hub has answered the bank, which takes one answer: nothing can be added any more."),
    "decided": message("The bank has decided: nothing can be added any more."),
}


def reason_of(dispute: Dispute) -> str:
    """What the bank says, in a sentence."""
    return REASONS.get(dispute.reason, REASONS[OTHER])


def helps_against(dispute: Dispute) -> tuple[str, ...]:
    """What speaks for a boutique when this is said, the weightiest first."""
    return HELPS.get(dispute.reason, HELPS[OTHER])
