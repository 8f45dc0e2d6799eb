"""One card per hub: how the link stands, what the hub has of the boutique, holds of it and sold of it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from federation.records import LinkView, SyncState
from federation.vocabulary.ids import PartyId
from shops.dealings.store import HubHolds, HubSales
from shops.portal.views import is_failing

Offer = tuple[str, ...]
_BASIS_POINTS = Decimal(100)


class HubCard(msgspec.Struct, frozen=True, kw_only=True):
    """What a boutique's page says of one hub; `decisions` are what its owner may do about the link now.

    `left_alone_until` is when a hub that does not answer is asked again; None for one that answers.
    """

    link: LinkView
    sync: SyncState | None
    is_behind: bool
    holds: HubHolds | None
    sales: tuple[HubSales, ...]
    decisions: Offer
    left_alone_until: datetime | None = None

    @property
    def is_failing(self) -> bool:
        """Whether the last attempt to tell this hub something failed."""
        return self.sync is not None and is_failing(self.sync)

    @property
    def waits_for_hub(self) -> bool:
        """Whether the hub has not said yet whether it takes the boutique up."""
        return self.link.state == "proposed" and self.link.ours == "accepted"

    @property
    def paused_by_us(self) -> bool:
        """Whether the boutique itself has paused the link."""
        return self.link.ours == "suspended"


def commission_percent(sales: HubSales) -> Decimal | None:
    """What the hub has kept of the goods' price, in percent; None while nothing was sold."""
    points = sales.commission_basis_points
    return None if points is None else Decimal(points) / _BASIS_POINTS


def hub_cards(
    links: Sequence[LinkView],
    states: Mapping[PartyId, SyncState],
    dealings: tuple[Iterable[HubHolds], Iterable[HubSales]],
    vseq: int,
    *,
    resting: Mapping[PartyId, datetime | None],
) -> list[HubCard]:
    """A card for every hub, ended ones last; `vseq` is the boutique's stock counter, `resting` until when by hub."""
    holds, sales = dealings
    held = {each.hub_id: each for each in holds}
    sold: dict[PartyId, list[HubSales]] = {}
    for each in sales:
        sold.setdefault(each.hub_id, []).append(each)
    cards = [
        HubCard(
            link=link,
            sync=states.get(link.remote_id),
            is_behind=_is_behind(states.get(link.remote_id), vseq),
            holds=held.get(link.remote_id),
            sales=tuple(sold.get(link.remote_id, ())),
            decisions=_decisions(link),
            left_alone_until=resting.get(link.remote_id),
        )
        for link in links
    ]
    return sorted(cards, key=lambda card: card.link.state == "ended")


def _is_behind(sync: SyncState | None, vseq: int) -> bool:
    return sync is None or sync.acked_size < sync.size or sync.acked_vseq < vseq


def _decisions(link: LinkView) -> Offer:
    if link.ours == "ended" or link.state == "ended":
        return ()
    if link.ours == "suspended":
        return ("resume", "end")
    if link.ours == "proposed":
        return ("accept", "end")
    return ("suspend", "end") if link.state == "accepted" else ("end",)
