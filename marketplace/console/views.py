"""Page values of the console: a boutique's standing in one row, the plot of silence, states in words. Pure."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from federation.records import ReplicaView
from marketplace.listings.views import BoutiqueRow

FRESH_SECONDS, SOFT_SECONDS = 40, 150
PLOT_SECONDS_MAX = 300
ROW_HEIGHT = 24
PLOT_WIDTH = 480


class Looks(msgspec.Struct, frozen=True):
    """A state in words, with a tone and a shape."""

    word: str
    tone: str
    shape: str


LINK_LOOKS = {
    "proposed": Looks("asks to be let in", "todo", "◆"),
    "accepted": Looks("open", "good", "●"),
    "suspended": Looks("on hold", "bad", "▲"),
    "ended": Looks("ended", "done", "○"),
}
SYNC_LOOKS = {
    "live": Looks("in step", "good", "●"),
    "catching_up": Looks("catching up", "calm", "◐"),
    "snapshotting": Looks("taking stock", "calm", "◔"),
    "repairing": Looks("repairing", "todo", "◆"),
    "throttled": Looks("slowed down", "todo", "◆"),
    "desynced": Looks("not yet read", "calm", "◔"),
    "frozen": Looks("frozen: two histories", "bad", "▲"),
}
ORDER_LOOKS = {
    "paid": Looks("paid", "good", "●"),
    "paying": Looks("paying", "calm", "◐"),
    "held": Looks("set aside", "calm", "◔"),
    "holding": Looks("asking", "calm", "◔"),
    "refused": Looks("refused", "bad", "▲"),
    "cancelled": Looks("ended", "done", "○"),
}
PART_LOOKS = {
    "asked": Looks("asked", "calm", "◔"),
    "held": Looks("set aside", "calm", "◔"),
    "refused": Looks("refused", "bad", "▲"),
    "released": Looks("given back", "done", "○"),
    "confirming": Looks("confirming", "calm", "◐"),
    "reholding": Looks("confirming again", "todo", "◆"),
    "confirmed": Looks("confirmed", "calm", "◐"),
    "placed": Looks("with the boutique", "todo", "◆"),
    "accepted": Looks("being prepared", "calm", "◐"),
    "declined": Looks("declined", "bad", "▲"),
    "shipped": Looks("shipped", "good", "●"),
    "delivered": Looks("delivered", "good", "●"),
    "cancelled": Looks("cancelled", "bad", "▲"),
}
MONEY_TONES = {
    "paid": "good", "succeeded": "good", "transferred": "good", "settled": "good", "failed": "bad", "blocked": "bad",
    "declined": "bad", "held": "calm", "releasable": "calm", "submitting": "calm", "pending": "calm", "in_transit": "calm",
}  # fmt: skip
SHAPES = {"good": "●", "bad": "▲", "calm": "◐", "todo": "◆", "done": "○"}


def money_looks(status: str) -> Looks:
    """How a settlement's, transfer's or payout's status reads."""
    tone = MONEY_TONES.get(status, "done")
    return Looks(status.replace("_", " "), tone, SHAPES[tone])


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One boutique: its link, how much of its log we hold, how long its stock has been silent, what failed last."""

    row: BoutiqueRow
    link: Looks
    sync: Looks
    behind: int
    size: int
    silent_seconds: int | None
    last_error: str
    last_error_at: datetime | None


def standings(rows: Sequence[BoutiqueRow], replicas: Sequence[ReplicaView], now: datetime) -> list[Standing]:
    """The boutiques as the console lists them."""
    known = {replica.shop_id: replica for replica in replicas}
    return [_standing(row, next((one for key, one in known.items() if key == row.shop_id), None), now) for row in rows]


def _standing(row: BoutiqueRow, replica: ReplicaView | None, now: datetime) -> Standing:
    heard_at = row.last_heard_at or (replica.last_stock_at if replica else None)
    return Standing(
        row=row,
        link=LINK_LOOKS[row.link_state],
        sync=SYNC_LOOKS[replica.state if replica else "desynced"],
        behind=max(0, replica.shop_size - replica.size) if replica else 0,
        size=replica.size if replica else 0,
        silent_seconds=None if heard_at is None else max(0, int((now - heard_at).total_seconds())),
        last_error=replica.last_error if replica else "",
        last_error_at=replica.last_error_at if replica else None,
    )


class Bar(msgspec.Struct, frozen=True):
    """One bar of the plot, in its units; `tone` says how far to trust the stock."""

    name: str
    y: int
    width: int
    tone: str
    words: str


class SilencePlot(msgspec.Struct, frozen=True):
    """How long each open boutique's stock has been silent, with marks where it stops being fresh and being shown."""

    bars: tuple[Bar, ...]
    height: int
    marks: tuple[tuple[int, str], ...]


def silence_plot(shown: Sequence[Standing]) -> SilencePlot:
    """The plot of the boutiques whose link is open."""
    bars = []
    for place, one in enumerate(one for one in shown if one.row.link_state == "accepted"):
        seconds = PLOT_SECONDS_MAX if one.silent_seconds is None else min(one.silent_seconds, PLOT_SECONDS_MAX)
        tone = "good" if seconds < FRESH_SECONDS else "todo" if seconds < SOFT_SECONDS else "bad"
        bars.append(Bar(one.row.name, place * ROW_HEIGHT, max(2, _scaled(seconds)), tone, silence(one.silent_seconds)))
    marks = ((_scaled(FRESH_SECONDS), "40 s"), (_scaled(SOFT_SECONDS), "150 s"))
    return SilencePlot(tuple(bars), len(bars) * ROW_HEIGHT, marks)


def _scaled(seconds: int) -> int:
    return seconds * PLOT_WIDTH // PLOT_SECONDS_MAX


def silence(seconds: int | None) -> str:
    """A stretch of time in words: `12 s`, `4 min`, `3 h`."""
    if seconds is None:
        return "never heard"
    if seconds < 120:  # noqa: PLR2004
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"  # noqa: PLR2004


class Todo(msgspec.Struct, frozen=True):
    """Something that waits for the operator."""

    sentence: str
    url: str
    tone: str = "todo"


def todos(shown: Sequence[Standing], dead_letters: int, alerts: int, unbalanced: Sequence[str]) -> list[Todo]:
    """What waits, worst first."""
    found = [
        Todo(f"The ledger does not balance in {currency}. Stop and look.", "/console/trial-balance", "bad")
        for currency in unbalanced
    ]
    if alerts:
        found.append(Todo(f"{alerts} {_plural(alerts, 'alert')} about money", "/console/money#alerts", "bad"))
    if dead_letters:
        words = _plural(dead_letters, "message")
        found.append(Todo(f"{dead_letters} {words} could not be delivered", "/console/dead-letters", "bad"))
    asking = sum(one.row.link_state == "proposed" and one.row.proposed_by_shop for one in shown)
    if asking:
        found.append(
            Todo(
                f"{asking} {_plural(asking, 'boutique')} {'asks' if asking == 1 else 'ask'} to be let in",
                "/console/boutiques",
            )
        )
    faulty = sum(one.row.quarantined for one in shown)
    if faulty:
        found.append(Todo(f"{faulty} {_plural(faulty, 'record')} could not be read", "/console/boutiques", "calm"))
    return found


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"
