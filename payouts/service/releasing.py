"""When a shop's share may go: its moment has come, nothing holds it up, its money is settled, its account is ready.

Each share carries the rule of the day it was sold. Its moment is written down when the order is shipped or delivered;
a sweep finds what is due, so nothing waits in memory. An operator may let a share go before its moment and keep part
of it back as reserve. A hold stands on a shop order or a shop and is placed and lifted in its cause's transaction.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec
import structlog

from federation.node.database import atomic
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message, sentence
from payouts.domain import postings_desk
from payouts.domain.hold import Hold, HoldReason, HoldRecord, ReserveRecord, ReserveStatus, kept_back
from payouts.domain.records import SettlementRecord
from payouts.domain.settlement import SETTLEMENT, SettlementKind, SettlementStatus, SettlementStep
from payouts.domain.terms import RESERVE_BP_MAX, RESERVE_DAYS_MAX, Rail
from payouts.errors import HeldUpError, IllegalMoveError, PaymentMissingError
from payouts.service import messages
from payouts.service.context import Payments
from payouts.settings import PayoutSettings
from payouts.store import desk, ledger, rows

Moment = Literal["shipped", "delivered"]

BATCH = 100
"""The most shares one run of a sweep takes up."""

_log = structlog.get_logger(__name__)


class Reserve(msgspec.Struct, frozen=True):
    """What is kept back at a release: so many basis points, for so many days."""

    basis_points: int
    days: int


async def note_moment(shop_order_id: UUID, moment: Moment, now: datetime) -> None:
    """The order was shipped or delivered: shares whose rule waits for this know their day now.

    In the caller's transaction; the first time counts. What is delivered has been shipped.
    """
    for settlement in await rows.settlements_of(shop_order_id, lock=True):
        fits = moment in {settlement.release_after, "delivered"}
        if fits and settlement.due_at is None and settlement.status is SettlementStatus.HELD:
            due_at = now + timedelta(days=settlement.release_window_days)
            await rows.settlements.save(msgspec.structs.replace(settlement, due_at=due_at, updated_at=now))
            if due_at <= now:
                await messages.send("pay.release", shop_order_id, settlement.kind.value, now)


async def release(shop_order_id: UUID, now: datetime) -> None:
    """Let a shop order's shares go now, whatever their rule says; holds are respected. In the caller's transaction."""
    for settlement in await rows.settlements_of(shop_order_id, lock=True):
        if settlement.status is SettlementStatus.HELD and (settlement.due_at is None or settlement.due_at > now):
            await rows.settlements.save(msgspec.structs.replace(settlement, due_at=now, updated_at=now))
            await messages.send("pay.release", shop_order_id, f"word:{settlement.id}", now)


async def release_order(pay: Payments, shop_order_id: UUID, now: datetime) -> None:
    """Release what is due of one shop order. Outside a transaction; repeatable."""
    for settlement in await rows.settlements_of(shop_order_id):
        await _release_if_due(pay, settlement.id, now)


async def sweep_releases(pay: Payments, now: datetime) -> int:
    """Release every share and every reserve whose day has come; returns how many."""
    done = 0
    for settlement_id in await desk.settlements_due(now, BATCH):
        done += await _guarded(pay, settlement_id, now)
    for reserve_id in await desk.reserves_due(now, BATCH):
        async with atomic():
            done += await _release_reserve(reserve_id, now)
    return done


async def _guarded(pay: Payments, settlement_id: UUID, now: datetime) -> bool:
    """One share's trouble does not stop the others."""
    try:
        return await _release_if_due(pay, settlement_id, now)
    except GalleriaError as error:
        _log.warning("release_set_back", settlement=str(settlement_id), slug=error.slug, reason=error.detail)
        return False


async def _release_if_due(pay: Payments, settlement_id: UUID, now: datetime) -> bool:
    async with atomic():
        settlement = await rows.settlements.get(settlement_id, lock=True)
        if settlement is None or settlement.status is not SettlementStatus.HELD:
            return False
        if settlement.due_at is None or settlement.due_at > now or await hindrance(settlement):
            return False
        await _release(settlement, await reserve_of(settlement.shop_id, pay.settings), now)
        return True


