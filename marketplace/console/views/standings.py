"""How each boutique stands with this hub, row by row; how the list is narrowed and sorted. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from federation.records import ReplicaView
from federation.vocabulary.wording import message
from marketplace.console.views.looks import (
    FRESHNESS_LOOKS,
    LINK_LOOKS,
    SYNC_LOOKS,
    Looks,
    silence,
)
from marketplace.console.words import say
from marketplace.listings.views import BoutiqueRow, ListingCount

FRESH_SECONDS, SOFT_SECONDS = 40, 150
NEVER = 10**9
"""Longer than any silence: a boutique that was never heard."""


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


def silence_seconds(one: Standing) -> int:
    """How long its stock has been silent; NEVER if it was never heard."""
    return NEVER if one.silent_seconds is None else one.silent_seconds


STATES: dict[str, Callable[[Standing], bool]] = {
    "accepted": lambda one: one.open,
    "proposed": lambda one: one.row.link_state == "proposed",
    "suspended": lambda one: one.row.link_state == "suspended",
    "ended": lambda one: one.row.link_state == "ended",
    "fresh": lambda one: one.open and one.row.freshness == "fresh",
    "soft": lambda one: one.open and one.row.freshness == "soft",
    "stale": lambda one: one.open and one.row.freshness == "stale",
    "behind": lambda one: one.open and one.behind > 0,
    "failing": lambda one: one.failing,
    "unreadable": lambda one: one.row.quarantined > 0,
}
"""What the list can be narrowed to."""

SORTS: dict[str, Callable[[Standing], Any]] = {
    "name": lambda one: one.row.name.casefold(),
    "country": lambda one: (one.row.country, one.row.name.casefold()),
    "link": lambda one: one.row.link_state,
    "silent": silence_seconds,
    "size": lambda one: one.size,
    "behind": lambda one: one.behind,
    "pieces": lambda one: one.row.products,
    "stale": lambda one: one.stale,
    "unreadable": lambda one: one.row.quarantined,
}
FIGURES = frozenset(SORTS) - {"name", "country", "link"}
"""Columns whose greatest is wanted first."""


def chosen(shown: Iterable[Standing], filters: Mapping[str, str]) -> list[Standing]:
    """Those that fit a state, a country and words of their name or town."""
    fits = STATES.get(filters.get("state", ""))
    words, country = filters.get("q", "").casefold(), filters.get("country", "")
    return [
        one
        for one in shown
        if (fits is None or fits(one))
        and country in {"", one.row.country}
        and words in f"{one.row.name} {one.row.town}".casefold()
    ]


COLUMNS = (
    message("Boutique"), message("Town"), message("Country"), message("Link"), message("Log"), message("Stock"),
    message("Silent, seconds"), message("Records"), message("To come"), message("Pieces"), message("Stale"),
    message("Unreadable"), message("Last failure"), message("Party"),
)  # fmt: skip
"""The columns of the list as a file."""


def cells(one: Standing) -> tuple[str | int | None, ...]:
    """One boutique in those columns."""
    row = one.row
    stock = say(one.stock.word) if one.open else ""
    failure = row.last_error if one.failing else ""
    named = (row.name, row.town, row.country, say(one.link.word), say(one.sync.word), stock)
    figures = (one.silent_seconds, one.size, one.behind, row.products, one.stale, row.quarantined)
    return (*named, *figures, failure, row.shop_id)
