"""How each boutique stands with this hub, row by row, and the plots of it. Pure.

The plots show those that need looking at first and PLOT_ROWS at most; the table beside them has every boutique.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from federation.records import ReplicaView
from marketplace.console.views.looks import (
    FRESHNESS_LOOKS,
    LINK_LOOKS,
    SYNC_LOOKS,
    Looks,
    Tone,
    silence,
)
from marketplace.console.words import say
from marketplace.listings.views import BoutiqueRow, ListingCount

FRESH_SECONDS, SOFT_SECONDS = 40, 150
SILENCE_SECONDS_MAX = 300
PLOT_ROWS = 24
PLOT_WIDTH = 320
ROW_HEIGHT = 34


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One boutique: its link, how much of its log we hold, how long its stock has been silent, what failed last.

    `failing` is set while the last failure is newer than the last thing that went well.
    """

    row: BoutiqueRow
    link: Looks
    sync: Looks
    stock: Looks
    behind: int
    size: int
    stale: int
    silent_seconds: int | None
    silent: str
    failing: bool
    replica: ReplicaView | None

    @property
    def open(self) -> bool:
        """Whether it is shown and sold here."""
        return self.row.link_state == "accepted"


def standings(
    rows: Sequence[BoutiqueRow], replicas: Sequence[ReplicaView], counts: Sequence[ListingCount], now: datetime
) -> list[Standing]:
    """The boutiques as the console lists them, in the order of `rows`."""
    copies: dict[str, ReplicaView] = {replica.shop_id: replica for replica in replicas}
    stale = {count.shop_id: count.stale for count in counts}
    return [_standing(row, copies.get(row.shop_id), stale.get(row.shop_id, 0), now) for row in rows]


def _standing(row: BoutiqueRow, copy: ReplicaView | None, stale: int, now: datetime) -> Standing:
    heard_at = row.last_heard_at or (copy.last_stock_at if copy else None)
    silent_seconds = None if heard_at is None else max(0, int((now - heard_at).total_seconds()))
    return Standing(
        row=row,
        link=LINK_LOOKS[row.link_state],
        sync=SYNC_LOOKS[copy.state if copy else "desynced"],
        stock=FRESHNESS_LOOKS[row.freshness],
        behind=row.behind,
        size=row.size,
        stale=stale,
        silent_seconds=silent_seconds,
        silent=silence(silent_seconds),
        failing=copy is not None and _failing(copy),
        replica=copy,
    )


def _failing(copy: ReplicaView) -> bool:
    if not copy.last_error or copy.last_error_at is None:
        return False
    well = [moment for moment in (copy.last_push_at, copy.last_stock_at) if moment is not None]
    return not well or max(well) < copy.last_error_at


class Bar(msgspec.Struct, frozen=True):
    """One bar in the plot's units: `width` filled, `rest` more in outline, the figure in words beside the name."""

    name: str
    url: str
    y: int
    width: int
    rest: int
    tone: Tone
    words: str


class Plot(msgspec.Struct, frozen=True):
    """A plot of one figure per boutique; `marks` are lines across it, `left_out` counts boutiques it leaves out."""

    bars: tuple[Bar, ...]
    height: int
    marks: tuple[tuple[int, str], ...] = ()
    left_out: int = 0


def silence_plot(shown: Iterable[Standing]) -> Plot:
    """How long each open boutique's stock has been silent, longest first, cut off at SILENCE_SECONDS_MAX."""
    chosen = sorted((one for one in shown if one.open), key=_silent_seconds, reverse=True)
    bars = []
    for place, one in enumerate(chosen[:PLOT_ROWS]):
        seconds = min(_silent_seconds(one), SILENCE_SECONDS_MAX)
        tone: Tone = "good" if seconds < FRESH_SECONDS else "todo" if seconds < SOFT_SECONDS else "bad"
        width = max(2, _scaled(seconds, SILENCE_SECONDS_MAX))
        bars.append(Bar(one.row.name, _url(one), place * ROW_HEIGHT, width, 0, tone, one.silent))
    marks = tuple((_scaled(seconds, SILENCE_SECONDS_MAX), f"{seconds} s") for seconds in (FRESH_SECONDS, SOFT_SECONDS))
    return Plot(tuple(bars), len(bars) * ROW_HEIGHT, marks, max(0, len(chosen) - PLOT_ROWS))


def _silent_seconds(one: Standing) -> int:
    return SILENCE_SECONDS_MAX * 1_000 if one.silent_seconds is None else one.silent_seconds


def size_plot(shown: Iterable[Standing]) -> Plot:
    """How many records of each open boutique's log are held, and how many are still to come; those behind first."""
    chosen = sorted((one for one in shown if one.open), key=lambda one: (one.behind, one.size), reverse=True)
    most = max((one.size + one.behind for one in chosen), default=0) or 1
    bars = []
    for place, one in enumerate(chosen[:PLOT_ROWS]):
        width, rest = _scaled(one.size, most), _scaled(one.behind, most)
        words = say("%(held)s held", held=f"{one.size:,}")
        if one.behind:
            words = say("%(held)s held, %(behind)s to come", held=f"{one.size:,}", behind=f"{one.behind:,}")
        tone: Tone = "todo" if one.behind else "good"
        bars.append(Bar(one.row.name, _url(one), place * ROW_HEIGHT, max(2, width), rest, tone, words))
    return Plot(tuple(bars), len(bars) * ROW_HEIGHT, (), max(0, len(chosen) - PLOT_ROWS))


def _scaled(figure: int, most: int) -> int:
    return figure * PLOT_WIDTH // most


def _url(one: Standing) -> str:
    return f"/console/boutiques/{one.row.shop_id}"
