"""A boutique leaves the hub: nothing of it is shown from that moment on, and what is kept of it goes by rule.

Invariants: what is shown goes in the transaction in which the link ended, so does every index document; open orders
are none of this, they are finished between the two as before; a boutique that comes back begins anew.
"""

from datetime import datetime

from federation.node.database import atomic
from federation.service import remembering
from federation.store import forgetting, registers
from federation.vocabulary.ids import PartyId
from marketplace.accounts.setup import hub_id
from marketplace.leaving import store
from marketplace.leaving.domain.keeping import to_delete_before
from marketplace.leaving.store import Departed
from marketplace.listings.store import index as index_store
from marketplace.media import tidying

ORDERS_AT_ONCE = 500


async def left(shop_id: str, now: datetime) -> None:
    """The link with a boutique has ended; in the caller's transaction."""
    await store.note_left(shop_id, now)
    await index_store.add_index_events_of_shop(shop_id, now)
    await store.forget_listings(shop_id)
    await tidying.let_go(shop_id, now)


async def forwarded(shop_id: str, forward: str) -> None:
    """The boutique says where it is now; in the caller's transaction."""
    await store.note_forward(shop_id, forward)


async def came_back(local: PartyId, shop_id: PartyId, now: datetime) -> None:
    """A boutique that had left is linked again; in the caller's transaction.

    While the copy of its log is kept it is followed from there: only what is new is sent, and what is shown is made of
    the copy. Afterwards it is followed anew, and must agree with the checkpoint that was kept.
    """
    last_note = await store.came_back(shop_id)
    if last_note:
        await start_over(local, shop_id, now, last_note)
    elif last_note is not None:
        await remembering.go_on(local, shop_id, now)


async def start_over(local: PartyId, shop_id: PartyId, now: datetime, last_note: bytes = b"") -> None:
    """Forget the hub's copy of a boutique and what was made of it, to follow it from its first line on.

    In the caller's transaction; orders, money and the link stay. What comes must agree with the last checkpoint of the
    copy, or with `last_note`, which is left of one that was forgotten before.
    """
    kept = remembering.longest(await remembering.forget_copy(local, shop_id), last_note)
    await index_store.add_index_events_of_shop(shop_id, now)
    await store.keep_since(shop_id)
    await store.forget_listings(shop_id)
    await store.forget_profile(shop_id)
    await remembering.follow_anew(local, shop_id, kept)
    await registers.open_table(local, shop_id)


async def as_before(shop_id: PartyId, now: datetime) -> int:
    """A boutique has been read again: its pieces are shown since when they first were; returns how many."""
    async with atomic():
        restored = await store.restore_since(shop_id)
        if restored:
            await index_store.add_index_events_of_shop(shop_id, now)
    return restored


async def departed(handle: str) -> Departed | None:
    """The boutique that was called `handle` here and has left."""
    return await store.departed(handle)


async def purge(now: datetime) -> int:
    """Sweep: delete what is kept no longer; returns how many orders lost the people in them."""
    local = await hub_id()
    for shop_id in await store.copies_due(to_delete_before("log", now)):
        async with atomic():
            note = await remembering.forget_copy(local, PartyId(shop_id))
            await store.note_purged(shop_id, note, now)
    async with atomic():
        due = await store.orders_due(to_delete_before("contact", now), ORDERS_AT_ONCE)
        for item in due:
            await forgetting.forget_documents(local, PartyId(item.shop_id), [item.shop_order_id])
        await store.forget_people([item.order_id for item in due])
    return len({item.order_id for item in due})
