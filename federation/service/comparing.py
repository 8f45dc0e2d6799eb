"""Hubs comparing what a shop told them: every few minutes, checkpoints of the same shop and epoch, hub by hub.

Hubs need not know each other: an operator names others, and every shop says which hubs it publishes to. What another
hub serves counts only as far as the shop has signed it. Same size must be same root; a smaller one must be our prefix;
for a larger one its holder is asked how it grew from ours. Whatever contradicts is a proof (`log.forks`): the shop is
frozen here and the proof passed on. A hub that answers nonsense proves nothing and is noted as such.
"""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated

import msgspec
import structlog

from federation import limits
from federation.documents import identity, json
from federation.documents.profile import PREFIX, Address, endpoint_of
from federation.errors import PeerMismatchError
from federation.log import checkpoint
from federation.log.answers import GrowthAnswer
from federation.log.checkpoint import Checkpoint
from federation.log.forks import ForkProof, Growth, NoteText
from federation.log.signers import keys_in_epoch
from federation.log.tree import verify_consistency
from federation.node.database import atomic
from federation.records import ComparedHub, LogHead
from federation.service import forking, parties, reading
from federation.service.calls import JSON_TYPE, PeerCall, call
from federation.service.context import Federation
from federation.service.pull import for_each_peer
from federation.store import compared, links, logs, replicas
from federation.vocabulary.errors import GalleriaError, PeerUnreachableError
from federation.vocabulary.ids import PARTY_ID_PATTERN, PartyId, any_between

_log = structlog.get_logger(__name__)

PAGES_MAX = 100
PAGE_BYTES_MAX = limits.REPLICAS_LISTED_MAX * limits.CHECKPOINT_BYTES_MAX
HUBS_OF_A_SHOP_MAX = 20
ERROR_CHARACTERS_MAX = 500
SHOPS_ASKED_PER_ROUND = 20
"""Shops asked per round which hubs they publish to: those whose turn it is, so that all are asked by and by."""

_ENDPOINT = re.compile(rf"https?://[a-z0-9.:\[\]-]{{1,200}}{PREFIX}/({PARTY_ID_PATTERN})", re.ASCII)


class ListedReplica(msgspec.Struct, frozen=True, kw_only=True):
    """One shop as a hub serves it: the newest checkpoint of its copy, countersigned."""

    shop: str
    epoch: int
    size: int
    checkpoint: NoteText


class ReplicaList(msgspec.Struct, frozen=True, kw_only=True):
    """`GET replicas`: the shops a hub follows, by id; `next` is what to ask `after`, None on the last page."""

    replicas: Annotated[tuple[ListedReplica, ...], msgspec.Meta(max_length=limits.REPLICAS_LISTED_MAX)]
    next: str | None = None


class HubList(msgspec.Struct, frozen=True, kw_only=True):
    """`GET hubs`: where the hubs are to which a shop publishes."""

    hubs: Annotated[tuple[Address, ...], msgspec.Meta(max_length=HUBS_OF_A_SHOP_MAX)]


class Tally(msgspec.Struct):
    """What a round with one hub came to."""

    compared: int = 0
    agreed: int = 0
    forked: int = 0
    error: str = ""


async def listed(hub_id: PartyId, after: str) -> ReplicaList:
    """A page of the copies a hub holds, beyond a shop's id."""
    heads = await logs.copies(hub_id, after, limits.REPLICAS_LISTED_MAX)
    page = tuple(
        ListedReplica(shop=head.party_id, epoch=head.epoch, size=head.size, checkpoint=head.note.decode())
        for head in heads
        if head.note
    )
    full = len(heads) == limits.REPLICAS_LISTED_MAX
    return ReplicaList(replicas=page, next=heads[-1].party_id if full else None)


async def hubs_of(shop_id: PartyId) -> HubList:
    """Where the hubs are with which a hosted shop has an accepted link."""
    found = [
        endpoint_of(view.remote_url, view.remote_id)
        for view in await links.views(shop_id)
        if view.state == "accepted" and view.remote_kind == "hub"
    ]
    return HubList(hubs=tuple(sorted(found)[:HUBS_OF_A_SHOP_MAX]))


async def compare_hosted(fed: Federation, now: datetime) -> None:
    """Let every hub of this node compare with the hubs whose turn has come."""
    for hub in await parties.hosted("hub"):
        async with atomic():
            await note_hubs(hub.id, fed.settings.compare_with, "", now)
        await compare_due(fed, hub.id, now)


async def learn_hosted(fed: Federation, now: datetime) -> None:
    """Let every hub of this node ask its shops which hubs they publish to."""
    for hub in await parties.hosted("hub"):
        await learn_hubs(fed, hub.id, now)


async def compare_due(fed: Federation, hub_id: PartyId, now: datetime) -> int:
    """Compare with every hub whose turn has come; returns how many forks were proven. Call outside a transaction."""
    due = await compared.due_hubs(hub_id, now, limits.GOSSIP_HUBS_MAX)
    found = 0
    for hub in due:
        found += await compare_with(fed, hub, now)
    return found


async def compare_with(fed: Federation, hub: ComparedHub, now: datetime) -> int:
    """One round with one hub; a failure is written down and ends the round."""
    tally = Tally()
    try:
        async for item in _replicas_at(fed, hub.endpoint):
            await _compare_noted(fed, hub, item, tally, now)
    except GalleriaError as refusal:
        tally.error = refusal.detail
    jitter = limits.GOSSIP_JITTER_SECONDS
    wait = limits.GOSSIP_INTERVAL_SECONDS + any_between(-jitter, jitter)
    done = msgspec.structs.replace(
        hub,
        next_at=now + timedelta(seconds=wait),
        asked_at=now,
        compared=tally.compared,
        agreed=tally.agreed,
        error=tally.error[:ERROR_CHARACTERS_MAX],
    )
    async with atomic():
        await compared.record_round(done)
    return tally.forked


