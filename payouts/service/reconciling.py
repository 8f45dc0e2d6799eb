"""Every movement of the hub's balance beside the ledger: read, matched to its one transaction, or booked.

What our own work caused waits for its posting; what the provider or the operator did is booked from the movement;
what nobody knows goes to suspense with an alert until a person says where it belongs. Nothing is read twice.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import msgspec
import structlog

from federation.node.database import atomic
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.money import Money
from federation.vocabulary.wording import Sentence, message, sentence
from payouts.domain import recon
from payouts.domain.dispute_records import MoveRecord
from payouts.domain.ledger import AccountKind
from payouts.domain.recon import DOUBTFUL, OURS, THEIRS, WAITS_AT_MOST, Cause, MoveFacts, MoveState
from payouts.errors import DisputeChoiceError, PaymentMissingError, ProviderRefusedError
from payouts.service.context import Payments
from payouts.service.disputes import see_dispute
from payouts.service.references import own_id
from payouts.service.refund_payment import observe_refund
from payouts.service.solvency import watch
from payouts.store import disputes, ledger, rows
from payouts.store import recon as store

PAGES_MAX = 50
PAGE = 100
NOTE_LENGTH_MAX = 500

_log = structlog.get_logger(__name__)


async def reconcile(pay: Payments, now: datetime) -> int:
    """Read the movements since the last time, and find or make the transaction of each; how many were new.

    A provider that lists no movements is left in peace.
    """
    try:
        fresh = await _read(pay, now)
    except ProviderRefusedError as error:
        _log.info("no_balance_book", reason=error.detail)
        return 0
    await match_moves(pay, now)
    return fresh


async def _read(pay: Payments, now: datetime) -> int:
    fresh = 0
    for _ in range(PAGES_MAX):
        listed = await pay.provider.balance_book.balance_transactions(await store.last_id(), PAGE)
        async with atomic():
            fresh += await store.keep(listed, now)
        if len(listed) < PAGE:
            break
    return fresh


async def match_moves(pay: Payments, now: datetime) -> None:
    """Find the transaction of every movement that has none yet; one movement's trouble does not stop the others."""
    after = 0
    while waiting := await store.to_match(after):
        for move in waiting:
            try:
                await _match(pay, move, now)
            except GalleriaError as error:
                _log.warning("move_not_matched", move=move.id, slug=error.slug, reason=error.detail)
        after = waiting[-1].number


async def assign(move_id: str, to: AccountKind, note: str, by: str, now: datetime) -> None:
    """Say where something in suspense belongs, and why. In the caller's transaction; the first word counts.

    Raises DisputeChoiceError when it is not in suspense, the account is not one to choose, or there is no reason.
    """
    move = await store.by_id(move_id, lock=True)
    if move is None:
        raise PaymentMissingError(sentence("the provider lists no movement %(id)s", id=move_id))
    if move.state is not MoveState.SUSPENSE:
        raise DisputeChoiceError("this movement is not in suspense any more")
    if to not in recon.ASSIGNABLE or not note.strip():
        raise DisputeChoiceError("choose one of the accounts, and say in a few words why it belongs there")
    await ledger.post(recon.assigned(_facts(move), to), now)
    await store.moves.save(
        msgspec.structs.replace(
            move,
            state=MoveState.ASSIGNED,
            note=f"{to.value}: {note.strip()}"[:NOTE_LENGTH_MAX],
            assigned_by=by,
            matched_at=now,
        )
    )


_ODD = {
    True: message("the type “%(type)s” is known, yet we never ask for it"),
    False: message("the type “%(type)s” is not one we know"),
}
"""Why a movement of a type is nothing of ours, by whether the type is known."""


async def _match(pay: Payments, move: MoveRecord, now: datetime) -> None:
    cause = OURS.get(move.type)
    if cause is not None:
        await _match_ours(pay, move, cause, now)
    elif move.type in THEIRS:
        await _book(move, THEIRS[move.type], MoveState.BOOKED, now)
    else:
        await _suspend(move, sentence(_ODD[move.type in DOUBTFUL], type=move.type[:40]), now)


