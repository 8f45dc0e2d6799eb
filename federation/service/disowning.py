"""What a key signed after its end: a hub sets it aside when a root key has said, later, that the key was stolen.

Invariants: a checkpoint counts by the time of this hub's first countersignature on it, never by a date that the shop
or a thief wrote; the leaves stay history, for the log never shrinks, but none of them is served: each key shows its
newest good leaf from before, or nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from federation.conversations.messages import Quarantine
from federation.documents import cosignatures, notes
from federation.documents.rivals import KeyLife
from federation.log import checkpoint, leaves
from federation.node.database import atomic
from federation.ports import HubDesk
from federation.records import LogHead, StoredCheckpoint
from federation.service import peers, served
from federation.store import logs, replicas
from federation.vocabulary.errors import FieldError
from federation.vocabulary.ids import PartyId

KEY_ENDED = "signed with a key that had ended when this hub first saw it: a root key says it was stolen"
PAGE = 1_000


async def disown(desk: HubDesk, hub_id: PartyId, shop_id: PartyId, now: datetime) -> int:
    """Quarantine what was first countersigned after its key ended, serve what stood before; returns how many leaves.

    Call outside a transaction; done twice it does no harm.
    """
    lives = await peers.key_lives(shop_id)
    head = await logs.head(hub_id, shop_id)
    if head is None or all(life.ends_at is None for life in lives):
        return 0
    stolen = _stolen(head, await logs.checkpoints_after(head, 0, head.size), lives)
    count = 0
    for start, end in stolen:
        for first in range(start, end, PAGE):
            count += await _set_aside(head, first, min(end, first + PAGE), now)
    if stolen:
        await served.mend(desk, head, now)
    return count


def _stolen(head: LogHead, signed: Sequence[StoredCheckpoint], lives: Sequence[KeyLife]) -> list[tuple[int, int]]:
    """The stretches [start, end) of leaves that a key vouched for after its end."""
    stretches, before = [], 0
    for item in signed:
        if not _counts(head, item.note, lives):
            stretches.append((before, item.size))
        before = item.size
    return stretches


def _counts(head: LogHead, data: bytes, lives: Sequence[KeyLife]) -> bool:
    """Whether a kept checkpoint was countersigned here before the end of a key that had signed it."""
    note = notes.parse(data)
    origin = checkpoint.origin_of(head.party_id, head.epoch)
    seen_at = cosignatures.first_said(note, head.holder_id)
    hashes = {item.key_hash for item in note.signatures if item.name == origin}
    signers = [life for life in lives if notes.key_hash(origin, notes.ED25519, life.key) in hashes]
    return not signers or seen_at is None or any(life.covers(seen_at) for life in signers)


async def _set_aside(head: LogHead, start: int, end: int, now: datetime) -> int:
    told = (FieldError("", "key-ended", KEY_ENDED),)
    lines = [line for line in await logs.lines(head, start, end) if line]
    found = [leaves.parse_leaf(line) for line in lines]
    quarantined = [Quarantine(seq=leaf.seq, key=leaf.key, errors=told) for leaf in found]
    async with atomic():
        await replicas.add_quarantined(head.holder_id, head.party_id, head.epoch, quarantined, now)
    return len(quarantined)
