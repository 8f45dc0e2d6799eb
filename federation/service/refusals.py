"""What hubs do not show of a shop's catalogue, for the boutique to put right.

A record that a hub cannot read is history like any other and blocks nothing: the version before it stays on show. The
receipt of a push names it; a hub that pulls has no one to tell, so the shop asks. What is kept here is each hub's whole
answer of last time, so a record that was put right goes from it by itself.
"""

from datetime import datetime
from typing import Annotated

import msgspec

from federation import limits
from federation.conversations.messages import Quarantine
from federation.documents import json
from federation.node.database import atomic
from federation.records import Refusal
from federation.service.calls import PeerCall, call
from federation.service.context import Federation
from federation.store import refusals as store
from federation.vocabulary.ids import PartyId

PAGES_MAX = 20


class RefusalList(msgspec.Struct, frozen=True, kw_only=True):
    """`GET quarantine`: what a hub does not show of the asking shop; `next` is where its next page is `from`."""

    records: Annotated[tuple[Quarantine, ...], msgspec.Meta(max_length=limits.BATCH_OPERATIONS_MAX)]
    next: int | None = None


async def standing(hub_id: PartyId, shop_id: PartyId, first: int) -> RefusalList:
    """A page of what a hub does not show of a shop, from line `first` on."""
    found = await store.standing(hub_id, shop_id, first - 1, limits.BATCH_OPERATIONS_MAX)
    full = len(found) == limits.BATCH_OPERATIONS_MAX
    return RefusalList(records=tuple(found), next=found[-1].seq + 1 if full else None)


async def ask(fed: Federation, ends: tuple[PartyId, PartyId], now: datetime) -> int:
    """Ask a hub what it does not show of a shop, and remember its answer; `ends` are (shop, hub). Returns how many."""
    shop_id, hub_id = ends
    newest: dict[str, Refusal] = {}
    first: int | None = 0
    for _ in range(PAGES_MAX):
        if first is None:
            break
        query = f"from={first}"
        exchange = PeerCall(local_id=shop_id, remote_id=hub_id, method="GET", path="/quarantine", query=query)
        answer = (await call(fed, exchange, now)).body
        page = json.decode(answer, RefusalList, bytes_max=limits.BATCH_INFLATED_BYTES_MAX)
        newest |= {one.key: Refusal(hub_id, "", one.key, one.seq, one.errors, now) for one in page.records}
        first = page.next
    async with atomic():
        await store.replace(shop_id, hub_id, list(newest.values()))
    return len(newest)


async def heard(shop_id: PartyId, key: str = "") -> list[Refusal]:
    """What hubs do not show of a hosted shop (of one record when its key is given)."""
    return await store.refusals(shop_id, key)