async def _match_ours(pay: Payments, move: MoveRecord, cause: Cause, now: datetime) -> None:
    idem = await _FINDERS[cause](pay, move, now)
    if idem is None:
        await _suspend(move, sentence("a “%(type)s” that nothing of ours explains", type=move.type), now)
        return
    async with atomic():
        current = await store.by_id(move.id, lock=True)
        txn_id = await store.txn_of(idem)
        if current is None or current.txn_id is not None:
            return
        if txn_id is not None and await store.is_taken(txn_id):
            await _suspend(current, sentence("a second “%(type)s” for what we asked for once", type=move.type), now)
        elif txn_id is not None:
            matched = msgspec.structs.replace(current, state=MoveState.MATCHED, txn_id=txn_id, matched_at=now)
            await store.moves.save(matched)
        elif current.state is not MoveState.WAITING:
            await store.moves.save(msgspec.structs.replace(current, state=MoveState.WAITING))
        elif now - max(current.seen_at, current.available_at) > WAITS_AT_MOST:
            words = sentence(
                "%(amount)s moved at the provider (“%(type)s”, %(source)s), and our books do not know it after a day",
                amount=move.net,
                type=move.type,
                source=move.source,
            )
            await rows.raise_alert("move-waiting", move.id, words, now)


async def _of_payment(pay: Payments, move: MoveRecord, now: datetime) -> str | None:
    del pay, now
    return await _own("pay_payment", move, "funds:{}")


async def _of_refund(pay: Payments, move: MoveRecord, now: datetime) -> str | None:
    del pay, now
    return None if await _row_id("pay_refund", move) is None else f"refund_paid:{move.reference}"


async def _of_refund_failure(pay: Payments, move: MoveRecord, now: datetime) -> str | None:
    """A refund that came back and whose events never did is read now, which books the movement."""
    if await _row_id("pay_refund", move) is None:
        return None
    idem = f"refund_returned:{move.reference}"
    if await store.txn_of(idem) is None:
        await observe_refund(pay, await pay.provider.get_refund(move.source), now)
    return idem


async def _of_transfer(pay: Payments, move: MoveRecord, now: datetime) -> str | None:
    del pay, now
    found = await store.transfer_idem(move.source)
    return found or await _own("pay_settlement", move, "transfer_result:{}:unknown")


async def _of_reversal(pay: Payments, move: MoveRecord, now: datetime) -> str | None:
    del pay, now
    claim_id = await _row_id("pay_claim", move)
    attempt = move.reference.partition(":")[2]
    return None if claim_id is None else f"claim_reversed:{claim_id}:{attempt}"


async def _of_dispute(pay: Payments, move: MoveRecord, now: datetime) -> str | None:
    """A dispute whose events never came is read now, which books the movement."""
    if await disputes.moves.get(move.id) is None:
        try:
            await see_dispute(pay, move.source, now)
        except ProviderRefusedError:
            return None
    return f"dispute_funds:{move.id}" if await disputes.moves.get(move.id) is not None else None


_FINDERS: dict[Cause, Callable[[Payments, MoveRecord, datetime], Awaitable[str | None]]] = {
    "payment": _of_payment,
    "refund": _of_refund,
    "refund_failure": _of_refund_failure,
    "transfer": _of_transfer,
    "reversal": _of_reversal,
    "dispute": _of_dispute,
}
"""Where each kind of movement has its transaction: the id it was or will be posted under, None when it is not ours."""


async def _own(table: str, move: MoveRecord, pattern: str) -> str | None:
    row_id = await _row_id(table, move)
    return None if row_id is None else pattern.format(row_id)


async def _row_id(table: str, move: MoveRecord) -> UUID | None:
    row_id = own_id(move.reference)
    return row_id if row_id is not None and await store.is_ours(table, row_id) else None


async def _suspend(move: MoveRecord, why: Sentence, now: datetime) -> None:
    await _book(move, AccountKind.SUSPENSE, MoveState.SUSPENSE, now)
    words = sentence("%(amount)s moved at the provider and waits in suspense: %(why)s", amount=move.net, why=why)
    await rows.raise_alert("suspense", move.id, words, now)


async def _book(move: MoveRecord, against: AccountKind, state: MoveState, now: datetime) -> None:
    async with atomic():
        current = await store.by_id(move.id, lock=True)
        if current is None or current.txn_id is not None:
            return
        txn_id = await ledger.post(recon.booked(_facts(current), against), now)
        await store.moves.save(msgspec.structs.replace(current, state=state, txn_id=txn_id, matched_at=now))
        await watch(now)


def _facts(move: MoveRecord) -> MoveFacts:
    return MoveFacts(move.id, Money(move.amount_minor, move.currency), Money(move.fee_minor, move.currency))
