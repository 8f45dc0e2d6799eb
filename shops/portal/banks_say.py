"""What shoppers' banks say of a boutique's orders, for pages that are about something else.

Hubs are asked at the visit, for a short while and all at once; one that does not tell is passed over, since these pages
are of use without it.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from federation.conversations.disputes import Dispute, DisputeState
from federation.documents.times import moment_of
from federation.service.context import Federation
from federation.service.disputes import ask_disputes
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import PartyId
from shops.money import renewing
from shops.orders import store as orders
from shops.portal.views import ToAnswer

GAVE_IT: frozenset[DisputeState] = frozenset({"lost", "prevented"})
"""The shopper has the money back from the bank."""
HAS_IT: frozenset[DisputeState] = GAVE_IT | {"open", "answered"}
"""The hub has not got the money any more, or not yet again."""
CONCERNS: frozenset[DisputeState] = HAS_IT | {"inquiry"}
"""The payment may be, or is, lost."""
_SECONDS = 2.0
"""How long a page waits for the hubs."""

Told = tuple[PartyId, Dispute]
"""(hub, what it says)"""


async def told_by(fed: Federation, shop_id: PartyId, hubs: Iterable[PartyId], now: datetime) -> tuple[Told, ...]:
    """Every dispute that these hubs tell of in time."""
    found = await asyncio.gather(*(_asked(fed, (shop_id, hub_id), now) for hub_id in hubs))
    return tuple(each for some in found for each in some)


async def _asked(fed: Federation, pair: tuple[PartyId, PartyId], now: datetime) -> list[Told]:
    try:
        told = await ask_disputes(fed, pair, now, _SECONDS)
    except GalleriaError:
        return []
    return [(pair[1], one) for one in told.disputes]


async def of_order(
    fed: Federation, shop_id: PartyId, name: tuple[PartyId, UUID], among: frozenset[DisputeState], now: datetime
) -> Dispute | None:
    """The weightiest dispute about an order that stands so; None when nobody knows any."""
    hub_id, order_id = name
    told = [one for _, one in await told_by(fed, shop_id, (hub_id,), now) if one.order_id == str(order_id)]
    return min((one for one in told if one.state in among), key=_weight, default=None)


class Matters(msgspec.Struct, frozen=True):
    """What disputes ask of a boutique: words for its hubs, the soonest first, and orders that are not to be sent."""

    to_answer: tuple[ToAnswer, ...]
    stopped: int


async def matters(fed: Federation, shop_id: PartyId, now: datetime) -> Matters:
    """As its hubs tell it now; those that did not answer when they were last asked for its account are left alone."""
    told = await told_by(fed, shop_id, await renewing.answering(shop_id), now)
    found = await orders.named(shop_id, [_name(each) for each in told])
    unanswered = [
        ToAnswer(
            path=f"/money/disputes/{hub_id}/{one.id}",
            number=found[_name((hub_id, one))].number,
            due_at=None if one.due_at is None else moment_of(one.due_at),
        )
        for hub_id, one in told
        if one.takes == "yes" and not one.said and not one.files and _name((hub_id, one)) in found
    ]
    in_doubt = {_name(each) for each in told if each[1].state in CONCERNS}
    stopped = sum(name in in_doubt and order.state == "accepted" for name, order in found.items())
    return Matters(tuple(sorted(unanswered, key=lambda each: (each.due_at is None, each.due_at))), stopped)


def _name(told: Told) -> orders.Name:
    return told[0], UUID(told[1].order_id)


def _weight(one: Dispute) -> int:
    """The less the sooner: money that is gone, money that is away, a question."""
    return 0 if one.state in GAVE_IT else 1 if one.state in HAS_IT else 2
