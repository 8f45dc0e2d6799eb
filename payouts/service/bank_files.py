"""Paying boutiques from the hub's own bank, by a credit-transfer file that an operator takes there.

Intent first, as with the provider: making a file moves every share in it to `in_transfer` and pins account and amount;
the bank's word, given by an operator payment by payment, posts the result against `bank` or undoes it. A payment is a
payout of one shop, made of all that waits for it; a share lies in one file at a time, for its live attempt is one.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

import msgspec

from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain import postings, postings_desk
from payouts.domain.bank_file import (
    PAYMENTS_MAX,
    SEPA_CURRENCY,
    BankDetails,
    CreditTransfer,
    PaymentFile,
    payment_xml,
)
from payouts.domain.ledger import Account, AccountKind
from payouts.domain.payout import PAYOUT, PayoutStatus, PayoutStep
from payouts.domain.records import BankFileRecord, MovementRecord, PayoutRecord, SettlementRecord, TransferRecord
from payouts.domain.settlement import SETTLEMENT, BlockReason, SettlementStep
from payouts.domain.terms import Rail
from payouts.errors import BankDetailsError, PaymentMissingError
from payouts.service.context import Payments
from payouts.service.payout_changes import change_of
from payouts.service.sending import is_held_up, net_claims
from payouts.store import desk, ledger, rows

SHARES_MAX = 5_000
"""The most shares that one file pays."""

FAILURE_LENGTH_MAX = 200


async def make_file(pay: Payments, by: str, initiator: str, execute_on: date, now: datetime) -> BankFileRecord | None:
    """Put everything that waits for our bank into one file. In the caller's transaction.

    None when nothing of what waited is to be paid: it is held up, or was kept for what the shops owe, which stays so.
    Raises BankDetailsError when the hub has no bank account, or nothing waits.
    """
    if pay.settings.bank is None:
        raise BankDetailsError("the hub has no bank account yet: set GALLERIA_BANK_IBAN")
    if execute_on < now.date():
        raise BankDetailsError("the bank cannot carry it out in the past: choose today or a later day")
    shares = await desk.queued(SEPA_CURRENCY, SHARES_MAX, lock=True)
    if not shares:
        raise BankDetailsError("nothing waits for the bank")
    ready = await _ready(pay, shares, now)
    if not ready:
        return None
    file_id = new_id()
    payouts = [_payout(shares, to, file_id, now) for to, shares in ready]
    file = PaymentFile(
        message_id=file_id.hex,
        made_at=now,
        execute_on=execute_on,
        initiator=initiator,
        debtor=pay.settings.bank,
        transfers=tuple(
            CreditTransfer(payout_id=payout.id, to=to, amount=payout.amount, text=f"{initiator} {payout.id.hex[:12]}")
            for payout, (to, _) in zip(payouts, ready, strict=True)
        ),
    )
    record = BankFileRecord(
        id=file_id,
        message_id=file.message_id,
        currency=SEPA_CURRENCY,
        amount_minor=file.total.amount_minor,
        payments=len(payouts),
        execute_on=execute_on,
        content=payment_xml(file),
        made_by=by,
        made_at=now,
    )
    await desk.bank_files.add(record)
    await rows.payouts.add(*payouts)
    for payout, (_, shares) in zip(payouts, ready, strict=True):
        for share in shares:
            await _write_intent(share, payout, now)
    return record


async def _ready(
    pay: Payments, waiting: Sequence[SettlementRecord], now: datetime
) -> list[tuple[BankDetails, list[SettlementRecord]]]:
    """What waits, netted of debts and freed of what is held up, by shop and the account it goes to."""
    found: list[tuple[BankDetails, list[SettlementRecord]]] = []
    for shop_id, shares in groupby(sorted(waiting, key=lambda one: one.shop_id), key=lambda one: one.shop_id):
        terms = await desk.terms.get(shop_id)
        busy = await rows.payout_submitting(shop_id, SEPA_CURRENCY)
        if terms is None or terms.rail is not Rail.BANK or not terms.iban or terms.bank_rests(now) or busy:
            continue
        if len(found) == PAYMENTS_MAX:
            break
        payable = [share for one in shares if (share := await _payable(pay, one, now)) is not None]
        if payable:
            found.append((BankDetails(terms.holder, terms.iban, terms.bic), payable))
    return found


async def _payable(pay: Payments, share: SettlementRecord, now: datetime) -> SettlementRecord | None:
    """A share less what its shop owes; None when it is held up or nothing is left of it."""
    if await is_held_up(pay, share, now):
        return None
    netted = await net_claims(pay, share, now)
    if netted.due_minor:
        return netted
    status = SETTLEMENT.after(netted.status, SettlementStep.NETTED)
    await rows.settlements.save(msgspec.structs.replace(netted, status=status, updated_at=now))
    return None


def _payout(shares: Sequence[SettlementRecord], to: BankDetails, file_id: UUID, now: datetime) -> PayoutRecord:
    return PayoutRecord(
        id=new_id(),
        shop_id=shares[0].shop_id,
        account_id=to.iban,
        amount_minor=sum(share.due_minor for share in shares),
        currency=SEPA_CURRENCY,
        rail=Rail.BANK.value,
        bank_file_id=file_id,
        created_at=now,
        updated_at=now,
    )


async def _write_intent(share: SettlementRecord, payout: PayoutRecord, now: datetime) -> None:
    transfer = TransferRecord(
        settlement_id=share.id,
        attempt=share.attempt + 1,
        account_id=payout.account_id,
        amount_minor=share.due_minor,
        currency=share.currency,
        payout_id=payout.id,
        submitted_at=now,
    )
    await rows.transfers.add(transfer)
    await ledger.post(postings.transfer_intent(share.id, transfer.attempt, share.shop_id, transfer.amount), now)
    status = SETTLEMENT.after(share.status, SettlementStep.SUBMITTED)
    await rows.settlements.save(msgspec.structs.replace(share, status=status, attempt=transfer.attempt, updated_at=now))


async def mark_paid(pay: Payments, payout_id: UUID, paid_on: datetime, now: datetime) -> None:
    """The bank has carried a payment out; again: no change. In the caller's transaction. Raises IllegalMoveError."""
    payout = await _bank_payout(payout_id)
    if payout.status is PayoutStatus.PAID:
        return
    status = PAYOUT.after(payout.status, PayoutStep.PAID)
    movements = []
    for transfer in await desk.transfers_of_payout(payout.id):
        share = await _share(transfer)
        await ledger.post(postings_desk.bank_sent(share.id, transfer.attempt, share.shop_id, transfer.amount), now)
        await rows.transfers.save(msgspec.structs.replace(transfer, status="sent", finished_at=now))
        told = await desk.sent_by_bank_before(share.id)
        await _step(pay, share, SettlementStep.SENT, now, told=told, sent_minor=transfer.amount_minor)
        movements.append(_movement(transfer, share, 1, now))
    await rows.movements.add(*movements)
    await rows.claim_movements(payout.id, await desk.movements_named([one.reference for one in movements]))
    changed = msgspec.structs.replace(payout, status=status, arrival_at=paid_on, updated_at=now)
    await rows.payouts.save(changed)
    await pay.listener.payout_changed(await change_of(changed, was_paid=False), now)


