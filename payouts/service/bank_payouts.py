"""Sending what lies in a shop's account at the provider on to its bank.

A payout claims movements (transfers in, reversals out) that no other payout has claimed, and is their sum. When one
fails its movements are free again, and none is tried until a person has looked: `paid` is not final.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from federation.vocabulary.wording import sentence
from payouts.domain import alert_words
from payouts.domain.payout import PAYOUT, PayoutStatus, PayoutStep, odd_minor
from payouts.domain.payout_list import within
from payouts.domain.records import MovementRecord, PayoutRecord
from payouts.domain.terms import Rail, Schedule, is_due
from payouts.errors import (
    AccountNotReadyError,
    InsufficientBalanceError,
    PaymentMissingError,
    ProviderConflictError,
    ProviderError,
    ProviderRefusedError,
)
from payouts.ports import PayoutState
from payouts.service.automatic_payouts import adopted
from payouts.service.context import Payments
from payouts.service.float_moves import observe_move
from payouts.service.payout_changes import change_of
from payouts.service.references import own_id
from payouts.store import desk, payout_lists, rows

_log = structlog.get_logger(__name__)


async def run_payouts(pay: Payments, now: datetime) -> int:
    """Begin a payout for every shop that has money at the provider and whose day it is; returns how many."""
    begun, after = 0, ("", "")
    while page := await rows.shops_to_pay(after):
        for shop_id, currency in page:
            schedule = await schedule_of(shop_id)
            last = await rows.last_payout_at(shop_id, currency)
            if is_due(schedule, last, now, pay.settings.payout_interval_seconds):
                begun += await _pay_shop(pay, (shop_id, currency), schedule.minimum_minor, now)
        after = page[-1]
    return begun


async def pay_out_now(pay: Payments, shop_id: str, now: datetime) -> None:
    """Begin a payout of all a shop has at the provider, on a person's word. Outside a transaction; repeatable."""
    await _pay_shop(pay, (shop_id, pay.settings.settlement_currency), 0, now)


async def schedule_of(shop_id: str) -> Schedule:
    """When a shop is paid out: as agreed with it, else daily."""
    terms = await desk.terms.get(shop_id)
    return Schedule() if terms is None else terms.schedule


async def send_payout(pay: Payments, payout_id: UUID, now: datetime) -> None:
    """Ask the provider for a payout that was begun, or read one anew. Outside a transaction; repeatable.

    Raises ProviderUnavailableError or ProviderBusyError when the outcome is not known yet.
    """
    payout = await _payout(payout_id)
    if payout.rail != Rail.PROVIDER.value:
        return
    if payout.provider_id is not None:
        await observe_payout(pay, await pay.provider.get_payout(payout.provider_id), now)
    if payout.status is not PayoutStatus.SUBMITTING:
        return
    try:
        seen = await _ask(pay, payout, now)
    except (InsufficientBalanceError, AccountNotReadyError, ProviderRefusedError) as error:
        await _record(pay, payout.id, PayoutStep.FAILED, now, failure=error.detail)
        return
    except ProviderConflictError as error:
        await rows.raise_alert("payout-conflict", str(payout.id), alert_words.conflict(error.detail), now)
        raise
    await observe_payout(pay, seen, now)


async def _ask(pay: Payments, payout: PayoutRecord, now: datetime) -> PayoutState:
    """Have the payout made, or find it made: an old key may have been forgotten by the provider."""
    if now - payout.created_at > timedelta(seconds=pay.settings.key_lifetime_seconds):
        for made in await pay.provider.payouts_of(str(payout.id), payout.account_id):
            return made
    return await pay.provider.payout(str(payout.id), payout.account_id, payout.amount, f"po:{payout.id}:1")


_STEPS = {"in_transit": PayoutStep.ACCEPTED, "paid": PayoutStep.PAID, "failed": PayoutStep.FAILED}


async def observe_payout(pay: Payments, seen: PayoutState, now: datetime) -> None:
    """Record a payout as just read at the provider: idempotent, and indifferent to order. Opens its transaction.

    One from a shop's account that we did not ask for is recorded as the provider's own.
    """
    if not seen.account_id:
        await observe_move(seen, now)
        return
    payout_id = own_id(seen.reference) if seen.reference else await adopted(pay, seen, now)
    await _record(
        pay,
        payout_id,
        _STEPS[seen.status],
        now,
        failure=seen.failure,
        provider_id=seen.id,
        arrival_at=seen.arrival_at,
    )