async def learn_hubs(fed: Federation, hub_id: PartyId, now: datetime) -> None:
    """Ask the shops whose turn it is which hubs they publish to; those not known yet are compared with from now on."""
    shops = [shop_id for holder, shop_id in await links.accepted_pairs("hub") if holder == hub_id]
    rounds = max(1, -(-len(shops) // SHOPS_ASKED_PER_ROUND))
    turn = int(now.timestamp()) // limits.GOSSIP_INTERVAL_SECONDS % rounds

    async def ask(pair: tuple[PartyId, PartyId]) -> None:
        try:
            answer = await call(fed, PeerCall(local_id=pair[0], remote_id=pair[1], method="GET", path="/hubs"), now)
            told = json.decode(answer.body, HubList)
        except GalleriaError as error:
            _log.info("hubs_not_told", shop=pair[1], slug=error.slug)
            return
        async with atomic():
            await note_hubs(hub_id, told.hubs, pair[1], now)

    await for_each_peer([(hub_id, shop_id) for shop_id in shops[turn::rounds]], ask)


async def note_hubs(hub_id: PartyId, endpoints: tuple[str, ...], named_by: str, now: datetime) -> None:
    """Compare with these hubs from now on; addresses of another form, and our own, are left out."""
    good = []
    for endpoint in endpoints:
        match = _ENDPOINT.fullmatch(endpoint.removesuffix("/profile"))
        if match is not None and match[1].startswith("h1") and match[1] != hub_id:
            good.append(match[0])
    if named_by and len(await compared.hubs(hub_id)) >= limits.GOSSIP_HUBS_MAX:
        return
    await compared.note_hubs(hub_id, good, named_by, now)


async def _compare_noted(fed: Federation, hub: ComparedHub, item: ListedReplica, tally: Tally, now: datetime) -> None:
    """Compare one shop; what is wrong with one says nothing of the others."""
    shop_id = PartyId(item.shop)
    head = await logs.head(hub.hub_id, shop_id)
    replica = await replicas.replica(hub.hub_id, shop_id)
    if head is None or not head.note or head.epoch != item.epoch or replica is None or replica.state == "frozen":
        return
    try:
        proof = await _contradiction(fed, hub, head, item.checkpoint.encode(), now)
    except GalleriaError as refusal:
        tally.error = f"{shop_id}: {refusal.detail}"
        return
    tally.compared += 1
    tally.agreed += proof is None
    tally.forked += await forking.keep_apart(hub.hub_id, proof, now)


async def _contradiction(
    fed: Federation, hub: ComparedHub, head: LogHead, note: bytes, now: datetime
) -> ForkProof | None:
    """The proof that what the shop signed elsewhere contradicts our copy; None when both are one history.

    Raises PeerMismatchError when the other hub cannot show either.
    """
    await _verify(hub.hub_id, head, note, now)
    theirs = checkpoint.parse(note).checkpoint
    if theirs.size <= head.size:
        return await forking.prove(head, note, now)
    if head.size == 0:
        return None
    growth = await _growth_at(fed, hub.endpoint, head, theirs)
    ours = await reading.root_at(head, head.size)
    if verify_consistency(head.size, theirs.size, growth.consistency, ours, theirs.root):
        return None
    proof = await forking.prove_longer(head, note, growth, now)
    if proof is None:
        raise PeerMismatchError(f"{hub.endpoint} shows no way from any {head.size} lines to what the shop signed")
    return proof


async def _verify(hub_id: PartyId, head: LogHead, note: bytes, now: datetime) -> None:
    """Raise unless the shop has signed this note for the epoch our copy is in, by any key of that epoch."""
    operations = await forking.operations_of(hub_id, head.party_id, now)
    keys = keys_in_epoch(identity.states(operations), head.epoch)
    checkpoint.verify(checkpoint.parse(note), checkpoint.origin_of(head.party_id, head.epoch), keys)


async def _growth_at(fed: Federation, endpoint: str, head: LogHead, theirs: Checkpoint) -> Growth:
    """How a hub says that its longer copy grew from the size that ours has."""
    query = f"epoch={head.epoch}&old={head.size}&new={theirs.size}"
    return json.decode(await _get(fed, f"{endpoint}/replicas/{head.party_id}/proof?{query}"), GrowthAnswer).growth


async def _replicas_at(fed: Federation, endpoint: str) -> AsyncIterator[ListedReplica]:
    after = ""
    for _ in range(PAGES_MAX):
        page = json.decode(await _get(fed, f"{endpoint}/replicas?after={after}"), ReplicaList, bytes_max=PAGE_BYTES_MAX)
        for item in page.replicas:
            yield item
        if page.next is None or page.next <= after or not re.fullmatch(PARTY_ID_PATTERN, page.next):
            return
        after = page.next


async def _get(fed: Federation, url: str) -> bytes:
    answer = await fed.door.request("GET", url, headers={"Accept": JSON_TYPE}, body=b"", max_bytes=PAGE_BYTES_MAX)
    if answer.status != HTTPStatus.OK:
        raise PeerUnreachableError(f"{url} answered {answer.status}")
    return answer.body