async def hindrance(settlement: SettlementRecord) -> str:
    """What stands in the way of releasing a held share, in a word: a hold's reason, `exchange`, `account`; or nothing.

    The share is locked, so that a hold placed meanwhile waits for us or is seen.
    """
    standing = await desk.standing_holds(settlement.shop_order_id, settlement.shop_id)
    if standing:
        return standing[0].reason.value
    payment = None if settlement.payment_id is None else await rows.payments.get(settlement.payment_id)
    if settlement.payment_id is not None and (payment is None or payment.settled_at is None):
        return "exchange"
    return "" if await can_be_paid(settlement.shop_id) else "account"


async def can_be_paid(shop_id: str) -> bool:
    """Whether there is a way to send this shop money: its account is ready, or it has bank details for our files."""
    terms = await desk.terms.get(shop_id)
    if terms is not None and terms.rail is Rail.BANK:
        return bool(terms.iban)
    account = await rows.shop_accounts.get(shop_id)
    return account is not None and account.provider_id is not None and account.ready


async def reserve_of(shop_id: str, settings: PayoutSettings) -> Reserve:
    """What is kept back of a shop's shares: by its own terms, else by the hub's."""
    terms = await desk.terms.get(shop_id)
    own = None if terms is None else terms.reserve_bp
    days = None if terms is None else terms.reserve_days
    return Reserve(settings.reserve_bp if own is None else own, days or settings.reserve_days)


async def release_early(pay: Payments, settlement_id: UUID, reserve: Reserve, now: datetime) -> None:
    """Let one held share go before its moment and keep part of it back, on an operator's word.

    In the caller's transaction. Raises HeldUpError, saying what is in the way, IllegalMoveError when it is not held.
    """
    if not (0 <= reserve.basis_points <= RESERVE_BP_MAX and 1 <= reserve.days <= RESERVE_DAYS_MAX):
        raise HeldUpError("keep back from 0 to 90 per cent, for 1 to 365 days")
    settlement = await rows.settlements.get(settlement_id, lock=True)
    if settlement is None:
        raise PaymentMissingError(sentence("there is no settlement %(id)s", id=settlement_id))
    if settlement.status is not SettlementStatus.HELD:
        raise IllegalMoveError(
            sentence("this share is %(state)s: only a held one can be released early", state=settlement.status.value)
        )
    hindered = await hindrance(settlement)
    if hindered:
        raise HeldUpError(_HINDRANCES[hindered])
    usual = await reserve_of(settlement.shop_id, pay.settings)
    kept = reserve if reserve.basis_points >= usual.basis_points else Reserve(usual.basis_points, reserve.days)
    await _release(msgspec.structs.replace(settlement, due_at=settlement.due_at or now), kept, now)


_HINDRANCES = {
    "dispute": message("a dispute holds it up: it goes on when that is decided"),
    "return": message("a return holds it up: it goes on when that is over"),
    "fraud": message("a warning of fraud holds it up: look into it and lift the hold first"),
    "operator": message("an operator holds it up: lift the hold first"),
    "exchange": message("the provider has not exchanged its money yet"),
    "account": message("the boutique has no account or bank details that money could be sent to"),
}


async def _release(settlement: SettlementRecord, reserve: Reserve, now: datetime) -> None:
    kept_minor = kept_back(settlement.kind, settlement.due_minor, reserve.basis_points)
    amount = Money(settlement.due_minor, settlement.currency)
    if amount:
        kept = Money(kept_minor, settlement.currency)
        await ledger.post(postings_desk.release(settlement.id, settlement.shop_id, amount, kept), now)
    if kept_minor:
        await desk.reserves.add(
            ReserveRecord(
                id=new_id(),
                settlement_id=settlement.id,
                shop_id=settlement.shop_id,
                currency=settlement.currency,
                amount_minor=kept_minor,
                release_at=now + timedelta(days=reserve.days),
                created_at=now,
                updated_at=now,
            )
        )
    await rows.settlements.save(
        msgspec.structs.replace(
            settlement,
            status=SETTLEMENT.after(settlement.status, SettlementStep.RELEASED),
            reserved_minor=kept_minor,
            released_at=now,
            updated_at=now,
        )
    )
    await messages.send("pay.transfer", settlement.id, "released", now)


