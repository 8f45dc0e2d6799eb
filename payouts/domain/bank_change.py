"""Changing where a shop's money goes by bank: two words, and a time to rest before the first payment. Pure.

The first word is an operator's or the shop's own, said through its node; the second is an operator's, never the same
person's. A newer first word takes the place of an older one.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from payouts.domain.bank_file import BankDetails
from payouts.domain.lifecycle import LifeCycle

NOTE_LENGTH_MAX = 500
SAID_BY_LENGTH_MAX = 254


class ChangeSource(StrEnum):
    """Who said the first word: an operator in the console, or the shop through its node."""

    CONSOLE = "console"
    SHOP = "shop"


class ChangeStatus(StrEnum):
    """Where a change of bank details stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    REPLACED = "replaced"


class ChangeStep(StrEnum):
    """What can become of a first word."""

    APPROVED = "approved"
    REJECTED = "rejected"
    REPLACED = "replaced"


BANK_CHANGE = LifeCycle(
    "change of bank details",
    {
        (ChangeStatus.PROPOSED, ChangeStep.APPROVED): ChangeStatus.APPROVED,
        (ChangeStatus.PROPOSED, ChangeStep.REJECTED): ChangeStatus.REJECTED,
        (ChangeStatus.PROPOSED, ChangeStep.REPLACED): ChangeStatus.REPLACED,
    },
)


class BankChangeRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A change with the two behind it.

    `proposed_by` is an operator's address, or the name of whoever said it at the shop, in the shop's own words.
    `at_once` is the first person's wish not to let the account rest; nothing is sent to it before `usable_from`.
    """

    id: UUID
    shop_id: str
    holder: str
    iban: str
    bic: str
    source: ChangeSource
    at_once: bool = False
    status: ChangeStatus = ChangeStatus.PROPOSED
    proposed_by: str
    proposed_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    decision_note: str = ""
    usable_from: datetime | None = None

    @property
    def details(self) -> BankDetails:
        """The account it is about."""
        return BankDetails(self.holder, self.iban, self.bic)

    def is_own_of(self, person: str) -> bool:
        """Whether this operator said the first word."""
        return self.source is ChangeSource.CONSOLE and self.proposed_by == person


def usable_from(change: BankChangeRecord, decided_at: datetime, cooling_days: int, *, at_once: bool) -> datetime:
    """When the first payment may go to the account: at once only if both people say so."""
    if change.at_once and at_once:
        return decided_at
    return decided_at + timedelta(days=cooling_days)
