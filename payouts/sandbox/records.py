"""The simulated provider's rows as frozen values, and what its API says of them (the shapes of `payouts.ports`)."""

from datetime import datetime
from typing import Literal

import msgspec

from federation.vocabulary.money import Money
from payouts.ports import (
    ObjectKind,
    PaymentState,
    PayoutState,
    ProviderEvent,
    RefundState,
    ReversalState,
    TransferState,
)


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    reference: str
    name: str
    country: str
    currency: str
    ready: bool
    bank_fails: bool = False
    created_at: datetime


class PaymentRow(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    reference: str
    status: Literal["open", "processing", "succeeded", "cancelled"] = "open"
    step: Literal["", "check"] = ""
    amount_minor: int
    currency: str
    received_minor: int = 0
    fee_minor: int = 0
    gross_minor: int = 0
    gross_currency: str = ""
    exchange_rate: str = ""
    description: str
    return_url: str
    last_error: str = ""
    settled: bool = False
    available_at: datetime | None = None
    created_at: datetime

    @property
    def amount(self) -> Money:
        """What is asked for."""
        return Money(self.amount_minor, self.currency)

    @property
    def gross(self) -> Money | None:
        """What it came to for the platform; None until it was paid."""
        return Money(self.gross_minor, self.gross_currency) if self.status == "succeeded" else None

    def state(self, public_url: str) -> PaymentState:
        """The payment as the API shows it."""
        return PaymentState(
            id=self.id,
            reference=self.reference,
            status=self.status,
            amount=self.amount,
            received=Money(self.received_minor, self.currency),
            redirect_url=f"{public_url}/pay/{self.id}",
            last_error=self.last_error,
            settled=self.settled,
            gross=self.gross,
            fee=None if self.gross is None else Money(self.fee_minor, self.gross.currency),
            exchange_rate=self.exchange_rate,
        )


class TransferRow(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    reference: str
    account_id: str
    payment_id: str
    amount_minor: int
    reversed_minor: int = 0
    currency: str
    created_at: datetime

    def state(self) -> TransferState:
        """The transfer as the API shows it."""
        return TransferState(
            id=self.id,
            reference=self.reference,
            account_id=self.account_id,
            amount=Money(self.amount_minor, self.currency),
            reversed=Money(self.reversed_minor, self.currency),
        )


class ReversalRow(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    reference: str
    transfer_id: str
    amount_minor: int
    currency: str
    created_at: datetime

    def state(self) -> ReversalState:
        """The reversal as the API shows it."""
        return ReversalState(
            id=self.id,
            reference=self.reference,
            transfer_id=self.transfer_id,
            amount=Money(self.amount_minor, self.currency),
        )


class RefundRow(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    reference: str
    payment_id: str
    amount_minor: int
    currency: str
    status: Literal["pending", "succeeded", "failed"]
    reason: str = ""
    taken_minor: int | None = None
    taken_currency: str | None = None
    created_at: datetime

    def state(self) -> RefundState:
        """The refund as the API shows it."""
        return RefundState(
            id=self.id,
            reference=self.reference,
            payment_id=self.payment_id,
            amount=Money(self.amount_minor, self.currency),
            status=self.status,
            reason=self.reason,
            taken=Money(self.taken_minor, self.taken_currency) if self.taken_minor and self.taken_currency else None,
        )


class PayoutRow(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    reference: str
    account_id: str
    amount_minor: int
    currency: str
    status: Literal["in_transit", "paid", "failed"] = "in_transit"
    failure: str = ""
    arrival_at: datetime
    created_at: datetime

    def state(self) -> PayoutState:
        """The payout as the API shows it."""
        return PayoutState(
            id=self.id,
            reference=self.reference,
            account_id=self.account_id,
            amount=Money(self.amount_minor, self.currency),
            status=self.status,
            arrival_at=self.arrival_at,
            failure=self.failure,
        )


class MoveRow(msgspec.Struct, frozen=True, kw_only=True):
    id: int = 0
    account_id: str
    type: str
    source_id: str
    gross_minor: int
    fee_minor: int = 0
    net_minor: int
    currency: str
    available_at: datetime
    created_at: datetime


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    number: int = 0
    id: str
    type: str
    object_kind: ObjectKind
    object_id: str
    created_at: datetime
    due_at: datetime
    attempts: int = 0
    delivered_at: datetime | None = None

    def event(self) -> ProviderEvent:
        """The event as it is listed and delivered."""
        return ProviderEvent(
            id=self.id,
            type=self.type,
            object_kind=self.object_kind,
            object_id=self.object_id,
            created_at=self.created_at,
        )


class FaultRow(msgspec.Struct, frozen=True, kw_only=True):
    id: int = 0
    kind: str
    path: str
    times_left: int
    seconds: float = 0.0
