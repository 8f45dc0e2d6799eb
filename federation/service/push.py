"""A shop sending the end of its log to a hub: batch after batch, from wherever the hub says it is.

Invariants: only what the hub has countersigned counts as delivered, and that countersignature is verified and kept;
a lost or repeated request does no harm, for the hub's size decides. The hub may pull the same lines at any time.
"""

from datetime import datetime

from federation import batches
from federation.conversations import checks
from federation.conversations.messages import PushReceipt
from federation.documents.errors import BadSignatureError
from federation.documents.keys import PublicKey
from federation.errors import CopyLoadingError, PeerMismatchError
from federation.log import checkpoint
from federation.log.errors import SizeMismatchError
from federation.node.claims import NotYetError
from federation.node.database import atomic
from federation.records import LogHead
from federation.service import catalogue, peers, reading, recovery, refusals
from federation.service.calls import LOG_TYPE, PeerCall, call
from federation.service.catalogue import PushDue
from federation.service.context import Federation
from federation.store import links
from federation.vocabulary.errors import PeerRefusedError
from federation.vocabulary.ids import new_id

BATCHES_PER_RUN = 10
"""After so many the others have their turn; the rest is announced anew."""
REWINDS_PER_RUN = 3
FETCHED_SECONDS = 10
"""How long a hub that fetches by itself is left alone with it unless it says so."""


async def deliver_log(fed: Federation, due: PushDue, now: datetime) -> int:
    """Push what the hub lacks; returns how many lines it took. Raises PeerRefusedError or PeerUnreachableError.

    NotYetError while the hub fetches the log by itself.
    """
    delivery = await links.delivery(due.shop_id, due.hub_id)
    head = await reading.head_of(due.shop_id, due.shop_id)
    hub_size = 0 if delivery is None else delivery.acked_size
    taken = rewinds = 0
    for _ in range(BATCHES_PER_RUN):
        if hub_size >= head.size:
            break
        try:
            receipt = await _push(fed, due, head, hub_size, now)
        except PeerRefusedError as error:
            if error.peer_slug == CopyLoadingError.slug:
                raise NotYetError(error.detail, error.retry_after_seconds or FETCHED_SECONDS) from error
            rewinds += 1
            hub_size = _hub_size(error, hub_size, rewinds)
            if hub_size > head.size:
                head = await recovery.recover_end(fed, (due.shop_id, due.hub_id), now)
            await links.record_size(due.shop_id, due.hub_id, hub_size, now)
            continue
        taken += receipt.accepted
        hub_size = receipt.size
    if hub_size < head.size:
        async with atomic():
            await catalogue.announce(due.shop_id, due.hub_id, now)
    return taken


def _hub_size(error: PeerRefusedError, sent_from: int, rewinds: int) -> int:
    """Where the hub says it is, when that is why it refused; raises `error` when it is not, or goes in circles."""
    wanted = error.expected
    in_circles = rewinds > REWINDS_PER_RUN or wanted == sent_from
    if error.peer_slug != SizeMismatchError.slug or not isinstance(wanted, int) or in_circles or wanted < 0:
        raise error
    return wanted


async def _push(fed: Federation, due: PushDue, head: LogHead, hub_size: int, now: datetime) -> PushReceipt:
    batch = await reading.batch_from(head, hub_size)
    exchange = PeerCall(
        local_id=due.shop_id,
        remote_id=due.hub_id,
        method="POST",
        path=f"/log/{head.epoch}",
        body=batches.encode(batch),
        content_type=LOG_TYPE,
        idempotency_key=str(new_id()),
        old_size=hub_size,
    )
    answer = await call(fed, exchange, now)
    receipt = checks.read(answer.body, PushReceipt)
    cosigned = _cosigned(batch.note, receipt, due, await peers.keys_of(due.hub_id, now))
    await links.record_size(
        due.shop_id, due.hub_id, receipt.size, now, cosigned_note=cosigned, quarantined=len(receipt.quarantined)
    )
    if receipt.quarantined:
        await refusals.ask(fed, (due.shop_id, due.hub_id), now)
    return receipt


def _cosigned(note: bytes, receipt: PushReceipt, due: PushDue, keys: tuple[PublicKey, ...]) -> bytes:
    """The checkpoint with the hub's verified cosignature; raises PeerMismatchError when the hub lied."""
    told = checkpoint.parse(note).checkpoint
    if receipt.size != told.size:
        raise PeerMismatchError(f"{due.hub_id} answered size {receipt.size} to a batch that leads to {told.size}")
    try:
        cosigned = checkpoint.with_line(note, receipt.cosignature)
        found = any(checkpoint.cosignature(checkpoint.parse(cosigned), due.hub_id, key) for key in keys)
    except BadSignatureError as error:
        raise PeerMismatchError(f"{due.hub_id} answered with a cosignature that does not verify") from error
    if not found:
        raise PeerMismatchError(f"{due.hub_id} took lines without countersigning them")
    return cosigned
