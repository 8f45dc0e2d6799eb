"""Finding again what was left half done: rows under way for too long are taken up with their old keys.

Each sweep is idempotent and safe to run beside the outbox's handlers and beside itself. One row's failure is logged
and does not stop the others.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from federation.vocabulary.errors import GalleriaError
from payouts.service.bank_payouts import send_payout
from payouts.service.capturing import capture_at_provider
from payouts.service.claiming import recover_claim
from payouts.service.context import Payments
from payouts.service.float_moves import send_move
from payouts.service.payments import announce_again, refresh_payment
from payouts.service.refund_payment import send_refund
from payouts.service.sending import send_settlement
from payouts.service.shop_accounts import open_account
from payouts.store import desk, payout_lists, rows

_log = structlog.get_logger(__name__)

IdT = TypeVar("IdT")

HELD_LOOK_SECONDS = 3_600
"""How often a held payment is read anew, beside the events that tell of it."""


async def sweep_submitting(pay: Payments, now: datetime) -> int:
    """Take up transfers, refunds, reversals and payouts that were begun and not finished; returns how many."""
    before = now - timedelta(seconds=pay.settings.stuck_after_seconds)
    stuck = await rows.take_waiting("pay_settlement", ["releasable", "submitting"], before, now)
    tried = await _each(stuck, lambda each: send_settlement(pay, each, now))
    stuck = await rows.take_waiting("pay_refund", ["requested", "submitting", "pending"], before, now)
    tried += await _each(stuck, lambda each: send_refund(pay, each, now))
    stuck = await rows.take_waiting("pay_payout", ["submitting", "in_transit"], before, now)
    tried += await _each(stuck, lambda each: send_payout(pay, each, now))
    tried += await _each(await payout_lists.take_awaited(before, now), lambda each: send_payout(pay, each, now))
    stuck = await rows.take_waiting("pay_float_move", ["submitting", "in_transit"], before, now)
    tried += await _each(stuck, lambda each: send_move(pay, each, now))
    stuck = await rows.take_waiting("pay_claim", ["open", "reversing"], before, now)
    return tried + await _each(stuck, lambda each: recover_claim(pay, each, now))


async def sweep_payments(pay: Payments, now: datetime) -> int:
    """Look after payments: what arrived is announced until divided, its funds awaited, what is open read anew."""
    before = now - timedelta(seconds=pay.settings.stuck_after_seconds)
    tried = await _each(await rows.take_payments_undivided(before, now), lambda each: announce_again(pay, each, now))
    waiting = await rows.take_payments_without_funds(before, now)
    tried += await _each(waiting, lambda each: refresh_payment(pay, each, now))
    stuck = await rows.take_waiting("pay_payment", ["capturing"], before, now)
    tried += await _each(stuck, lambda each: capture_at_provider(pay, each, now))
    held = await rows.take_waiting("pay_payment", ["authorised"], now - timedelta(seconds=HELD_LOOK_SECONDS), now)
    tried += await _each(held, lambda each: refresh_payment(pay, each, now))
    waiting = await rows.take_waiting("pay_payment", ["open", "processing"], before, now)
    return tried + await _each(waiting, lambda each: refresh_payment(pay, each, now))


async def sweep_blocked(pay: Payments, now: datetime) -> int:
    """Try blocked transfers again, each as a new attempt, and read anew the accounts that were not ready.

    A run takes up a bounded number of each, those that have waited longest, and none of them again for a while.
    """
    patience = timedelta(seconds=pay.settings.stuck_after_seconds)
    accounts = await rows.take_accounts_not_ready(now - patience, now)
    tried = await _each(accounts, lambda each: open_account(pay, each, now))
    blocked = await desk.take_blocked(now, now + patience, rows.SWEEP_BATCH)
    return tried + await _each(blocked, lambda each: send_settlement(pay, each, now))


async def _each(ids: Iterable[IdT], act: Callable[[IdT], Awaitable[None]]) -> int:
    tried = 0
    for each in ids:
        tried += 1
        try:
            await act(each)
        except GalleriaError as error:
            _log.warning("sweep_set_back", id=str(each), slug=error.slug, reason=error.detail)
    return tried
