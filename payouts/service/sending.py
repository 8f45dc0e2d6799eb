"""Sending a released settlement to its shop's account at the provider.

Intent first: one transaction nets what the shop owes, moves the rest to `in_transfer` and writes the attempt; then the
provider is called; then one transaction writes the result or undoes the intent. Whatever stops in between is taken up
again with the same key, so that nothing is sent twice. A refusal is believed only when no transfer of this settlement
exists: it may answer the repetition of a call that had worked.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from federation.node.database import atomic
from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain import alert_words, postings
from payouts.domain.claim import CLAIM, ClaimStep
from payouts.domain.hold import gravest
from payouts.domain.records import MovementRecord, SettlementRecord, TransferRecord
from payouts.domain.settlement import SETTLEMENT, SOURCELESS, BlockReason, SettlementStatus, SettlementStep
from payouts.domain.terms import Rail
from payouts.errors import (
    AccountNotReadyError,
    IllegalMoveError,
    InsufficientBalanceError,
    PaymentMissingError,
    ProviderConflictError,
    ProviderRefusedError,
)
from payouts.ports import TransferState
from payouts.service import messages
from payouts.service.context import Payments
from payouts.store import desk, ledger, rows

_REASONS = {
    InsufficientBalanceError: BlockReason.BALANCE,
    AccountNotReadyError: BlockReason.ACCOUNT,
    ProviderRefusedError: BlockReason.REFUSED,
}


async def send_settlement(pay: Payments, settlement_id: UUID, now: datetime) -> None:
    """Send a releasable, blocked or half-sent settlement; nothing to do for any other. Outside a transaction.

    Raises ProviderUnavailableError or ProviderBusyError when it must be tried again with the same key, and
    ProviderConflictError, with an alert, when a person must look.
    """
    below_zero = await _is_below_zero(pay, settlement_id)
    async with atomic():
        transfer = await _begin(pay, settlement_id, now, below_zero=below_zero)
    if transfer is None:
        return
    try:
        sent = await _ask(pay, transfer, now)
    except (InsufficientBalanceError, AccountNotReadyError, ProviderRefusedError) as error:
        made = await pay.provider.transfers_of(str(transfer.settlement_id), await _source(transfer))
        if not made:
            async with atomic():
                await _record_failure(pay, transfer, _REASONS[type(error)], error.detail, now)
            return
        sent = made[0]
    except ProviderConflictError as error:
        await rows.raise_alert("transfer-conflict", transfer.key, alert_words.conflict(error.detail), now)
        raise
    async with atomic():
        await _record_sent(pay, transfer, sent, now)


async def try_again(settlement_id: UUID, now: datetime) -> None:
    """Have a blocked share sent once more, on a person's word. In the caller's transaction. Raises IllegalMoveError."""
    settlement = await rows.settlements.get(settlement_id, lock=True)
    if settlement is None:
        raise PaymentMissingError(sentence("there is no settlement %(id)s", id=settlement_id))
    if settlement.status is not SettlementStatus.BLOCKED:
        raise IllegalMoveError(
            sentence("this share is %(state)s: there is nothing to try again", state=settlement.status.value)
        )
    await messages.send("pay.transfer", settlement.id, f"by hand:{now.isoformat()}", now)


async def _is_below_zero(pay: Payments, settlement_id: UUID) -> bool:
    """Whether the shop's account at the provider would swallow what is sent to it."""
    settlement = await rows.settlements.get(settlement_id)
    if settlement is None or settlement.status not in {SettlementStatus.RELEASABLE, SettlementStatus.BLOCKED}:
        return False
    account = await rows.shop_accounts.get(settlement.shop_id)
    if account is None or account.provider_id is None or not account.ready:
        return False
    at_provider = await pay.provider.get_account(account.provider_id)
    return at_provider.balance_in(settlement.currency).amount_minor < 0


