"""What the money package needs from others: a payment provider, and a listener that hears what became of the money.

Every call that moves money takes an idempotency `key` made of our own row ids and a `reference`, our row's id, which
the provider keeps with the object so that it can be found again. A provider raises the ProviderError leaves of
`payouts.errors`; after ProviderUnavailableError and ProviderBusyError the same key is repeated, after any other a new
attempt needs a new key.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money
from payouts.dispute_ports import BalanceBook, DisputeDesk
from payouts.domain.payment import Capture
from payouts.domain.payout_list import PayoutItem

ObjectKind = Literal["payment", "account", "transfer", "refund", "payout", "dispute", "warning", "balance"]


class PaymentState(msgspec.Struct, frozen=True, kw_only=True):
    """A payment; `open` waits for the shopper; `settled` once the money is available.

    `authorised` is held and not taken: up to `capturable`, until `capture_before` if the provider says so.

    `gross` is what the hub's balance got for it, in the currency the hub settles in, and `fee` what the provider kept
    of that; both are None until the provider knows. `exchange_rate` is for people, empty when nothing was exchanged.
    """

    id: str
    reference: str
    status: Literal["open", "processing", "authorised", "succeeded", "cancelled"]
    amount: Money
    received: Money
    redirect_url: str = ""
    last_error: str = ""
    settled: bool = False
    gross: Money | None = None
    fee: Money | None = None
    exchange_rate: str = ""
    capturable: Money | None = None
    capture_before: datetime | None = None


Standing = Literal["ready", "checking", "papers", "closed"]
"""How an account stands: it takes money, the provider looks through its papers, some are missing, or it is gone."""


class AccountState(msgspec.Struct, frozen=True, kw_only=True):
    """A shop's account at the provider, and what lies in it."""

    id: str
    reference: str
    standing: Standing
    available: tuple[Money, ...] = ()
    pending: tuple[Money, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether it takes money."""
        return self.standing == "ready"

    def balance_in(self, currency: str) -> Money:
        """All that is in it in `currency`, below zero where the shop owes the provider."""
        found = [money for money in (*self.available, *self.pending) if money.currency == currency]
        return sum(found, start=Money(0, currency))

    def available_in(self, currency: str) -> Money:
        """What can be taken from the account now in `currency`."""
        return next((money for money in self.available if money.currency == currency), Money(0, currency))


class AccountLink(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the provider for a shop's papers; it works once, and not after `expires_at` if there is such a time."""

    url: str
    expires_at: datetime | None = None


class TransferState(msgspec.Struct, frozen=True, kw_only=True):
    """Money moved from the hub's balance to a shop's account."""

    id: str
    reference: str
    account_id: str
    amount: Money
    reversed: Money


class ReversalState(msgspec.Struct, frozen=True, kw_only=True):
    """Money taken back from a transfer."""

    id: str
    reference: str
    transfer_id: str
    amount: Money


class RefundState(msgspec.Struct, frozen=True, kw_only=True):
    """Money on its way back to a shopper; `reason` says why it waits or failed.

    `taken` is what it cost the hub's balance, in the currency the hub settles in: known once it succeeded.
    """

    id: str
    reference: str
    payment_id: str
    amount: Money
    status: Literal["pending", "succeeded", "failed"]
    reason: str = ""
    taken: Money | None = None


class PayoutTerms(msgspec.Struct, frozen=True, kw_only=True):
    """When and how much of an account's balance its provider pays out.

    With `manual` only what the hub asks for; else by itself, on `days`: of the week (1 is Monday) for `weekly`, of the
    month for `monthly`. `minimum` stays in the account then. Money is kept back `delay_days` (at most 31; None is the
    provider's usual time). A balance below zero is taken from the shop's bank only with `debit_negative`, to which the
    shop must have agreed in writing.
    """

    interval: Literal["manual", "daily", "weekly", "monthly"] = "manual"
    days: tuple[int, ...] = ()
    minimum: tuple[Money, ...] = ()
    delay_days: int | None = None
    debit_negative: bool = False


class PayoutState(msgspec.Struct, frozen=True, kw_only=True):
    """Money on its way from a shop's account to its bank; failing after `paid` is possible.

    Of one that the provider made by its own schedule `listing` says whether it can say already what is in it
    (`payout_contents`); of any other there is no list.
    """

    id: str
    reference: str
    account_id: str
    amount: Money
    status: Literal["in_transit", "paid", "failed"]
    arrival_at: datetime
    failure: str = ""
    listing: Literal["none", "pending", "complete"] = "none"


class BalanceState(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's own balance at the provider."""

    available: tuple[Money, ...] = ()
    pending: tuple[Money, ...] = ()


class ProviderEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A hint that something about an object changed; the object itself is read anew before anything is believed."""

    id: str
    type: str
    object_kind: ObjectKind
    object_id: str
    created_at: datetime


AddressKind = Literal["own", "accounts", "papers"]
"""Whose events an address is told of: the hub's own account's, the shops' accounts', or of shops' papers alone."""


class EventAddress(msgspec.Struct, frozen=True, kw_only=True):
    """An address of the hub to which a provider delivers events.

    `secret` is known only when it was made just now; `added` are the events it was not told of before.
    """

    what: AddressKind
    id: str
    url: str
    events: tuple[str, ...]
    secret: str = ""
    is_new: bool = False
    added: tuple[str, ...] = ()


class EventAddresses(Protocol):
    """Looking after a hub's addresses at its provider."""

    async def standing(self, hook_url: str) -> list[EventAddress]:
        """The hub's addresses as they are."""
        ...

    async def ensure(self, hook_url: str) -> list[EventAddress]:
        """Every address there has to be; made only where none is found by its URL."""
        ...

    async def another(self, hook_url: str, what: AddressKind) -> EventAddress:
        """Make one more, beside what is there."""
        ...

    async def remove(self, hook_url: str, address_id: str) -> None:
        """Take one away; raises ProviderRefusedError when it is none of the hub's."""
        ...

    async def close(self) -> None:
        """End the connections."""
        ...


class PaymentProvider(Protocol):
    """The provider that takes the shopper's money, keeps it, and sends it on."""

    @property
    def disputes(self) -> DisputeDesk:
        """Payments that shoppers' banks take back or ask about."""
        ...

    @property
    def balance_book(self) -> BalanceBook:
        """What moved the hub's own balance."""
        ...

    async def create_account(
        self, shop_id: str, name: str, country: str, currency: str, key: str, *, email: str = ""
    ) -> AccountState:
        """Open (or find by key) an account for a shop, to which it may have to add papers (`account_link`)."""
        ...

    async def get_account(self, account_id: str) -> AccountState:
        """Raises AccountNotReadyError when the account is not the platform's any more."""
        ...

    async def account_link(self, account_id: str, refresh_url: str, return_url: str, key: str) -> AccountLink:
        """Make a page for the papers of an account, for one visit.

        Who comes too late is sent to `refresh_url`, who leaves it to `return_url`: that proves nothing about papers.
        """
        ...

    async def create_payment(
        self,
        reference: str,
        amount: Money,
        description: str,
        return_url: str,
        key: str,
        *,
        capture: Capture = "automatic",
    ) -> PaymentState:
        """Ask for money; the shopper pays at `redirect_url` and comes back to `return_url`.

        Asked for `manual`, ways to pay that cannot hold money take it at once all the same.
        """
        ...

    async def capture_payment(self, payment_id: str, amount: Money, key: str) -> PaymentState:
        """Take so much of what is held, once; the rest is let go.

        Answers a payment that is over as it stands; raises ProviderRefusedError when it is more than is held.
        """
        ...

    async def get_payment(self, payment_id: str) -> PaymentState: ...

    async def cancel_payment(self, payment_id: str, key: str) -> PaymentState:
        """Take the request back and let go what is held; answers the unchanged payment when it was paid already."""
        ...

    async def refund(self, reference: str, payment_id: str, amount: Money, key: str) -> RefundState: ...

    async def get_refund(self, refund_id: str) -> RefundState: ...

    async def refunds_of(self, reference: str, payment_id: str) -> Sequence[RefundState]:
        """The refunds of a payment made with this reference: for work whose key may have been forgotten."""
        ...

    async def transfer(
        self, reference: str, account_id: str, amount: Money, payment_id: str, key: str
    ) -> TransferState:
        """Send part of what a payment came to, in the currency the hub settles in, to a shop's account.

        Without a payment (an empty id) it comes out of the hub's available balance, which must suffice. Raises
        InsufficientBalanceError and AccountNotReadyError.
        """
        ...

    async def transfers_of(self, reference: str, payment_id: str) -> Sequence[TransferState]:
        """The transfers made with this reference out of a payment (an empty id: out of none).

        For work whose key may have been forgotten.
        """
        ...

    async def reverse_transfer(self, reference: str, transfer_id: str, amount: Money, key: str) -> ReversalState:
        """Take back part of a transfer; raises InsufficientBalanceError when the account has not that much."""
        ...

    async def reversals_of(self, transfer_id: str) -> Sequence[ReversalState]: ...

    async def payout(self, reference: str, account_id: str, amount: Money, key: str) -> PayoutState:
        """Send money of an account to its bank; of the hub's own balance where the account is empty."""
        ...

    async def get_payout(self, payout_id: str) -> PayoutState: ...

    async def payout_contents(self, payout_id: str) -> Sequence[PayoutItem]:
        """What an automatic payout is made of, once its `listing` is complete. ProviderRefusedError of any other."""
        ...

    async def payouts_of(self, reference: str, account_id: str) -> Sequence[PayoutState]:
        """The newest payouts of an account made with this reference: for work whose key may have been forgotten."""
        ...

    async def payout_terms(self, account_id: str) -> PayoutTerms: ...

    async def set_payout_terms(self, account_id: str, terms: PayoutTerms, key: str) -> PayoutTerms:
        """Change when an account is paid out; answers what holds from now on."""
        ...

    async def balance(self) -> BalanceState: ...

    async def list_events(self, after: str, limit: int = 100) -> Sequence[ProviderEvent]:
        """Events in order of making, from the one after the event id `after` (empty: from the first kept)."""
        ...

    def read_event(self, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderEvent:
        """Verify a delivered event (lower-case header names); raises EventRefusedError."""
        ...


class PaidOutPart(msgspec.Struct, frozen=True):
    """What of a payout comes from one settlement of one shop order; negative for money taken back."""

    shop_order_id: UUID
    kind: str
    amount: Money


class PayoutChange(msgspec.Struct, frozen=True, kw_only=True):
    """A payout as it stands now, with what it is made of; `was_paid` when it failed after it had been paid."""

    payout_id: UUID
    shop_id: str
    status: str
    amount: Money
    arrival_at: datetime | None
    failure: str
    parts: tuple[PaidOutPart, ...]
    was_paid: bool = False


class PaymentListener(Protocol):
    """Hears what became of money, inside the transaction that records it; an exception undoes the recording.

    Each call can come again after a rollback; ids the listener does not know are to be ignored.
    """

    async def payment_succeeded(self, order_id: UUID, now: datetime) -> None:
        """What was expected arrived. The listener calls `capture_sale` when the order's shares are settled."""
        ...

    async def payment_authorised(self, order_id: UUID, now: datetime) -> None:
        """The whole amount is held and not taken; the listener calls `capture_payment` when it knows how much to take.

        `payment_succeeded` or `payment_failed` follows, whatever becomes of it.
        """
        ...

    async def payment_settled(self, order_id: UUID, now: datetime) -> None:
        """The provider exchanged the money of a divided order: what its shops are owed is known now.

        Not told of money that came in the hub's own currency, whose shares are known when they are booked.
        """
        ...

    async def payment_failed(self, order_id: UUID, reason: str, now: datetime) -> None:
        """The payment is over without money; a single declined card is not this, the shopper may try another."""
        ...

    async def refund_changed(self, refund_id: UUID, status: str, now: datetime) -> None:
        """A refund became `pending`, `succeeded` or `failed` (will be tried again on an operator's word)."""
        ...

    async def settlement_changed(
        self, shop_order_id: UUID, kind: str, status: str, amount: Money, now: datetime
    ) -> None:
        """A settlement (kind sale, shipping, referral) moved: releasable, sent, blocked, netted, reversed ..."""
        ...

    async def payout_changed(self, change: PayoutChange, now: datetime) -> None:
        """A payout became `in_transit`, `paid` or `failed`."""
        ...
