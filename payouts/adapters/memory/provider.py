"""A payment provider that lives in memory, for tests: the same habits as Stripe, and levers to make it fail.

`Fault`s wait for calls by name: raised `before` the effect, or `after` it (the answer is lost). What the shopper, the
bank and time do is done by the methods in the second half of the class.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from federation.vocabulary.money import Money
from payouts.adapters import signatures
from payouts.adapters.memory.balances import MemoryBalances
from payouts.adapters.memory.books import PLATFORM, Cause, MemoryBooks, Move
from payouts.adapters.memory.disputes import MemoryDisputes
from payouts.domain.amounts import rate_of
from payouts.domain.payment import Capture
from payouts.domain.payout_list import ItemKind, PayoutItem
from payouts.errors import (
    AccountNotReadyError,
    EventRefusedError,
    InsufficientBalanceError,
    ProviderRefusedError,
)
from payouts.ports import (
    AccountLink,
    AccountState,
    BalanceState,
    PaymentState,
    PayoutState,
    PayoutTerms,
    ProviderEvent,
    RefundState,
    ReversalState,
    Standing,
    TransferState,
)
from payouts.standin.rates import PER_EURO, converted, rate_text

FEE_BP = 140
HELD_FOR = timedelta(days=7)
LINK_LIFE = timedelta(minutes=5)
FEE_FIXED_MINOR = 25
SECRET = "memory"  # noqa: S105 - a pretended provider's pretended secret


def _fee(gross: Money) -> Money:
    """What the provider keeps of a payment."""
    return Money(min(rate_of(gross.amount_minor, FEE_BP) + FEE_FIXED_MINOR, gross.amount_minor), gross.currency)


_KINDS: dict[str, ItemKind] = {"transfer": "transfer", "reversal": "reversal", "payout_failure": "returned"}


def _item(number: int, move: Move) -> PayoutItem:
    cause = move.cause
    kind = _KINDS.get(cause.type, "other")
    return PayoutItem(id=f"txn_{number}", kind=kind, type=cause.type, source=cause.source, net=move.money)


class MemoryProvider(MemoryBooks):
    """Implements `payouts.ports.PaymentProvider` with dictionaries; `now` is its clock, moved by `advance`."""

    def __init__(self, now: datetime, *, accounts_ready: bool = True, funds_delay_seconds: int = 0) -> None:
        super().__init__(now)
        self.settlement_currency = "EUR"
        self.rates = dict(PER_EURO)
        self.settles_late = False
        self.accounts_ready = accounts_ready
        self.funds_delay = timedelta(seconds=funds_delay_seconds)
        self.payments: dict[str, PaymentState] = {}
        self.accounts: dict[str, AccountState] = {}
        self.transfers: dict[str, TransferState] = {}
        self.reversals: dict[str, ReversalState] = {}
        self.refunds: dict[str, RefundState] = {}
        self.payouts: dict[str, PayoutState] = {}
        self.terms: dict[str, PayoutTerms] = {}
        self.failing_banks: set[str] = set()
        self.made_of: dict[str, list[Move]] = {}
        self.links: list[tuple[str, str]] = []
        self._to_hold: set[str] = set()
        self._available_at: dict[str, datetime] = {}
        self._payment_of: dict[str, str] = {}
        self._gross: dict[str, Money] = {}
        self.balance_book = MemoryBalances(self)
        self.disputes = MemoryDisputes(self, self.payments, self._settled)

    async def create_account(
        self, shop_id: str, name: str, country: str, currency: str, key: str, *, email: str = ""
    ) -> AccountState:
        def act() -> AccountState:
            account_id = self.new_id("acct")
            standing: Standing = "ready" if self.accounts_ready else "papers"
            made = AccountState(id=account_id, reference=shop_id, standing=standing)
            self.accounts[account_id] = made
            return made

        return self.once("create_account", key, (shop_id, name, country, currency, email), act)

    async def get_account(self, account_id: str) -> AccountState:
        self.meet("get_account", "before")
        return self.with_balances(self.found(self.accounts, account_id))

    async def account_link(self, account_id: str, refresh_url: str, return_url: str, key: str) -> AccountLink:
        def act() -> AccountLink:
            self.found(self.accounts, account_id)
            self.links.append((refresh_url, return_url))
            url = f"http://provider.invalid/accounts/{account_id}/{len(self.links)}"
            return AccountLink(url=url, expires_at=self.now + LINK_LIFE)

        return self.once("account_link", key, (account_id, refresh_url, return_url), act)

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
        def act() -> PaymentState:
            if amount.amount_minor <= 0:
                raise ProviderRefusedError("a payment is of at least one minor unit")
            payment_id = self.new_id("pay")
            self.payments[payment_id] = PaymentState(
                id=payment_id,
                reference=reference,
                status="open",
                amount=amount,
                received=Money(0, amount.currency),
                redirect_url=f"http://provider.invalid/pay/{payment_id}",
            )
            if capture == "manual":
                self._to_hold.add(payment_id)
            return self.payments[payment_id]

        return self.once("create_payment", key, (reference, amount, description, return_url, capture), act)

    async def get_payment(self, payment_id: str) -> PaymentState:
        self.meet("get_payment", "before")
        self.tick()
        return self.found(self.payments, payment_id)

    async def cancel_payment(self, payment_id: str, key: str) -> PaymentState:
        def act() -> PaymentState:
            payment = self.found(self.payments, payment_id)
            if payment.status in {"open", "authorised"}:
                payment = self._change_payment(payment_id, status="cancelled", capturable=None)
            return payment

        return self.once("cancel_payment", key, (payment_id,), act)

    async def capture_payment(self, payment_id: str, amount: Money, key: str) -> PaymentState:
        def act() -> PaymentState:
            self.tick()
            payment = self.found(self.payments, payment_id)
            if payment.status == "authorised":
                if payment.capturable is None or not 0 < amount.amount_minor <= payment.capturable.amount_minor:
                    raise ProviderRefusedError("that is not what is held")
                self._take(payment_id, amount)
            return self.payments[payment_id]

        return self.once("capture_payment", key, (payment_id, amount), act)

    async def refund(self, reference: str, payment_id: str, amount: Money, key: str) -> RefundState:
        def act() -> RefundState:
            payment = self.found(self.payments, payment_id)
            before = sum(
                each.amount.amount_minor
                for each in self.refunds.values()
                if each.payment_id == payment_id and each.status != "failed"
            )
            if amount.amount_minor <= 0 or before + amount.amount_minor > payment.received.amount_minor:
                raise ProviderRefusedError("the refunds would exceed the payment")
            if any(
                each.reference == payment.reference and not each.refundable for each in self.disputes.known.values()
            ):
                raise ProviderRefusedError("this payment has been charged back")
            refund = RefundState(
                id=self.new_id("re"),
                reference=reference,
                payment_id=payment_id,
                amount=amount,
                status="pending",
                reason="insufficient_funds",
            )
            self.refunds[refund.id] = refund
            self.tick()
            return self.refunds[refund.id]

        return self.once("refund", key, (reference, payment_id, amount), act)

    async def refunds_of(self, reference: str, payment_id: str) -> Sequence[RefundState]:
        self.meet("refunds_of", "before")
        made = [each for each in self.refunds.values() if each.payment_id == payment_id]
        return [each for each in made if each.reference == reference]

    async def get_refund(self, refund_id: str) -> RefundState:
        self.meet("get_refund", "before")
        self.tick()
        return self.found(self.refunds, refund_id)

    async def transfer(
        self, reference: str, account_id: str, amount: Money, payment_id: str, key: str
    ) -> TransferState:
        def act() -> TransferState:
            if not self.found(self.accounts, account_id).ready:
                raise AccountNotReadyError(f"account {account_id} cannot take money yet")
            self._check_source(payment_id, amount)
            made = TransferState(
                id=self.new_id("tr"),
                reference=reference,
                account_id=account_id,
                amount=amount,
                reversed=Money(0, amount.currency),
            )
            self.transfers[made.id] = made
            self._payment_of[made.id] = payment_id
            at = max(self.now, self._available_at[payment_id]) if payment_id else self.now
            self.move(PLATFORM, -amount, at, Cause("transfer", made.id, reference))
            self.move(account_id, amount, at, Cause("transfer", made.id))
            return made

        return self.once("transfer", key, (reference, account_id, amount, payment_id), act)

    def _check_source(self, payment_id: str, amount: Money) -> None:
        if not payment_id:
            if self.available(PLATFORM, amount.currency) < amount.amount_minor:
                raise InsufficientBalanceError("the platform has not that much available")
            return
        payment = self.found(self.payments, payment_id)
        made = [each for each in self.transfers.values() if self._payment_of[each.id] == payment_id]
        before = sum(each.amount.amount_minor for each in made)
        gross = self._gross[payment_id] if payment.status == "succeeded" else Money(0, amount.currency)
        if gross.currency != amount.currency or before + amount.amount_minor > gross.amount_minor:
            raise ProviderRefusedError("the transfers would exceed the payment")

    async def transfers_of(self, reference: str, payment_id: str) -> Sequence[TransferState]:
        self.meet("transfers_of", "before")
        made = [each for each in self.transfers.values() if each.reference == reference]
        return [each for each in made if self._payment_of[each.id] == payment_id]

    async def reverse_transfer(self, reference: str, transfer_id: str, amount: Money, key: str) -> ReversalState:
        def act() -> ReversalState:
            made = self.found(self.transfers, transfer_id)
            if not 0 < amount.amount_minor <= (made.amount - made.reversed).amount_minor:
                raise ProviderRefusedError("not so much of the transfer is left to reverse")
            if self.available(made.account_id, amount.currency) < amount.amount_minor:
                raise InsufficientBalanceError("the account has not that much available")
            reversal = ReversalState(id=self.new_id("trr"), reference=reference, transfer_id=transfer_id, amount=amount)
            self.reversals[reversal.id] = reversal
            self.transfers[made.id] = msgspec.structs.replace(made, reversed=made.reversed + amount)
            self.move(made.account_id, -amount, self.now, Cause("reversal", reversal.id))
            self.move(PLATFORM, amount, self.now, Cause("transfer_refund", reversal.id, reference))
            return reversal

        return self.once("reverse_transfer", key, (reference, transfer_id, amount), act)

    async def reversals_of(self, transfer_id: str) -> Sequence[ReversalState]:
        self.meet("reversals_of", "before")
        return [made for made in self.reversals.values() if made.transfer_id == transfer_id]

    async def payout(self, reference: str, account_id: str, amount: Money, key: str) -> PayoutState:
        def act() -> PayoutState:
            if account_id != PLATFORM and not self.found(self.accounts, account_id).ready:
                raise AccountNotReadyError(f"account {account_id} cannot send money yet")
            if self.available(account_id, amount.currency) < amount.amount_minor:
                raise InsufficientBalanceError("the account has not that much available")
            made = PayoutState(
                id=self.new_id("po"),
                reference=reference,
                account_id=account_id,
                amount=amount,
                status="in_transit",
                arrival_at=self.now,
            )
            self.payouts[made.id] = made
            self.move(account_id, -amount, self.now, Cause("payout", made.id, reference))
            return made

        return self.once("payout", key, (reference, account_id, amount), act)

    async def payouts_of(self, reference: str, account_id: str) -> Sequence[PayoutState]:
        self.meet("payouts_of", "before")
        made = [each for each in self.payouts.values() if each.account_id == account_id]
        return [each for each in made if each.reference == reference]

    async def get_payout(self, payout_id: str) -> PayoutState:
        self.meet("get_payout", "before")
        self.tick()
        return self.found(self.payouts, payout_id)

    async def payout_contents(self, payout_id: str) -> Sequence[PayoutItem]:
        self.meet("payout_contents", "before")
        if self.found(self.payouts, payout_id).listing != "complete":
            raise ProviderRefusedError("of this payout there is no list")
        listed = [_item(number, move) for number, move in enumerate(self.made_of[payout_id][:-1])]
        self.meet("payout_contents", "after")
        return listed

    async def payout_terms(self, account_id: str) -> PayoutTerms:
        self.meet("payout_terms", "before")
        self.found(self.accounts, account_id)
        return self.terms.get(account_id, PayoutTerms())

    async def set_payout_terms(self, account_id: str, terms: PayoutTerms, key: str) -> PayoutTerms:
        def act() -> PayoutTerms:
            self.found(self.accounts, account_id)
            self.terms[account_id] = terms
            return terms

        return self.once("set_payout_terms", key, (account_id, terms), act)

    async def balance(self) -> BalanceState:
        self.meet("balance", "before")
        state = self.with_balances(AccountState(id=PLATFORM, reference="", standing="ready"))
        return BalanceState(available=state.available, pending=state.pending)

    async def list_events(self, after: str, limit: int = 100) -> Sequence[ProviderEvent]:
        self.meet("list_events", "before")
        start = next((index + 1 for index, event in enumerate(self.events) if event.id == after), 0)
        return self.events[start : start + limit]

    def read_event(self, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderEvent:
        signatures.verify(SECRET, body, headers.get(signatures.HEADER, ""), now)
        try:
            return msgspec.json.decode(body, type=ProviderEvent)
        except msgspec.MsgspecError as error:
            raise EventRefusedError(f"this event cannot be read: {error}") from error

    # What the world does.

    def pay(self, payment_id: str, received: Money | None = None, *, at_once: bool = False) -> None:
        """The shopper's card paid what was asked, or something else; also what had been cancelled.

        What was asked to be held is held, unless it is paid `at_once`, in a way that cannot hold.
        """
        amount = received or self.payments[payment_id].amount
        if payment_id in self._to_hold and not at_once:
            until = self.now + HELD_FOR
            self._change_payment(
                payment_id, status="authorised", capturable=amount, capture_before=until, last_error=""
            )
        else:
            self._take(payment_id, amount)

    def _take(self, payment_id: str, amount: Money) -> None:
        gross = converted(amount, self.settlement_currency, self.rates)
        self._gross[payment_id] = gross
        self._available_at[payment_id] = self.now + self.funds_delay
        cause = Cause("charge", payment_id, self.payments[payment_id].reference, _fee(gross).amount_minor)
        self.move(PLATFORM, gross - _fee(gross), self._available_at[payment_id], cause)
        known = {} if self.settles_late else self._settlement(amount, gross)
        self._change_payment(payment_id, status="succeeded", received=amount, last_error="", capturable=None, **known)
        self.tick()

    def settle(self, payment_id: str) -> None:
        """It is known what a payment came to in the hub's currency: with some methods only a while after it."""
        known = self._settlement(self.payments[payment_id].received, self._gross[payment_id])
        self._change_payment(payment_id, **known)
        self.tick()

    def _settled(self, amount: Money) -> Money:
        """An amount in the hub's currency at the rate of now."""
        return converted(amount, self.settlement_currency, self.rates)

    def _settlement(self, received: Money, gross: Money) -> dict[str, object]:
        rate = rate_text(received.currency, gross.currency, self.rates)
        return {"gross": gross, "fee": _fee(gross), "exchange_rate": rate}

    def decline(self, payment_id: str) -> None:
        """The shopper's card was refused."""
        self._change_payment(payment_id, last_error="The card was declined.")

    def give_up(self, payment_id: str) -> None:
        """The shopper went away."""
        self._change_payment(payment_id, status="cancelled", last_error="The shopper gave up.")

    def complete_account(self, account_id: str) -> None:
        """All papers are in."""
        self.accounts[account_id] = msgspec.structs.replace(self.accounts[account_id], standing="ready")
        self.tell("account", account_id, "updated")

    def close_account(self, account_id: str) -> None:
        """The account is gone for good."""
        self.accounts[account_id] = msgspec.structs.replace(self.accounts[account_id], standing="closed")
        self.tell("account", account_id, "closed")

    def take_from_platform(self, money: Money, type_: str = "unexplained") -> None:
        """Something outside took money from the platform's balance."""
        self.move(PLATFORM, -money, self.now, Cause(type_, f"src_{len(self.moves)}"))

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        self.tick()

    def tick(self) -> None:
        """Let what is due by now happen."""
        for payment in list(self.payments.values()):
            if payment.status == "authorised" and payment.capture_before and payment.capture_before <= self.now:
                self._change_payment(payment.id, status="cancelled", capturable=None)
            known = payment.status == "succeeded" and payment.gross is not None
            if known and not payment.settled and self._available_at[payment.id] <= self.now:
                self._change_payment(payment.id, settled=True)
        for refund in list(self.refunds.values()):
            taken = converted(refund.amount, self.settlement_currency, self.rates)
            if refund.status == "pending" and self.available(PLATFORM, taken.currency) >= taken.amount_minor:
                self.refunds[refund.id] = msgspec.structs.replace(refund, status="succeeded", reason="", taken=taken)
                self.move(PLATFORM, -taken, self.now, Cause("refund", refund.id, refund.reference))
                self.tell("refund", refund.id, "succeeded")

    def pay_out_by_itself(self, account_id: str, sources: Sequence[str] = (), *, listed: bool = True) -> str:
        """The provider sends on to a shop's bank what nobody asked it for; the payout's id.

        All that no other such payout was made of, or what comes from these `sources`; in the hub's currency. Unless it
        is `listed` at once, what is in it is known with `list_contents`.
        """
        paid = [move for moves in self.made_of.values() for move in moves]
        moves = [move for move in self.moves if move.account_id == account_id and move not in paid]
        chosen = [move for move in moves if not sources or move.cause.source in sources]
        amount = sum((move.money for move in chosen), start=Money(0, self.settlement_currency))
        made = PayoutState(
            id=self.new_id("po"),
            reference="",
            account_id=account_id,
            amount=amount,
            status="in_transit",
            arrival_at=self.now,
            listing="complete" if listed else "pending",
        )
        self.payouts[made.id] = made
        self.move(account_id, -amount, self.now, Cause("payout", made.id))
        self.made_of[made.id] = [*chosen, self.moves[-1]]
        self.tell("payout", made.id, "in_transit")
        return made.id

    def list_contents(self, payout_id: str) -> None:
        """The provider knows by now what such a payout is made of."""
        self.payouts[payout_id] = msgspec.structs.replace(self.payouts[payout_id], listing="complete")
        self.tell("payout", payout_id, "reconciliation_completed")

    def arrive(self, payout_id: str) -> None:
        """A payout reached the bank, or came back from it (also after it was called paid)."""
        payout = self.payouts[payout_id]
        if payout.account_id in self.failing_banks:
            cause = Cause("payout_failure", payout.id, payout.reference)
            self.move(payout.account_id, payout.amount, self.now, cause)
            payout = msgspec.structs.replace(payout, status="failed", failure="account_closed")
        else:
            payout = msgspec.structs.replace(payout, status="paid")
        self.payouts[payout_id] = payout
        self.tell("payout", payout_id, payout.status)

    def deliver(self, event: ProviderEvent, signed_at: datetime) -> tuple[dict[str, str], bytes]:
        """An event as it would be delivered: headers and body."""
        body = msgspec.json.encode(event)
        return {signatures.HEADER: signatures.sign(SECRET, body, signed_at)}, body

    def _change_payment(self, payment_id: str, **changes: object) -> PaymentState:
        before = self.payments[payment_id]
        after = msgspec.structs.replace(before, **changes)
        self.payments[payment_id] = after
        what = "settled" if after.settled and not before.settled else after.status
        self.tell("payment", payment_id, what)
        return after