async def mark_returned(pay: Payments, payout_id: UUID, failure: str, now: datetime) -> None:
    """The bank refused a payment or sent it back: the shop is owed again, and its shares wait for somebody to look.

    Possible before and after it was paid; again: no change. In the caller's transaction. Raises IllegalMoveError,
    BankDetailsError without a reason.
    """
    reason = " ".join(failure.split())
    if not reason or len(reason) > FAILURE_LENGTH_MAX:
        raise BankDetailsError(
            sentence("say what the bank said, in at most %(num)s characters", num=FAILURE_LENGTH_MAX)
        )
    payout = await _bank_payout(payout_id)
    if payout.status is PayoutStatus.FAILED:
        return
    was_paid = payout.status is PayoutStatus.PAID
    status = PAYOUT.after(payout.status, PayoutStep.FAILED)
    for transfer in await desk.transfers_of_payout(payout.id):
        await _undo(pay, transfer, reason, was_paid=was_paid, now=now)
    changed = msgspec.structs.replace(payout, status=status, failure=reason, updated_at=now)
    await rows.payouts.save(changed)
    words = sentence(
        "the bank sent %(amount)s for %(shop)s back: “%(words)s”",
        amount=payout.amount,
        shop=payout.shop_id,
        words=reason,
    )
    await rows.raise_alert("payout-returned", str(payout.id), words, now)
    await pay.listener.payout_changed(await change_of(changed, was_paid=was_paid), now)


