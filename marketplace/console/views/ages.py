"""Sums by age, as words and as bars. Pure."""

from federation.node.pages import format_money
from federation.node.plots import Bar, BarPlot
from federation.vocabulary.money import Money
from marketplace.console.views.looks import Tone
from marketplace.console.words import say

_SHAPES: tuple[str, ...] = ("○", "◔", "◆", "▼")
_LATE: tuple[bool, ...] = (False, False, True, True)


def age_words() -> tuple[str, str, str, str]:
    """What the four ages are called, the youngest first."""
    return (say("up to 30 days"), say("31 to 60 days"), say("61 to 90 days"), say("over 90 days"))


def age_plot(ages: tuple[int, int, int, int], currency: str, tone: Tone) -> BarPlot:
    """The four sums (minor units) as bars; what is old is told by tone and shape too."""
    return BarPlot(
        tuple(
            Bar(
                words=words,
                figure=amount,
                said=format_money(Money(amount, currency)),
                tone="bad" if late else tone,
                shape=shape,
            )
            for words, amount, late, shape in zip(age_words(), ages, _LATE, _SHAPES, strict=True)
        )
    )
