"""Alerts about money for people: what kind, and the page where something can be done about it. Pure.

What an alert says of its own case was written where it arose, in English; its kind is told in the reader's language.
"""

from collections.abc import Mapping

import msgspec

from federation.vocabulary.wording import message
from marketplace.console.words import say
from payouts.domain.records import AlertRecord

_MONEY = "/console/money"
_DISPUTE = f"{_MONEY}/disputes/{{}}"
_CASES: Mapping[str, tuple[str, str]] = {
    "shortfall": (message("The hub owes more than it has"), f"{_MONEY}/exposure"),
    "held-too-long": (message("A boutique’s money is kept too long"), "/console/boutiques/{}/terms"),
    "held-too-much": (message("The hub keeps more than it set itself"), f"{_MONEY}/exposure"),
    "job-late": (message("A regular job has not run"), f"{_MONEY}/jobs"),
    "suspense": (message("A movement nobody understands"), f"{_MONEY}/reconciliation"),
    "move-waiting": (message("A movement waits for our own posting"), f"{_MONEY}/reconciliation"),
    "dispute-asked": (message("A bank asks about a payment"), _DISPUTE),
    "dispute-opened": (message("A bank has taken a payment back"), _DISPUTE),
    "dispute-heard": (message("A boutique has said what it knows of a dispute"), f"{_DISPUTE}#heard"),
    "dispute-due": (message("A dispute must be answered"), _DISPUTE),
    "dispute-won": (message("A dispute is won"), _DISPUTE),
    "dispute-lost": (message("A dispute is lost"), _DISPUTE),
    "dispute-prevented": (message("A dispute was settled before it began"), _DISPUTE),
    "dispute-reopened": (message("A dispute that was decided is open again"), _DISPUTE),
    "dispute-money": (message("A dispute’s money is not clear"), _DISPUTE),
    "dispute-unknown": (message("A dispute that is not ours"), f"{_MONEY}/disputes"),
    "answer-refused": (message("The provider refused our answer to a dispute"), _DISPUTE),
    "answer-conflict": (message("Two answers to one dispute"), _DISPUTE),
    "fraud-warning": (message("A bank suspects fraud"), f"{_MONEY}/disputes#warnings"),
    "refund-failed": (message("A refund did not reach the shopper"), f"{_MONEY}/refunds?state=failed"),
    "refund-waits": (message("A refund waits for a dispute"), f"{_MONEY}/refunds"),
    "refund-conflict": (message("A refund asked for twice in two ways"), f"{_MONEY}/refunds"),
    "refund-taken-elsewhere": (message("A refund was taken from somewhere else"), f"{_MONEY}/refunds"),
    "transfer-refused": (message("The provider refused a transfer"), f"{_MONEY}/blocked"),
    "transfer-conflict": (message("A transfer asked for twice in two ways"), f"{_MONEY}/transfers"),
    "reversal-conflict": (message("A reversal asked for twice in two ways"), f"{_MONEY}/claims"),
    "payout-failed": (message("A payout did not reach its bank"), f"{_MONEY}/blocked"),
    "payout-returned": (message("A bank sent a payout back"), f"{_MONEY}/blocked"),
    "payout-conflict": (message("A payout asked for twice in two ways"), f"{_MONEY}/payouts"),
    "account-closed": (message("A boutique’s account at the provider was closed"), "/console/boutiques/{}/terms"),
    "account-unknown": (message("An account that is not ours"), ""),
    "payment-mismatch": (message("A payment is not what was asked for"), f"{_MONEY}/settlements"),
    "payment-unknown": (message("A payment that is not ours"), f"{_MONEY}/reconciliation"),
    "settled-elsewhere": (message("A payment was settled in another currency"), f"{_MONEY}/reconciliation"),
    "hold-lost": (message("Money that was reserved is gone"), "/console/orders"),
    "capture-refused": (message("Reserved money could not be taken"), "/console/orders"),
    "capture-conflict": (message("Reserved money was asked for in two ways"), "/console/orders"),
    "sent-unpaid": (message("A parcel was sent that is not paid"), "/console/orders"),
    "float-failed": (message("Money for our bank did not arrive"), f"{_MONEY}/bank-files#float"),
    "bank-file-silent": (message("A bank file without the bank’s word"), f"{_MONEY}/bank-files"),
    "bank-file-due": (message("Boutiques wait for a bank file"), f"{_MONEY}/bank-files"),
    "bank-details-said": (message("A boutique told us new bank details"), "/console/boutiques/{}/terms"),
    "invoice-waits": (message("A commission invoice waits for details"), f"{_MONEY}/papers"),
    "statement-broken": (message("A statement or invoice does not add up"), f"{_MONEY}/papers"),
    "paper-undrawn": (message("A paper cannot be drawn as PDF"), f"{_MONEY}/papers"),
}
"""By kind: what happened, and where to go; `{}` is what the alert is about."""
_RULE = (message("A rule of the books is broken"), "/console/trial-balance")
SHOWN = 5
"""So many alerts stand open on the page; the rest are folded."""


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as the page shows it."""

    record: AlertRecord
    words: str
    url: str


def alert(record: AlertRecord) -> Alert:
    """An alert in words; one of an unknown kind is a rule of the nightly look at the books."""
    words, url = _CASES.get(record.kind, _RULE)
    return Alert(record=record, words=say(words), url=url.format(record.reference.partition(":")[0]))
