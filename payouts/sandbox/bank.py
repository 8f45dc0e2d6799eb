"""What the simulated provider does with money, under one lock: payments, transfers, reversals, refunds, payouts.

Every function runs in the caller's transaction after `store.one_at_a_time()`. The platform is the account with the
empty id. Balances are sums of moves; a move counts as available once the sandbox's clock has reached it.
"""

from datetime import datetime, timedelta

import msgspec

from federation.vocabulary.money import Money
from payouts.domain.amounts import rate_of
from payouts.ports import AccountState
from payouts.sandbox import records, store
from payouts.sandbox.errors import AccountError, BalanceError, RefusedError, SandboxMissingError
from payouts.sandbox.rates import converted, rate_text
from payouts.sandbox.settings import SandboxSettings

PLATFORM = ""


class NewAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an account is opened with; `reference` is the platform's own id of the shop."""

    reference: str
    name: str
    country: str
    currency: str


class NewPayment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request for money."""

    reference: str
    amount: Money
    description: str
    return_url: str


class NewTransfer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money for an account out of a payment."""

    reference: str
    account_id: str
    amount: Money
    payment_id: str


class NewReversal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money back from a transfer."""

    reference: str
    amount: Money


class NewRefund(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money back to a shopper."""

    reference: str
    payment_id: str
    amount: Money


class NewPayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money for an account's bank."""

    reference: str
    account_id: str
    amount: Money


async def open_account(new: NewAccount, settings: SandboxSettings, now: datetime) -> records.AccountRow:
    """Open an account; it is ready at once or after its page was filled in, as the settings say."""
    account = records.AccountRow(
        id=store.make_id("acct"),
        reference=new.reference,
        name=new.name,
        country=new.country,
        currency=new.currency,
        ready=settings.accounts_ready,
        created_at=now,
    )
    await store.accounts.add(account)
    await store.tell("account", account.id, "opened", now)
    return account


async def change_account(account_id: str, now: datetime, *, ready: bool, bank_fails: bool) -> records.AccountRow:
    """Complete an account (or take its readiness away), and say whether its bank takes money."""
    account = msgspec.structs.replace(await account_by_id(account_id), ready=ready, bank_fails=bank_fails)
    await store.accounts.save(account)
    await store.tell("account", account.id, "updated", now)
    return account


async def account_state(account: records.AccountRow, now: datetime) -> AccountState:
    """An account with its balances, as the API shows it."""
    return AccountState(
        id=account.id,
        reference=account.reference,
        standing="ready" if account.ready else "papers",
        available=await store.balance(account.id, now, available=True),
        pending=await store.balance(account.id, now, available=False),
    )


async def request_payment(new: NewPayment, now: datetime) -> records.PaymentRow:
    """Make a payment page."""
    if new.amount.amount_minor <= 0:
        raise RefusedError("a payment is of at least one minor unit")
    if not new.return_url.startswith(("http://", "https://")):
        raise RefusedError("the return address is not a web address")
    payment = records.PaymentRow(
        id=store.make_id("pay"),
        reference=new.reference,
        amount_minor=new.amount.amount_minor,
        currency=new.amount.currency,
        description=new.description,
        return_url=new.return_url,
        created_at=now,
    )
    await store.payments.add(payment)
    return payment


async def cancel_payment(payment_id: str, now: datetime, why: str = "") -> records.PaymentRow:
    """Take a request for money back; one that was paid stays paid."""
    payment = await payment_by_id(payment_id)
    if payment.status == "open":
        payment = msgspec.structs.replace(payment, status="cancelled", step="", last_error=why)
        await store.payments.save(payment)
        await store.tell("payment", payment.id, "cancelled", now)
    return payment


async def decline_payment(payment_id: str, why: str, now: datetime) -> records.PaymentRow:
    """A card was refused; the payment stays open for another."""
    payment = await payment_by_id(payment_id)
    if payment.status == "open":
        payment = msgspec.structs.replace(payment, step="", last_error=why)
        await store.payments.save(payment)
        await store.tell("payment", payment.id, "declined", now)
    return payment


async def ask_to_confirm(payment_id: str) -> records.PaymentRow:
    """The shopper's bank wants a confirmation before it pays."""
    payment = await payment_by_id(payment_id)
    if payment.status == "open":
        payment = msgspec.structs.replace(payment, step="check", last_error="")
        await store.payments.save(payment)
    return payment