async def _undo(pay: Payments, transfer: TransferRecord, reason: str, *, was_paid: bool, now: datetime) -> None:
    share = await _share(transfer)
    make = postings_desk.bank_returned if was_paid else postings.transfer_failed
    await ledger.post(make(share.id, transfer.attempt, share.shop_id, transfer.amount), now)
    await rows.transfers.save(msgspec.structs.replace(transfer, status="failed", error=reason, finished_at=now))
    step = SettlementStep.RETURNED if was_paid else SettlementStep.BLOCKED
    await _step(pay, share, step, now, sent_minor=0, block_reason=BlockReason.REFUSED.value)
    if was_paid:
        await rows.movements.add(_movement(transfer, share, -1, now))


def _movement(transfer: TransferRecord, share: SettlementRecord, sign: int, now: datetime) -> MovementRecord:
    word = "sent" if sign > 0 else "returned"
    return MovementRecord(
        shop_id=share.shop_id,
        settlement_id=share.id,
        reference=f"bank {word}:{transfer.id}",
        amount_minor=sign * transfer.amount_minor,
        currency=transfer.currency,
        payout_id=transfer.payout_id if sign < 0 else None,
        created_at=now,
    )


async def _bank_payout(payout_id: UUID) -> PayoutRecord:
    payout = await rows.payouts.get(payout_id, lock=True)
    if payout is None or payout.rail != Rail.BANK.value:
        raise PaymentMissingError(sentence("there is no payment %(id)s in a bank file", id=payout_id))
    return payout


async def _share(transfer: TransferRecord) -> SettlementRecord:
    share = await rows.settlements.get(transfer.settlement_id, lock=True)
    if share is None:
        raise PaymentMissingError(sentence("there is no settlement %(id)s", id=transfer.settlement_id))
    return share


async def _step(
    pay: Payments,
    share: SettlementRecord,
    step: SettlementStep,
    now: datetime,
    *,
    told: bool = False,
    **columns: object,
) -> None:
    """Take a step and tell of it; that a share was sent is told once, also when it came back in between."""
    amount = Money(share.due_minor or share.sent_minor, share.currency)
    status = SETTLEMENT.after(share.status, step)
    await rows.settlements.save(msgspec.structs.replace(share, status=status, updated_at=now, **columns))
    if not told:
        await pay.listener.settlement_changed(share.shop_order_id, share.kind.value, status.value, amount, now)


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for the next file for one shop: to which account, how many shares, how much before debts.

    `usable_from` is when an account that is new may be paid to.
    """

    shop_id: str
    holder: str
    iban: str
    usable_from: datetime | None
    shares: int
    amount: Money


class MadeFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file with its payments."""

    record: BankFileRecord
    payouts: tuple[PayoutRecord, ...]

    @property
    def is_open(self) -> bool:
        """Whether the bank's word about a payment is still missing."""
        return any(payout.status is PayoutStatus.SUBMITTING for payout in self.payouts)


FILES_SHOWN = 30


async def waiting() -> list[Waiting]:
    """What the next file would pay, shop by shop."""
    sums: dict[str, tuple[int, int]] = {}
    for share in await desk.queued(SEPA_CURRENCY, SHARES_MAX, lock=False):
        shares, amount = sums.get(share.shop_id, (0, 0))
        sums[share.shop_id] = (shares + 1, amount + share.due_minor)
    found = []
    for shop_id, (shares, amount) in sorted(sums.items()):
        terms = await desk.terms.get(shop_id)
        found.append(
            Waiting(
                shop_id=shop_id,
                holder="" if terms is None else terms.holder,
                iban="" if terms is None else terms.iban,
                usable_from=None if terms is None else terms.bank_usable_from,
                shares=shares,
                amount=Money(amount, SEPA_CURRENCY),
            )
        )
    return found


async def files(limit: int = FILES_SHOWN) -> list[MadeFile]:
    """The newest files."""
    return [
        MadeFile(record=record, payouts=tuple(await desk.payouts_of_file(record.id)))
        for record in await desk.newest_files(limit)
    ]


async def file(file_id: UUID) -> BankFileRecord:
    """One file. Raises PaymentMissingError."""
    found = await desk.bank_files.get(file_id)
    if found is None:
        raise PaymentMissingError(sentence("there is no bank file %(id)s", id=file_id))
    return found


async def open_payments(file_id: UUID) -> list[PayoutRecord]:
    """The payments of a file of which the bank's word is missing."""
    return [one for one in await desk.payouts_of_file(file_id) if one.status is PayoutStatus.SUBMITTING]


async def at_bank() -> Money:
    """What should be in the hub's bank account by our books; below zero when it paid more than was moved there."""
    return Money(await ledger.balance_of(Account(AccountKind.BANK, "", SEPA_CURRENCY)), SEPA_CURRENCY)
