"""What a worker does for the federation: the outbox topics it handles, and what it looks for by and by.

Every failure of a delivery is written where the portal shows it, then left to the outbox, which tries again or
keeps the message as a dead letter. Sweeps find what was lost: a lagging hub, a shop's missed push, a silent stock.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from federation import limits
from federation.conversations.stock import beat_due
from federation.node import clock
from federation.node.database import atomic
from federation.node.outbox import Handler, Message
from federation.node.work import Sweep
from federation.service import (
    announcing,
    catalogue,
    comparing,
    forking,
    links,
    order_events,
    order_record,
    orders,
    own_history,
    peers,
    pull,
    push,
    standing,
    stock,
)
from federation.service.announcing import OperationsDue
from federation.service.catalogue import PushDue
from federation.service.context import Federation
from federation.service.forking import ForkDue
from federation.service.links import LinkDue
from federation.service.order_events import MissingDue
from federation.service.orders import EventDue
from federation.service.peers import PeerChanged
from federation.service.pull import PullDue
from federation.service.repair_work import repair_handlers, repair_sweeps
from federation.service.stock import StockDue
from federation.service.stock_delivery import deliver_due, deliver_stock
from federation.store import links as link_store
from federation.store import mailbox, parties
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import PartyId

_log = structlog.get_logger(__name__)

QUEUE = "sync"
HEARTBEAT_SECONDS = limits.HEARTBEAT_INTERVAL_SECONDS
BEAT_LOOK_SECONDS = 2
"""How often it is looked whose heartbeat is due: each pair has a moment of its own."""
PULL_SECONDS = 10
LAGGING_SECONDS = 30
FAILED_REST = timedelta(hours=1)
NONCE_SECONDS = 120
MAILBOX_SECONDS = 60
COMPARE_SECONDS = 30
"""How often it is looked which hubs are due to be compared with: each has a moment of its own."""


def fed_handlers(fed: Federation) -> dict[str, Handler]:
    """The handler of each of the federation's topics."""

    async def push_log(message: Message) -> None:
        due = message.read(PushDue)
        try:
            await push.deliver_log(fed, due, clock.now())
        except GalleriaError as error:
            await link_store.record_error(due.shop_id, due.hub_id, error.detail, clock.now())
            raise

    async def push_stock(message: Message) -> None:
        due, desk = message.read(StockDue), fed.shop_desk
        if desk is not None:
            await _stock_recorded(due.shop_id, due.hub_id, lambda: deliver_due(fed, desk, due, clock.now()))

    async def send_events(message: Message) -> None:
        await orders.deliver_events(fed, message.read(EventDue), clock.now())

    async def fetch_events(message: Message) -> None:
        await order_record.fetch_missing(fed, message.read(MissingDue), clock.now())

    async def send_link(message: Message) -> None:
        await links.deliver_link(fed, message.read(LinkDue), clock.now())

    async def tell_fork(message: Message) -> None:
        await forking.deliver(fed, message.read(ForkDue), clock.now())

    async def fetch_log(message: Message) -> None:
        await pull.pull_announced(fed, message.read(PullDue), clock.now())

    return {
        pull.TOPIC: fetch_log,
        catalogue.TOPIC: push_log,
        stock.TOPIC: push_stock,
        orders.TOPIC: send_events,
        order_events.MISSING_TOPIC: fetch_events,
        links.TOPIC: send_link,
        forking.TOPIC: tell_fork,
        **_identity_handlers(fed),
        **repair_handlers(fed),
    }


def _identity_handlers(fed: Federation) -> dict[str, Handler]:
    """Who we are, told to peers; who they have become, acted on."""

    async def tell_operations(message: Message) -> None:
        await announcing.deliver_operations(fed, message.read(OperationsDue), clock.now())

    async def follow_peer(message: Message) -> None:
        await standing.follow_up(fed, message.read(PeerChanged), clock.now())

    return {announcing.TOPIC: tell_operations, peers.TOPIC: follow_peer}


