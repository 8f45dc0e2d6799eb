"""Corrections by hand: one operator proposes, another one decides. What was decided is posted and never changes.

An adjustment of a shop gives it money (positive) or takes some from it; one of the hub moves money between one of the
hub's own accounts and the account of corrections.
"""

import hashlib
from datetime import datetime
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain.ledger import AccountKind
from payouts.domain.proposal import ProposalStatus, decided_by_another
from payouts.errors import AdjustmentRefusedError

REASON_LENGTH_MAX = 500
EVIDENCE_LENGTH_MAX = 2_000

HUB_ACCOUNTS = (
    AccountKind.SUSPENSE,
    AccountKind.BANK,
    AccountKind.PROVIDER_AVAILABLE,
    AccountKind.PROVIDER_FEES,
    AccountKind.COMMISSION,
    AccountKind.PROMO,
)
"""The hub's own accounts that can be corrected by hand; what shoppers and shops are owed cannot."""


ADJUSTMENT = decided_by_another("correction")


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants corrected; `id` is the caller's. Exactly one of `shop_id` and `hub_account` is named."""

    id: UUID
    amount: Money
    reason: str
    evidence: str = ""
    shop_id: str = ""
    hub_account: str = ""

    @property
    def content_hash(self) -> bytes:
        """A digest of all it says, to tell a repeat from a contradiction."""
        return hashlib.sha256(msgspec.json.encode(self)).digest()


class AdjustmentRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A correction with the two people behind it."""

    id: UUID
    shop_id: str
    hub_account: str
    amount_minor: int
    currency: str
    reason: str
    evidence: str
    status: ProposalStatus = ProposalStatus.PROPOSED
    proposed_by: str
    proposed_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    decision_note: str = ""
    content_hash: bytes

    @property
    def amount(self) -> Money:
        """What the shop gets (negative: gives), or what the hub's account gains."""
        return Money(self.amount_minor, self.currency)


def check_proposal(proposal: Proposal, currency: str, maximum_minor: int) -> None:
    """Raises AdjustmentRefusedError, saying what to change, when it cannot be proposed like this."""
    if bool(proposal.shop_id) == bool(proposal.hub_account):
        raise AdjustmentRefusedError("say whose account is corrected: one boutique's, or one of the hub's own")
    if proposal.hub_account and proposal.hub_account not in {kind.value for kind in HUB_ACCOUNTS}:
        raise AdjustmentRefusedError("this account cannot be corrected by hand")
    if proposal.amount.currency != currency:
        raise AdjustmentRefusedError(
            sentence("corrections are made in %(currency)s, the currency the hub settles in", currency=currency)
        )
    if not 0 < abs(proposal.amount.amount_minor) <= maximum_minor:
        raise AdjustmentRefusedError(
            sentence("the amount must be from one cent to %(most)s either way", most=Money(maximum_minor, currency))
        )
    if not proposal.reason.strip() or len(proposal.reason) > REASON_LENGTH_MAX:
        raise AdjustmentRefusedError(sentence("say why, in at most %(num)s characters", num=REASON_LENGTH_MAX))
    if len(proposal.evidence) > EVIDENCE_LENGTH_MAX:
        raise AdjustmentRefusedError(
            sentence("keep the evidence to %(num)s characters: a link is enough", num=EVIDENCE_LENGTH_MAX)
        )
