"""Serving a log, one's own or a countersigned copy: batches ending at a signed size, proofs of growth and content."""

from collections.abc import Sequence

from federation import limits
from federation.batches import GROUP_BYTES_MAX, Batch
from federation.log import nodes
from federation.log.tree import Span, consistency_spans, inclusion_spans
from federation.records import LogHead, StoredLeaf
from federation.store import logs
from federation.vocabulary.errors import NotFoundError, RecordInvalidError
from federation.vocabulary.ids import PartyId


async def head_of(holder_id: PartyId, party_id: PartyId, epoch: int | None = None) -> LogHead:
    """The end of the log of `party_id` as `holder_id` has it, now or in an ended epoch; raises NotFoundError."""
    head = await logs.head(holder_id, party_id)
    if head is not None and epoch is not None and epoch < head.epoch:
        head = await logs.past_head(holder_id, party_id, epoch)
    if head is None or epoch not in {None, head.epoch}:
        raise NotFoundError(f"{holder_id} holds no log of {party_id}" + (f" in epoch {epoch}" if head else ""))
    return head


async def batch_from(head: LogHead, start: int, lines_max: int = limits.BATCH_OPERATIONS_MAX) -> Batch:
    """As many lines from `start` on as one batch carries, ending at a checkpoint; none at the log's end.

    `lines_max` is a wish: the first checkpoint after `start` is always reached. Raises NotFoundError where lines of
    superseded records are not kept.
    """
    if not 0 <= start <= head.size:
        raise RecordInvalidError(f"the log has {head.size} lines, none can be read from {start} on")
    if start == head.size:
        return Batch(head.note, ())
    found = await logs.checkpoints_after(head, start, start + limits.BATCH_OPERATIONS_MAX)
    base = max((item.inflated_bytes for item in found if item.size <= start), default=0)
    ahead = [item for item in found if item.size > start]
    end = ahead[0] if ahead else None
    for item in ahead[1:]:
        if item.inflated_bytes - base <= GROUP_BYTES_MAX and item.size - start <= lines_max:
            end = item
    lines = [] if end is None else await logs.lines(head, start, end.size)
    if end is None or not all(lines):
        raise NotFoundError(f"this copy came by a snapshot and lacks lines after {start}: load a snapshot of it")
    return Batch(end.note, tuple(lines))


async def growth(head: LogHead, old: int, new: int) -> list[bytes]:
    """The proof that the log at size `new` continues the log at size `old` (RFC 6962 section 2.1.2)."""
    if not 0 <= old <= new <= head.size:
        raise RecordInvalidError(f"the log has {head.size} lines: no proof leads from {old} to {new}")
    return await _roots(head, consistency_spans(old, new))


async def inclusion(head: LogHead, seq: int, size: int) -> list[bytes]:
    """The audit path of line `seq` in the log at `size` (RFC 6962 section 2.1.1)."""
    if not 0 <= seq < size <= head.size:
        raise RecordInvalidError(f"the log has {head.size} lines: no proof says that {seq} is among the first {size}")
    return await _roots(head, inclusion_spans(seq, size))


async def leaf_at(head: LogHead, seq: int) -> StoredLeaf:
    """The line numbered `seq`; raises NotFoundError."""
    found = await logs.leaf(head, seq)
    if found is None:
        raise NotFoundError(f"the log of {head.party_id} has no line {seq} in epoch {head.epoch}")
    return found


async def root_at(head: LogHead, size: int) -> bytes:
    """The root of the log's first `size` lines."""
    if not 0 <= size <= head.size:
        raise RecordInvalidError(f"the log has {head.size} lines, not {size}")
    return (await _roots(head, [(0, size)]))[0]


async def _roots(head: LogHead, spans: Sequence[Span]) -> list[bytes]:
    """The roots of subtrees, from the few hashes they need."""
    held = await logs.nodes(head, [place for span in spans for place in nodes.parts(span)])
    return [nodes.root(span, held) for span in spans]
