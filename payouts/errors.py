"""Every refusal of the money package.

GalleriaError
├── AmountInvalidError          an amount, rate or quantity that no split or refund can be made of
├── IllegalMoveError            a life cycle was asked for a step that is not in its table
├── LedgerError
│   ├── LedgerUnbalancedError   a posting that does not sum to zero per currency
│   ├── LedgerConflictError     the same posting id again with other content
│   └── LedgerShortError        an account would go below zero
├── HeldUpError                 a share that cannot be released now: a hold, no account, money not settled
├── AdjustmentRefusedError      a correction that may not be proposed or decided like this
├── BankDetailsError            an IBAN, BIC or payment file that no bank would take
├── RefundRefusedError          more than is left of a line, or nothing at all
├── DisputeChoiceError          lines that a dispute cannot be about, or an answer it does not take
├── StatementBrokenError        a statement that does not add up: it is not made
├── PaperRefusedError           a paper that cannot be issued like this, or not yet
├── PaymentMissingError         no such payment, settlement, refund or payout
├── EventRefusedError           an event whose signature, age or form is wrong
└── ProviderError               the payment provider
    ├── ProviderUnavailableError    no usable answer: the outcome is unknown, repeat with the same key
    ├── ProviderBusyError           told to come back later: nothing happened
    ├── PaymentDeclinedError        the card was refused
    ├── InsufficientBalanceError    the balance to take from is too small
    ├── AccountNotReadyError        the shop's account cannot take money yet
    ├── ProviderConflictError       same key, other parameters: our own mistake, never repeated
    └── ProviderRefusedError        any other definite refusal
"""

from federation.vocabulary.errors import GalleriaError, NotFoundError, RecordInvalidError


class AmountInvalidError(RecordInvalidError):
    """An amount, rate, weight or quantity that no split or refund can be made of."""

    slug = "amount-invalid"


class IllegalMoveError(GalleriaError):
    """The thing is not in a state from which this step is possible."""

    slug = "illegal-move"


class LedgerError(GalleriaError):
    """The ledger refused a posting; nothing of it was written."""

    slug = "ledger-refused"


class LedgerUnbalancedError(LedgerError):
    """The legs of a posting do not sum to zero in each currency, or one is zero, or an account appears twice."""

    slug = "ledger-unbalanced"


class LedgerConflictError(LedgerError):
    """A posting of this id exists with other content; the first one stands."""

    slug = "ledger-conflict"


class LedgerShortError(LedgerError):
    """A shop's held, releasable or in-transfer account would go below zero."""

    slug = "ledger-short"


class HeldUpError(GalleriaError):
    """Something stands in the way of a release; the sentence says what would free it."""

    slug = "held-up"


class AdjustmentRefusedError(GalleriaError):
    """The correction is not one that may be proposed, or not by this person."""

    slug = "adjustment-refused"


class BankDetailsError(RecordInvalidError):
    """Bank details, or a file made of them, that no bank would take."""

    slug = "bank-details"


class RefundRefusedError(GalleriaError):
    """The refund asks for more than is left, or for nothing."""

    slug = "refund-refused"


class DisputeChoiceError(GalleriaError):
    """The lines chosen for a dispute, or the answer to it, do not fit; the sentence says why."""

    slug = "dispute-choice"


class StatementBrokenError(GalleriaError):
    """Ledger and rows, or the figures of a statement, do not come to the same: it is neither made nor believed."""

    slug = "statement-broken"


class PaperRefusedError(GalleriaError):
    """The paper cannot be issued: its period has not ended, or the law wants details that are missing."""

    slug = "paper-refused"


class PaymentMissingError(NotFoundError):
    """No payment, settlement, refund, claim or payout of this id."""

    slug = "payment-missing"


class EventRefusedError(RecordInvalidError):
    """A provider event whose signature, age or form is wrong."""

    slug = "event-refused"


class ProviderError(GalleriaError):
    """The payment provider did not do what was asked."""

    slug = "provider-refused"


class ProviderUnavailableError(ProviderError):
    """No usable answer came: the outcome is unknown, ask again with the same key."""

    slug = "provider-unavailable"
    retry = "after"


class ProviderBusyError(ProviderError):
    """The provider is busy with the same object or limits our rate: nothing happened, ask again with the same key."""

    slug = "provider-busy"
    retry = "after"


class PaymentDeclinedError(ProviderError):
    """The card was refused; the shopper may try another."""

    slug = "payment-declined"


class InsufficientBalanceError(ProviderError):
    """The balance the money should come from is too small; a later try needs a new attempt number."""

    slug = "insufficient-balance"


class AccountNotReadyError(ProviderError):
    """The shop's account at the provider cannot take money yet."""

    slug = "account-not-ready"


class ProviderConflictError(ProviderError):
    """The same key came with other parameters: a mistake of ours that must not be repeated automatically."""

    slug = "provider-conflict"


class ProviderRefusedError(ProviderError):
    """A definite refusal without a meaning of its own to us."""

    slug = "provider-refused"