async def freeze(hold: Hold, now: datetime) -> None:
    """Hold up a shop order, or everything of a shop; the same hold again changes nothing. In the caller's transaction.

    Shares of the order are locked meanwhile: one that is about to be sent is sent, or waits. What is released already
    goes to `blocked` when its turn comes.
    """
    if hold.shop_order_id is not None:
        await rows.settlements_of(hold.shop_order_id, lock=True)
    placed = HoldRecord(
        shop_order_id=hold.shop_order_id,
        shop_id=hold.shop_id,
        reason=hold.reason,
        reference=hold.reference,
        note=hold.note,
        placed_by=hold.by,
        placed_at=now,
    )
    await desk.place_hold(placed)


async def unfreeze(
    shop_order_id: UUID | None,
    reason: HoldReason,
    reference: str,
    now: datetime,
    *,
    shop_id: str = "",
    by: str = "",
) -> None:
    """Lift one hold and wake what it stopped, unless another one stands; none standing is fine.

    In the caller's transaction.
    """
    held = await desk.hold_of(shop_order_id, shop_id, reason, reference)
    if held is None:
        return
    await desk.holds.save(msgspec.structs.replace(held, lifted_at=now, lifted_by=by))
    await _wake(await desk.blocked_by_hold(shop_order_id, shop_id, BATCH), f"hold {held.id} lifted", now)
    if shop_order_id is not None:
        await messages.send("pay.release", shop_order_id, f"hold {held.id} lifted", now)


async def lift(hold_id: int, by: str, now: datetime) -> None:
    """Lift a hold that people place, or a warning of fraud; again: no change. In the caller's transaction.

    Raises PaymentMissingError for an unknown one, HeldUpError for one that ends by itself.
    """
    held = await desk.holds.get(hold_id, lock=True)
    if held is None:
        raise PaymentMissingError(sentence("there is no hold %(id)s", id=hold_id))
    if held.reason in {HoldReason.DISPUTE, HoldReason.RETURN}:
        raise HeldUpError(_HINDRANCES[held.reason.value])
    await unfreeze(held.shop_order_id, held.reason, held.reference, now, shop_id=held.shop_id, by=by)


async def _wake(settlements: Iterable[SettlementRecord], occasion: str, now: datetime) -> None:
    for settlement in settlements:
        await messages.send("pay.transfer", settlement.id, occasion, now)


async def _release_reserve(reserve_id: UUID, now: datetime) -> bool:
    """Let what is left of a reserve go, as a share of its own out of the same payment."""
    reserve = await desk.reserves.get(reserve_id, lock=True)
    if reserve is None or reserve.status is not ReserveStatus.KEPT:
        return False
    origin = await rows.settlements.get(reserve.settlement_id)
    if origin is None:
        raise PaymentMissingError(sentence("there is no settlement %(id)s", id=reserve.settlement_id))
    amount = Money(reserve.left_minor, reserve.currency)
    share = SettlementRecord(
        id=new_id(),
        order_id=origin.order_id,
        payment_id=origin.payment_id,
        shop_order_id=origin.shop_order_id,
        shop_id=reserve.shop_id,
        kind=SettlementKind.RESERVE,
        currency=reserve.currency,
        amount_minor=amount.amount_minor,
        status=SettlementStatus.RELEASABLE,
        due_at=reserve.release_at,
        released_at=now,
        created_at=now,
        updated_at=now,
    )
    await rows.settlements.add(share)
    await ledger.post(postings_desk.reserve_released(reserve.id, reserve.shop_id, amount), now)
    await desk.reserves.save(msgspec.structs.replace(reserve, status=ReserveStatus.RELEASED, updated_at=now))
    await messages.send("pay.transfer", share.id, "reserve released", now)
    return True


async def holds_on_shop(shop_id: str) -> list[HoldRecord]:
    """What holds up everything of a shop."""
    return await desk.holds_of_shops([shop_id])


async def reserves_of(shop_id: str, limit: int = 200) -> list[ReserveRecord]:
    """What is kept back of a shop, the next to be released first."""
    return await desk.reserves_of(shop_id, limit)
