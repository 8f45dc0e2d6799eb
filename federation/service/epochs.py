"""A shop's catalogue beginning anew: after a fork, or from a backup whose end no hub can give back.

A root key signs `fork_resolve`, naming the last checkpoint that holds. The shop then opens the next epoch: its first
line names that checkpoint again, the lines after it say all that is published once more. A hub that has seen the
operation takes the new epoch, keeps the old one as history, and what was frozen thaws; what the new epoch did not say
again goes from the listings when its restatement is complete.
"""

from collections.abc import Sequence
from datetime import datetime

from federation.conversations.replica import step
from federation.documents import json
from federation.documents.identity import Operation
from federation.documents.times import text_of
from federation.errors import PeerMismatchError
from federation.log import intake
from federation.log.errors import EpochMismatchError, LineInvalidError
from federation.log.leaves import Leaf, build_leaf, parse_leaf
from federation.log.records import EPOCH_KEY, EPOCH_TYPE, EpochOpening, opening_of
from federation.log.tree import Range
from federation.node.database import atomic
from federation.ports import AcceptedRecord, HubDesk
from federation.records import LogHead
from federation.service import catalogue, parties, peers
from federation.service.context import Federation
from federation.store import links, logs, repairs, replicas, snapshots
from federation.store import parties as party_store
from federation.vocabulary.errors import ConflictError, NotFoundError
from federation.vocabulary.ids import PartyId

PAGE = 2_000


async def epoch_operation(shop_id: PartyId, now: datetime) -> Operation:
    """What a root key must sign so that the catalogue may begin anew from where this node has it."""
    identity = await parties.identity_of(shop_id)
    head = await logs.head(shop_id, shop_id)
    if head is None:
        raise NotFoundError(f"no shop {shop_id} is hosted here")
    return Operation(
        type="fork_resolve",
        at=text_of(now),
        previous=identity.head,
        epoch=identity.epoch + 1,
        checkpoint=head.note.decode(),
    )


async def open_epoch(shop_id: PartyId, operation: bytes, now: datetime) -> LogHead:
    """Record a signed `fork_resolve` of a hosted shop and begin its next epoch, in the caller's transaction.

    Every record that is published now is said again; each hub hears of it. Raises OperationRefusedError when the
    operation does not follow, ConflictError when it opens no epoch.
    """
    before = (await parties.identity_of(shop_id)).epoch
    identity = await parties.record_operation(shop_id, operation, now)
    head = await logs.head(shop_id, shop_id, lock=True)
    if head is None or identity.epoch != before + 1:
        raise ConflictError("this operation opens no epoch: it must be the fork_resolve that was asked to be signed")
    shop = await parties.party(shop_id)
    said = await _published(head)
    fresh = catalogue.signed_head(shop, identity.epoch, Range(), now)
    await logs.begin_epoch(fresh)
    await logs.add_checkpoint(fresh, 0)
    grown = await catalogue.extend(shop, fresh, _restated(identity.opening, said), now)
    for hub_id in await links.accepted_remotes(shop_id):
        await links.record_size(shop_id, hub_id, 0, now)
        await catalogue.announce(shop_id, hub_id, now)
    return grown


async def follow(fed: Federation, ends: tuple[PartyId, PartyId], epoch: int, now: datetime) -> None:
    """Let a hub's copy enter the epoch that a shop is in, once a root key has said so; `ends` are (hub, shop).

    Nothing when it is there already; a snapshot of the epoch before is not loaded any further. Raises
    EpochMismatchError for an epoch that the shop's operations do not have. Call outside a transaction: the shop may
    have to be asked for its operations.
    """
    hub_id, shop_id = ends
    head = await logs.head(hub_id, shop_id)
    if (catalogue.FIRST_EPOCH if head is None else head.epoch) >= epoch:
        return
    if await _epoch_said(shop_id, now) < epoch:
        await _ask_again(fed, shop_id, now)
    said = await _epoch_said(shop_id, now)
    if said != epoch:
        raise EpochMismatchError(f"{shop_id} has no root key's word for epoch {epoch}: it is in {said}", expected=said)
    async with atomic():
        await _enter(hub_id, shop_id, epoch, now)