async def _pay_shop(pay: Payments, shop: tuple[str, str], minimum_minor: int, now: datetime) -> bool:
    """Begin and send one payout; an unknown outcome is left to a sweep: one shop does not hold up the others."""
    payout = None
    try:
        payout = await _begin(pay, shop, minimum_minor, now)
        if payout is not None:
            await send_payout(pay, payout.id, now)
    except ProviderError as error:
        _log.warning("payout_set_back", shop=shop[0], slug=error.slug, reason=error.detail)
    return payout is not None


async def _begin(pay: Payments, shop: tuple[str, str], minimum_minor: int, now: datetime) -> PayoutRecord | None:
    shop_id, currency = shop
    account = await rows.shop_accounts.get(shop_id)
    if account is None or account.provider_id is None:
        return None
    at_provider = await pay.provider.get_account(account.provider_id)
    async with atomic():
        await rows.shop_accounts.get(shop_id, lock=True)
        if await rows.payout_submitting(shop_id, currency) or await payout_lists.is_awaited(account.provider_id):
            return None
        free = await rows.movements_free(account.provider_id, currency)
        chosen = await _whole_units(within(free, at_provider.available_in(currency).amount_minor), currency)
        amount_minor = sum(movement.amount_minor for movement in chosen)
        if amount_minor < max(1, minimum_minor):
            return None
        payout = PayoutRecord(
            id=new_id(),
            shop_id=shop_id,
            account_id=account.provider_id,
            amount_minor=amount_minor,
            currency=currency,
            created_at=now,
            updated_at=now,
        )
        await rows.payouts.add(payout)
        await rows.claim_movements(payout.id, chosen)
        return payout


async def _whole_units(chosen: list[MovementRecord], currency: str) -> list[MovementRecord]:
    """What is paid out of these, in whole units where only those leave; the rest waits as a movement of its own."""
    odd = odd_minor(sum(movement.amount_minor for movement in chosen), currency)
    last = next((movement for movement in reversed(chosen) if movement.amount_minor > odd), None)
    if not odd or last is None:
        return chosen if not odd else []
    kept = msgspec.structs.replace(last, amount_minor=last.amount_minor - odd)
    rest = msgspec.structs.replace(last, amount_minor=odd, reference=f"{last.reference}+")
    await rows.movements.save(kept)
    await rows.movements.add(rest)
    return [kept if movement is last else movement for movement in chosen]


async def _record(
    pay: Payments,
    payout_id: UUID | None,
    step: PayoutStep,
    now: datetime,
    *,
    failure: str,
    provider_id: str | None = None,
    arrival_at: datetime | None = None,
) -> None:
    async with atomic():
        if step is PayoutStep.FAILED:
            await _lock_account(payout_id)
        payout = await rows.payouts.get(payout_id, lock=True)
        if payout is None or not PAYOUT.allows(payout.status, step):
            return
        changed = msgspec.structs.replace(
            payout,
            status=PAYOUT.after(payout.status, step),
            provider_id=provider_id or payout.provider_id,
            arrival_at=arrival_at or payout.arrival_at,
            failure=failure,
            list_due=payout.list_due and step is not PayoutStep.FAILED,
            updated_at=now,
        )
        await rows.payouts.save(changed)
        if changed.status is PayoutStatus.FAILED:
            await _set_free(changed, now)
        was_paid = payout.status is PayoutStatus.PAID
        await pay.listener.payout_changed(await change_of(changed, was_paid=was_paid), now)


async def _lock_account(payout_id: UUID | None) -> None:
    """Lock the account that a payout is of: always before the payout and its movements."""
    payout = await rows.payouts.get(payout_id)
    if payout is not None:
        await rows.shop_accounts.get(payout.shop_id, lock=True)


async def _set_free(payout: PayoutRecord, now: datetime) -> None:
    await rows.free_movements(payout.id)
    account = await rows.shop_accounts.get(payout.shop_id, lock=True)
    if account is not None:
        paused = payout.failure or "the last payout failed"
        await rows.shop_accounts.save(msgspec.structs.replace(account, payouts_paused=paused, updated_at=now))
    words = sentence(
        "the payout of %(amount)s to %(shop)s failed: %(why)s",
        amount=payout.amount,
        shop=payout.shop_id,
        why=alert_words.quoted(payout.failure),
    )
    await rows.raise_alert("payout-failed", str(payout.id), words, now)


async def _payout(payout_id: UUID) -> PayoutRecord:
    payout = await rows.payouts.get(payout_id)
    if payout is None:
        raise PaymentMissingError(sentence("there is no payout %(id)s", id=payout_id))
    return payout
