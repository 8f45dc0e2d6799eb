"""What a hub serves of a shop against the fold of its log: each key shows its newest good leaf, and nothing else is.

Invariant I1: state served at size n is the fold of leaves 1 to n. What differs (rows of listings lost, altered or left
over) is projected again from the log, in one transaction that lets no new leaf in between.
"""

import hashlib
from datetime import datetime

import msgspec

from federation.log.leaves import Leaf, parse_leaf
from federation.log.records import PRODUCT_TYPE, SHOP_TYPE, Record
from federation.node.database import atomic
from federation.ports import AcceptedRecord, HubDesk, ServedRecord
from federation.records import LogHead
from federation.store import logs, repairs, replicas
from federation.vocabulary.product import Product

PAGE = 1_000
SERVED_TYPES = frozenset({PRODUCT_TYPE, SHOP_TYPE})

_PRODUCT = msgspec.json.Decoder(Product)


async def mend(desk: HubDesk, head: LogHead, now: datetime) -> int:
    """Project again what is served otherwise than the log says; returns how many keys were. Outside a transaction."""
    if not await _differing(desk, head):
        return 0
    async with atomic():
        locked = await logs.head(head.holder_id, head.party_id, lock=True)
        if locked is None:
            return 0
        records = await _differing(desk, locked)
        for at in range(0, len(records), PAGE):
            part = records[at : at + PAGE]
            refused = await desk.records_accepted(locked.holder_id, locked.party_id, part, now)
            await replicas.add_quarantined(locked.holder_id, locked.party_id, locked.epoch, refused, now)
    return len(records)


async def _differing(desk: HubDesk, head: LogHead) -> list[AcceptedRecord]:
    """What the desk must be told so that it serves the fold of the log."""
    shown = {record.key: record for record in await desk.served(head.holder_id, head.party_id)}
    records: list[AcceptedRecord] = []
    places = [seq for _, seq in await repairs.newest_places(head, head.size, good=True)]
    for at in range(0, len(places), PAGE):
        for stored in await repairs.leaves_of(head, head.size, places[at : at + PAGE], []):
            leaf = parse_leaf(stored.line)
            if leaf.operation == "put" and leaf.type in SERVED_TYPES and not _shows(shown.pop(leaf.key, None), leaf):
                records.append(record_of(leaf))
    gone = [AcceptedRecord(head.size - 1, "del", key, "", b"", "") for key in sorted(shown)]
    return sorted(records, key=lambda record: record.seq) + gone


def record_of(leaf: Leaf, read: Record | None = None) -> AcceptedRecord:
    """A leaf as the desk is told of it, with what it says where that has been read."""
    return AcceptedRecord(leaf.seq, leaf.operation, leaf.key, leaf.type, leaf.body, leaf.hash, read)


def _shows(shown: ServedRecord | None, leaf: Leaf) -> bool:
    """Whether what is served is this leaf's record, whole."""
    if shown is None or shown.leaf_hash != leaf.hash or shown.body_hash != hashlib.sha256(leaf.body).digest():
        return False
    return leaf.type != PRODUCT_TYPE or shown.parts is None or shown.parts == len(_PRODUCT.decode(leaf.body).variants)
