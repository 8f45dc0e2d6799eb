"""A shop asking its hubs how far they have its own log, and what they do not show of it: at start, then by and by.

A backup may have been restored: then the hubs have lines that this node has lost, and they are fetched back before
anything new is signed in their place (`recovery`). What shows two histories is kept as a proof, for the owner to see.
"""

from datetime import datetime

import structlog

from federation.documents import identity, json
from federation.log import checkpoint
from federation.log.answers import GrowthAnswer
from federation.log.errors import ForkDetectedError
from federation.log.signers import keys_in_epoch
from federation.service import forking, reading, refusals
from federation.service.calls import PeerAnswer, PeerCall, call
from federation.service.context import Federation
from federation.service.pull import for_each_peer
from federation.service.recovery import recover_end
from federation.store import links
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import PartyId

_log = structlog.get_logger(__name__)


async def compare_with_hubs(fed: Federation, now: datetime) -> None:
    """Ask every linked hub how far it has each hosted shop's log: at start, for a backup may have been restored.

    What only a hub has is fetched back before anything new is signed in its place. Two histories are kept as a proof,
    for the owner to see. Call outside a transaction.
    """

    async def ask(pair: tuple[PartyId, PartyId]) -> None:
        try:
            await _compare_with(fed, pair, now)
            await refusals.ask(fed, pair, now)
        except GalleriaError as error:
            _log.info("own_log_not_compared", shop=pair[0], hub=pair[1], slug=error.slug, detail=error.detail)

    await for_each_peer(await links.accepted_pairs("shop"), ask)


async def _compare_with(fed: Federation, ends: tuple[PartyId, PartyId], now: datetime) -> None:
    shop_id = ends[0]
    head = await reading.head_of(shop_id, shop_id)
    note = (await _ask(fed, ends, "checkpoint", f"epoch={head.epoch}", now)).body
    keys = keys_in_epoch(identity.states(await forking.operations_of(shop_id, shop_id, now)), head.epoch)
    theirs = checkpoint.verify(checkpoint.parse(note), checkpoint.origin_of(shop_id, head.epoch), keys)
    if theirs.size <= head.size:
        await forking.keep_apart(shop_id, await forking.prove(head, note, now), now)
        return
    try:
        await recover_end(fed, ends, now)
    except ForkDetectedError:
        query = f"epoch={head.epoch}&old={head.size}&new={theirs.size}"
        told = json.decode((await _ask(fed, ends, "proof", query, now)).body, GrowthAnswer)
        proof = await forking.prove_longer(head, note, told.growth, now)
        await forking.keep_apart(shop_id, proof, now)
        raise


async def _ask(fed: Federation, ends: tuple[PartyId, PartyId], what: str, query: str, now: datetime) -> PeerAnswer:
    shop_id, hub_id = ends
    path = f"/replicas/{shop_id}/{what}"
    return await call(fed, PeerCall(local_id=shop_id, remote_id=hub_id, method="GET", path=path, query=query), now)