async def _begin(pay: Payments, settlement_id: UUID, now: datetime, *, below_zero: bool) -> TransferRecord | None:
    """Write the intent, or find the one under way; None when there is nothing to send."""
    settlement = await rows.settlements.get(settlement_id, lock=True)
    if settlement is None:
        raise PaymentMissingError(sentence("there is no settlement %(id)s", id=settlement_id))
    if settlement.status is SettlementStatus.SUBMITTING:
        return await _under_way(settlement)
    if settlement.status is SettlementStatus.BLOCKED:
        woken = SETTLEMENT.after(settlement.status, SettlementStep.WOKEN)
        settlement = msgspec.structs.replace(settlement, status=woken, block_reason="", next_try_at=None)
    if settlement.status is not SettlementStatus.RELEASABLE:
        return None
    if await is_held_up(pay, settlement, now) or await _is_for_a_file(pay, settlement, now):
        return None
    account_id = await _ready_account(settlement.shop_id)
    if account_id is None or below_zero:
        reason = BlockReason.ACCOUNT if account_id is None else BlockReason.NEGATIVE
        await _save(pay, settlement, SettlementStep.BLOCKED, now, block_reason=reason.value)
        return None
    settlement = await net_claims(pay, settlement, now)
    if settlement.due_minor == 0:
        await _save(pay, settlement, SettlementStep.NETTED, now)
        return None
    return await _write_intent(settlement, account_id, now)


async def _ready_account(shop_id: str) -> str | None:
    """The provider's id of the account a shop can be sent money to now, if there is one."""
    account = await rows.shop_accounts.get(shop_id)
    return account.provider_id if account is not None and account.ready else None


async def is_held_up(pay: Payments, settlement: SettlementRecord, now: datetime) -> bool:
    """Whether a hold stands, which then blocks the share."""
    standing = await desk.standing_holds(settlement.shop_order_id, settlement.shop_id)
    reason = gravest([hold.reason for hold in standing])
    if reason is not None:
        await _save(pay, settlement, SettlementStep.BLOCKED, now, block_reason=reason.value)
    return reason is not None


async def _is_for_a_file(pay: Payments, settlement: SettlementRecord, now: datetime) -> bool:
    """Whether the shop is paid by our bank; then the share waits for the next file, or for the shop's IBAN."""
    terms = await desk.terms.get(settlement.shop_id)
    if terms is None or terms.rail is not Rail.BANK:
        return False
    if terms.iban:
        await _save(pay, settlement, SettlementStep.QUEUED, now)
    else:
        await _save(pay, settlement, SettlementStep.BLOCKED, now, block_reason=BlockReason.ACCOUNT.value)
    return True


async def _under_way(settlement: SettlementRecord) -> TransferRecord | None:
    """The attempt under way at the provider; None for one that lies in a bank file."""
    transfer = await rows.transfer_under_way(settlement.id, settlement.attempt)
    return None if transfer is None or transfer.payout_id is not None else transfer


async def _write_intent(settlement: SettlementRecord, account_id: str, now: datetime) -> TransferRecord:
    transfer = TransferRecord(
        settlement_id=settlement.id,
        attempt=settlement.attempt + 1,
        account_id=account_id,
        amount_minor=settlement.due_minor,
        currency=settlement.currency,
        submitted_at=now,
    )
    await rows.transfers.add(transfer)
    await ledger.post(
        postings.transfer_intent(settlement.id, transfer.attempt, settlement.shop_id, transfer.amount), now
    )
    status = SETTLEMENT.after(settlement.status, SettlementStep.SUBMITTED)
    await rows.settlements.save(
        msgspec.structs.replace(settlement, status=status, attempt=transfer.attempt, updated_at=now)
    )
    return transfer


async def net_claims(pay: Payments, settlement: SettlementRecord, now: datetime) -> SettlementRecord:
    """Withhold what the shop owes from what it is about to be sent, oldest claim first."""
    for claim in await rows.claims_owed(settlement.shop_id, settlement.currency):
        taken = min(claim.outstanding_minor, settlement.due_minor)
        if taken == 0:
            break
        amount = Money(taken, settlement.currency)
        attempt = settlement.attempt + 1
        await ledger.post(postings.claim_netted(claim.id, settlement.id, attempt, settlement.shop_id, amount), now)
        step = ClaimStep.RECOVERED if taken == claim.outstanding_minor else ClaimStep.NETTED_IN_PART
        status = CLAIM.after(claim.status, step)
        await rows.claims.save(
            msgspec.structs.replace(claim, netted_minor=claim.netted_minor + taken, status=status, updated_at=now)
        )
        settlement = msgspec.structs.replace(settlement, netted_minor=settlement.netted_minor + taken)
        await pay.listener.settlement_changed(settlement.shop_order_id, settlement.kind.value, "netted", amount, now)
    return settlement


