"""A payment provider in memory, obedient and instant: what the hub's tests need of one, and no more."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from federation.vocabulary.money import Money, zero
from payouts.ports import (
    AccountState,
    BalanceState,
    PaymentState,
    PayoutState,
    ProviderEvent,
    RefundState,
    ReversalState,
    TransferState,
)


class Till:
    """`payouts.ports.PaymentProvider`; a test pays with `pay`. The same key again answers as before."""

    def __init__(self) -> None:
        self.payments: dict[str, PaymentState] = {}
        self.refunds: dict[str, RefundState] = {}
        self.transfers: dict[str, TransferState] = {}
        self.payouts: dict[str, PayoutState] = {}
        self._by_key: dict[str, str] = {}

    def pay(self, order_ref: str = "") -> PaymentState:
        """The shopper pays the (only) open payment; returns it as the provider now sees it."""
        payment = next(one for one in self.payments.values() if one.reference.startswith(order_ref))
        if payment.status in {"open", "cancelled"}:
            payment = msgspec.structs.replace(payment, status="succeeded", received=payment.amount)
            self.payments[payment.id] = payment
        return payment

    def give_up(self) -> PaymentState:
        """The shopper leaves the payment page for good."""
        payment = next(one for one in self.payments.values() if one.status == "open")
        self.payments[payment.id] = msgspec.structs.replace(payment, status="cancelled")
        return self.payments[payment.id]

    async def create_account(self, shop_id: str, name: str, country: str, currency: str, key: str) -> AccountState:
        del name, country, key
        return AccountState(id=f"acct_{shop_id}", reference=shop_id, ready=True, available=(zero(currency),))

    async def get_account(self, account_id: str) -> AccountState:
        reference = account_id.removeprefix("acct_")
        received = [one.amount for one in self.transfers.values() if one.account_id == account_id]
        total = sum(received, zero("EUR"))
        return AccountState(id=account_id, reference=reference, ready=True, available=(total,))

    async def create_payment(
        self, reference: str, amount: Money, description: str, return_url: str, key: str
    ) -> PaymentState:
        del description, return_url
        known = self._by_key.setdefault(key, f"pay_{len(self.payments)}")
        if known not in self.payments:
            self.payments[known] = PaymentState(
                id=known,
                reference=reference,
                status="open",
                amount=amount,
                received=zero(amount.currency),
                redirect_url=f"http://till.example/pay/{known}",
            )
        return self.payments[known]

    async def get_payment(self, payment_id: str) -> PaymentState:
        return self.payments[payment_id]

    async def cancel_payment(self, payment_id: str, key: str) -> PaymentState:
        del key
        payment = self.payments[payment_id]
        if payment.status == "open":
            self.payments[payment_id] = msgspec.structs.replace(payment, status="cancelled")
        return self.payments[payment_id]

    async def refund(self, reference: str, payment_id: str, amount: Money, key: str) -> RefundState:
        known = self._by_key.setdefault(key, f"re_{len(self.refunds)}")
        self.refunds[known] = RefundState(
            id=known, reference=reference, payment_id=payment_id, amount=amount, status="succeeded"
        )
        return self.refunds[known]

    async def get_refund(self, refund_id: str) -> RefundState:
        return self.refunds[refund_id]

    async def transfer(
        self, reference: str, account_id: str, amount: Money, payment_id: str, key: str
    ) -> TransferState:
        del payment_id
        known = self._by_key.setdefault(key, f"tr_{len(self.transfers)}")
        self.transfers[known] = TransferState(
            id=known, reference=reference, account_id=account_id, amount=amount, reversed=zero(amount.currency)
        )
        return self.transfers[known]

    async def transfers_of(self, reference: str) -> Sequence[TransferState]:
        return [one for one in self.transfers.values() if one.reference == reference]

    async def reverse_transfer(self, reference: str, transfer_id: str, amount: Money, key: str) -> ReversalState:
        return ReversalState(id=key, reference=reference, transfer_id=transfer_id, amount=amount)

    async def reversals_of(self, transfer_id: str) -> Sequence[ReversalState]:
        del transfer_id
        return []

    async def payout(self, reference: str, account_id: str, amount: Money, key: str) -> PayoutState:
        known = self._by_key.setdefault(key, f"po_{len(self.payouts)}")
        self.payouts[known] = PayoutState(
            id=known,
            reference=reference,
            account_id=account_id,
            amount=amount,
            status="paid",
            arrival_at=datetime.now(UTC),
        )
        return self.payouts[known]

    async def get_payout(self, payout_id: str) -> PayoutState:
        return self.payouts[payout_id]

    async def balance(self) -> BalanceState:
        return BalanceState()

    async def list_events(self, after: str, limit: int = 100) -> Sequence[ProviderEvent]:
        del after, limit
        return []

    def read_event(self, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderEvent:
        del headers, now
        return msgspec.json.decode(body, type=ProviderEvent)


def refunded_total(till: Till) -> int:
    """Minor units that went back to shoppers."""
    return sum(one.amount.amount_minor for one in till.refunds.values())
