"""What disputes and reconciliation need of a payment provider, beside `payouts.ports`.

Evidence is handed in under a key of our own like everything else that has an effect; the rest is read.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from federation.vocabulary.money import Money
from payouts.domain.evidence import Exhibit, HandIn

DisputeWord = Literal[
    "inquiry",
    "inquiry_review",
    "inquiry_closed",
    "open",
    "review",
    "appeal",
    "appeal_review",
    "won",
    "lost",
    "prevented",
]
"""Where a dispute stands at the provider. An inquiry moves no money; `prevented` was settled before it was one."""


class BalanceMove(msgspec.Struct, frozen=True, kw_only=True):
    """One movement of the hub's own balance, as the provider numbers and types it.

    `amount` entered (or, negative, left), `fee` was kept of it. `source` is the id of the object behind it and
    `reference` what we gave that object when we made it, empty when we did not.
    """

    id: str
    type: str
    amount: Money
    fee: Money
    source: str
    reference: str = ""
    description: str = ""
    created_at: datetime
    available_at: datetime

    @property
    def net(self) -> Money:
        """What the balance changed by."""
        return self.amount - self.fee


class DisputeState(msgspec.Struct, frozen=True, kw_only=True):
    """A shopper's bank takes a payment back, or asks about it.

    `reference` is our payment's. `amount` is of the currency the shopper paid in; `moves` are what it did to the hub's
    balance so far, and nothing else of it is ever booked. `due_at` is the last moment for evidence.
    """

    id: str
    reference: str
    status: DisputeWord
    reason: str
    amount: Money
    refundable: bool
    created_at: datetime
    due_at: datetime | None = None
    submissions: int = 0
    moves: tuple[BalanceMove, ...] = ()


class FraudWarning(msgspec.Struct, frozen=True, kw_only=True):
    """A bank suspects that a payment was not its customer's; a dispute often follows."""

    id: str
    reference: str
    kind: str
    actionable: bool
    created_at: datetime


class DisputeDesk(Protocol):
    """The provider's disputes."""

    async def get_dispute(self, dispute_id: str) -> DisputeState: ...

    async def list_disputes(self, limit: int = 100) -> Sequence[DisputeState]:
        """The newest disputes, newest first."""
        ...

    async def upload_evidence(self, exhibit: Exhibit, key: str) -> str:
        """Give the provider a file that is to speak for a dispute; its id there. ProviderRefusedError: not such a file.

        A file that no evidence names is of no effect, so one given twice does no harm.
        """
        ...

    async def submit_evidence(self, dispute_id: str, hand_in: HandIn, key: str) -> DisputeState:
        """Hand evidence in, or lay a draft of it down; one hand-in, later ones are refused (ProviderRefusedError)."""
        ...

    async def accept_dispute(self, dispute_id: str, key: str) -> DisputeState:
        """Give a dispute up: it is lost. One that is lost already is answered as it stands."""
        ...

    async def get_warning(self, warning_id: str) -> FraudWarning: ...


class BalanceBook(Protocol):
    """Every movement of the hub's own balance."""

    async def balance_transactions(self, after: str, limit: int = 100) -> Sequence[BalanceMove]:
        """Movements in order of making, from the one after the id `after` (empty: from the first kept)."""
        ...