async def _ask(pay: Payments, transfer: TransferRecord, now: datetime) -> TransferState:
    """Have the transfer made, or find it made: an old key may have been forgotten by the provider."""
    source, reference = await _source(transfer), str(transfer.settlement_id)
    if now - transfer.submitted_at > timedelta(seconds=pay.settings.key_lifetime_seconds):
        for made in await pay.provider.transfers_of(reference, source):
            return _checked(transfer, made)
    return _checked(
        transfer,
        await pay.provider.transfer(reference, transfer.account_id, transfer.amount, source, transfer.key),
    )


async def _source(transfer: TransferRecord) -> str:
    """The provider's payment that the transfer comes out of; empty when it comes out of the hub's own balance."""
    settlement = await rows.settlements.get(transfer.settlement_id)
    if settlement is not None and settlement.kind in SOURCELESS:
        return ""
    payment = None if settlement is None else await rows.payments.get(settlement.payment_id)
    if payment is None or payment.provider_id is None:
        raise PaymentMissingError(
            sentence("settlement %(id)s has no payment at the provider", id=transfer.settlement_id)
        )
    return payment.provider_id


def _checked(transfer: TransferRecord, made: TransferState) -> TransferState:
    if made.amount != transfer.amount or made.account_id != transfer.account_id:
        raise ProviderConflictError(f"the provider's transfer {made.id} is not the one we asked for")
    return made


async def _record_sent(pay: Payments, transfer: TransferRecord, sent: TransferState, now: datetime) -> None:
    settlement = await _still_submitting(transfer)
    if settlement is None:
        return
    await ledger.post(postings.transfer_sent(settlement.id, transfer.attempt, settlement.shop_id, transfer.amount), now)
    await _finish(transfer, "sent", now, provider_id=sent.id)
    await rows.movements.add(
        MovementRecord(
            shop_id=settlement.shop_id,
            settlement_id=settlement.id,
            reference=f"transfer:{sent.id}",
            amount_minor=transfer.amount_minor,
            currency=transfer.currency,
            created_at=now,
        )
    )
    await _save(pay, settlement, SettlementStep.SENT, now, sent_minor=transfer.amount_minor, transfer_id=sent.id)


async def _record_failure(
    pay: Payments, transfer: TransferRecord, reason: BlockReason, detail: str, now: datetime
) -> None:
    settlement = await _still_submitting(transfer)
    if settlement is None:
        return
    await ledger.post(
        postings.transfer_failed(settlement.id, transfer.attempt, settlement.shop_id, transfer.amount), now
    )
    await _finish(transfer, "failed", now, error=detail)
    if reason is BlockReason.REFUSED:
        words = sentence(
            "%(amount)s for %(shop)s was not sent: %(why)s",
            amount=transfer.amount,
            shop=settlement.shop_id,
            why=alert_words.quoted(detail),
        )
        await rows.raise_alert("transfer-refused", str(settlement.id), words, now)
    if reason is BlockReason.ACCOUNT:
        await messages.send("pay.account", settlement.shop_id, f"refused:{settlement.id}:{transfer.attempt}", now)
    again_at = now + timedelta(seconds=pay.settings.stuck_after_seconds)
    await _save(pay, settlement, SettlementStep.BLOCKED, now, block_reason=reason.value, next_try_at=again_at)


async def _still_submitting(transfer: TransferRecord) -> SettlementRecord | None:
    """The settlement while this attempt is the one under way; None when its result was written already."""
    settlement = await rows.settlements.get(transfer.settlement_id, lock=True)
    if settlement is None or settlement.status is not SettlementStatus.SUBMITTING:
        return None
    return settlement if settlement.attempt == transfer.attempt else None


async def _finish(
    transfer: TransferRecord, status: str, now: datetime, *, provider_id: str | None = None, error: str = ""
) -> None:
    stored = await rows.transfer_under_way(transfer.settlement_id, transfer.attempt)
    if stored is not None:
        await rows.transfers.save(
            msgspec.structs.replace(stored, status=status, provider_id=provider_id, error=error, finished_at=now)
        )


async def _save(
    pay: Payments, settlement: SettlementRecord, step: SettlementStep, now: datetime, **columns: object
) -> None:
    """Take a step, write the row, and tell; the amount told is what the step is about."""
    status = SETTLEMENT.after(settlement.status, step)
    amount = Money(settlement.due_minor, settlement.currency)
    changed = msgspec.structs.replace(settlement, status=status, updated_at=now, **columns)
    await rows.settlements.save(changed)
    await pay.listener.settlement_changed(settlement.shop_order_id, settlement.kind.value, status.value, amount, now)
