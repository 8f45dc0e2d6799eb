"""A shop restored from an old copy fetching the end of its own log back from a hub that countersigned it.

Invariants: only lines come back that a key of the shop has signed and the hub countersigned before that key's end,
signed anew with the key of today, and only as the continuation of what the shop still holds; then nothing published
is lost and no second history is begun. When the shop has already signed other lines in their place, that is a fork:
nothing is changed, and a root key must speak.
"""

from datetime import datetime

from federation import batches
from federation.batches import Batch
from federation.documents.keys import PublicKey, SigningKey
from federation.log import checkpoint, intake
from federation.log.checkpoint import SignedCheckpoint
from federation.log.errors import ForkDetectedError, RootMismatchError
from federation.log.tree import Range
from federation.node.database import atomic
from federation.records import LogHead
from federation.service import growth, parties, peers
from federation.service.calls import PeerCall, call
from federation.service.context import Federation
from federation.store import logs
from federation.vocabulary.errors import NotFoundError
from federation.vocabulary.ids import PartyId

BATCHES_MAX = 500


async def recover_end(fed: Federation, ends: tuple[PartyId, PartyId], now: datetime) -> LogHead:
    """Fetch what a hub holds of a shop's log beyond the shop's own copy; `ends` are (shop, hub).

    Returns the end of the own log after it. Raises ForkDetectedError when the two do not fit together,
    KeyNotChainedError when the hub cannot show our signature, PeerError when it cannot be asked.
    """
    shop_id, hub_id = ends
    head = await _head(shop_id)
    for _ in range(BATCHES_MAX):
        exchange = PeerCall(
            local_id=shop_id,
            remote_id=hub_id,
            method="GET",
            path=f"/replicas/{shop_id}/log/{head.epoch}",
            query=f"from={head.size}",
        )
        batch = batches.decode((await call(fed, exchange, now)).body)
        if not batch.lines:
            break
        async with atomic():
            head = await _take_back(ends, batch, now)
    return head


async def _head(shop_id: PartyId, *, lock: bool = False) -> LogHead:
    head = await logs.head(shop_id, shop_id, lock=lock)
    if head is None:
        raise NotFoundError(f"no shop {shop_id} is hosted here")
    return head


async def _take_back(ends: tuple[PartyId, PartyId], batch: Batch, now: datetime) -> LogHead:
    shop_id, _ = ends
    head = await _head(shop_id, lock=True)
    origin = checkpoint.origin_of(shop_id, head.epoch)
    state = intake.LogState(origin, Range.decode(head.size, head.peaks))
    signed = checkpoint.parse(batch.note)
    keys = await _keys_of_then(ends, signed, now)
    try:
        accepted = intake.check_batch(state, head.size, batch.lines, signed, keys)
    except RootMismatchError as error:
        raise ForkDetectedError(
            "what hubs hold of this shop does not continue what it holds itself: two histories were signed; "
            "resolve that with the root key before anything new is published"
        ) from error
    own = SigningKey.from_seed((await parties.party(shop_id)).sign_seed)
    note = checkpoint.sign(signed.checkpoint, own)
    grown = LogHead(shop_id, shop_id, head.epoch, accepted.tree.size, accepted.tree.encode(), note, now)
    await growth.keep(grown, accepted.leaves, accepted.nodes)
    return grown


async def _keys_of_then(ends: tuple[PartyId, PartyId], signed: SignedCheckpoint, now: datetime) -> list[PublicKey]:
    """Our keys, also those that have ended since: what the hub countersigned before a key's end is our own word."""
    shop_id, hub_id = ends
    times = [
        found.timestamp
        for life in await peers.key_lives(hub_id)
        if (found := checkpoint.cosignature(signed, hub_id, life.key)) is not None and life.covers(found.timestamp)
    ]
    seconds = min(times, default=int(now.timestamp()))
    return [life.key for life in (await parties.resolution_of(shop_id, seconds)).keys if life.covers(seconds)]
