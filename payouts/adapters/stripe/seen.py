"""What we read of Stripe's objects: only the fields named here, checked as they come in.

Each Struct names in `STRIPE` the class of the `stripe` package it is a part of; a test holds its fields to that class.
An expandable field is an id until it is asked for expanded.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

import msgspec


class SeenBalanceTransaction(msgspec.Struct, frozen=True, kw_only=True):
    """Money that entered or left a balance."""

    STRIPE: ClassVar[str] = "BalanceTransaction"
    id: str
    amount: int
    fee: int
    net: int
    currency: str
    status: str
    exchange_rate: float | Decimal | None = None


class SeenCard(msgspec.Struct, frozen=True, kw_only=True):
    """The card of a charge."""

    STRIPE: ClassVar[str] = "Charge.PaymentMethodDetails.Card"
    capture_before: int | None = None


class SeenMethod(msgspec.Struct, frozen=True, kw_only=True):
    """How a charge was paid."""

    STRIPE: ClassVar[str] = "Charge.PaymentMethodDetails"
    card: SeenCard | None = None


class SeenCharge(msgspec.Struct, frozen=True, kw_only=True):
    """The shopper's money taken."""

    STRIPE: ClassVar[str] = "Charge"
    id: str
    currency: str
    transfer_group: str | None = None
    payment_method_details: SeenMethod | None = None
    balance_transaction: SeenBalanceTransaction | str | None = None


class SeenIntent(msgspec.Struct, frozen=True, kw_only=True):
    """The payment of one basket."""

    STRIPE: ClassVar[str] = "PaymentIntent"
    id: str
    status: str
    currency: str
    amount_received: int = 0
    amount_capturable: int = 0
    last_payment_error: Mapping[str, Any] | None = None
    latest_charge: SeenCharge | str | None = None


class SeenPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page on which a shopper pays."""

    STRIPE: ClassVar[str] = "checkout.Session"
    id: str
    status: str | None
    amount_total: int
    currency: str
    client_reference_id: str | None = None
    url: str | None = None
    payment_intent: SeenIntent | str | None = None


class SeenTransfer(msgspec.Struct, frozen=True, kw_only=True):
    """Money moved to a connected account."""

    STRIPE: ClassVar[str] = "Transfer"
    id: str
    amount: int
    amount_reversed: int
    currency: str
    destination: str
    metadata: Mapping[str, str]


class SeenReversal(msgspec.Struct, frozen=True, kw_only=True):
    """Money taken back from a transfer."""

    STRIPE: ClassVar[str] = "TransferReversal"
    id: str
    amount: int
    currency: str
    transfer: str
    metadata: Mapping[str, str] | None = None


class SeenRefund(msgspec.Struct, frozen=True, kw_only=True):
    """Money on its way back to the shopper."""

    STRIPE: ClassVar[str] = "Refund"
    id: str
    amount: int
    currency: str
    status: str | None
    payment_intent: str | None = None
    pending_reason: str | None = None
    failure_reason: str | None = None
    balance_transaction: SeenBalanceTransaction | str | None = None
    metadata: Mapping[str, str] | None = None


class SeenPayout(msgspec.Struct, frozen=True, kw_only=True):
    """Money on its way to a bank."""

    STRIPE: ClassVar[str] = "Payout"
    id: str
    amount: int
    currency: str
    status: str
    arrival_date: int
    automatic: bool = False
    reconciliation_status: str = "not_applicable"
    failure_code: str | None = None
    metadata: Mapping[str, str] | None = None


class SeenAmount(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a balance."""

    STRIPE: ClassVar[str] = "Balance.Available"
    amount: int
    currency: str


class SeenBalance(msgspec.Struct, frozen=True, kw_only=True):
    """A balance by currency."""

    STRIPE: ClassVar[str] = "Balance"
    available: tuple[SeenAmount, ...]
    pending: tuple[SeenAmount, ...]