def fed_sweeps(fed: Federation) -> tuple[Sweep, ...]:
    """What must be looked at by and by, whatever messages were lost; those of a desk that is not here are left out."""

    async def pull_shops(now: datetime) -> None:
        await pull.pull_due(fed, now)

    async def beat(now: datetime) -> None:
        await heartbeats(fed, now)

    sweeps = [Sweep("fed.nonces", NONCE_SECONDS, QUEUE, forget_nonces)]
    if fed.hub_desk is not None:
        sweeps.append(Sweep("fed.pull", PULL_SECONDS, QUEUE, pull_shops))
        sweeps.append(Sweep("fed.mailbox", MAILBOX_SECONDS, QUEUE, forget_mail))
    if fed.shop_desk is not None:
        sweeps.append(Sweep("fed.heartbeat", BEAT_LOOK_SECONDS, QUEUE, beat))
        sweeps.append(Sweep("fed.lagging", LAGGING_SECONDS, QUEUE, push_lagging))
    sweeps += repair_sweeps(fed)
    sweeps += _history_sweeps(fed)
    return tuple(sweeps)


def _history_sweeps(fed: Federation) -> list[Sweep]:
    """Looking whether what shops tell here is what they tell elsewhere."""

    async def compare(now: datetime) -> None:
        await comparing.compare_hosted(fed, now)

    async def learn(now: datetime) -> None:
        await comparing.learn_hosted(fed, now)

    async def own(now: datetime) -> None:
        await own_history.compare_with_hubs(fed, now)

    sweeps = []
    if fed.hub_desk is not None:
        sweeps.append(Sweep("fed.compare", COMPARE_SECONDS, QUEUE, compare))
        sweeps.append(Sweep("fed.hubs", limits.GOSSIP_INTERVAL_SECONDS, QUEUE, learn))
    if fed.shop_desk is not None:
        sweeps.append(Sweep("fed.own-logs", limits.GOSSIP_INTERVAL_SECONDS, QUEUE, own))
    return sweeps


async def heartbeats(fed: Federation, now: datetime) -> None:
    """Tell every linked hub of each shop that has been silent for a while that its stock is as told."""
    desk = fed.shop_desk
    if desk is None:
        return

    async def beat(pair: tuple[PartyId, PartyId]) -> None:
        try:
            await _stock_recorded(*pair, lambda: deliver_stock(fed, desk, pair, now))
        except GalleriaError as error:
            _log.info("heartbeat_failed", shop=pair[0], hub=pair[1], slug=error.slug, detail=error.detail)

    silent_since = now - timedelta(seconds=HEARTBEAT_SECONDS - limits.HEARTBEAT_JITTER_SECONDS)
    silent = await link_store.silent_pairs(silent_since)
    due = [(shop_id, hub_id) for shop_id, hub_id, at in silent if beat_due((shop_id, hub_id), at, now)]
    await pull.for_each_peer(due, beat)


async def push_lagging(now: datetime) -> None:
    """Announce anew what a hub still lacks although nothing is on its way there; after a failure, once an hour."""
    before, failed_before = now - timedelta(seconds=LAGGING_SECONDS), now - FAILED_REST
    async with atomic():
        for shop_id, hub_id in await link_store.lagging_pairs(before, failed_before):
            key = f"{shop_id}:{hub_id}:lagging:{int(now.timestamp()) // LAGGING_SECONDS}"
            await catalogue.announce(shop_id, hub_id, now, key=key)


async def forget_nonces(now: datetime) -> None:
    """Drop nonces too old for any request that would still be taken."""
    await parties.forget_nonces(now - timedelta(seconds=limits.NONCE_KEPT_SECONDS))


async def forget_mail(now: datetime) -> None:
    """Drop requests that nobody came for and nobody waits for any more: whoever asked has died."""
    await mailbox.forget_expired(now)


async def _stock_recorded(shop_id: PartyId, hub_id: PartyId, deliver: Callable[[], Awaitable[int]]) -> None:
    """Deliver stock; a failure is written down for the portal and raised on."""
    try:
        await deliver()
    except GalleriaError as error:
        await link_store.record_stock_error(shop_id, hub_id, error.detail, clock.now())
        raise