async def accept_payment(payment_id: str, settings: SandboxSettings, now: datetime) -> records.PaymentRow:
    """The card paid: the platform has the money, exchanged and less the fee, from the settled moment on."""
    payment = await payment_by_id(payment_id)
    if payment.status != "open":
        return payment
    rates = await store.rates()
    gross = converted(payment.amount, settings.settlement_currency, rates)
    fee = min(rate_of(gross.amount_minor, settings.fee_bp) + settings.fee_fixed_minor, gross.amount_minor)
    available_at = now + timedelta(seconds=settings.funds_delay_seconds)
    payment = msgspec.structs.replace(
        payment,
        status="succeeded",
        step="",
        last_error="",
        received_minor=payment.amount_minor,
        fee_minor=fee,
        gross_minor=gross.amount_minor,
        gross_currency=gross.currency,
        exchange_rate=rate_text(payment.currency, gross.currency, rates),
        available_at=available_at,
    )
    await store.payments.save(payment)
    await store.moves.add(
        records.MoveRow(
            account_id=PLATFORM,
            type="payment",
            source_id=payment.id,
            gross_minor=gross.amount_minor,
            fee_minor=fee,
            net_minor=gross.amount_minor - fee,
            currency=gross.currency,
            available_at=available_at,
            created_at=now,
        )
    )
    await store.tell("payment", payment.id, "succeeded", now)
    await tick(settings, now)
    return await payment_by_id(payment_id)


async def transfer(new: NewTransfer, now: datetime) -> records.TransferRow:
    """Give part of a payment's money to an account; it is available there when the payment's is.

    As with real providers, it succeeds whatever the platform's balance, but never exceeds the payment.
    """
    account = await account_by_id(new.account_id)
    payment = await payment_by_id(new.payment_id)
    if not account.ready:
        raise AccountError(f"account {account.id} cannot take money yet")
    if payment.gross is None or payment.available_at is None:
        raise RefusedError(f"payment {payment.id} has not been paid")
    if new.amount.currency != payment.gross.currency or new.amount.amount_minor <= 0:
        raise RefusedError("a transfer is a positive amount in the currency its payment was settled in")
    if await store.transferred_minor(payment.id) + new.amount.amount_minor > payment.gross_minor:
        raise RefusedError(f"the transfers out of payment {payment.id} would exceed it")
    made = records.TransferRow(
        id=store.make_id("tr"),
        reference=new.reference,
        account_id=account.id,
        payment_id=payment.id,
        amount_minor=new.amount.amount_minor,
        currency=new.amount.currency,
        created_at=now,
    )
    await store.transfers.add(made)
    at = max(now, payment.available_at)
    await store.move(PLATFORM, "transfer", made.id, -new.amount, at=at, now=now)
    await store.move(account.id, "payment", made.id, new.amount, at=at, now=now)
    await store.tell("transfer", made.id, "created", now)
    return made


async def reverse(transfer_id: str, new: NewReversal, now: datetime) -> records.ReversalRow:
    """Take money back from an account, as far as the transfer and the account's balance go."""
    made = await store.transfers.get(transfer_id, lock=True)
    if made is None:
        raise SandboxMissingError(f"there is no transfer {transfer_id}")
    amount = new.amount.amount_minor
    if new.amount.currency != made.currency or not 0 < amount <= made.amount_minor - made.reversed_minor:
        raise RefusedError(f"not so much of transfer {made.id} is left to reverse")
    if await store.available_minor(made.account_id, made.currency, now) < amount:
        raise BalanceError(f"account {made.account_id} has not that much available")
    reversal = records.ReversalRow(
        id=store.make_id("trr"),
        reference=new.reference,
        transfer_id=made.id,
        amount_minor=amount,
        currency=made.currency,
        created_at=now,
    )
    await store.reversals.add(reversal)
    await store.transfers.save(msgspec.structs.replace(made, reversed_minor=made.reversed_minor + amount))
    await store.move(made.account_id, "reversal", reversal.id, -new.amount, at=now, now=now)
    await store.move(PLATFORM, "reversal", reversal.id, new.amount, at=now, now=now)
    await store.tell("transfer", made.id, "reversed", now)
    return reversal


