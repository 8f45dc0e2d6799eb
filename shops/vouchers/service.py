"""Offering and ending vouchers, and telling every linked hub of them in private.

Invariants: each change of the list has a number of its own and goes out through the outbox of its transaction; a hub is
told the list as it stands when it is told, so a late message says nothing old.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from federation import limits
from federation.conversations.vouchers import VoucherList, VouchersKept
from federation.node import outbox
from federation.node.database import atomic
from federation.service import links
from federation.service import vouchers as wire
from federation.service.context import Federation
from federation.vocabulary.errors import PeerRefusedError, RecordInvalidError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.wording import sentence
from shops.errors import VoucherGivenError
from shops.vouchers import store
from shops.vouchers.domain.vouchers import OfferedVoucher, ToldHub

TOPIC = "shop.vouchers"
QUEUE = "sync"
LISTED_MAX = 300
PROBLEM_MAX = 300


class VouchersDue(msgspec.Struct, frozen=True):
    """The outbox's note that a hub is to be told of a boutique's vouchers."""

    shop_id: str
    hub_id: str


async def offer(shop_id: PartyId, voucher: OfferedVoucher, now: datetime) -> None:
    """Offer a voucher at every linked hub. Raises RecordInvalidError when it cannot be, saying why.

    VoucherGivenError when its code was given before. In the caller's transaction.
    """
    if not voucher.terms.is_sound:
        raise RecordInvalidError("A voucher takes off an amount or a percentage; an amount needs a minimum above it.")
    if voucher.is_over(now):
        raise RecordInvalidError("A voucher must end after it begins, and not in the past.")
    revision = await store.next_revision(shop_id)
    if len(await store.offered(shop_id, now)) >= limits.VOUCHERS_MAX:
        raise RecordInvalidError(
            sentence("You offer %(num)s vouchers already: end one before you make another.", num=limits.VOUCHERS_MAX)
        )
    if not await store.insert(shop_id, voucher):
        raise VoucherGivenError("You have had a voucher with this code already; codes are never used again.")
    await _announce(shop_id, revision, now)


async def stop(shop_id: PartyId, voucher_id: UUID, now: datetime) -> bool:
    """End a voucher; orders that are being paid keep it. False when it had ended. In the caller's transaction."""
    if not await store.stop(shop_id, voucher_id, now):
        return False
    await _announce(shop_id, await store.next_revision(shop_id), now)
    return True


async def _announce(shop_id: PartyId, revision: int, now: datetime) -> None:
    for link in await links.links(shop_id):
        if link.state == "accepted":
            await _enqueue(shop_id, link.remote_id, f"{revision}", now)


async def linked(shop_id: PartyId, hub_id: PartyId, now: datetime) -> None:
    """A hub was linked: let it know of the vouchers, if there are any. In the caller's transaction."""
    if await store.revision(shop_id):
        await _enqueue(shop_id, hub_id, f"linked:{now.isoformat()}", now)


async def _enqueue(shop_id: PartyId, hub_id: PartyId, occasion: str, now: datetime) -> None:
    key = f"{TOPIC}:{shop_id}:{hub_id}:{occasion}"
    await outbox.enqueue(TOPIC, shop_id, VouchersDue(shop_id, hub_id), key=key, queue=QUEUE, now=now)


async def tell(fed: Federation, due: VouchersDue, now: datetime) -> None:
    """Tell a hub the list as it stands. Opens its own transactions; raises what the outbox tries again."""
    shop_id, hub_id = PartyId(due.shop_id), PartyId(due.hub_id)
    revision = await store.revision(shop_id)
    vouchers = tuple(one.terms for one in await store.offered(shop_id, now))
    try:
        kept = await wire.tell(fed, shop_id, hub_id, VoucherList(revision=revision, vouchers=vouchers), now)
    except PeerRefusedError as error:
        if error.retry != "never":
            raise
        async with atomic():
            refused = ToldHub(hub_id=hub_id, revision=0, told_at=None, problem=error.detail[:PROBLEM_MAX])
            await store.save_told(shop_id, refused)
        return
    await _note(shop_id, hub_id, kept, now)
    if kept.revision >= revision:
        async with atomic():
            await store.note_heard(shop_id, hub_id, [voucher.code for voucher in vouchers], now)


async def look(fed: Federation, shop_id: PartyId, hub_id: PartyId, now: datetime) -> None:
    """Ask a hub how often each voucher is used. Opens its own transactions; raises as the exchange does."""
    await _note(shop_id, hub_id, await wire.ask(fed, shop_id, hub_id, now), now)


async def _note(shop_id: PartyId, hub_id: PartyId, kept: VouchersKept, now: datetime) -> None:
    """Keep what a hub said; of a code that the boutique never gave it has nothing to say."""
    own = await store.codes_among(shop_id, [one.code for one in kept.uses])
    uses = {one.code: (one.paid, one.open) for one in kept.uses if one.code in own}
    async with atomic():
        await store.save_told(shop_id, ToldHub(hub_id=hub_id, revision=kept.revision, told_at=now, uses=uses))
