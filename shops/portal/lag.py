"""How far each hub is behind a boutique: what it has not confirmed yet, and since when. Pure."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from federation.node.pages import format_number
from federation.node.plots import Bar, BarPlot, Tone
from federation.records import SyncState
from shops.portal.words import say


class HubLag(msgspec.Struct, frozen=True, kw_only=True):
    """One linked hub. `seconds` is how long ago it last confirmed anything; None when it never did."""

    name: str
    records: int
    stock: int
    seconds: int | None

    @property
    def in_step(self) -> bool:
        """Whether it has confirmed everything."""
        return not self.records and not self.stock


def hub_lags(hubs: Sequence[SyncState], vseq: int, now: datetime) -> list[HubLag]:
    """The linked hubs; `vseq` is the boutique's stock counter."""
    return [
        HubLag(
            name=hub.hub_name,
            records=max(hub.size - hub.acked_size, 0),
            stock=max(vseq - hub.acked_vseq, 0),
            seconds=_since(hub, now),
        )
        for hub in hubs
        if hub.link_state == "accepted"
    ]


def _since(hub: SyncState, now: datetime) -> int | None:
    heard = [moment for moment in (hub.last_success_at, hub.last_stock_at) if moment is not None]
    return max(int((now - max(heard)).total_seconds()), 0) if heard else None


def lag_plot(hubs: Sequence[SyncState]) -> BarPlot:
    """How much of the catalogue each linked hub has confirmed, and in outline what it has not."""
    return BarPlot(tuple(_bar(hub) for hub in hubs if hub.link_state == "accepted"))


def _bar(hub: SyncState) -> Bar:
    behind = max(hub.size - hub.acked_size, 0)
    tone: Tone = "todo" if behind else "good"
    said = say("%(held)s of %(size)s", held=format_number(hub.acked_size), size=format_number(hub.size))
    shape = "◆" if behind else "●"
    return Bar(words=hub.hub_name, figure=hub.acked_size, rest=behind, said=said, tone=tone, shape=shape)
