"""The rows of disputes and of the provider's balance as frozen values."""

from datetime import datetime
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money
from payouts.domain.dispute import AnswerStatus, ChosenLine, DisputeStatus, FundsStage
from payouts.domain.evidence import Evidence
from payouts.domain.giveback import Components
from payouts.domain.recon import MoveState
from payouts.domain.records import parts_of

DRAFT = "draft"
"""The kind of an answer that is only laid down with the provider."""

_CHOICE = msgspec.json.Decoder(tuple[ChosenLine, ...])
_EVIDENCE = msgspec.json.Decoder(Evidence)


class DisputeRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A dispute as we know it.

    `amount` is of the shopper's currency; `taken` is what left the hub's balance in the present `round` (money can be
    taken more than once), `excess_minor` what of it no line bears. `chosen` is a person's choice of lines. `told` is
    the status that the boutiques were last written to about. Since `staged_at` a draft of our answer lies with the
    provider, which no bank sees.
    """

    id: UUID
    provider_id: str
    payment_id: UUID
    order_id: UUID
    status: DisputeStatus
    funds: FundsStage = FundsStage.NONE
    reason: str
    amount_minor: int
    currency: str
    refundable: bool
    due_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None = None
    round: int = 0
    taken_minor: int = 0
    taken_currency: str | None = None
    excess_minor: int = 0
    fee_minor: int = 0
    wants_lines: bool = False
    chosen: str | None = None
    chosen_by: str = ""
    evidence: str = "{}"
    answer: AnswerStatus = AnswerStatus.NONE
    answer_kind: str = ""
    answer_attempt: int = 0
    answer_error: str = ""
    answered_at: datetime | None = None
    staged_at: datetime | None = None
    asked_at: datetime | None = None
    told: str = ""
    created_at: datetime
    updated_at: datetime

    @property
    def amount(self) -> Money:
        """What the dispute is about."""
        return Money(self.amount_minor, self.currency)

    @property
    def taken(self) -> Money | None:
        """What left the balance, without the fee; None while nothing did."""
        return None if self.taken_currency is None else Money(self.taken_minor, self.taken_currency)

    @property
    def fee(self) -> Money | None:
        """What the provider kept for it so far."""
        return None if self.taken_currency is None else Money(self.fee_minor, self.taken_currency)

    @property
    def choice(self) -> tuple[ChosenLine, ...]:
        """A person's choice of lines; empty without one."""
        return () if self.chosen is None else _CHOICE.decode(self.chosen)

    @property
    def is_answered(self) -> bool:
        """Whether our answer is with the bank or on its way there; a draft is not."""
        on_its_way = self.answer is AnswerStatus.SUBMITTING and self.answer_kind != DRAFT
        return on_its_way or self.answer is AnswerStatus.GIVEN

    @property
    def handed_in_at(self) -> datetime | None:
        """When the bank was given what speaks for the boutiques; None before, and of a dispute given up."""
        given = self.answer is AnswerStatus.GIVEN and self.answer_kind == "evidence"
        return self.answered_at if given else None

    @property
    def said(self) -> Evidence:
        """The evidence as it was last written down."""
        return _EVIDENCE.decode(self.evidence)


class DisputeLineRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What of one line a round of a dispute is about, in the shopper's currency and in the hub's."""

    id: int = 0
    dispute_id: UUID
    round: int
    shop_order_id: UUID
    line_id: str
    paid: int
    seller: int
    commission: int
    vat: int
    referral: int
    coupon: int
    settled: str

    @property
    def settled_components(self) -> Components:
        """What each party gives up, in the hub's currency."""
        return parts_of(self.settled)


class DisputeShareRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What one settlement bears of a round: `held_minor` of what lay with us, `claimed_minor` as a debt of its shop."""

    id: int = 0
    dispute_id: UUID
    round: int
    settlement_id: UUID
    shop_id: str
    currency: str
    held_minor: int
    claimed_minor: int
    claim_id: UUID | None = None


class DisputeMoveRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A movement of the balance that a dispute caused, booked once."""

    id: str
    dispute_id: UUID
    round: int
    amount_minor: int
    fee_minor: int
    currency: str
    created_at: datetime


class WarningRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A bank's suspicion of fraud; it holds what is owed from the order until somebody has looked."""

    id: str
    payment_id: UUID
    order_id: UUID
    kind: str
    warned_at: datetime
    lifted_at: datetime | None = None
    lifted_by: str = ""
    note: str = ""


class MoveRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A movement of the hub's balance as the provider lists it, and the one ledger transaction it stands for.

    `number` is its place in the order we read it in. `note` and `assigned_by` say what a person made of it.
    """

    number: int = 0
    id: str
    type: str
    amount_minor: int
    fee_minor: int
    currency: str
    source: str
    reference: str
    description: str
    created_at: datetime
    available_at: datetime
    state: MoveState = MoveState.NEW
    txn_id: int | None = None
    note: str = ""
    assigned_by: str = ""
    seen_at: datetime
    matched_at: datetime | None = None

    @property
    def net(self) -> Money:
        """What the balance changed by."""
        return Money(self.amount_minor - self.fee_minor, self.currency)