async def refund(new: NewRefund, settings: SandboxSettings, now: datetime) -> records.RefundRow:
    """Give a shopper money back at today's rate, or let it wait for the platform's balance."""
    payment = await payment_by_id(new.payment_id)
    amount = new.amount.amount_minor
    if new.amount.currency != payment.currency or amount <= 0:
        raise RefusedError("a refund is a positive amount in its payment's currency")
    if await store.refunded_minor(payment.id) + amount > payment.received_minor:
        raise RefusedError(f"the refunds of payment {payment.id} would exceed it")
    row = records.RefundRow(
        id=store.make_id("re"),
        reference=new.reference,
        payment_id=payment.id,
        amount_minor=amount,
        currency=payment.currency,
        status="pending",
        reason="insufficient_funds",
        created_at=now,
    )
    await store.refunds.add(row)
    return await _pay_refund(row, settings, now)


async def pay_out(new: NewPayout, settings: SandboxSettings, now: datetime) -> records.PayoutRow:
    """Send money from an account to its bank."""
    account = await account_by_id(new.account_id)
    if not account.ready:
        raise AccountError(f"account {account.id} cannot send money yet")
    if new.amount.amount_minor <= 0:
        raise RefusedError("a payout is of at least one minor unit")
    if await store.available_minor(account.id, new.amount.currency, now) < new.amount.amount_minor:
        raise BalanceError(f"account {account.id} has not that much available")
    payout = records.PayoutRow(
        id=store.make_id("po"),
        reference=new.reference,
        account_id=account.id,
        amount_minor=new.amount.amount_minor,
        currency=new.amount.currency,
        arrival_at=now + timedelta(seconds=settings.payout_delay_seconds),
        created_at=now,
    )
    await store.payouts.add(payout)
    await store.move(account.id, "payout", payout.id, -new.amount, at=now, now=now)
    await store.tell("payout", payout.id, "created", now)
    return payout


async def tick(settings: SandboxSettings, now: datetime) -> None:
    """Let time have its effects: money becomes available, waiting refunds are paid, payouts arrive or come back."""
    for payment in await store.payments_to_settle(now):
        await store.payments.save(msgspec.structs.replace(payment, settled=True))
        await store.tell("payment", payment.id, "settled", now)
    for row in await store.refunds_waiting():
        await _pay_refund(row, settings, now)
    for payout in await store.payouts_arriving(now):
        await _arrive(payout, now)


async def _pay_refund(row: records.RefundRow, settings: SandboxSettings, now: datetime) -> records.RefundRow:
    taken = converted(Money(row.amount_minor, row.currency), settings.settlement_currency, await store.rates())
    if await store.available_minor(PLATFORM, taken.currency, now) < taken.amount_minor:
        return row
    paid = msgspec.structs.replace(
        row, status="succeeded", reason="", taken_minor=taken.amount_minor, taken_currency=taken.currency
    )
    await store.refunds.save(paid)
    await store.move(PLATFORM, "refund", row.id, -taken, at=now, now=now)
    await store.tell("refund", row.id, "succeeded", now)
    return paid


async def _arrive(payout: records.PayoutRow, now: datetime) -> None:
    account = await account_by_id(payout.account_id)
    if account.bank_fails:
        amount = Money(payout.amount_minor, payout.currency)
        await store.payouts.save(msgspec.structs.replace(payout, status="failed", failure="account_closed"))
        await store.move(account.id, "payout_failure", payout.id, amount, at=now, now=now)
        await store.tell("payout", payout.id, "failed", now)
    else:
        await store.payouts.save(msgspec.structs.replace(payout, status="paid"))
        await store.tell("payout", payout.id, "paid", now)


async def account_by_id(account_id: str) -> records.AccountRow:
    """The account, or SandboxMissingError."""
    account = await store.accounts.get(account_id, lock=True)
    if account is None:
        raise SandboxMissingError(f"there is no account {account_id}")
    return account


async def payment_by_id(payment_id: str) -> records.PaymentRow:
    """The payment, or SandboxMissingError."""
    payment = await store.payments.get(payment_id, lock=True)
    if payment is None:
        raise SandboxMissingError(f"there is no payment {payment_id}")
    return payment