async def opening_text(shop_id: PartyId, epoch: int, now: datetime) -> str:
    """The checkpoint that the first line of an epoch must name; empty for the first epoch."""
    if epoch == catalogue.FIRST_EPOCH:
        return ""
    resolution = await peers.resolution(shop_id, now)
    if resolution is None or resolution.state.epoch != epoch:
        raise EpochMismatchError(f"{shop_id} is not in epoch {epoch} any more", expected=None)
    return resolution.state.opening


async def refuse_other_opening(head: LogHead, now: datetime) -> None:
    """Raise PeerMismatchError for a copy that does not begin as a root key's word for its epoch says."""
    try:
        follows = await opening_text(head.party_id, head.epoch, now)
        first = await logs.leaf(head, 0) if follows else None
        if follows and (first is None or not first.line):
            raise PeerMismatchError(f"the snapshot leaves out the first line of epoch {head.epoch}")
        intake.check_opening([] if first is None else [parse_leaf(first.line)], follows)
    except (EpochMismatchError, LineInvalidError) as error:
        raise PeerMismatchError(error.detail) from error


async def drop_unsaid(desk: HubDesk, old_size: int, grown: LogHead, now: datetime) -> None:
    """Once an epoch has said again all that it does, take away what only the epoch before had published."""
    first = None if grown.epoch == catalogue.FIRST_EPOCH else await logs.leaf(grown, 0)
    opening = None if first is None else opening_of(parse_leaf(first.line))
    if opening is None or not old_size <= opening.restated < grown.size:
        return
    earlier = await _epoch_before(grown)
    unsaid = [] if earlier is None else await logs.unsaid_keys(grown, earlier)
    for at in range(0, len(unsaid), PAGE):
        gone = [AcceptedRecord(opening.restated, "del", key, "", b"", "") for key in unsaid[at : at + PAGE]]
        await desk.records_accepted(grown.holder_id, grown.party_id, gone, now)


async def _epoch_before(head: LogHead) -> int | None:
    for epoch in range(head.epoch - 1, 0, -1):
        if await logs.past_head(head.holder_id, head.party_id, epoch) is not None:
            return epoch
    return None


async def _enter(hub_id: PartyId, shop_id: PartyId, epoch: int, now: datetime) -> None:
    replica = await replicas.replica(hub_id, shop_id, lock=True)
    head = await logs.head(hub_id, shop_id, lock=True)
    if replica is None or (head is not None and head.epoch >= epoch):
        return
    await snapshots.end_load(hub_id, shop_id)
    if head is not None:
        await repairs.drop_beyond(head, head.size)
    await logs.open_log(LogHead(hub_id, shop_id, catalogue.FIRST_EPOCH, 0, b"", b"", now))
    await logs.begin_epoch(LogHead(hub_id, shop_id, epoch, 0, b"", b"", now))
    state = step(replica.state, "thaw") if replica.state == "frozen" else replica.state
    await replicas.begin_epoch(hub_id, shop_id, step(state, "gap") if state == "live" else state)


async def _epoch_said(shop_id: PartyId, now: datetime) -> int:
    resolution = await peers.resolution(shop_id, now)
    return catalogue.FIRST_EPOCH if resolution is None else resolution.state.epoch


async def _ask_again(fed: Federation, shop_id: PartyId, now: datetime) -> None:
    peer = await party_store.peer(shop_id)
    if peer is None:
        raise PeerMismatchError(f"{shop_id} has never been met here")
    await peers.fetch_peer(fed, peer.profile_url, now)


async def _published(head: LogHead) -> list[catalogue.Change]:
    """All that a log says is published, as changes to say again."""
    said: list[catalogue.Change] = []
    after = ""
    while page := await logs.live_lines(head, after, PAGE):
        after = page[-1].key
        for stored in page:
            leaf = parse_leaf(stored.line)
            if leaf.key != EPOCH_KEY:
                said.append(catalogue.Change("put", leaf.key, leaf.type, leaf.body))
    return said


def _restated(follows: str, said: Sequence[catalogue.Change]) -> list[Leaf]:
    """The first lines of an epoch: its opening, then everything published."""
    opening = json.encode(EpochOpening(follows=follows, restated=len(said)))
    changes = [catalogue.Change("put", EPOCH_KEY, EPOCH_TYPE, opening), *said]
    return [
        parse_leaf(build_leaf(seq, "put", change.key, None, record_type=change.type, body=change.body))
        for seq, change in enumerate(changes)
    ]
