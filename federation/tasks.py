"""What a worker does for the federation: the outbox topics it handles, and what it looks for by and by.

Every failure of a delivery is written where the portal shows it, then left to the outbox, which tries again or
keeps the message as a dead letter. Sweeps find what was lost: a lagging hub, a shop's missed push, a silent stock.
"""

from datetime import datetime, timedelta

import structlog

from federation import limits
from federation.conversations.stock import beat_due
from federation.node import clock
from federation.node.claims import RETRY_AFTER_SECONDS_MAX, NotYetError
from federation.node.database import atomic
from federation.node.outbox import Handler, Message
from federation.node.work import Sweep
from federation.service import (
    announcing,
    catalogue,
    comparing,
    forking,
    link_changes,
    link_words,
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
from federation.service.bulk_work import bulk_handlers
from federation.service.catalogue import PushDue
from federation.service.context import Federation
from federation.service.forking import ForkDue
from federation.service.link_changes import LinkDue
from federation.service.order_events import MissingDue
from federation.service.orders import EventDue
from federation.service.peers import PeerChanged
from federation.service.pull import PullDue
from federation.service.repair_work import repair_handlers, repair_sweeps
from federation.service.stock import StockDue
from federation.service.stock_delivery import deliver_due
from federation.store import links as link_store
from federation.store import mailbox, parties
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import any_between

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
        except NotYetError:
            raise
        except GalleriaError as error:
            await link_store.record_error(due.shop_id, due.hub_id, error.detail, clock.now())
            raise

    async def send_events(message: Message) -> None:
        await orders.deliver_events(fed, message.read(EventDue), clock.now())

    async def fetch_events(message: Message) -> None:
        await order_record.fetch_missing(fed, message.read(MissingDue), clock.now())

    async def send_link(message: Message) -> None:
        await link_words.deliver_link(fed, message.read(LinkDue), clock.now())

    async def tell_fork(message: Message) -> None:
        await forking.deliver(fed, message.read(ForkDue), clock.now())

    async def fetch_log(message: Message) -> None:
        await pull.pull_announced(fed, message.read(PullDue), clock.now())

    return {
        pull.TOPIC: fetch_log,
        catalogue.TOPIC: push_log,
        orders.TOPIC: send_events,
        order_events.MISSING_TOPIC: fetch_events,
        link_changes.TOPIC: send_link,
        forking.TOPIC: tell_fork,
        **stock_handlers(fed),
        **_identity_handlers(fed),
        **bulk_handlers(fed),
        **repair_handlers(),
    }


def stock_handlers(fed: Federation) -> dict[str, Handler]:
    """Stock told to hubs: what the lane `stock.QUEUE` carries."""

    async def push_stock(message: Message) -> None:
        due, desk = message.read(StockDue), fed.shop_desk
        if desk is None:
            return
        try:
            await deliver_due(fed, desk, due, clock.now())
        except NotYetError:
            raise
        except GalleriaError as error:
            _log.info("stock_waits", shop=due.shop_id, hub=due.hub_id, slug=error.slug, detail=error.detail)
            await link_store.record_stock_error(due.shop_id, due.hub_id, error.detail, clock.now())
            if await link_store.state(due.shop_id, due.hub_id) != "accepted":
                raise
            raise NotYetError(error.detail, _rest_seconds(error)) from error

    return {stock.TOPIC: push_stock}


def _rest_seconds(error: GalleriaError) -> float:
    """How long stock rests after a failure: never longer than until the next heartbeat, unless the hub asks for it.

    It is no letter that could get lost: what is told is always the newest, and told until the link has ended.
    """
    drawn = any_between(1.0, float(limits.HEARTBEAT_INTERVAL_SECONDS))
    return max(drawn, min(error.retry_after_seconds or 0, RETRY_AFTER_SECONDS_MAX))


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

    sweeps = [Sweep("fed.nonces", NONCE_SECONDS, QUEUE, forget_nonces)]
    if fed.hub_desk is not None:
        sweeps.append(Sweep("fed.pull", PULL_SECONDS, QUEUE, pull_shops))
        sweeps.append(Sweep("fed.mailbox", MAILBOX_SECONDS, QUEUE, forget_mail))
    if fed.shop_desk is not None:
        sweeps.append(Sweep("fed.heartbeat", BEAT_LOOK_SECONDS, QUEUE, heartbeats))
        sweeps.append(Sweep("fed.lagging", LAGGING_SECONDS, QUEUE, push_lagging))
    sweeps += _history_sweeps(fed)
    sweeps += repair_sweeps(fed)
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


async def heartbeats(now: datetime) -> None:
    """Have every linked hub told of each shop that has been silent for a while that its stock is as told."""
    silent_since = now - timedelta(seconds=HEARTBEAT_SECONDS - limits.HEARTBEAT_JITTER_SECONDS)
    silent = await link_store.silent_pairs(silent_since)
    due = [(shop_id, hub_id) for shop_id, hub_id, at in silent if beat_due((shop_id, hub_id), at, now)]
    if due:
        async with atomic():
            for pair in due:
                await stock.announce_whole(*pair, clock.now())


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
