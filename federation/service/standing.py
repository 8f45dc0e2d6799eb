"""What follows from a peer's changed operations: links that end with it, an address to look at, marks on its row.

A message of the outbox, written with the operations themselves, brings us here; done twice it does no harm.
"""

from datetime import datetime

import msgspec
import structlog

from federation.documents.profile import OUTBOX_ADDRESS, endpoint_of
from federation.node.database import atomic
from federation.records import Peer
from federation.service import disowning, links, peers
from federation.service.context import Federation
from federation.service.peers import PeerChanged
from federation.store import parties as store

_log = structlog.get_logger(__name__)


async def follow_up(fed: Federation, due: PeerChanged, now: datetime) -> None:
    """Act on what a peer's operations say now. Raises PeerError when its new address cannot be asked yet."""
    found, peer = await peers.resolution(due.peer_id, now), await store.peer(due.peer_id)
    if found is None or peer is None:
        return
    state = found.state
    if state.retired != (peer.retired_at is not None):
        await _retire(fed, peer, now if state.retired else None, now)
    await _disown(fed, peer, now)
    if not state.retired and state.address not in {peer.base_url, OUTBOX_ADDRESS}:
        await peers.fetch_peer(fed, f"{endpoint_of(state.address, peer.id)}/profile", now)


async def _disown(fed: Federation, peer: Peer, now: datetime) -> None:
    """Set aside, at every hub here that follows a shop, what its keys signed after their ends."""
    if fed.hub_desk is None or peer.kind != "shop":
        return
    for local_id in await store.parties_linked_with(peer.id):
        if count := await disowning.disown(fed.hub_desk, local_id, peer.id, now):
            _log.warning("leaves_disowned", hub=local_id, shop=peer.id, leaves=count)


async def _retire(fed: Federation, peer: Peer, retired_at: datetime | None, now: datetime) -> None:
    """Note that a peer has retired, or has not after all; its links end and stay ended."""
    async with atomic():
        await store.save_peer(msgspec.structs.replace(peer, retired_at=retired_at), ())
        if retired_at is not None:
            for local_id in await store.parties_linked_with(peer.id):
                await links.peer_retired(fed, local_id, peer.id, now)
