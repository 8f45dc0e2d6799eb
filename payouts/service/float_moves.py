"""Moving money of the hub's balance at the provider to the hub's own bank, for boutiques that are paid by file.

Intent before effect: the move is written down, then the provider is asked under a key made of its row. The ledger hears
of it as of every movement of the balance: from the provider's list, which books it against the bank, or back. Never
more is moved than the bank has to pay: what nobody is due yet stays where shoppers and boutiques are protected.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain import alert_words
from payouts.domain.payout import PAYOUT, PayoutStatus, PayoutStep
from payouts.domain.records import FloatMoveRecord
from payouts.errors import (
    BankDetailsError,
    InsufficientBalanceError,
    ProviderConflictError,
    ProviderRefusedError,
)
from payouts.ports import PayoutState
from payouts.service import messages
from payouts.service.context import Payments
from payouts.service.references import own_id
from payouts.store import desk, rows

MOVES_SHOWN = 20
_STEPS = {"in_transit": PayoutStep.ACCEPTED, "paid": PayoutStep.PAID, "failed": PayoutStep.FAILED}


async def needed(currency: str) -> Money:
    """What our bank has to pay, or has paid, beyond what was moved there for it; nothing when it has enough."""
    return Money(max(0, await desk.due_by_bank(currency)), currency)


async def begin(pay: Payments, amount: Money, by: str, now: datetime) -> FloatMoveRecord:
    """Have so much moved to the hub's bank. In the caller's transaction.

    Raises BankDetailsError without a bank, while another move is being asked for, or for more than is needed.
    """
    if pay.settings.bank is None:
        raise BankDetailsError("the hub has no bank account yet: set GALLERIA_BANK_IBAN")
    if amount.currency != pay.settings.settlement_currency:
        raise BankDetailsError("the hub's balance is in another currency")
    await desk.lock_float_moves()
    if await desk.float_move_is_asked_for(amount.currency):
        raise BankDetailsError("another sum for the bank is being asked for just now: try again in a minute")
    most = await needed(amount.currency)
    if not 0 < amount.amount_minor <= most.amount_minor:
        raise BankDetailsError(
            sentence("at most %(most)s can be moved: more is not due by bank, or is on its way", most=str(most))
        )
    move = FloatMoveRecord(
        id=new_id(),
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        made_by=by,
        created_at=now,
        updated_at=now,
    )
    await desk.float_moves.add(move)
    await messages.send("pay.float", move.id, "begun", now)
    return move


async def send_move(pay: Payments, move_id: UUID, now: datetime) -> None:
    """Ask the provider for a move that was begun, or read it anew. Outside a transaction; repeatable.

    Raises ProviderUnavailableError or ProviderBusyError when the outcome is not known yet.
    """
    move = await desk.float_moves.get(move_id)
    if move is None or move.status not in {PayoutStatus.SUBMITTING, PayoutStatus.IN_TRANSIT}:
        return
    if move.provider_id is not None:
        await observe_move(await pay.provider.get_payout(move.provider_id), now)
        return
    try:
        seen = await _ask(pay, move, now)
    except (InsufficientBalanceError, ProviderRefusedError) as error:
        await _record(move.id, PayoutStep.FAILED, now, failure=error.detail)
        return
    except ProviderConflictError as error:
        await rows.raise_alert("payout-conflict", str(move.id), alert_words.conflict(error.detail), now)
        raise
    await observe_move(seen, now)


async def _ask(pay: Payments, move: FloatMoveRecord, now: datetime) -> PayoutState:
    """Have the move made, or find it made: an old key may have been forgotten by the provider."""
    if now - move.created_at > timedelta(seconds=pay.settings.key_lifetime_seconds):
        for made in await pay.provider.payouts_of(str(move.id), ""):
            return made
    return await pay.provider.payout(str(move.id), "", move.amount, f"pom:{move.id}:1")


async def observe_move(seen: PayoutState, now: datetime) -> None:
    """Record a payout of the hub's own balance as just read; one that an operator made there is only booked."""
    await _record(own_id(seen.reference), _STEPS[seen.status], now, seen=seen, failure=seen.failure)


async def newest(limit: int = MOVES_SHOWN) -> list[FloatMoveRecord]:
    """The newest moves."""
    return await desk.newest_float_moves(limit)


async def _record(
    move_id: UUID | None, step: PayoutStep, now: datetime, *, seen: PayoutState | None = None, failure: str
) -> None:
    async with atomic():
        move = None if move_id is None else await desk.float_moves.get(move_id, lock=True)
        if move is None or not PAYOUT.allows(move.status, step):
            return
        changed = msgspec.structs.replace(
            move,
            status=PAYOUT.after(move.status, step),
            provider_id=move.provider_id if seen is None else seen.id,
            arrival_at=move.arrival_at if seen is None else seen.arrival_at,
            failure=failure,
            updated_at=now,
        )
        await desk.float_moves.save(changed)
        if changed.status is PayoutStatus.FAILED:
            words = sentence(
                "%(amount)s did not reach the hub's bank: %(why)s",
                amount=move.amount,
                why=alert_words.quoted(failure),
            )
            await rows.raise_alert("float-failed", str(move.id), words, now)
