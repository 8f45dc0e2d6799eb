"""A shop's own log: appending to it in the caller's transaction, and announcing the growth to every linked hub.

Invariants: one appender at a time (the head's row is locked); every run of lines between two checkpoints fits one
batch on the wire, so a reader can always stop at a signed size; what was appended is never changed. A put that says
what the log says already, and a delete of what is not there, add nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from federation import batches
from federation.documents.keys import SigningKey
from federation.log import checkpoint, leaves
from federation.log.checkpoint import Checkpoint
from federation.log.leaves import Leaf
from federation.log.nodes import grow
from federation.log.tree import Range
from federation.node import outbox
from federation.records import HostedParty, LogHead, StoredLeaf
from federation.service import growth
from federation.store import links, logs, parties
from federation.vocabulary.errors import NotFoundError
from federation.vocabulary.ids import PartyId, new_id

TOPIC = "fed.push"
QUEUE = "sync"
FIRST_EPOCH = 1


class Change(msgspec.Struct, frozen=True):
    """What to say about `key`: a put with its record type and the exact JSON of its body, or a del without."""

    operation: leaves.Change
    key: str
    type: str = ""
    body: bytes = b""


class LogState(msgspec.Struct, frozen=True):
    """The end of a log: its epoch and size, and the newest checkpoint note."""

    epoch: int
    size: int
    note: bytes


class PushDue(msgspec.Struct, frozen=True):
    """The outbox's note that a hub may lack the end of a shop's log."""

    shop_id: PartyId
    hub_id: PartyId


async def open_own_log(shop: HostedParty, now: datetime) -> None:
    """Begin the log of a new shop with a signed checkpoint of nothing."""
    head = signed_head(shop, FIRST_EPOCH, Range(), now)
    await logs.open_log(head)
    await logs.add_checkpoint(head, 0)


async def append(shop_id: PartyId, changes: Sequence[Change], now: datetime) -> LogState:
    """Append `changes` in order, in the caller's transaction; hubs hear of them by the outbox.

    Raises RecordInvalidError or TooLargeError when a change cannot be a line of the log.
    """
    shop = await parties.party(shop_id)
    head = await logs.head(shop_id, shop_id, lock=True)
    if shop is None or head is None:
        raise NotFoundError(f"no shop {shop_id} is hosted here")
    added = _lines(head.size, changes, await logs.newest(head, [change.key for change in changes]))
    if not added:
        return LogState(head.epoch, head.size, head.note)
    head = await extend(shop, head, added, now)
    for hub_id in await links.accepted_remotes(shop_id):
        await announce(shop_id, hub_id, now)
    return LogState(head.epoch, head.size, head.note)


async def extend(shop: HostedParty, head: LogHead, added: Sequence[Leaf], now: datetime) -> LogHead:
    """Keep `added` after the end of a shop's own log, with a checkpoint wherever a batch may end; its new end."""
    by_line = {leaf.line: leaf for leaf in added}
    for group in batches.line_groups([leaf.line for leaf in added]):
        fresh = [by_line[line] for line in group]
        grown = grow(Range.decode(head.size, head.peaks), [bytes.fromhex(leaf.hash) for leaf in fresh])
        head = signed_head(shop, head.epoch, grown.tree, now)
        await growth.keep(head, fresh, grown.nodes)
    return head


async def sign_again(shop_id: PartyId, key: SigningKey, now: datetime) -> None:
    """Sign every checkpoint of a shop's own log with a new key: the same sizes and roots, so no history changes."""
    head = await logs.head(shop_id, shop_id, lock=True)
    if head is None:
        return
    signed = [
        (item.size, checkpoint.sign(checkpoint.parse(item.note).checkpoint, key))
        for item in await logs.checkpoints_after(head, 0, head.size)
    ]
    await logs.replace_notes(head, signed)
    await logs.touch(head, checkpoint.sign(checkpoint.parse(head.note).checkpoint, key), now)


async def announce(
    shop_id: PartyId, hub_id: PartyId, now: datetime, *, key: str = "", after: timedelta = timedelta()
) -> None:
    """Let a hub be sent what it lacks, `after` the caller's transaction; a `key` makes one announcement of many."""
    due = PushDue(shop_id, hub_id)
    once, subject = f"{TOPIC}:{key or new_id()}", f"{TOPIC}:{hub_id}:{shop_id}"
    await outbox.enqueue(TOPIC, subject, due, key=once, queue=QUEUE, now=now, due_at=now + after)


async def log_state(party_id: PartyId) -> LogState:
    """The end of a hosted shop's own log; raises NotFoundError."""
    head = await logs.head(party_id, party_id)
    if head is None:
        raise NotFoundError(f"{party_id} has no log here")
    return LogState(head.epoch, head.size, head.note)


async def own_leaf_hash(shop_id: PartyId, key: str) -> str | None:
    """The hash of the newest line about `key` in a shop's own log; None when it says nothing, or a delete."""
    return (await own_leaf_hashes(shop_id, [key])).get(key)


async def own_leaf_hashes(shop_id: PartyId, keys: Sequence[str]) -> dict[str, str]:
    """The hash of the newest line about each of `keys` in a shop's own log; those it does not say exist are missing."""
    head = await logs.head(shop_id, shop_id)
    newest = {} if head is None else await logs.newest(head, keys)
    return {key: leaf.hash.hex() for key, leaf in newest.items() if leaf.operation != "del"}


async def published(shop_id: PartyId, prefix: str = "product/") -> int:
    """How many records under `prefix` a shop's own log says exist."""
    return await logs.live_records(shop_id, shop_id, prefix)


def _lines(size: int, changes: Sequence[Change], newest: dict[str, StoredLeaf]) -> list[Leaf]:
    """The leaves that `changes` add to a log of `size`, each naming its key's leaf before."""
    added: list[Leaf] = []
    last = {key: leaves.parse_leaf(leaf.line) for key, leaf in newest.items()}
    for change in changes:
        before = last.get(change.key)
        if _says_nothing_new(change, before):
            continue
        line = leaves.build_leaf(
            size + len(added),
            change.operation,
            change.key,
            None if before is None else before.hash,
            record_type=change.type,
            body=change.body,
        )
        last[change.key] = leaves.parse_leaf(line)
        added.append(last[change.key])
    return added


def _says_nothing_new(change: Change, before: Leaf | None) -> bool:
    if change.operation == "del":
        return before is None or before.operation == "del"
    return before is not None and before.operation == "put" and (before.type, before.body) == (change.type, change.body)


def signed_head(shop: HostedParty, epoch: int, tree: Range, now: datetime) -> LogHead:
    """The end of a shop's own log with this tree, signed."""
    origin = checkpoint.origin_of(shop.id, epoch)
    note = checkpoint.sign(Checkpoint(origin, tree.size, tree.root()), SigningKey.from_seed(shop.sign_seed))
    return LogHead(shop.id, shop.id, epoch, tree.size, tree.encode(), note, now)
