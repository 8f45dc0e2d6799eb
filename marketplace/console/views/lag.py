"""How far boutiques and this hub are apart, as plots. Pure.

A plot counts boutiques, so that 150 of them read as easily as 12; the list names each.
"""

from collections.abc import Iterable, Sequence

from federation.node.pages import format_number
from federation.node.plots import Bar, BarPlot, Tone, counted_in
from marketplace.console.views.looks import FRESHNESS_LOOKS
from marketplace.console.views.standings import FRESH_SECONDS, SOFT_SECONDS, Standing, silence_seconds
from marketplace.console.words import say

SILENCE_LIMITS = (FRESH_SECONDS, SOFT_SECONDS, 600, 3_600)
"""Up to how many seconds of silence each bar of the plot reaches; the first two are the bounds of freshness."""
BEHIND_LIMITS = (0, 10, 100, 1_000)
"""Up to how many records to come each bar of the plot reaches."""


def silence_plot(shown: Iterable[Standing]) -> BarPlot:
    """How many open boutiques have said nothing about their stock for how long."""
    seconds = [one.silent_seconds for one in shown if one.open]
    counts = counted_in([one for one in seconds if one is not None], SILENCE_LIMITS)
    words = (
        say("up to 40 s"), say("40 to 150 s"), say("150 s to 10 min"), say("10 min to 1 h"), say("more than an hour"),
    )  # fmt: skip
    looks = ("fresh", "soft", "stale", "stale", "stale")
    bars = [_bar(*one) for one in zip(words, counts, looks, strict=True)]
    if never := seconds.count(None):
        bars.append(_bar(say("never heard"), never, "stale"))
    return BarPlot(tuple(bars))


def _bar(words: str, count: int, stock: str) -> Bar:
    looks = FRESHNESS_LOOKS[stock]
    url = f"/console/boutiques?state={stock}" if count else ""
    return Bar(words=words, figure=count, said=format_number(count), tone=looks.tone, shape=looks.shape, url=url)


def behind_plot(shown: Iterable[Standing]) -> BarPlot:
    """How many records of its log this hub has still to take in, for how many open boutiques."""
    counts = counted_in([one.behind for one in shown if one.open], BEHIND_LIMITS)
    words = (say("none"), say("1 to 10"), say("11 to 100"), say("101 to 1,000"), say("more than 1,000"))
    tones: Sequence[tuple[Tone, str]] = (("good", "●"), ("calm", "▶"), ("calm", "▶"), ("todo", "◆"), ("bad", "▼"))
    return BarPlot(
        tuple(
            Bar(
                words=said,
                figure=count,
                said=format_number(count),
                tone=tone,
                shape=shape,
                url="/console/boutiques?state=behind" if count and place else "",
            )
            for place, (said, count, (tone, shape)) in enumerate(zip(words, counts, tones, strict=True))
        )
    )


def worst(shown: Iterable[Standing], most: int) -> list[Standing]:
    """The open boutiques that lag, those silent for longest first, then those with most to come."""
    lagging = [one for one in shown if one.open and (one.row.freshness != "fresh" or one.behind)]
    return sorted(lagging, key=lambda one: (-silence_seconds(one), -one.behind))[:most]


def lag_plot(one: Standing) -> BarPlot:
    """What of one boutique's log is held and what is still to come."""
    words = say("%(held)s held", held=format_number(one.size))
    if one.behind:
        words = say("%(held)s held, %(behind)s to come", held=format_number(one.size), behind=format_number(one.behind))
    tone: Tone = "todo" if one.behind else "good"
    shape = "◆" if one.behind else "●"
    return BarPlot((Bar(words=say("Records"), figure=one.size, rest=one.behind, said=words, tone=tone, shape=shape),))
