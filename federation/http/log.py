"""Logs as they are pushed to a hub and read from whoever holds them."""

import asyncio
import re

from federation import batches, limits
from federation.documents import json
from federation.http.edge import Endpoint, Inbound, Outbound
from federation.log.answers import GrowthAnswer, InclusionAnswer
from federation.node.database import atomic
from federation.ports import HubDesk
from federation.records import LogHead
from federation.service import comparing, epochs, forking, intake, proving, pull, reading, refusals
from federation.service.calls import LOG_TYPE
from federation.service.context import Federation
from federation.service.pressure import BULK_BYTES
from federation.vocabulary.errors import NotFoundError, RecordInvalidError
from federation.vocabulary.ids import PartyId, is_party_id

CHECKPOINT_TYPE = "text/plain; charset=utf-8"
_NUMBER = re.compile(r"0|[1-9]\d{0,15}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


async def _push(fed: Federation, inbound: Inbound) -> Outbound:
    if fed.hub_desk is None or inbound.receiver.kind != "hub":
        raise NotFoundError("only a hub takes a shop's log")
    if inbound.content_type != LOG_TYPE or inbound.old_size is None:
        raise RecordInvalidError(f"a push has the type {LOG_TYPE} and the header Fed-Old-Size")
    await pull.refuse_while_fetched((inbound.receiver.id, inbound.peer), inbound.now)
    async with fed.bulk.entered(len(inbound.body)):
        return await _take(fed, fed.hub_desk, inbound, inbound.old_size)


async def _take(fed: Federation, desk: HubDesk, inbound: Inbound, old_size: int) -> Outbound:
    """Take a push in; what is large is unpacked beside the loop. After a full batch it is looked how much follows."""
    is_large = len(inbound.body) >= BULK_BYTES
    batch = await asyncio.to_thread(batches.decode, inbound.body) if is_large else batches.decode(inbound.body)
    epoch = _epoch(inbound)
    if f"{inbound.peer}/catalog/{epoch}\n" != batch.note.decode()[: len(f"{inbound.peer}/catalog/{epoch}\n")]:
        raise RecordInvalidError("the checkpoint is of another log than the address")
    hub, shop_id = inbound.receiver, inbound.peer
    await epochs.follow(fed, (hub.id, shop_id), epoch, inbound.now)
    receipt = await intake.take_batch(desk, (hub, shop_id), batch, old_size, inbound.now)
    if receipt.accepted >= limits.BATCH_OPERATIONS_MAX:
        async with atomic():
            await pull.announce_rest((hub.id, shop_id), inbound.now)
    return Outbound(json.encode(receipt))


async def _checkpoint(_fed: Federation, inbound: Inbound) -> Outbound:
    head = await _head(inbound)
    _, note = await proving.checkpoint_at(head, _number_or_none(inbound, "size"))
    return Outbound(note, CHECKPOINT_TYPE)


async def _read(_fed: Federation, inbound: Inbound) -> Outbound:
    head = await reading.head_of(inbound.receiver.id, _whose(inbound), _epoch(inbound))
    wanted = min(_number(inbound, "limit", limits.BATCH_OPERATIONS_MAX), limits.BATCH_OPERATIONS_MAX)
    return Outbound(batches.encode(await reading.batch_from(head, _number(inbound, "from", 0), wanted)), LOG_TYPE)


async def _proof(_fed: Federation, inbound: Inbound) -> Outbound:
    head = await _head(inbound)
    old, new = _number(inbound, "old", 0), _number(inbound, "new", head.size)
    proof = await reading.growth(head, old, new)
    answer = GrowthAnswer(
        epoch=head.epoch,
        old=old,
        new=new,
        old_root=(await reading.root_at(head, old)).hex(),
        new_root=(await reading.root_at(head, new)).hex(),
        proof=tuple(item.hex() for item in proof),
    )
    return Outbound(json.encode(answer))


async def _inclusion(_fed: Federation, inbound: Inbound) -> Outbound:
    head = await _head(inbound)
    seq = await _seq(inbound, head)
    size, note = await proving.checkpoint_at(head, _number_or_none(inbound, "size"))
    path = await reading.inclusion(head, seq, size)
    leaf = (await reading.leaf_at(head, seq)).hash
    answer = InclusionAnswer(
        epoch=head.epoch,
        seq=seq,
        leaf=leaf.hex(),
        size=size,
        checkpoint=note.decode(),
        proof=tuple(item.hex() for item in path),
    )
    return Outbound(json.encode(answer))


async def _record(fed: Federation, inbound: Inbound) -> Outbound:
    head = await _head(inbound)
    place = (await _seq(inbound, head), _number_or_none(inbound, "size"))
    return Outbound(json.encode(await proving.record_proof(fed, inbound.receiver, head, place, inbound.now)))


async def _replicas(_fed: Federation, inbound: Inbound) -> Outbound:
    if inbound.receiver.kind != "hub":
        raise NotFoundError("only a hub holds copies of shops' logs")
    return Outbound(json.encode(await comparing.listed(inbound.receiver.id, inbound.query.get("after", "")[:60])))


async def _hubs(_fed: Federation, inbound: Inbound) -> Outbound:
    if inbound.receiver.kind != "shop":
        raise NotFoundError("only a shop publishes to hubs")
    return Outbound(json.encode(await comparing.hubs_of(inbound.receiver.id)))


async def _quarantine(_fed: Federation, inbound: Inbound) -> Outbound:
    if inbound.receiver.kind != "hub":
        raise NotFoundError("only a hub shows a shop's records")
    return Outbound(
        json.encode(await refusals.standing(inbound.receiver.id, inbound.peer, _number(inbound, "from", 0)))
    )


async def _fork(_fed: Federation, inbound: Inbound) -> Outbound:
    head = await _head(inbound)
    return Outbound((await forking.kept(inbound.receiver.id, head.party_id, head.epoch)).document)


async def _take_fork(_fed: Federation, inbound: Inbound) -> Outbound:
    told_by = inbound.sender or "stranger"
    return Outbound(json.encode(await forking.take(inbound.receiver, inbound.body, told_by, inbound.now)))


async def _head(inbound: Inbound) -> LogHead:
    """The log that is meant, in the epoch that `epoch` names or the present one."""
    return await reading.head_of(inbound.receiver.id, _whose(inbound), _number_or_none(inbound, "epoch"))


async def _seq(inbound: Inbound, head: LogHead) -> int:
    """The line that is meant: by its number, its hash, or the key whose newest line it is."""
    leaf, key = inbound.query.get("leaf", ""), inbound.query.get("key", "")
    if leaf and _HASH.fullmatch(leaf) is None:
        raise RecordInvalidError("leaf= takes a leaf hash of 64 hexadecimal digits")
    if leaf or key:
        return await proving.seq_named(head, key=key[: limits.KEY_BYTES_MAX], leaf_hash=leaf)
    seq = _number_or_none(inbound, "seq")
    if seq is None:
        raise RecordInvalidError("name the line by seq=, leaf= or key=")
    return seq


def _whose(inbound: Inbound) -> PartyId:
    """Whose log is meant: the receiver's own, or that of the shop named in the address of a replica."""
    named = str(inbound.params.get("shop_id", inbound.receiver.id))
    if not is_party_id(named):
        raise NotFoundError(f"{named[:60]!r} is not a party id")
    return PartyId(named)


def _number_or_none(inbound: Inbound, name: str) -> int | None:
    return _number(inbound, name, 0) if name in inbound.query else None


def _epoch(inbound: Inbound) -> int:
    return int(inbound.params["epoch"])


def _number(inbound: Inbound, name: str, default: int) -> int:
    text = inbound.query.get(name, str(default))
    if _NUMBER.fullmatch(text) is None:
        raise RecordInvalidError(f"{name}={text[:20]} is not a number")
    return int(text)


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/log/{epoch:int}",
        run=_push,
        bytes_max=limits.BATCH_WIRE_BYTES_MAX,
        transaction=False,
    ),
    Endpoint(method="GET", path="/log/{epoch:int}", run=_read),
    Endpoint(method="GET", path="/checkpoint", run=_checkpoint, public=True, linked=False),
    Endpoint(method="GET", path="/proof", run=_proof, public=True, linked=False),
    Endpoint(method="GET", path="/inclusion", run=_inclusion, public=True, linked=False),
    Endpoint(method="GET", path="/record", run=_record, public=True, linked=False),
    Endpoint(method="GET", path="/quarantine", run=_quarantine),
    Endpoint(method="GET", path="/fork", run=_fork, public=True, linked=False),
    Endpoint(method="GET", path="/hubs", run=_hubs, public=True, linked=False),
    Endpoint(method="POST", path="/forks", run=_take_fork, bytes_max=limits.PROOF_BYTES_MAX, public=True, linked=False),
    Endpoint(method="GET", path="/replicas", run=_replicas, public=True, linked=False),
    Endpoint(method="GET", path="/replicas/{shop_id:str}/fork", run=_fork, public=True, linked=False),
    Endpoint(method="GET", path="/replicas/{shop_id:str}/log/{epoch:int}", run=_read),
    Endpoint(method="GET", path="/replicas/{shop_id:str}/checkpoint", run=_checkpoint, public=True, linked=False),
    Endpoint(method="GET", path="/replicas/{shop_id:str}/proof", run=_proof, public=True, linked=False),
    Endpoint(method="GET", path="/replicas/{shop_id:str}/inclusion", run=_inclusion, public=True, linked=False),
    Endpoint(method="GET", path="/replicas/{shop_id:str}/record", run=_record, public=True, linked=False),
)
