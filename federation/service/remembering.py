"""What a hub remembers of a shop's log whose copy it has forgotten: the newest checkpoint that it had countersigned.

Invariants: a copy is never forgotten without it; the next copy takes nothing of a history that is shorter, and is
frozen, with the proof, when it does not begin with what was countersigned; a new epoch, which only a root key opens,
ends the memory with the epoch that it was of.
"""

from datetime import datetime

import msgspec

from federation.errors import PeerMismatchError
from federation.log import checkpoint
from federation.log.checkpoint import Checkpoint
from federation.records import LogHead, Replica
from federation.store import forgetting, registers, repairs, replicas
from federation.vocabulary.ids import PartyId


async def forget_copy(hub_id: PartyId, shop_id: PartyId) -> bytes:
    """Forget a hub's copy of a shop, in the caller's transaction; returns the checkpoint to remember, if there is one.

    It is the longest of the copy's own and of what was remembered before it.
    """
    replica = await replicas.replica(hub_id, shop_id, lock=True)
    newest = await forgetting.last_note(hub_id, shop_id)
    kept = longest(newest, b"" if replica is None else replica.kept_note)
    await forgetting.forget_copy(hub_id, shop_id)
    return kept


async def follow_anew(hub_id: PartyId, shop_id: PartyId, kept_note: bytes) -> None:
    """Begin a copy that must agree with a remembered checkpoint, in the caller's transaction."""
    await replicas.open_replica(hub_id, shop_id)
    await replicas.keep_note(hub_id, shop_id, kept_note)


async def go_on(hub_id: PartyId, shop_id: PartyId, now: datetime) -> None:
    """Follow a copy further that was kept while nothing of it was shown, in the caller's transaction.

    Its log is read from its own end on. What is shown is made of it by the next look (`repair`), which is due now and
    compares it with the shop's; stock is told whole, as to a new hub.
    """
    await replicas.open_replica(hub_id, shop_id)
    await forgetting.forget_stock(hub_id, shop_id)
    await registers.open_table(hub_id, shop_id)
    await repairs.save_note(msgspec.structs.replace(await repairs.note(hub_id, shop_id), next_at=now))


def longest(*notes: bytes) -> bytes:
    """The note of the highest epoch and size; empty when all are."""
    return max(notes, key=_reach)


def refuse_shrunk(replica: Replica, told: Checkpoint) -> None:
    """Raise PeerMismatchError for a history that is shorter than the one remembered."""
    if not replica.kept_note:
        return
    kept = checkpoint.parse(replica.kept_note).checkpoint
    epochs = (checkpoint.epoch_of(told), checkpoint.epoch_of(kept))
    if epochs[0] < epochs[1] or (epochs[0] == epochs[1] and told.size < kept.size):
        raise PeerMismatchError(
            f"{replica.shop_id} has gone back to {told.size} lines; {kept.size} were countersigned here and are known"
        )


def is_settled(replica: Replica, head: LogHead) -> bool:
    """Whether our copy has come so far that what is remembered can be compared, or does not matter any more."""
    kept = checkpoint.parse(replica.kept_note).checkpoint
    return head.epoch > checkpoint.epoch_of(kept) or (
        head.epoch == checkpoint.epoch_of(kept) and head.size >= kept.size
    )


def _reach(note: bytes) -> tuple[int, int]:
    if not note:
        return 0, 0
    kept = checkpoint.parse(note).checkpoint
    return checkpoint.epoch_of(kept), kept.size
