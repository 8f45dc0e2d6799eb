"""What every money page of the portal begins with: which hub is looked at, and what that hub tells or told last."""

from typing import Any, Literal

import msgspec

from federation.node import clock
from federation.node.web import AnyRequest
from federation.service import links
from federation.service.context import Federation
from federation.vocabulary.ids import PartyId
from shops.money import renewing, service, store
from shops.money.domain.renewal import Renewal
from shops.money.renewing import TOLD_BY
from shops.money.service import Pair, Seen
from shops.node import shop_node
from shops.portal.door import boutique_of
from shops.portal.money_words import SILENCE_WORDS, age_words
from shops.store import BoutiqueView

LATELY_SECONDS = 5
"""Turning the pages of a list asks the hub again only after so long."""


class HubChoice(msgspec.Struct, frozen=True):
    """A hub whose account can be looked at."""

    id: PartyId
    name: str


class MoneyDesk(msgspec.Struct, frozen=True, kw_only=True):
    """A boutique's owner at one hub's account; without a hub there is nothing to look at yet."""

    boutique: BoutiqueView
    hubs: tuple[HubChoice, ...]
    hub: HubChoice | None
    seen: Seen | None
    renewal: Renewal | None = None

    @property
    def pair(self) -> tuple[PartyId, PartyId] | None:
        """The two parties of the account, boutique and hub."""
        return None if self.hub is None else (self.boutique.shop_id, self.hub.id)

    @property
    def values(self) -> dict[str, Any]:
        """What the shared pieces of the pages need."""
        told_at = None if self.seen is None else self.seen.copy.told_at
        return {
            "desk": self,
            "hub": self.hub,
            "seen": self.seen,
            "silence_words": SILENCE_WORDS,
            "renewal": self.renewal,
            "age": "" if told_at is None else age_words(clock.now() - told_at),
        }

    @property
    def query(self) -> str:
        """What addresses carry so that the same hub is looked at: nothing when there is only one."""
        return f"?hub={self.hub.id}" if self.hub is not None and len(self.hubs) > 1 else ""


async def desk_of(request: AnyRequest, handle: str, *, ask: Literal["now", "lately", "never"] = "now") -> MoneyDesk:
    """The boutique at the hub that `hub` in the address names, else the one it was linked with last.

    The hub is asked how things stand, for no longer than a visit may wait; with `lately` not if it told a moment ago.
    Outside a transaction.
    """
    boutique = await boutique_of(request, handle)
    hubs = await _hubs(boutique.shop_id)
    named = request.query_params.get("hub", "")
    hub = next((one for one in hubs if one.id == named), hubs[0] if hubs else None)
    seen = None
    if hub is not None:
        pair = (boutique.shop_id, hub.id)
        fed = shop_node(request).federation
        if ask == "never":
            seen = Seen(copy=await store.copy(*pair))
        else:
            fresh_seconds = LATELY_SECONDS if ask == "lately" else 0
            seen = await _look(fed, pair, fresh_seconds)
    renewals = await store.renewals(boutique.shop_id)
    renewal = None if hub is None else renewals.get(hub.id)
    return MoneyDesk(boutique=boutique, hubs=hubs, hub=hub, seen=seen, renewal=renewal)


async def _look(fed: Federation, pair: Pair, fresh_seconds: int) -> Seen:
    now = clock.now()
    seen = await service.look(fed, pair, now, fresh_seconds=fresh_seconds)
    await renewing.note_visit(pair, seen, now)
    return seen


async def _hubs(shop_id: PartyId) -> tuple[HubChoice, ...]:
    """Hubs it is or was linked with, and those of which only a copy is left."""
    linked = {one.remote_id: one.remote_name for one in await links.links(shop_id) if one.state in TOLD_BY}
    copied = {hub_id: str(hub_id) for hub_id in await store.hubs_with_copies(shop_id) if hub_id not in linked}
    return tuple(HubChoice(hub_id, name) for hub_id, name in (linked | copied).items())
