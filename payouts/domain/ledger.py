"""The ledger's vocabulary: accounts, and postings that sum to zero in every currency.

Debits are positive, credits negative. A posting names each account once and carries the id (`idem`) its caller made,
so that posting it again is harmless. Nothing is ever edited: a correction is a posting of its own.
"""

import hashlib
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from payouts.errors import LedgerUnbalancedError


class AccountKind(StrEnum):
    """What an account stands for; the word is the account's code, or its pattern when it has an owner."""

    PROVIDER_PENDING = "provider:pending"
    PROVIDER_AVAILABLE = "provider:available"
    PROVIDER_RESERVED = "provider:reserved"
    BANK = "bank"
    CLAIM = "recv"
    HELD = "held"
    RELEASABLE = "releasable"
    IN_TRANSFER = "in_transfer"
    RESERVE = "reserve"
    REFUND_DUE = "customer:refund_due"
    VAT_PAYABLE = "vat:payable"
    DISPUTE_OPEN = "dispute:open"
    SUSPENSE = "suspense"
    COMMISSION = "hub:commission"
    PROMO = "hub:promo"
    PROVIDER_FEES = "hub:provider_fees"
    DISPUTE_FEES = "hub:dispute_fees"
    DISPUTE_PROVISION = "hub:dispute_provision"
    WRITE_OFF = "hub:write_off"
    ADJUSTMENT = "hub:adjustment"
    EXCHANGE_RESULT = "hub:fx"
    EXCHANGE = "fx"


SHOP_KINDS = frozenset(
    {
        AccountKind.HELD,
        AccountKind.RELEASABLE,
        AccountKind.IN_TRANSFER,
        AccountKind.RESERVE,
        AccountKind.CLAIM,
    }
)
"""Accounts that belong to one shop; they alone keep a running balance."""

DEBIT_KINDS = frozenset(
    {
        AccountKind.PROVIDER_PENDING,
        AccountKind.PROVIDER_AVAILABLE,
        AccountKind.PROVIDER_RESERVED,
        AccountKind.BANK,
        AccountKind.CLAIM,
        AccountKind.PROMO,
        AccountKind.PROVIDER_FEES,
        AccountKind.DISPUTE_FEES,
        AccountKind.DISPUTE_PROVISION,
        AccountKind.WRITE_OFF,
        AccountKind.ADJUSTMENT,
    }
)
"""Accounts (assets and expenses) whose balance is normally a debit."""


class Account(msgspec.Struct, frozen=True, order=True):
    """One account: a kind, whose it is (a shop's id, a country for VAT, else empty), and its one currency."""

    kind: AccountKind
    owner: str
    currency: str

    @property
    def code(self) -> str:
        """The account's name in reports: `shop:{id}:held`, `recv:{id}`, `vat:payable:FR`, `hub:commission`."""
        if self.kind in SHOP_KINDS and self.kind is not AccountKind.CLAIM:
            return f"shop:{self.owner}:{self.kind.value}"
        return f"{self.kind.value}:{self.owner}" if self.owner else self.kind.value


class Leg(msgspec.Struct, frozen=True, order=True):
    """One side of a posting: a debit when `amount` is positive, a credit when it is negative; never zero."""

    account: Account
    amount: int


class Posting(msgspec.Struct, frozen=True):
    """One balanced transaction: what kind of event, which row of ours it is about, and its legs by account."""

    kind: str
    reference: str
    idem: str
    legs: tuple[Leg, ...]
    corrects: int | None = None

    def __post_init__(self) -> None:
        sums: dict[str, int] = {}
        for leg in self.legs:
            sums[leg.account.currency] = sums.get(leg.account.currency, 0) + leg.amount
        if len({leg.account for leg in self.legs}) != len(self.legs):
            raise LedgerUnbalancedError(f"posting {self.idem} names an account twice")
        if not self.legs or any(sums.values()) or any(leg.amount == 0 for leg in self.legs):
            raise LedgerUnbalancedError(f"posting {self.idem} does not balance: {sums}")

    @property
    def content_hash(self) -> bytes:
        """A digest of everything the posting says, to tell a repeat from a contradiction."""
        return hashlib.sha256(msgspec.json.encode(self)).digest()


def posting(kind: str, reference: str, idem: str, legs: Iterable[tuple[Account, int]]) -> Posting:
    """Build a posting, joining legs of the same account and dropping those that come to nothing.

    Raises LedgerUnbalancedError when the legs do not sum to zero or nothing is left.
    """
    joined: dict[Account, int] = {}
    for account, amount in legs:
        joined[account] = joined.get(account, 0) + amount
    return Posting(
        kind, reference, idem, tuple(Leg(account, amount) for account, amount in sorted(joined.items()) if amount)
    )
