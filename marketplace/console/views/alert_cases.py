"""What each kind of alert about money is called, what to do about it, and the page where that is done."""

from collections.abc import Mapping

import msgspec

from federation.vocabulary.wording import message

_MONEY = "/console/money"
_DISPUTE = f"{_MONEY}/disputes/{{}}"
_REFUND = f"{_MONEY}/refunds/{{}}"
_TERMS = "/console/boutiques/{}/terms"
_ORDERS = f"{_MONEY}/orders"
ORDER = "order"
"""In place of an address: the page in money terms of the order that the alert is about."""


class Case(msgspec.Struct, frozen=True):
    """What happened, where to go (`{}` is what the alert is about), and what to do there.

    `otherwise` is where to go when it is about an order that cannot be found.
    """

    title: str
    url: str
    advice: str
    otherwise: str = _ORDERS

    @property
    def is_of_order(self) -> bool:
        """Whether it is about something that belongs to an order."""
        return self.url == ORDER or self.url.startswith((_DISPUTE, _REFUND))


_NOT_TWICE = message(
    "Nothing was moved twice. See on the provider’s own site what it has, and tell whoever looks after the software."
)
_NOT_OURS = message(
    "Nothing of this hub is touched. See on the provider’s own site what it is: perhaps another program uses the same "
    "account."
)
CASES: Mapping[str, Case] = {
    "shortfall": Case(
        message("The hub owes more than it has"),
        f"{_MONEY}/exposure",
        message("See boutique by boutique where it is missing, and put that much in or collect what boutiques owe."),
    ),
    "held-too-long": Case(
        message("A boutique’s money is kept too long"),
        _TERMS,
        message("See what it waits for and end that: an account to finish, a hold to lift, a parcel not yet marked."),
    ),
    "held-too-much": Case(
        message("The hub keeps more than it set itself"),
        f"{_MONEY}/exposure",
        message("Let go what nothing holds back; if the hub has grown, set the limit anew in its settings."),
    ),
    "job-late": Case(
        message("A regular job has not run"),
        f"{_MONEY}/jobs",
        message("See whether the hub’s worker runs. Nothing is lost: what the job does waits until it does."),
    ),
    "suspense": Case(
        message("A movement nobody understands"),
        f"{_MONEY}/reconciliation",
        message("Find out at the provider what it was, then have a correction by two people book it where it belongs."),
    ),
    "move-waiting": Case(
        message("The provider moved money that our books do not know"),
        f"{_MONEY}/reconciliation",
        message("See whether all jobs run. If they do and it stays, tell whoever looks after the software."),
    ),
    "dispute-asked": Case(
        message("A bank asks about a payment"),
        _DISPUTE,
        message("Answer with what you and the boutique know: a good answer often ends it before money is taken."),
    ),
    "dispute-opened": Case(
        message("A bank has taken a payment back"),
        _DISPUTE,
        message("Ask the boutique what it knows and answer in time, or give it up. Its share waits until then."),
    ),
    "dispute-heard": Case(
        message("A boutique has said what it knows of a dispute"),
        f"{_DISPUTE}#heard",
        message("Read it, and make the answer to the bank of it."),
    ),
    "dispute-due": Case(
        message("A dispute must be answered"),
        _DISPUTE,
        message("Answer it or give it up now: without an answer it is lost."),
    ),
    "dispute-won": Case(
        message("A dispute is won"), _DISPUTE, message("Nothing to do: what comes back goes to whoever had borne it.")
    ),
    "dispute-lost": Case(
        message("A dispute is lost"),
        _DISPUTE,
        message("The shopper keeps the money. See who bears it, and whether a refund of the same order still waits."),
    ),
    "dispute-prevented": Case(
        message("A dispute was settled before it began"),
        _DISPUTE,
        message("The shopper has the money back, without a dispute’s fee. See who bears it."),
    ),
    "dispute-reopened": Case(
        message("A dispute that was decided is open again"),
        _DISPUTE,
        message("See until when the bank wants an answer, and answer it anew."),
    ),
    "dispute-money": Case(
        message("A dispute’s money is not clear"),
        _DISPUTE,
        message("Compare its movements with the provider’s own list; a correction by two people books what differs."),
    ),
    "dispute-unknown": Case(message("A dispute that is not ours"), f"{_MONEY}/disputes", _NOT_OURS),
    "answer-refused": Case(
        message("The provider refused our answer to a dispute"),
        _DISPUTE,
        message("Mend what it did not take and hand the answer in again before its last day."),
    ),
    "answer-conflict": Case(
        message("Two answers to one dispute"),
        _DISPUTE,
        message("The first one counts. See on the provider’s own site which that is."),
    ),
    "fraud-warning": Case(
        message("A bank suspects fraud"),
        f"{_MONEY}/disputes#warnings",
        message("Look at the order before it is sent: give it back, or say that all is well. Until then it waits."),
    ),
    "refund-failed": Case(
        message("A refund did not reach the shopper"),
        _REFUND,
        message("Try it again. If the card takes nothing back any more, pay the shopper from the hub’s own bank."),
    ),
    "refund-paid-twice": Case(
        message("A refund was paid twice"),
        _REFUND,
        message("Ask the shopper to send one of the two back; a correction by two people books what comes."),
    ),
    "refund-void-transferred": Case(
        message("A refund was perhaps paid twice"),
        _REFUND,
        message(
            "Look for the transfer on our bank’s statement. If it left, ask the shopper to send it back, and have a "
            "correction of “Our bank” with a minus book it. Then reject what was proposed."
        ),
    ),
    "refund-part-owed": Case(
        message("Part of a refund is owed again"),
        _REFUND,
        message(
            "Pay it to the shopper from the hub’s own bank. Two corrections book that: one of “Our bank” with a minus, "
            "one of “Not yet understood” without. Only then is it dealt with: the shopper reads that it is owed for as "
            "long as this alert is here."
        ),
    ),
    "refund-borne-twice": Case(
        message("Boutiques bore a refund twice"),
        ORDER,
        message("See who bears the dispute of this order, and give it back by a correction by two people."),
    ),
    "refund-waits": Case(
        message("A dispute stands in the way of a refund"),
        ORDER,
        message("See how the dispute stands: what the bank does not give the shopper is to be given back after it."),
        f"{_MONEY}/refunds",
    ),
    "refund-conflict": Case(message("A refund was asked for twice in two ways"), f"{_MONEY}/refunds", _NOT_TWICE),
    "refund-taken-elsewhere": Case(
        message("A refund was taken from money in another currency"),
        ORDER,
        message("The shopper has it, our books do not know it yet: a correction by two people books it."),
        f"{_MONEY}/refunds",
    ),
    "transfer-refused": Case(
        message("The provider refused a transfer"),
        f"{_MONEY}/blocked",
        message("Put right what it names, with the boutique or on the provider’s own site, then have it tried again."),
    ),
    "transfer-conflict": Case(message("A transfer was asked for twice in two ways"), f"{_MONEY}/transfers", _NOT_TWICE),
    "reversal-conflict": Case(message("A reversal was asked for twice in two ways"), f"{_MONEY}/claims", _NOT_TWICE),
    "payout-failed": Case(
        message("A payout did not reach its bank"),
        f"{_MONEY}/blocked",
        message("Its payouts rest. Have the boutique put its bank details right at the provider, then let them go on."),
    ),
    "payout-returned": Case(
        message("A bank sent a payout back"),
        f"{_MONEY}/blocked",
        message("Ask the boutique for the right bank details; once they are in its terms, have it sent again."),
    ),
    "payout-unexplained": Case(
        message("The provider paid a boutique money that is not from us"),
        f"{_MONEY}/payouts",
        message(
            "See on the provider’s own site what the payout is made of. If the boutique sells elsewhere on the same "
            "account, nothing is wrong; if money of ours went twice or not at all, make it good by a correction."
        ),
    ),
    "payout-unlisted": Case(
        message("The provider never said what it paid out"),
        f"{_MONEY}/payouts",
        message(
            "See on the provider’s own site what the payout is made of; if the boutique has too much or too little, "
            "make it good by a correction. If this comes again, the hub’s key may not read the accounts’ balance "
            "transactions: let it."
        ),
    ),
    "payout-collected": Case(
        message("The provider took money from a boutique’s bank"),
        f"{_MONEY}/payouts",
        message(
            "It does so where an account is short and the boutique has agreed to it. See on the provider’s own site "
            "why it was short, and tell the boutique."
        ),
    ),
    "payout-conflict": Case(message("A payout was asked for twice in two ways"), f"{_MONEY}/payouts", _NOT_TWICE),
    "account-closed": Case(
        message("A boutique’s account at the provider was closed"),
        _TERMS,
        message("What it is owed waits. Ask it to open another account there, or pay it by bank file."),
    ),
    "account-unknown": Case(message("An account that is not ours"), "/console/boutiques", _NOT_OURS),
    "payment-mismatch": Case(
        message("A payment is not what was asked for"),
        ORDER,
        message("No boutique was told of it. Money that came in lies in suspense: give it back at the provider."),
    ),
    "payment-unknown": Case(message("A payment that is not ours"), f"{_MONEY}/reconciliation", _NOT_OURS),
    "settled-elsewhere": Case(
        message("A payment was settled in another currency"),
        ORDER,
        message("Have the provider settle in the hub’s currency: the boutiques’ shares of this payment wait for it."),
    ),
    "hold-lost": Case(
        message("Money that was reserved is gone"),
        ORDER,
        message("The order is not paid. See whether a parcel has left already, and write to the shopper."),
    ),
    "capture-refused": Case(
        message("Reserved money could not be taken"),
        ORDER,
        message("It is asked for again by itself. While it fails, see that no parcel of the order leaves."),
    ),
    "capture-conflict": Case(message("Reserved money was asked for in two ways"), ORDER, _NOT_TWICE),
    "sent-unpaid": Case(
        message("A parcel was sent that is not paid"),
        ORDER,
        message("Have the boutique stop it or get it back, or agree with the shopper on another way to pay."),
        "/console/orders",
    ),
    "float-failed": Case(
        message("Money for our bank did not arrive"),
        f"{_MONEY}/bank-files#float",
        message("Put the hub’s bank details right at the provider and move it again: boutiques wait for it."),
    ),
    "bank-file-silent": Case(
        message("A bank file without the bank’s word"),
        f"{_MONEY}/bank-files",
        message("Look at the bank’s statement, and say of each payment whether it was paid or came back."),
    ),
    "bank-file-due": Case(
        message("Boutiques wait for a bank file"),
        f"{_MONEY}/bank-files",
        message("Make the next bank file and hand it in at the bank."),
    ),
    "bank-details-said": Case(
        message("A boutique told us new bank details"),
        _TERMS,
        message("Call it on a number you had before, then agree or refuse: thieves send such messages too."),
    ),
    "invoice-waits": Case(
        message("A commission invoice waits for details"),
        f"{_MONEY}/papers",
        message("The boutique’s belong in its profile, the hub’s in its settings; then it is issued by itself."),
    ),
    "statement-broken": Case(
        message("A statement or invoice does not add up"),
        f"{_MONEY}/papers",
        message("It is not issued until it does. Look at what it names, and tell whoever looks after the software."),
    ),
    "paper-undrawn": Case(
        message("A paper cannot be drawn as PDF"),
        f"{_MONEY}/papers/{{}}",
        message("It counts without: its signed file and its table are there. Tell whoever looks after the software."),
    ),
}
"""By kind: what happened, where to go, what to do."""
RULE = Case(
    message("A rule of the books is broken"),
    "/console/trial-balance",
    message("Show it to whoever looks after the software today, and look twice at sums until it holds again."),
)
"""Any other kind is the name of a rule that the nightly look found broken."""
