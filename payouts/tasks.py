"""What the hub's workers do for money: the outbox's handlers by topic, and the sweeps that find lost work."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from federation.node import clock, mail
from federation.node.outbox import Handler, Message
from federation.node.work import Sweep
from payouts.invariants import check_books
from payouts.service.bank_payouts import pay_out_now, run_payouts
from payouts.service.bank_silence import check_bank
from payouts.service.capturing import capture_at_provider
from payouts.service.claiming import recover_claim
from payouts.service.context import Payments
from payouts.service.dispute_sweeps import sweep_disputes
from payouts.service.events import act_on_event, list_missed
from payouts.service.evidence import send_answer
from payouts.service.exposure import check_limits
from payouts.service.float_moves import send_move
from payouts.service.jobs import know, run_watched, watch
from payouts.service.messages import QUEUE, About
from payouts.service.papers import close_periods
from payouts.service.payments import cancel_at_provider, refresh_payment
from payouts.service.reconciling import reconcile
from payouts.service.refund_payment import send_refund
from payouts.service.releasing import release_order, sweep_releases
from payouts.service.sending import send_settlement
from payouts.service.shop_accounts import open_account
from payouts.service.sweeps import sweep_blocked, sweep_payments, sweep_submitting

PLAN: tuple[tuple[str, int, Callable[[Payments, datetime], Awaitable[object]]], ...] = (
    ("pay.submitting", 15, sweep_submitting),
    ("pay.payments", 5, sweep_payments),
    ("pay.releases", 10, sweep_releases),
    ("pay.blocked", 10, sweep_blocked),
    ("pay.payouts", 5, run_payouts),
    ("pay.events", 30, list_missed),
    ("pay.disputes", 60, sweep_disputes),
    ("pay.balance", 300, reconcile),
    ("pay.limits", 600, check_limits),
    ("pay.bank", 600, check_bank),
    ("pay.books", 3600, check_books),
    ("pay.papers", 900, close_periods),
)
"""The regular jobs of money: name, how often in seconds, what is done."""

WATCH = "pay.watch"
WATCH_SECONDS = 60
"""The job that looks after the others runs in another queue than theirs: whatever stops them does not stop it."""


def payments_handlers(pay: Payments) -> dict[str, Handler]:
    """The handlers of the `pay.` topics."""
    by_row: dict[str, Callable[[Payments, UUID, datetime], Awaitable[None]]] = {
        "pay.cancel": cancel_at_provider,
        "pay.capture": capture_at_provider,
        "pay.refresh": refresh_payment,
        "pay.release": release_order,
        "pay.transfer": send_settlement,
        "pay.refund": send_refund,
        "pay.claim": recover_claim,
        "pay.answer": send_answer,
        "pay.float": send_move,
    }
    by_name: dict[str, Callable[[Payments, str, datetime], Awaitable[None]]] = {
        "pay.account": open_account,
        "pay.event": act_on_event,
        "pay.payout": pay_out_now,
    }

    def about_row(act: Callable[[Payments, UUID, datetime], Awaitable[None]]) -> Handler:
        async def handle(message: Message) -> None:
            await act(pay, UUID(message.read(About).id), clock.now())

        return handle

    def about_name(act: Callable[[Payments, str, datetime], Awaitable[None]]) -> Handler:
        async def handle(message: Message) -> None:
            await act(pay, message.read(About).id, clock.now())

        return handle

    return {topic: about_row(act) for topic, act in by_row.items()} | {
        topic: about_name(act) for topic, act in by_name.items()
    }


def payments_sweeps(pay: Payments) -> tuple[Sweep, ...]:
    """The sweeps of money, each of whose runs is written down, and the watch over them."""

    def bound(
        name: str, interval: int, act: Callable[[Payments, datetime], Awaitable[object]]
    ) -> Callable[[datetime], Awaitable[object]]:
        async def run(now: datetime) -> object:
            return await run_watched(name, interval, partial(act, pay), now)

        return run

    jobs = tuple(
        Sweep(name=name, interval_seconds=interval, queue=QUEUE, run=bound(name, interval, act))
        for name, interval, act in PLAN
    )
    return (*jobs, Sweep(name=WATCH, interval_seconds=WATCH_SECONDS, queue=mail.QUEUE, run=watch_jobs))


async def watch_jobs(now: datetime) -> object:
    """Look whether every job of money runs as often as it should."""
    await know({**{name: interval for name, interval, _ in PLAN}, WATCH: WATCH_SECONDS}, now)
    return await run_watched(WATCH, WATCH_SECONDS, partial(watch, WATCH), now)
