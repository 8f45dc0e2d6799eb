"""The check's hours with banks: a part of the sale is disputed and lost, then the hub's books beside the provider's.

The shopper's bank is played on the stand-in's control desk, by its forms. Books are read inside the hub's database, as
its nightly job reads them.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from uuid import UUID

from federation.node import clock
from federation.vocabulary.money import Money, to_decimal
from marketplace.cli.errors import CommandError
from marketplace.composition import build_hub
from marketplace.demo.browser import Browser
from marketplace.demo.check.figures import Books, Movement
from marketplace.demo.check.stages import Sold
from marketplace.demo.check.verdict import DISPUTE_LOST
from marketplace.demo.running import Ready
from marketplace.orders import checkout
from marketplace.settings import HubSettings
from payouts import service as payouts
from payouts.adapters.choice import provider_for_now
from payouts.domain.dispute import DisputeStatus
from payouts.domain.dispute_records import DisputeRecord
from payouts.invariants import breaches, differences
from payouts.ports import BalanceState
from payouts.service.context import Payments
from payouts.service.reconciling import reconcile
from payouts.store import disputes, recon

DISPUTED_MINOR = 1_500
WAIT_SECONDS = 90.0

_LOOK_SECONDS = 0.5


async def lose_dispute(ready: Ready, sold: Sold) -> Movement:
    """The shopper's bank takes a part of the sale back, and the hub loses; the hub's word for how it ended."""
    async with ready.fleet.inside(ready.fleet.layout.hub):
        order_id = (await checkout.find(sold.token)).id
        payment = await payouts.payment_of_order(order_id)
        if payment is None:
            raise CommandError("the sale has no payment")
        part = Money(DISPUTED_MINOR, payment.amount.currency)
        address = f"/desk/payments/{payment.redirect_url.rpartition('/')[2]}"
        async with Browser(ready.fleet.layout.standin.url) as bank:
            page = await bank.open(address)
            told = {"what": "dispute", "reason": "product_not_received", "amount": to_decimal(part)}
            page = await bank.submit(page, page.form(address), **told)
            async for dispute in _seen(order_id):
                if dispute.status is DisputeStatus.OPEN and await disputes.moves_of(dispute.id):
                    break
            await bank.submit(page, page.form("/disputes/"), decision=DISPUTE_LOST)
        status = "unknown"
        async for dispute in _seen(order_id):
            status = dispute.status.value
            if status == DISPUTE_LOST:
                break
    return Movement("", part.amount_minor, part.currency, status)


async def compare_books(ready: Ready) -> Books:
    """Read what the provider lists of the hub's balance until every line has its posting and both sides agree."""
    deadline = monotonic() + WAIT_SECONDS
    async with _payments(ready) as pay:
        while True:
            await reconcile(pay, clock.now())
            unmatched = tuple(f"{move.type} of {move.amount_minor} {move.currency}" for move in await recon.unmatched())
            broken = [*await breaches(clock.now()), *await differences(pay)]
            if not (unmatched or broken) or monotonic() > deadline:
                return Books(
                    at_provider=_summed(await pay.provider.balance()),
                    unmatched=unmatched,
                    broken=tuple(f"{each.rule}: {each.message}" for each in broken),
                )
            await asyncio.sleep(_LOOK_SECONDS)


def _summed(balance: BalanceState) -> dict[str, int]:
    """All that is at the provider, by currency."""
    found: Counter[str] = Counter()
    for money in (*balance.available, *balance.pending):
        found[money.currency] += money.amount_minor
    return dict(found)


async def _seen(order_id: UUID) -> AsyncIterator[DisputeRecord]:
    """The order's dispute as the hub knows it, again and again until time is up."""
    deadline = monotonic() + WAIT_SECONDS
    while monotonic() < deadline:
        for dispute in await disputes.of_order(order_id):
            yield dispute
        await asyncio.sleep(_LOOK_SECONDS)


@asynccontextmanager
async def _payments(ready: Ready) -> AsyncIterator[Payments]:
    """The hub's money, inside its database."""
    hub = ready.fleet.layout.hub
    settings = ready.fleet.settings_of(hub, HubSettings)
    async with ready.fleet.inside(hub), provider_for_now(settings.provider) as provider:
        yield build_hub(settings, provider=provider).payments
