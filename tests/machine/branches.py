"""Every order in which events can reach a hub, from one moment: savepoints set the hub back, copies the provider.

Two orders that lead to the same state with the same events still to come have the same future, so it is lived once.
That is how all 720 orders of six events, each with some of them lost and each of them doubled, are tried in seconds.
"""

import asyncio
import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from federation.node import claims, clock, database
from federation.node.database import atomic
from federation.node.outbox import Outbox
from payouts.service.context import Payments
from payouts.service.events import receive_event
from payouts.settings import PayoutSettings
from payouts.tasks import payments_handlers
from tests.machine.hub import HANDLER_SECONDS, LEASE, QUEUE, SWEEPS, Till, stripe_provider
from tests.machine.outside import Outside

Act = Callable[["Branch"], Awaitable[None]]
"""Something that reaches the hub: an event, or a worker that goes on with what it read long ago."""

_ROWS = {
    "payments": "SELECT status, captured_at IS NULL, settled_minor, fee_minor, funds_at IS NULL FROM pay_payment",
    "lines": "SELECT shop_order_id, line_id, refunded_minor, disputed_minor, settled FROM pay_line",
    "shares": """SELECT shop_order_id, shop_id, kind, status, block_reason, amount_minor, refunded_minor,
        disputed_minor, claimed_minor, netted_minor, sent_minor, reversed_minor, fee_minor FROM pay_settlement""",
    "refunds": "SELECT amount_minor, status, attempt, error, taken_minor FROM pay_refund",
    "claims": """SELECT shop_id, amount_minor, reversed_minor, netted_minor, status, waits, for_fee FROM pay_claim""",
    "disputes": "SELECT provider_id, status, funds, round, taken_minor, excess_minor, fee_minor FROM pay_dispute",
    "payouts": "SELECT shop_id, amount_minor, status, failure FROM pay_payout",
    "accounts": "SELECT shop_id, standing, ready, payouts_paused FROM pay_shop_account",
    "holds": "SELECT shop_order_id, reason FROM pay_hold WHERE lifted_at IS NULL",
    "moves": "SELECT id, state FROM pay_balance_move",
    "balances": """SELECT account.code, account.currency, sum(entry.amount) FROM pay_entry AS entry
        JOIN pay_account AS account ON account.id = entry.account_id GROUP BY 1, 2 HAVING sum(entry.amount) <> 0""",
}
_UNDER_WAY = {
    "transfers": "SELECT amount_minor, status FROM pay_transfer",
    "messages": "SELECT topic, state FROM node_outbox WHERE state <> 'done'",
}


class Branch:
    """A hub at one moment of one order of events, with the world as it is there."""

    def __init__(self, outside: Outside, till: Till) -> None:
        self.outside = outside
        self.till = till
        self.pay = Payments(stripe_provider(outside), till, till.settings)
        self.outbox = Outbox(payments_handlers(self.pay))

    def other(self) -> "Branch":
        """The same moment once more."""
        return Branch(copy.deepcopy(self.outside), self.till)

    async def event(self, event: dict[str, Any]) -> None:
        """The provider brings an event, and the hub acts on it."""
        endpoint = self._endpoint(event)
        headers, body = self.outside.postman.signed(event, endpoint)
        async with atomic():
            await receive_event(self.pay, headers, body, clock.now())
        await self.work()

    async def work(self) -> None:
        """Deliver what the outbox holds."""
        until = asyncio.get_running_loop().time() + HANDLER_SECONDS
        while found := await claims.claim(QUEUE, clock.now(), LEASE, after="", most=1):
            await self.outbox.deliver(found[0], until, clock.now)

    async def sweep(self, times: int) -> None:
        """All regular jobs, some days apart."""
        for _ in range(times):
            self.outside.pass_time(2 * 86_400)
            for job in SWEEPS.values():
                await job(self.pay, clock.now())
            await self.work()

    def _endpoint(self, event: dict[str, Any]) -> str:
        own, connected, thin = self.outside.things("webhook_endpoint")
        if event["object"] == "v2.core.event":
            return thin
        return connected if event.get("account") else own


async def state_of(*, under_way: bool = False) -> bytes:
    """Ledger and rows, without the numbers and times that differ from one order to the next."""
    asked = {**_ROWS, **_UNDER_WAY} if under_way else _ROWS
    found = {
        name: sorted(repr(tuple(row.values())) for row in await database.fetch(sql)) for name, sql in asked.items()
    }
    return msgspec.json.encode(found, order="sorted")


@asynccontextmanager
async def set_back() -> AsyncIterator[None]:
    """Whatever the hub writes inside has not been."""
    savepoint = database.connection().transaction()
    await savepoint.start()
    try:
        yield
        await database.execute("SET CONSTRAINTS ALL IMMEDIATE")
        await database.execute("SET CONSTRAINTS ALL DEFERRED")
    finally:
        await savepoint.rollback()


class Tree:
    """All orders of some acts from one moment, and the states they end in."""

    def __init__(self, acts: Sequence[tuple[str, Act]], *, loses: bool = True) -> None:
        self.acts = dict(acts)
        self.loses = loses
        self.ends: dict[bytes, str] = {}
        self.orders = 0
        self._futures: dict[tuple[frozenset[str], bytes], int] = {}

    async def grow(self, branch: Branch) -> None:
        """Try them all; `ends` has one state when their order does not matter."""
        self.orders = await self._grow(branch, ())

    async def _grow(self, branch: Branch, done: tuple[str, ...]) -> int:
        """The orders from here on; what was lived already is not lived again."""
        here = await state_of(under_way=True)
        left = [name for name in self.acts if name not in done]
        known = self._futures.get((frozenset(left), here))
        if known is not None:
            return known
        await self._doubled(branch, done, here)
        if self.loses or not left:
            await self._end(branch, done)
        count = 0 if left else 1
        for name in left:
            async with set_back():
                other = branch.other()
                with other.outside.present():
                    await self.acts[name](other)
                    count += await self._grow(other, (*done, name))
        self._futures[frozenset(left), here] = count
        return count

    async def _doubled(self, branch: Branch, done: tuple[str, ...], here: bytes) -> None:
        """What came already comes again and changes nothing."""
        async with set_back():
            other = branch.other()
            with other.outside.present():
                for name in done:
                    await self.acts[name](other)
                    assert await state_of(under_way=True) == here, f"{name} came twice after {done}"

    async def _end(self, branch: Branch, done: tuple[str, ...]) -> None:
        """Nothing comes any more: the regular jobs find the rest."""
        async with set_back():
            other = branch.other()
            with other.outside.present():
                await other.sweep(3)
                self.ends.setdefault(await state_of(), " ".join(done) or "nothing came")


def differing(ends: dict[bytes, str]) -> list[str]:
    """What of several end states differs, with the orders that led there."""
    states = [(order, msgspec.json.decode(state)) for state, order in ends.items()]
    return [
        f"{name} after {order}: {state[name]}"
        for name in (*_ROWS, *_UNDER_WAY)
        if len({repr(state.get(name)) for _, state in states}) > 1
        for order, state in states
    ]


def settings_of(**changes: Any) -> PayoutSettings:
    """Shares go as soon as they are shipped."""
    usual = {"release_after": "shipped", "release_window_days": 0, "payout_interval_seconds": 0}
    return PayoutSettings(**{**usual, **changes})
